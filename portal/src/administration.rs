//! What administrators see to: people and their roles, and how people and programs of the organisation get in.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
    routing::get,
};

use serde_json::json;

use crate::{
    Portal,
    export::{Export, Shape},
    failure::Failure,
    form::FormView,
    html,
    kinds::*,
    list::{Asked, Filter},
    operation,
    page::{Page, may},
    visitor::Visitor,
};

operation!(People, "operations/people.graphql");
operation!(Person, "operations/person.graphql");
operation!(Access, "operations/access.graphql");

#[derive(Template)]
#[template(path = "people.html")]
struct ListPage {
    page: Page,
    asked: Asked,
    filters: Vec<Filter>,
    list: people::PeoplePeople,
    /// How many call for a look, and why.
    concerns: Vec<(AccessConcern, i64)>,
}

#[derive(Template)]
#[template(path = "person.html")]
struct RecordPage {
    page: Page,
    record: person::PersonNodeOnPerson,
    changes: bool,
    actions: Vec<FormView>,
}

#[derive(Template)]
#[template(path = "access.html")]
struct AccessPage {
    page: Page,
    data: access::ResponseData,
}

/// The list as a file.
pub const EXPORT: Export = Export {
    list: "people",
    document: (people::QUERY, people::OPERATION_NAME),
    field: "people",
    variables: |asked, _| json!(variables(asked)),
    columns: &[
        ("field-name", "/name", Shape::Plain),
        ("field-title", "/title", Shape::Plain),
        ("field-email", "/email", Shape::Plain),
        ("field-roles", "/roles", Shape::Roles),
        ("field-status", "/status", Shape::Kind("PersonStatus")),
        ("changed-lastSignInAt", "/lastSignInAt", Shape::Moment),
        ("access-confirmed", "/accessConfirmedAt", Shape::Moment),
    ],
};

/// The sessions as a file.
pub const SESSIONS: Export = Export {
    list: "sessions",
    document: (include_str!("../operations/sessions.graphql"), "Sessions"),
    field: "sessions",
    variables: |_, _| json!({}),
    columns: &[
        ("person", "/person/name", Shape::Plain),
        ("session-active", "/active", Shape::Flag),
        ("changed-createdAt", "/createdAt", Shape::Moment),
        ("last-used", "/lastUsedAt", Shape::Moment),
        ("field-expiresAt", "/endsAt", Shape::Moment),
        ("session-browser", "/browser", Shape::Plain),
        ("session-address", "/address", Shape::Plain),
    ],
};

/// The tokens as a file.
pub const TOKENS: Export = Export {
    list: "tokens",
    document: (include_str!("../operations/tokens.graphql"), "Tokens"),
    field: "apiTokens",
    variables: |_, _| json!({}),
    columns: &[
        ("field-name", "/name", Shape::Plain),
        ("token-begins", "/hint", Shape::Plain),
        ("kind", "/usage", Shape::Kind("TokenUsage")),
        ("person", "/person/name", Shape::Plain),
        ("field-roles", "/roles", Shape::Roles),
        ("session-active", "/active", Shape::Flag),
        ("changed-createdAt", "/createdAt", Shape::Moment),
        ("field-expiresAt", "/expiresAt", Shape::Moment),
        ("last-used", "/lastUsedAt", Shape::Moment),
    ],
};

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/people", get(list))
        .route("/people/{id}", get(show))
        .route("/access", get(access))
}

async fn list(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(asked);
    let (page, data) = portal.ask::<People>(&visitor, variables(&asked)).await?;
    let view = ListPage {
        filters: vec![
            asked.by_text(page.text, "q", "name-contains"),
            asked.by_kind::<PersonStatus>(page.text, "status", "field-status"),
            asked.by_kind::<AccessConcern>(page.text, "concern", "concern"),
        ],
        concerns: vec![
            (AccessConcern::SecretsKnown, data.known.total_count),
            (AccessConcern::WideRoles, data.wide.total_count),
            (AccessConcern::Dormant, data.dormant.total_count),
            (AccessConcern::ReviewDue, data.due.total_count),
        ],
        list: data.people,
        page,
        asked,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// What the page asks for, after what stands in the address.
fn variables(asked: &Asked) -> people::Variables {
    people::Variables {
        filter: Some(people::PersonFilter {
            access_concern: asked.kinds("concern"),
            name_contains: asked.text("q"),
            colleague: Some(true),
            organisation_id: None,
            status: asked.kinds("status"),
        }),
        after: asked.text("after"),
    }
}

async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let event = visitor.asked().text("event");
    let (page, data) = portal
        .ask::<Person>(&visitor, person::Variables { id, event })
        .await?;
    let Some(person::PersonNode::Person(record)) = data.node else {
        return Err(Failure::not_found(&visitor));
    };
    let version = record.version.to_string();
    let known = [
        ("id", record.id.as_str()),
        ("expectedVersion", version.as_str()),
    ];
    let active = record.status == PersonStatus::Active;
    let view = RecordPage {
        changes: may(&data.allowed, "updatePerson"),
        actions: page.actions(
            &data.allowed,
            &[
                ("confirmPersonAccess", active),
                ("forgetPersonIdentity", record.last_sign_in_at.is_some()),
            ],
            &known,
        ),
        page,
        record,
    };
    Ok(html::page(StatusCode::OK, &view))
}

async fn access(State(portal): State<Portal>, visitor: Visitor) -> Result<Response, Failure> {
    let (page, data) = portal.ask::<Access>(&visitor, access::Variables).await?;
    Ok(html::page(StatusCode::OK, &AccessPage { page, data }))
}
