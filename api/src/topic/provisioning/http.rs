//! `/scim/v2`: the routes of a directory (RFC 7644).

mod answer;
mod asked;
mod service;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Query, State, rejection::QueryRejection},
    routing::{get, post},
};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

pub use self::answer::Refusal;
use self::{
    answer::{Answer, Answered, Body},
    asked::{Asked, MOST, user_id},
};
use super::{
    change::{Change, Patch},
    group::{Members, ids, with_id},
    resource::{config, list, schemas, types},
    write::{add, change, withdraw},
};
use crate::{
    access::{Door, Permit, action::CreatePerson},
    graphql::transport::budget::Budgets,
};

/// Where it is.
pub const SCIM: &str = "/scim/v2";

#[derive(Clone)]
struct Service {
    door: Door,
    budgets: Arc<dyn Budgets>,
    base: Arc<str>,
}

/// The routes, for a service that is reached at `base`.
pub fn routes(door: Door, budgets: Arc<dyn Budgets>, base: &str) -> Router {
    let service = Service {
        door,
        budgets,
        base: format!("{}{SCIM}", base.trim_end_matches('/')).into(),
    };
    let routes = Router::new()
        .route("/ServiceProviderConfig", get(provider_config))
        .route("/ResourceTypes", get(resource_types))
        .route("/ResourceTypes/{id}", get(resource_type))
        .route("/Schemas", get(all_schemas))
        .route("/Schemas/{id}", get(schema))
        .route("/Users", get(users).post(create_user))
        .route("/Users/.search", post(search_users))
        .route("/Groups/.search", post(search_groups))
        .route("/.search", post(search))
        .route(
            "/Users/{id}",
            get(user)
                .put(put_user)
                .patch(patch_user)
                .delete(delete_user),
        )
        .route("/Groups", get(groups).post(no_group))
        .route(
            "/Groups/{id}",
            get(group)
                .put(put_group)
                .patch(patch_group)
                .delete(no_group),
        )
        .fallback(async || Refusal::not_found())
        .method_not_allowed_fallback(async || {
            Refusal::new(
                StatusCode::METHOD_NOT_ALLOWED,
                None,
                "This cannot be done with this resource.",
            )
        })
        .with_state(service);
    Router::new().nest(SCIM, routes)
}

type Parameters = Result<Query<Asked>, QueryRejection>;

async fn provider_config(State(service): State<Service>) -> Answer {
    Answer(StatusCode::OK, config(&service.base, MOST))
}

async fn resource_types(State(service): State<Service>) -> Answer {
    all(&types(&service.base))
}

async fn resource_type(State(service): State<Service>, Path(id): Path<String>) -> Answered {
    one_of(types(&service.base), &id)
}

async fn all_schemas(State(service): State<Service>) -> Answer {
    all(&schemas(&service.base))
}

async fn schema(State(service): State<Service>, Path(id): Path<String>) -> Answered {
    one_of(schemas(&service.base), &id)
}

fn all(resources: &[Value]) -> Answer {
    let total = resources.len() as u64;
    Answer(StatusCode::OK, list(resources, total, 1))
}

fn one_of(resources: Vec<Value>, id: &str) -> Answered {
    let found = resources.into_iter().find(|resource| resource["id"] == id);
    found
        .map(|resource| Answer(StatusCode::OK, resource))
        .ok_or_else(Refusal::not_found)
}

async fn users(State(service): State<Service>, headers: HeaderMap, asked: Parameters) -> Answered {
    let Query(asked) = asked.map_err(|_| not_asked_so())?;
    service.users(&headers, &asked).await
}

/// The same, with what is asked in the body (RFC 7644, section 3.4.3).
async fn search_users(
    State(service): State<Service>,
    headers: HeaderMap,
    Body(asked): Body<Asked>,
) -> Answered {
    service.users(&headers, &asked).await
}

async fn search_groups(
    State(service): State<Service>,
    headers: HeaderMap,
    Body(asked): Body<Asked>,
) -> Answered {
    service.groups(&headers, &asked).await
}

async fn search(
    State(service): State<Service>,
    headers: HeaderMap,
    Body(asked): Body<Asked>,
) -> Answered {
    service.everything(&headers, &asked).await
}

fn not_asked_so() -> Refusal {
    Refusal::invalid("startIndex and count are whole numbers")
}

async fn create_user(
    State(service): State<Service>,
    headers: HeaderMap,
    Body(wanted): Body<Map<String, Value>>,
) -> Answered {
    let actor = service.actor(&headers).await?;
    let mut wanted = Change::of_resource(&wanted)?;
    let row = match service
        .withdrawn(&actor, wanted.user_name.as_deref())
        .await?
    {
        // Who is added may act, unless it says otherwise.
        Some(id) => {
            wanted.active.get_or_insert(true);
            change(service.permit(&actor, id).await?, wanted).await?
        }
        None => {
            let permit: Permit<CreatePerson> = service
                .door
                .permit(&actor, actor.organisation, None)
                .await?;
            add(permit, wanted).await?
        }
    };
    service.show(&actor, row.id, StatusCode::CREATED).await
}

async fn user(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(id): Path<String>,
    asked: Parameters,
) -> Answered {
    let Query(asked) = asked.map_err(|_| not_asked_so())?;
    let actor = service.actor(&headers).await?;
    let Answer(status, shown) = service.show(&actor, user_id(&id)?, StatusCode::OK).await?;
    Ok(Answer(status, asked.narrow(shown)))
}

async fn put_user(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Body(wanted): Body<Map<String, Value>>,
) -> Answered {
    let actor = service.actor(&headers).await?;
    let id = service.own(&actor, &id).await?;
    let wanted = Change::of_resource(&wanted)?;
    change(service.permit(&actor, id).await?, wanted).await?;
    service.show(&actor, id, StatusCode::OK).await
}

async fn patch_user(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Body(patch): Body<Patch>,
) -> Answered {
    let actor = service.actor(&headers).await?;
    let id = service.own(&actor, &id).await?;
    let wanted = Change::of_patch(&patch)?;
    if wanted != Change::default() {
        change(service.permit(&actor, id).await?, wanted).await?;
    }
    service.show(&actor, id, StatusCode::OK).await
}

async fn delete_user(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let actor = service.actor(&headers).await?;
    let id = service.own(&actor, &id).await?;
    withdraw(service.permit(&actor, id).await?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn groups(State(service): State<Service>, headers: HeaderMap, asked: Parameters) -> Answered {
    let Query(asked) = asked.map_err(|_| not_asked_so())?;
    service.groups(&headers, &asked).await
}

async fn group(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(id): Path<String>,
    asked: Parameters,
) -> Answered {
    let Query(asked) = asked.map_err(|_| not_asked_so())?;
    let actor = service.actor(&headers).await?;
    let grant = with_id(actor.kind, &id).ok_or_else(Refusal::not_found)?;
    let scope = service.door.scope(&actor).await?;
    let shown = service.group(&scope, grant).await?;
    Ok(Answer(StatusCode::OK, asked.narrow(shown)))
}

async fn put_group(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Body(wanted): Body<Map<String, Value>>,
) -> Answered {
    let members = Members {
        only: Some(ids(wanted.get("members").unwrap_or(&Value::Null))?),
        ..Members::default()
    };
    service.regroup(&headers, &id, members).await
}

async fn patch_group(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Body(patch): Body<Patch>,
) -> Answered {
    let members = Members::of_patch(&patch)?;
    service.regroup(&headers, &id, members).await
}

async fn no_group(State(service): State<Service>, headers: HeaderMap) -> Refusal {
    match service.actor(&headers).await {
        Ok(_) => Refusal::mutability(
            "Groups are Samsyn's roles: none can be made or removed. Change their members.",
        ),
        Err(refusal) => refusal,
    }
}
