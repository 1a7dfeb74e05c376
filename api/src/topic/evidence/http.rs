//! The bytes of evidence over plain HTTP: `PUT /evidence/uploads/{secret}` takes a file in, and
//! `GET /evidence/files/{id}` gives one out.
//!
//! What always holds:
//! - An upload URL is its own credential: it needs no header, works once, and works again after an
//!   attempt that failed. Nothing is to be seen of a file until it is whole, checked and recorded.
//! - What is bound to be refused is refused before a byte of the body is asked for, so that a client
//!   that waits for `100 Continue` sends nothing in vain.
//! - A download is authorised at every request and recorded before its first byte leaves. It comes as
//!   an attachment that no browser would render in the service's name, and is never cached.
//! - Errors have the shape of a GraphQL error. Neither URLs nor ids are logged.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    body::{Body, BodyDataStream},
    extract::{Path, Request, State, rejection::PathRejection},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use entity::evidence_file;
use futures::{StreamExt, TryStreamExt};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{
        ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH,
        CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_RANGE, RANGE, RETRY_AFTER,
    },
};
use serde_json::json;
use uuid::Uuid;

use super::write;
use crate::{
    Error, Result,
    access::{
        Act, Door, Permit, Resource,
        action::{DownloadEvidenceFile, ReceiveEvidenceFile},
    },
    graphql::{
        key::{self, Keyed},
        transport::bearer,
    },
    store::{
        blob::{Blobs, too_large},
        media::attachment,
        range::Selection,
    },
};

/// How many uploads go on at the same time; each holds some 10 MiB of memory.
const UPLOADS: usize = 16;
/// How many of them one organisation may have, so that none keeps the others waiting.
const UPLOADS_OF_ONE: usize = 4;
/// Said to a client that finds no place.
const RETRY_SECONDS: &str = "10";

/// How much of a refused body is still taken off the line, and for how long, so that the client gets
/// to read why: a connection that is closed while it sends would take the answer with it.
const DRAINED_BYTES: usize = 64 << 20;
const DRAINED_FOR: Duration = Duration::from_secs(10);

#[derive(Clone)]
struct Service {
    door: Door,
    blobs: Blobs,
    limit: u64,
    places: Places,
}

/// The routes for the bytes of evidence; a file has at most `limit` of them.
pub fn routes(door: Door, blobs: Blobs, limit: u64) -> Router {
    Router::new()
        .route("/evidence/uploads/{secret}", put(upload))
        .route("/evidence/files/{id}", get(download))
        .with_state(Service {
            door,
            blobs,
            limit,
            places: Places::default(),
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
    match service.take_in(&secret, request).await {
        Ok(file) => (StatusCode::CREATED, Json(described(&file))).into_response(),
        Err(Refused::Error(error)) => error.into_response(),
        Err(Refused::Busy) => busy(),
    }
}

/// Why an upload was not taken in.
enum Refused {
    Error(Error),
    Busy,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

fn busy() -> Response {
    let text = "Too many uploads are under way. Send the file again in some seconds; the upload URL still works.";
    let mut response = Error::LimitExceeded(text.to_owned()).into_response();
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from_static(RETRY_SECONDS));
    response
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

impl Service {
    async fn take_in(
        &self,
        secret: &str,
        request: Request,
    ) -> Result<evidence_file::Model, Refused> {
        let (actor, upload) = self.door.uploader(secret).await?;
        ReceiveEvidenceFile::RULE.check(&actor, &upload.facts())?;
        if upload.finished_at.is_some() {
            return Err(write::used().into());
        }
        is_whole_file(request.headers(), self.limit)?;
        let _place = self.places.take(upload.owner_id).ok_or(Refused::Busy)?;

        let mut body = request.into_body().into_data_stream();
        let received = self
            .blobs
            .receive(upload.owner_id, &upload.name, self.limit, &mut body)
            .await;
        if received.is_err() {
            tokio::spawn(drain(body));
        }
        let received = received?;
        let permit = self
            .door
            .permit::<ReceiveEvidenceFile>(&actor, upload.id, None)
            .await?;
        Ok(write::receive(permit, received).await?)
    }
}

/// Refuses by the headers what cannot become a file: parts and compressed forms of one (which would be
/// kept as if they were the file itself), and what is too large.
fn is_whole_file(headers: &HeaderMap, limit: u64) -> Result<()> {
    if headers.contains_key(CONTENT_RANGE) {
        let text = "is not accepted: an upload cannot be resumed; send the whole file by one PUT";
        return Err(Error::invalid("Content-Range", text));
    }
    if headers
        .get(CONTENT_ENCODING)
        .is_some_and(|encoding| encoding != "identity")
    {
        return Err(Error::invalid(
            "Content-Encoding",
            "is not accepted: send the file as it is",
        ));
    }
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    match announced {
        Some(length) if length > limit => Err(too_large(limit)),
        _ => Ok(()),
    }
}

async fn drain(mut body: BodyDataStream) {
    let enough = async {
        let mut left = DRAINED_BYTES;
        while let Some(Ok(chunk)) = body.next().await {
            match left.checked_sub(chunk.len()) {
                Some(less) => left = less,
                None => break,
            }
        }
    };
    // When time is over, the connection is closed however much is left.
    let _ = tokio::time::timeout(DRAINED_FOR, enough).await;
}

/// The uploads under way, by organisation.
#[derive(Clone, Default)]
struct Places(Arc<Mutex<HashMap<Uuid, usize>>>);

/// A place among the uploads under way, until it is dropped.
struct Place {
    of: Uuid,
    among: Places,
}

impl Places {
    fn take(&self, of: Uuid) -> Option<Place> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.get(&of).copied().unwrap_or_default();
        if own >= UPLOADS_OF_ONE || taken.values().sum::<usize>() >= UPLOADS {
            return None;
        }
        taken.insert(of, own + 1);
        Some(Place {
            of,
            among: self.clone(),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.among.0.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.of) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                taken.remove(&self.of);
            }
        }
    }
}

async fn download(
    State(service): State<Service>,
    id: Result<Path<String>, PathRejection>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response> {
    let permit = service.let_in(id, &headers).await?;
    let file = permit.resource.clone();
    if method == Method::HEAD {
        return respond(&file, &Selection::Whole, Body::empty());
    }
    let selection = selected(&file, &headers)?;
    if selection == Selection::Unsatisfiable {
        return respond(&file, &selection, Body::empty());
    }
    write::download(permit).await?;
    let range = match &selection {
        Selection::Part(range) => Some(range.clone()),
        _ => None,
    };
    let bytes = service
        .blobs
        .read(file.owner_id, &file.sha256, range)
        .await?;
    let bytes = bytes.inspect_err(|cause| tracing::error!(%cause, "a download broke off"));
    respond(&file, &selection, Body::from_stream(bytes))
}

/// Said when a download is asked for without a token.
const ANONYMOUS: Error =
    Error::Unauthenticated("This needs an API token: send it as `Authorization: Bearer TOKEN`.");

impl Service {
    async fn let_in(
        &self,
        id: Result<Path<String>, PathRejection>,
        headers: &HeaderMap,
    ) -> Result<Permit<DownloadEvidenceFile>> {
        let token = bearer(headers)?.ok_or(ANONYMOUS)?;
        let actor = self.door.authenticate(&token).await?;
        let id = id
            .ok()
            .and_then(|Path(id)| file_id(&id))
            .ok_or(Error::NotFound)?;
        self.door.permit(&actor, id, None).await
    }
}

fn file_id(id: &str) -> Option<Uuid> {
    key::parse(id)
        .filter(|(prefix, _)| *prefix == evidence_file::Entity::PREFIX)
        .map(|(_, id)| id)
}

/// Which part is wanted. A client that goes on with what it has of another file gets the whole of this
/// one instead.
fn selected(file: &evidence_file::Model, headers: &HeaderMap) -> Result<Selection> {
    let same = headers
        .get(IF_RANGE)
        .is_none_or(|tag| tag.as_bytes() == etag(file).as_bytes());
    let range = headers
        .get(RANGE)
        .filter(|_| same)
        .and_then(|range| range.to_str().ok());
    Ok(Selection::of(range, length(file)?))
}

/// The bytes of a file never change, so their hash tells it from every other.
fn etag(file: &evidence_file::Model) -> String {
    format!("\"{}\"", file.sha256)
}

fn length(file: &evidence_file::Model) -> Result<u64> {
    u64::try_from(file.size).map_err(Error::internal)
}

fn respond(file: &evidence_file::Model, selection: &Selection, body: Body) -> Result<Response> {
    let size = length(file)?;
    let sent = match selection {
        Selection::Whole => size,
        Selection::Part(range) => range.end - range.start,
        Selection::Unsatisfiable => 0,
    };
    let mut response = (selection.status(), ALWAYS, body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, sent.into());
    headers.insert(ETAG, value(&etag(file))?);
    if let Some(range) = selection.content_range(size) {
        headers.insert(CONTENT_RANGE, value(&range)?);
    }
    if *selection != Selection::Unsatisfiable {
        headers.insert(CONTENT_TYPE, value(&file.media_type)?);
        headers.insert(CONTENT_DISPOSITION, attachment(&file.name));
    }
    Ok(response)
}

/// What every answer about a file says; the rest of the security headers stand on all answers of the
/// service.
const ALWAYS: [(HeaderName, &str); 3] = [
    (ACCEPT_RANGES, "bytes"),
    (CACHE_CONTROL, "private, no-store"),
    (CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
];

fn value(text: &str) -> Result<HeaderValue> {
    HeaderValue::try_from(text).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(given: &[(HeaderName, &'static str)]) -> HeaderMap {
        given
            .iter()
            .map(|(name, text)| (name.clone(), HeaderValue::from_static(text)))
            .collect()
    }

    fn the_certificate() -> evidence_file::Model {
        evidence_file::Model {
            id: Uuid::nil(),
            evidence_id: Uuid::nil(),
            owner_id: Uuid::nil(),
            name: "Certifikat å.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            size: 1000,
            sha256: "ab".repeat(32),
            uploaded_by: None,
            uploaded_at: chrono::DateTime::UNIX_EPOCH,
            replaced_at: None,
        }
    }

    #[test]
    fn what_cannot_become_a_file_is_refused_by_its_headers() {
        for (given, code) in [
            (&[(CONTENT_LENGTH, "1000")][..], None),
            (&[], None),
            (&[(CONTENT_ENCODING, "identity")], None),
            (&[(CONTENT_LENGTH, "1001")], Some("LIMIT_EXCEEDED")),
            (
                &[(CONTENT_RANGE, "bytes 500-999/1000")],
                Some("INVALID_INPUT"),
            ),
            (&[(CONTENT_ENCODING, "gzip")], Some("INVALID_INPUT")),
        ] {
            let told = is_whole_file(&headers(given), 1000).err();
            assert_eq!(told.as_ref().map(Error::code), code, "{given:?}");
        }
    }

    #[test]
    fn a_download_goes_on_with_the_same_file_alone() {
        let file = the_certificate();
        let selected = |condition: Option<&str>| {
            let mut asked = headers(&[(RANGE, "bytes=500-")]);
            if let Some(tag) = condition {
                asked.insert(IF_RANGE, tag.parse().expect("a header value"));
            }
            selected(&file, &asked).expect("a selection")
        };
        assert_eq!(selected(None), Selection::Part(500..1000));
        assert_eq!(selected(Some(&etag(&file))), Selection::Part(500..1000));
        assert_eq!(selected(Some("\"another\"")), Selection::Whole);
        assert_eq!(
            selected(Some("Tue, 03 Mar 2026 08:00:00 GMT")),
            Selection::Whole
        );
    }

    #[test]
    fn a_part_says_which_it_is_and_what_it_is_of() {
        let response = respond(
            &the_certificate(),
            &Selection::Part(500..1000),
            Body::empty(),
        );
        let response = response.expect("a response");
        assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
        for (name, text) in [
            (CONTENT_LENGTH, "500"),
            (CONTENT_RANGE, "bytes 500-999/1000"),
            (CONTENT_TYPE, "application/pdf"),
            (CACHE_CONTROL, "private, no-store"),
        ] {
            assert_eq!(response.headers()[name], text);
        }
    }

    #[test]
    fn nobody_takes_the_places_of_all() {
        let places = Places::default();
        let one = Uuid::from_u128(1);
        let taken: Vec<_> = (0..UPLOADS_OF_ONE).map(|_| places.take(one)).collect();
        assert!(taken.iter().all(Option::is_some));
        assert!(places.take(one).is_none());
        let others: Vec<_> = (2..20)
            .filter_map(|other| places.take(Uuid::from_u128(other)))
            .collect();
        assert_eq!(others.len(), UPLOADS - UPLOADS_OF_ONE);
        drop((taken, others));
        assert!(places.take(one).is_some());
        assert!(places.0.lock().expect("a whole lock").is_empty());
    }
}
