//! `GET /evidence/files/{id}` gives a file out: whole or a part, authorised at every request and recorded
//! before its first byte leaves, as an attachment that no browser would render in the service's name.

use axum::{
    body::Body,
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use entity::evidence_file;
use futures::TryStreamExt;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{
        ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
        CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_RANGE, RANGE,
    },
};
use uuid::Uuid;

use super::{super::write, Service};
use crate::{
    Error, Result,
    access::{Permit, action::DownloadEvidenceFile},
    graphql::{
        key::{self, Keyed},
        transport::shown,
    },
    store::{media::attachment, range::Selection},
};

pub(super) async fn download(
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
    let range = match &selection {
        Selection::Part(range) => Some(range.clone()),
        _ => None,
    };
    let bytes = service
        .blobs
        .read(file.owner_id, &file.sha256, range)
        .await?;
    write::download(permit).await?;
    let bytes = bytes.inspect_err(|cause| tracing::error!(%cause, "a download broke off"));
    respond(&file, &selection, Body::from_stream(bytes))
}

/// Said when a download is asked for by nobody that is known.
const ANONYMOUS: Error =
    Error::Unauthenticated("Sign in, or send an API token as `Authorization: Bearer TOKEN`.");

impl Service {
    async fn let_in(
        &self,
        id: Result<Path<String>, PathRejection>,
        headers: &HeaderMap,
    ) -> Result<Permit<DownloadEvidenceFile>> {
        let shown = shown(headers)?.ok_or(ANONYMOUS)?;
        let actor = self.keeper.recognise(&shown).await?;
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
    use http::StatusCode;

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
}
