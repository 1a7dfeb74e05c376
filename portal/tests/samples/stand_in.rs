//! Stands in for the API: answers whatever the portal asks with samples, or refuses it.
//!
//! What is answered is told by the visitor's cookie, which the portal passes on: `sample` is a [`Kind`], `refused` a code
//! for everything, and `refused-change` one for what changes something.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use apollo_compiler::{ExecutableDocument, Schema, validation::Valid};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use crate::sample::{Fill, Kind, MARKUP, Maker};

/// What was asked and answered so far.
pub struct StandIn {
    pub schema: Valid<Schema>,
    pub today: NaiveDate,
    pub documents: Mutex<BTreeMap<String, Arc<Valid<ExecutableDocument>>>>,
    pub answered: Mutex<BTreeSet<(String, String)>>,
}

/// The routes of the API that the portal uses.
pub fn routes(stand_in: Arc<StandIn>) -> Router {
    Router::new()
        .route("/graphql", post(answer))
        .route("/evidence/files/{id}", get(file))
        .route("/uploads/{id}", put(upload))
        .with_state(stand_in)
}

fn told<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?.split("; ");
    let mut pairs = cookies.filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

async fn answer(
    State(stand_in): State<Arc<StandIn>>,
    headers: HeaderMap,
    Json(sent): Json<Value>,
) -> Response {
    let text = sent["query"].as_str().expect("a document");
    let document = {
        let mut known = stand_in.documents.lock().expect("the documents");
        let parsed = || {
            let parsed = ExecutableDocument::parse_and_validate(&stand_in.schema, text, "sent");
            Arc::new(parsed.expect("the document holds"))
        };
        known.entry(text.to_owned()).or_insert_with(parsed).clone()
    };
    let operation = document.operations.get(sent["operationName"].as_str());
    let operation = operation.expect("the operation");
    let change = told(&headers, "refused-change").filter(|_| operation.is_mutation());
    if let Some(code) = change.or(told(&headers, "refused")) {
        return refuse(code, &sent["variables"]["input"]);
    }
    let kind = told(&headers, "sample").and_then(|kind| kind.parse().ok());
    let none = Map::new();
    let mut maker = Maker {
        schema: &stand_in.schema,
        document: &document,
        variables: sent["variables"].as_object().unwrap_or(&none),
        kind: kind.unwrap_or(Kind(Fill::Full, 0)),
        today: stand_in.today,
        answered: BTreeSet::new(),
    };
    let data = maker.answer(operation);
    let answered = maker.answered;
    stand_in
        .answered
        .lock()
        .expect("the values")
        .extend(answered);
    Json(json!({ "data": data })).into_response()
}

/// Refuses with this code, as the API does; every field of an input is wrong where any is.
fn refuse(code: &str, input: &Value) -> Response {
    let fields = input
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str());
    let violations = fields
        .chain(["roles.0.role", "elsewhere"])
        .zip(["must not be blank", "is no key <u>"].iter().cycle());
    let violations: Vec<_> = violations
        .map(|(path, message)| json!({ "path": path, "message": message }))
        .collect();
    let mut extensions = json!({ "code": code });
    match code {
        "INVALID_INPUT" => extensions["violations"] = json!(violations),
        "CONFLICT" => extensions["currentVersion"] = json!(7),
        "INTERNAL" | "UNAVAILABLE" => extensions["reference"] = json!(format!("abc {MARKUP}")),
        _ => {}
    }
    let status = match code {
        "UNAUTHENTICATED" => StatusCode::UNAUTHORIZED,
        _ => StatusCode::OK,
    };
    let message = format!("The API says {MARKUP}");
    let told =
        json!({ "data": null, "errors": [{ "message": message, "extensions": extensions }] });
    (status, Json(told)).into_response()
}

async fn file(headers: HeaderMap) -> Response {
    match told(&headers, "refused") {
        Some("UNAUTHENTICATED") => StatusCode::UNAUTHORIZED.into_response(),
        Some(_) => StatusCode::NOT_FOUND.into_response(),
        None => (
            [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
            MARKUP,
        )
            .into_response(),
    }
}

async fn upload(headers: HeaderMap) -> Response {
    match told(&headers, "refused-upload") {
        Some(code) => (StatusCode::UNPROCESSABLE_ENTITY, refuse(code, &json!({}))).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    }
}
