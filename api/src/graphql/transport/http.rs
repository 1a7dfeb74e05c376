//! GraphQL over HTTP, after the specification of that name.
//!
//! `POST` carries one request as `application/json`, `GET` a query in the URL and nothing that could
//! change anything. Every answer is a GraphQL response; one that was refused before execution has no
//! `data`, and its status says so to clients that accept `application/graphql-response+json`.

use std::sync::Arc;

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
    header::{
        ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY,
    },
};
use mime::Mime;
use serde_json::{Map, Value, json};

use super::{
    Caller, NotAdmitted, Params, Transport,
    accept::Media,
    budget::{COST, Receipt},
    from_browser,
    idempotency::{self, Answer, Once},
    json, multipart, respond, shown, sse, ws,
};
use crate::{Error, Result, server::Peer};

/// The routes of the API: `/graphql`, and for subscriptions `/graphql/ws` and `/graphql/stream`.
pub fn routes<E: Executor>(service: Transport<E>) -> Router {
    let body = DefaultBodyLimit::max(service.limits.body_bytes);
    Router::new()
        .route("/graphql", any(handle::<E>).layer(body))
        .route("/graphql/ws", any(ws::upgrade::<E>))
        .route("/graphql/stream", any(sse::handle::<E>).layer(body))
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
        .into_response(Media::Json, None);
    };
    let mut receipt = None;
    let answer = answer(&service, request, &mut receipt);
    let answer = tokio::time::timeout(service.limits.time, answer).await;
    let late = |_| {
        Err(Refused::http(
            StatusCode::SERVICE_UNAVAILABLE,
            &service.timed_out(),
        ))
    };
    let mut response = match answer.unwrap_or_else(late) {
        Ok(Answer::First(response)) => reply(StatusCode::OK, media, &response),
        Ok(Answer::Again(response)) => {
            let mark = [(idempotency::REPLAYED, "true")];
            (mark, reply(StatusCode::OK, media, &response)).into_response()
        }
        Err(refused) => refused.into_response(media, receipt.as_ref()),
    };
    if let Some(receipt) = receipt {
        receipt.write(response.headers_mut());
    }
    response
}

async fn answer<E: Executor>(
    service: &Arc<Transport<E>>,
    request: Request,
    receipt: &mut Option<Receipt>,
) -> Result<Answer, Refused> {
    let caller = caller(&request)?;
    let browser = from_browser(request.headers());
    let key = idempotency::key(request.headers()).map_err(|error| bad_request(&error))?;
    let by_post = request.method() == Method::POST;
    let mut files = None;
    let params = match *request.method() {
        Method::POST if multipart::is_form(request.headers()) => {
            let (params, sent) = multipart::read(service, request).await?;
            files = Some(sent);
            params
        }
        Method::POST => from_body(request, service.limits.body_bytes).await?,
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
            let text = "Subscriptions are served at /graphql/ws over WebSocket, with the subprotocol graphql-transport-ws, and at /graphql/stream as server-sent events.";
            return Err(respond::validation_error(text, None).into());
        }
    }
    let once = once.filter(|_| operation.kind == OperationType::Mutation);
    let mut admitted = match service.admit(operation, caller).await {
        Ok(admitted) => admitted,
        Err(NotAdmitted { error, receipt: so }) => {
            *receipt = so;
            return Err(error.into());
        }
    };
    *receipt = Some(admitted.receipt().clone());
    if let Some(files) = files {
        admitted.request.data.insert(files);
        admitted.again = None;
    }
    match once {
        Some(once) => once.execute(service, admitted).await,
        None => Ok(Answer::First(respond::finish(
            service.execute(admitted).await?,
        )?)),
    }
}

pub(super) fn caller(request: &Request) -> Result<Caller> {
    let Peer(address) = Peer::of(request.extensions());
    Ok(Caller {
        shown: shown(request.headers())?,
        address,
    })
}

/// Reads a body of at most so many bytes. What is told to be larger is refused before any of it is asked
/// for.
pub(super) async fn from_body(request: Request, most: usize) -> Result<Params, Refused> {
    if !is_json(request.headers()) {
        let problem = Error::invalid("Content-Type", "must be application/json, in UTF-8");
        return Err(Refused::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, &problem));
    }
    if is_encoded(request.headers()) {
        let problem = Error::invalid(
            "Content-Encoding",
            "must be left out: send the body as it is",
        );
        let refused = Refused::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, &problem);
        return Err(refused.telling(ACCEPT_ENCODING, "identity"));
    }
    let too_large = |status| {
        let text = "The body is larger than the service accepts, or broke off. Send less in one request; files have an upload URL of their own.";
        Refused::http(status, &Error::LimitExceeded(text.to_owned()))
    };
    if told_length(request.headers()) > Some(most) {
        return Err(too_large(StatusCode::PAYLOAD_TOO_LARGE));
    }
    let body = Bytes::from_request(request, &()).await;
    let body = body.map_err(|rejection| too_large(rejection.status()))?;
    let parameters = json::read(&body)
        .map_err(|error| bad_request(&Error::invalid("request", not_json(&error))))?;
    Params::from_json(parameters).map_err(|error| bad_request(&error))
}

/// Reads the query string, in which objects are JSON texts.
pub(super) fn from_url(request: &Request) -> Result<Params, Refused> {
    let mut parameters = Map::new();
    let query = request.uri().query().unwrap_or_default();
    let decoded = percent_encoding::percent_decode_str(query).decode_utf8();
    decoded.map_err(|_| bad_request(&Error::invalid("URL", "must be percent-encoded UTF-8")))?;
    for (name, text) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = match name.as_ref() {
            "variables" | "extensions" => json::read(text.as_bytes())
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

pub(super) fn told_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

pub(super) fn is_encoded(headers: &HeaderMap) -> bool {
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    encodings.any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

pub(super) fn is_json(headers: &HeaderMap) -> bool {
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
    headers: Box<HeaderMap>,
}

pub(super) fn bad_request(error: &Error) -> Refused {
    Refused::http(StatusCode::BAD_REQUEST, error)
}

pub(super) fn wrong_method(allowed: &'static str, problem: &str) -> Refused {
    let error = Error::invalid("method", problem);
    Refused::http(StatusCode::METHOD_NOT_ALLOWED, &error).telling(ALLOW, allowed)
}

impl Refused {
    pub(super) fn http(status: StatusCode, error: &Error) -> Self {
        Self {
            status: Some(status),
            errors: vec![respond::service_error(error)],
            headers: Box::new(error.headers()),
        }
    }

    fn telling(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    pub(super) fn into_response(self, media: Media, receipt: Option<&Receipt>) -> Response {
        let status = self.status.unwrap_or(match media {
            Media::GraphQl => StatusCode::BAD_REQUEST,
            Media::Json => StatusCode::OK,
        });
        let mut body = json!({ "errors": self.errors });
        if let Some(receipt) = receipt {
            body["extensions"] = json!({ COST: receipt.extension() });
        }
        (*self.headers, reply(status, media, &body)).into_response()
    }
}

/// Errors of a well-formed HTTP request: the document was refused.
impl From<Vec<ServerError>> for Refused {
    fn from(errors: Vec<ServerError>) -> Self {
        Self {
            status: None,
            errors,
            headers: Box::default(),
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
