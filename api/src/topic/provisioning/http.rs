//! `/scim/v2`: the routes of a directory (RFC 7644).

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    extract::{FromRequest, Path, Query, Request, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use entity::{person, role_assignment};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sea_orm::{ColumnTrait, Condition, Order, sea_query::Expr};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    change::{Change, Patch},
    group::{Members, groups_of, id_of, ids, with_id},
    resource::{self, config, list, schemas, types},
    write::{add, change, held, set_role, withdraw},
};
use crate::{
    Error,
    access::{
        Actor, Door, Grant, Permit, Scope, Shown,
        action::{CreatePerson, ProvisionPerson},
    },
    graphql::{key, transport::shown},
};

/// Where it is.
pub const SCIM: &str = "/scim/v2";
const MEDIA: HeaderValue = HeaderValue::from_static("application/scim+json; charset=utf-8");
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
/// The most people on a page.
const MOST: u64 = 100;

#[derive(Clone)]
struct Service {
    door: Door,
    base: Arc<str>,
}

/// The routes, for a service that is reached at `base`.
pub fn routes(door: Door, base: &str) -> Router {
    let service = Service {
        door,
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
        .route("/.search", post(search_users))
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

/// Why a request is not carried out (RFC 7644, section 3.12).
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    kind: Option<&'static str>,
    detail: String,
}

impl Refusal {
    fn new(status: StatusCode, kind: Option<&'static str>, detail: &str) -> Self {
        Self {
            status,
            kind,
            detail: detail.to_owned(),
        }
    }

    /// A value is missing or of another type.
    #[must_use]
    pub fn invalid(detail: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("invalidValue"), detail)
    }

    /// A path of a patch leads nowhere.
    #[must_use]
    pub fn path(detail: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("invalidPath"), detail)
    }

    /// What is asked for cannot be changed.
    #[must_use]
    pub fn mutability(detail: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("mutability"), detail)
    }

    /// Somebody else has it.
    #[must_use]
    pub fn taken(detail: &str) -> Self {
        Self::new(StatusCode::CONFLICT, Some("uniqueness"), detail)
    }

    fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, None, "There is no such resource.")
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let (status, kind) = match &error {
            Error::Invalid(_) => (StatusCode::BAD_REQUEST, Some("invalidValue")),
            other => (other.status(), None),
        };
        Self::new(status, kind, &error.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut told =
            json!({ "schemas": [ERROR], "status": self.status.as_str(), "detail": self.detail });
        if let Some(kind) = self.kind {
            told["scimType"] = json!(kind);
        }
        let mut response = Answer(self.status, told).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let asked = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, asked);
        }
        response
    }
}

/// A resource, or several.
struct Answer(StatusCode, Value);

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.0, Json(self.1)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, MEDIA);
        response
    }
}

type Answered = Result<Answer, Refusal>;

/// A body of JSON, whichever of its media types it has.
struct Body<T>(T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let malformed = || {
            Refusal::new(
                StatusCode::BAD_REQUEST,
                Some("invalidSyntax"),
                "The body is not the JSON that is expected here.",
            )
        };
        let bytes = axum::body::Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|_| malformed())?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|_| malformed())
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Asked {
    filter: Option<String>,
    start_index: Option<i64>,
    count: Option<i64>,
    #[serde(deserialize_with = "names")]
    attributes: Vec<String>,
    #[serde(deserialize_with = "names")]
    excluded_attributes: Vec<String>,
}

impl Asked {
    fn narrow(&self, resource: Value) -> Value {
        resource::narrowed(resource, &self.attributes, &self.excluded_attributes)
    }
}

/// Names with commas between them in a query, and as a list in a body.
fn names<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Names {
        Joined(String),
        Listed(Vec<String>),
    }
    Ok(match Names::deserialize(deserializer)? {
        Names::Joined(text) => text
            .split(',')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect(),
        Names::Listed(list) => list,
    })
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

/// The same, with what is asked in the body (RFC 7644, section 3.4.3). Of everything, it finds people: groups are few,
/// and always the same.
async fn search_users(
    State(service): State<Service>,
    headers: HeaderMap,
    Body(asked): Body<Asked>,
) -> Answered {
    service.users(&headers, &asked).await
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
    let wanted = Change::of_resource(&wanted)?;
    let row = match service
        .withdrawn(&actor, wanted.user_name.as_deref())
        .await?
    {
        Some(id) => change(service.permit(&actor, id).await?, wanted).await?,
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
    let actor = service.actor(&headers).await?;
    let named = match asked.filter.as_deref().map(comparison).transpose()? {
        None => None,
        Some((attribute, Value::String(name)))
            if matches!(attribute.as_str(), "displayname" | "id") =>
        {
            Some(name)
        }
        Some(_) => return Err(no_filter()),
    };
    let scope = service.door.scope(&actor).await?;
    let mut shown = vec![];
    for grant in groups_of(actor.kind) {
        if named.as_ref().is_none_or(|name| *name == id_of(grant)) {
            shown.push(service.group(&scope, grant).await?);
        }
    }
    Ok(all(&shown))
}

async fn group(
    State(service): State<Service>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answered {
    let actor = service.actor(&headers).await?;
    let grant = with_id(actor.kind, &id).ok_or_else(Refusal::not_found)?;
    let scope = service.door.scope(&actor).await?;
    Ok(Answer(StatusCode::OK, service.group(&scope, grant).await?))
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

impl Service {
    async fn users(&self, headers: &HeaderMap, asked: &Asked) -> Answered {
        let actor = self.actor(headers).await?;
        let scope = self.door.scope(&actor).await?;
        let condition = people_of(&actor).add(condition(asked.filter.as_deref())?);
        let found = || Ok::<_, Refusal>(scope.find::<person::Entity>()?.filter(condition.clone()));
        let total = found()?.count().await?;
        let start = u64::try_from(asked.start_index.unwrap_or(1))
            .unwrap_or(1)
            .max(1);
        let count = asked
            .count
            .map_or(MOST, |count| u64::try_from(count).unwrap_or(0));
        let rows = found()?
            .order(Expr::col(person::Column::Id.as_column_ref()), Order::Asc)
            .skip((start - 1).min(total))
            .limit(count.min(MOST))
            .all()
            .await?;
        let roles = roles_of(&scope, &rows).await?;
        let shown = rows.iter().map(|row| {
            let own = roles.get(&row.id).map_or(&[][..], Vec::as_slice);
            asked.narrow(resource::user(&self.base, row, own))
        });
        let shown: Vec<Value> = shown.collect();
        Ok(Answer(StatusCode::OK, list(&shown, total, start)))
    }

    /// The directory that calls, by a token that is for this and nothing else.
    async fn actor(&self, headers: &HeaderMap) -> Result<Arc<Actor>, Refusal> {
        match shown(headers)? {
            Some(Shown::Token(secret)) => Ok(self.door.authenticate_provisioning(&secret).await?),
            _ => Err(Refusal::new(
                StatusCode::UNAUTHORIZED,
                None,
                "Send a provisioning token as `Authorization: Bearer TOKEN`.",
            )),
        }
    }

    async fn permit(
        &self,
        actor: &Arc<Actor>,
        id: Uuid,
    ) -> Result<Permit<ProvisionPerson>, Refusal> {
        Ok(self.door.permit(actor, id, None).await?)
    }

    /// The id of one of the organisation's own people whom the directory has not deleted.
    async fn own(&self, actor: &Arc<Actor>, id: &str) -> Result<Uuid, Refusal> {
        let id = user_id(id)?;
        let scope = self.door.scope(actor).await?;
        self.person(&scope, id).await.map(|row| row.id)
    }

    async fn person(&self, scope: &Scope, id: Uuid) -> Result<person::Model, Refusal> {
        let found = scope
            .find::<person::Entity>()?
            .filter(people_of(scope.actor()).add(person::Column::Id.eq(id)))
            .one()
            .await?;
        found.ok_or_else(Refusal::not_found)
    }

    /// Whoever has this address and was deleted by the directory.
    async fn withdrawn(
        &self,
        actor: &Arc<Actor>,
        email: Option<&str>,
    ) -> Result<Option<Uuid>, Refusal> {
        let email = email.unwrap_or_default().to_lowercase();
        let scope = self.door.scope(actor).await?;
        let found = scope
            .find::<person::Entity>()?
            .filter(person::Column::OrganisationId.eq(actor.organisation))
            .filter(person::Column::WithdrawnAt.is_not_null())
            .filter(person::Column::Email.eq(email))
            .one()
            .await?;
        Ok(found.map(|row| row.id))
    }

    async fn show(&self, actor: &Arc<Actor>, id: Uuid, status: StatusCode) -> Answered {
        let scope = self.door.scope(actor).await?;
        let row = self.person(&scope, id).await?;
        let roles = held(&scope, &row).await?;
        let roles: Vec<Grant> = roles
            .into_iter()
            .filter(|grant| groups_of(actor.kind).contains(grant))
            .collect();
        Ok(Answer(status, resource::user(&self.base, &row, &roles)))
    }

    async fn group(&self, scope: &Scope, grant: Grant) -> Result<Value, Refusal> {
        let rows = self.members(scope, grant).await?;
        let members: Vec<&person::Model> = rows.iter().collect();
        Ok(resource::group(&self.base, grant, &members))
    }

    async fn members(&self, scope: &Scope, grant: Grant) -> Result<Vec<person::Model>, Refusal> {
        use role_assignment::Column;
        let mut holders = scope
            .find::<role_assignment::Entity>()?
            .filter(Column::Role.eq(grant.role));
        if let Some(area) = grant.area {
            holders = holders.filter(Column::ServiceArea.eq(area));
        }
        let people = people_of(scope.actor())
            .add(person::Column::Id.in_subquery(holders.column(Column::PersonId)));
        let rows = scope
            .find::<person::Entity>()?
            .filter(people)
            .order(Expr::col(person::Column::Id.as_column_ref()), Order::Asc)
            .all()
            .await?;
        Ok(rows)
    }

    /// Gives and takes a role, person by person: what has been done when one fails, is done.
    async fn regroup(&self, headers: &HeaderMap, id: &str, members: Members) -> Answered {
        let actor = self.actor(headers).await?;
        let grant = with_id(actor.kind, id).ok_or_else(Refusal::not_found)?;
        let mut left = vec![];
        let mut joined = vec![];
        for id in &members.left {
            left.push(self.own(&actor, id).await?);
        }
        for id in members.only.iter().flatten().chain(&members.joined) {
            joined.push(self.own(&actor, id).await?);
        }
        if members.only.is_some() {
            let scope = self.door.scope(&actor).await?;
            let now = self.members(&scope, grant).await?;
            let gone = now
                .iter()
                .map(|row| row.id)
                .filter(|id| !joined.contains(id));
            left.extend(gone);
        }
        for id in left {
            set_role(self.permit(&actor, id).await?, grant, false).await?;
        }
        for id in joined {
            set_role(self.permit(&actor, id).await?, grant, true).await?;
        }
        let scope = self.door.scope(&actor).await?;
        Ok(Answer(StatusCode::OK, self.group(&scope, grant).await?))
    }
}

/// The organisation's own people, without those whom its directory has deleted.
fn people_of(actor: &Actor) -> Condition {
    Condition::all()
        .add(person::Column::OrganisationId.eq(actor.organisation))
        .add(person::Column::WithdrawnAt.is_null())
}

/// The roles of these people that a directory has a say in.
async fn roles_of(
    scope: &Scope,
    people: &[person::Model],
) -> Result<BTreeMap<Uuid, Vec<Grant>>, Refusal> {
    let rows = scope
        .find::<role_assignment::Entity>()?
        .filter(role_assignment::Column::PersonId.is_in(people.iter().map(|row| row.id)))
        .all()
        .await?;
    let groups = groups_of(scope.actor().kind);
    let mut roles: BTreeMap<Uuid, Vec<Grant>> = BTreeMap::new();
    for row in rows {
        let grant = Grant {
            role: row.role,
            area: row.service_area,
        };
        if groups.contains(&grant) {
            roles.entry(row.person_id).or_default().push(grant);
        }
    }
    Ok(roles)
}

/// What a filter of people asks for.
fn condition(filter: Option<&str>) -> Result<Condition, Refusal> {
    use person::Column;
    let Some(filter) = filter else {
        return Ok(Condition::all());
    };
    let (attribute, value) = comparison(filter)?;
    let condition = match (attribute.as_str(), value) {
        ("username" | "emails.value" | "emails", Value::String(text)) => {
            Column::Email.eq(text.to_lowercase())
        }
        ("externalid", Value::String(text)) => Column::ExternalId.eq(text),
        ("displayname" | "name.formatted", Value::String(text)) => Column::Name.eq(text),
        ("id", Value::String(text)) => Column::Id.eq(user_id(&text).unwrap_or(Uuid::nil())),
        ("active", Value::Bool(true)) => Column::Status.eq(entity::PersonStatus::Active),
        ("active", Value::Bool(false)) => Column::Status.eq(entity::PersonStatus::Inactive),
        _ => return Err(no_filter()),
    };
    Ok(Condition::all().add(condition))
}

/// A comparison of the form `attribute eq value`: the attribute in lower case, and the value.
fn comparison(filter: &str) -> Result<(String, Value), Refusal> {
    let mut words = filter.trim().splitn(3, ' ');
    let (Some(attribute), Some(operator), Some(value)) = (words.next(), words.next(), words.next())
    else {
        return Err(no_filter());
    };
    let value = serde_json::from_str(value.trim()).map_err(|_| no_filter())?;
    match operator.eq_ignore_ascii_case("eq") {
        true => Ok((attribute.to_lowercase(), value)),
        false => Err(no_filter()),
    }
}

fn no_filter() -> Refusal {
    let text = "A filter is one comparison by eq: of userName, externalId, id, displayName or active; of groups, of displayName or id.";
    Refusal::new(StatusCode::BAD_REQUEST, Some("invalidFilter"), text)
}

fn user_id(text: &str) -> Result<Uuid, Refusal> {
    use crate::graphql::key::Keyed;
    let parsed = key::parse(text).filter(|(prefix, _)| *prefix == person::Entity::PREFIX);
    parsed.map(|(_, id)| id).ok_or_else(Refusal::not_found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_one_comparison() {
        let told = |filter: &str| comparison(filter).ok();
        assert_eq!(
            told("userName eq \"a@b.se\""),
            Some(("username".to_owned(), json!("a@b.se")))
        );
        assert_eq!(
            told(" active EQ true "),
            Some(("active".to_owned(), json!(true)))
        );
        assert_eq!(
            told("title eq \"a b\" "),
            Some(("title".to_owned(), json!("a b")))
        );
        for wrong in [
            "",
            "userName",
            "userName eq",
            "userName co \"a\"",
            "userName eq a",
            "a eq \"b\" or c eq \"d\"",
        ] {
            assert_eq!(told(wrong), None, "{wrong}");
        }
        assert!(condition(Some("nickName eq \"a\"")).is_err());
        assert!(condition(None).is_ok());
    }
}
