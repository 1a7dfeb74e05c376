//! The bytes of evidence over plain HTTP: `/evidence/uploads/{secret}` takes a file in, by one `PUT` or in
//! pieces after the tus protocol; `GET /evidence/files/{id}` gives one out.
//!
//! What always holds:
//! - An upload URL is its own credential: it needs no token, works once, and works again after an
//!   attempt that failed. Nothing is to be seen of a file until it is whole, checked and recorded.
//! - What is bound to be refused is refused before a byte of the body is asked for, so that a client
//!   that waits for `100 Continue` sends nothing in vain.
//! - A download is authorised at every request and recorded before its first byte leaves. It comes as
//!   an attachment that no browser would render in the service's name, and is never cached.
//! - Errors have the shape of a GraphQL error. Neither URLs nor ids are logged.

mod download;
mod put;
mod tus;

use axum::{
    Router,
    extract::{Path, Request, State, rejection::PathRejection},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use entity::evidence_file;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header::RETRY_AFTER};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Error, Result,
    access::Door,
    graphql::{Links, key},
    places::Places,
    store::blob::Blobs,
    topic::identity::Gatekeeper,
};

/// How many uploads go on at the same time; each holds some 10 MiB of memory.
const UPLOADS: usize = 16;
/// How many of them one organisation may have, so that none keeps the others waiting.
const UPLOADS_OF_ONE: usize = 4;

/// Said to a client that finds no place.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("10");

#[derive(Clone)]
struct Service {
    door: Door,
    keeper: Gatekeeper,
    blobs: Blobs,
    links: Links,
    limit: u64,
    places: Places<Uuid>,
}

/// The routes for the bytes of evidence; a file has at most `limit` of them.
pub fn routes(door: Door, keeper: Gatekeeper, blobs: Blobs, links: Links, limit: u64) -> Router {
    Router::new()
        .route("/evidence/uploads/{secret}", any(upload))
        .route("/evidence/files/{id}", get(download::download))
        .with_state(Service {
            door,
            keeper,
            blobs,
            links,
            limit,
            places: Places::new(UPLOADS_OF_ONE).within(UPLOADS),
        })
}

async fn upload(
    State(service): State<Service>,
    secret: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path(secret)) = secret else {
        return Error::NotFound.into_response();
    };
    match tus::method(&request) {
        Method::PUT => service.put(&secret, request).await,
        method => service.tus(&method, &secret, request).await,
    }
}

/// Why bytes were not taken in.
#[derive(Debug)]
struct Refused {
    error: Error,
    status: StatusCode,
    headers: Box<HeaderMap>,
}

impl Refused {
    fn with(status: StatusCode, error: Error) -> Self {
        Self {
            error,
            status,
            headers: Box::default(),
        }
    }

    fn busy() -> Self {
        let text = "Too many uploads are under way. Send the file again in some seconds; the upload URL still works.";
        let error = Error::LimitExceeded(text.to_owned());
        Self::with(StatusCode::SERVICE_UNAVAILABLE, error).telling(RETRY_AFTER, RETRY_SECONDS)
    }

    fn telling(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::with(error.status(), error)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = self.error.into_response();
        *response.status_mut() = self.status;
        response.headers_mut().extend(*self.headers);
        response
    }
}

fn described(file: &evidence_file::Model) -> serde_json::Value {
    json!({
        "file": {
            "id": key::id::<evidence_file::Entity>(file.id),
            "name": file.name,
            "mediaType": file.media_type,
            "size": file.size,
            "sha256": file.sha256,
        }
    })
}

fn value(text: &str) -> Result<HeaderValue> {
    HeaderValue::try_from(text).map_err(Error::internal)
}
