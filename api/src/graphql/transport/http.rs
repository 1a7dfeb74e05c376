//! GraphQL over HTTP, after the specification of that name.
//!
//! `POST` carries one request as `application/json`, `GET` a query in the URL and nothing that could
//! change anything. Every answer is a GraphQL response; one that was refused before execution has no
//! `data`, and its status says so to clients that accept `application/graphql-response+json`.

use std::{collections::BTreeMap, sync::Arc};

use async_graphql::{Executor, ServerError, parser::types::OperationType};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, Request, State},
    response::{IntoResponse, Response},
    routing::any,
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, VARY, WWW_AUTHENTICATE},
};
use mime::Mime;
use serde_json::{Map, Value};

use super::{
    Params, Transport,
    accept::Media,
    bearer, from_browser,
    idempotency::{self, Answer, Once},
    respond, ws,
};
use crate::{Error, Result};

/// The routes of the API: `/graphql`, and `/graphql/ws` for subscriptions.
pub fn routes<E: Executor>(service: Transport<E>) -> Router {
    let body = DefaultBodyLimit::max(service.limits.body_bytes);
    Router::new()
        .route("/graphql", any(handle::<E>).layer(body))
        .route("/graphql/ws", any(ws::upgrade::<E>))
        .with_state(Arc::new(service))
}

async fn handle<E: Executor>(
    State(service): State<Arc<Transport<E>>>,
    request: Request,
) -> Response {
    let Some(media) = Media::negotiate(request.headers()) else {
        return Refused::http(
            StatusCode::NOT_ACCEPTABLE,
            &Error::invalid(
                "Accept",
                "must allow application/graphql-response+json or application/json",
            ),
        )
        .into_response(Media::Json);
    };
    let answer = tokio::time::timeout(service.limits.time, answer(&service, request)).await;
    let late = |_| {
        Err(Refused::http(
            StatusCode::SERVICE_UNAVAILABLE,
            &service.timed_out(),
        ))
    };
    match answer.unwrap_or_else(late) {
        Ok(Answer::First(response)) => reply(StatusCode::OK, media, &response),
        Ok(Answer::Again(response)) => {
            let mark = [(idempotency::REPLAYED, "true")];
            (mark, reply(StatusCode::OK, media, &response)).into_response()
        }
        Err(refused) => refused.into_response(media),
    }
}

async fn answer<E: Executor>(
    service: &Arc<Transport<E>>,
    request: Request,
) -> Result<Answer, Refused> {
    let token = bearer(request.headers())?;
    let browser = from_browser(request.headers());
    let key = idempotency::key(request.headers()).map_err(|error| bad_request(&error))?;
    let by_post = request.method() == Method::POST;
    let params = match *request.method() {
        Method::POST => from_body(request).await?,
        Method::GET | Method::HEAD => from_url(&request)?,
        _ => {
            return Err(wrong_method(
                "GET, HEAD, POST",
                "must be POST, or GET for a query",
            ));
        }
    };
    let once = key.map(|key| Once::new(key, &params));
    let operation = service.prepare(params, browser)?;
    match operation.kind {
        OperationType::Query => {}
        OperationType::Mutation if by_post => {}
        OperationType::Mutation => {
            return Err(wrong_method("POST", "must be POST for a mutation"));
        }
        OperationType::Subscription => {
            let text = "Subscriptions are served over WebSocket. Connect to /graphql/ws with the subprotocol graphql-transport-ws.";
            return Err(respond::validation_error(text, None).into());
        }
    }
    let once = once.filter(|_| operation.kind == OperationType::Mutation);
    let request = service.admit(operation, token).await?;
    match once {
        Some(once) => once.execute(service, request).await,
        None => Ok(Answer::First(respond::finish(
            service.execute(request).await?,
        )?)),
    }
}

async fn from_body(request: Request) -> Result<Params, Refused> {
    if !is_json(request.headers()) {
        let problem = Error::invalid("Content-Type", "must be application/json, in UTF-8");
        return Err(Refused::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, &problem));
    }
    let body = Bytes::from_request(request, &()).await.map_err(|rejection| {
        let text = "The body is larger than the service accepts, or broke off. Send less in one request; files have an upload URL of their own.";
        Refused::http(rejection.status(), &Error::LimitExceeded(text.to_owned()))
    })?;
    let parameters = serde_json::from_slice(&body)
        .map_err(|error| bad_request(&Error::invalid("request", not_json(&error))))?;
    Params::from_json(parameters).map_err(|error| bad_request(&error))
}

/// Reads the query string, in which objects are JSON texts.
fn from_url(request: &Request) -> Result<Params, Refused> {
    let mut parameters = Map::new();
    let query = request.uri().query().unwrap_or_default();
    for (name, text) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = match name.as_ref() {
            "variables" | "extensions" => serde_json::from_str(&text)
                .map_err(|error| bad_request(&Error::invalid(&name, not_json(&error))))?,
            _ => Value::String(text.into_owned()),
        };
        if parameters.insert(name.to_string(), value).is_some() {
            return Err(bad_request(&Error::invalid(
                &name,
                "must be given once only",
            )));
        }
    }
    Params::from_json(parameters.into()).map_err(|error| bad_request(&error))
}

fn not_json(error: &serde_json::Error) -> String {
    format!("must be JSON, but is not ({error})")
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (types.next(), types.next()) else {
        return false;
    };
    let parsed: Option<Mime> = value.to_str().ok().and_then(|text| text.parse().ok());
    parsed.is_some_and(|mime| {
        mime.essence_str() == "application/json"
            && mime
                .get_param(mime::CHARSET)
                .is_none_or(|charset| charset == mime::UTF_8)
    })
}

/// Why a request was not executed.
pub(super) struct Refused {
    /// Set where the fault is one of HTTP; otherwise the accepted media type decides.
    status: Option<StatusCode>,
    errors: Vec<ServerError>,
    /// What the status obliges to say.
    header: Option<(HeaderName, &'static str)>,
}

fn bad_request(error: &Error) -> Refused {
    Refused::http(StatusCode::BAD_REQUEST, error)
}

fn wrong_method(allowed: &'static str, problem: &str) -> Refused {
    let error = Error::invalid("method", problem);
    Refused {
        header: Some((ALLOW, allowed)),
        ..Refused::http(StatusCode::METHOD_NOT_ALLOWED, &error)
    }
}

impl Refused {
    fn http(status: StatusCode, error: &Error) -> Self {
        let unauthorized = status == StatusCode::UNAUTHORIZED;
        Self {
            status: Some(status),
            errors: vec![respond::service_error(error)],
            header: unauthorized.then_some((WWW_AUTHENTICATE, "Bearer")),
        }
    }

    fn into_response(self, media: Media) -> Response {
        let status = self.status.unwrap_or(match media {
            Media::GraphQl => StatusCode::BAD_REQUEST,
            Media::Json => StatusCode::OK,
        });
        let mut response = reply(status, media, &BTreeMap::from([("errors", self.errors)]));
        if let Some((name, value)) = self.header {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

/// Errors of a well-formed HTTP request: the document was refused.
impl From<Vec<ServerError>> for Refused {
    fn from(errors: Vec<ServerError>) -> Self {
        Self {
            status: None,
            errors,
            header: None,
        }
    }
}

impl From<ServerError> for Refused {
    fn from(error: ServerError) -> Self {
        vec![error].into()
    }
}

/// Errors from admission: the caller is not let in.
impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::http(error.status(), &error)
    }
}

/// What a tenant may see is for no cache, and depends on what the client accepts.
fn reply(status: StatusCode, media: Media, body: &impl serde::Serialize) -> Response {
    let headers = [
        (CONTENT_TYPE, media.content_type()),
        (VARY, "Accept"),
        (CACHE_CONTROL, "no-store"),
    ];
    (status, headers, Json(body)).into_response()
}

#[cfg(test)]
mod tests;
