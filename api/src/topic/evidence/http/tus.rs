//! Uploads that can be resumed, after the tus protocol 1.0.0 with its extensions creation,
//! creation-with-upload, expiration, checksum and termination. (The crates that speak it are servers with
//! stores and locks of their own; what is left of it is reading a handful of headers.)
//!
//! The upload URL that `createEvidenceUpload` gives is both where an upload is created (`POST`; a second
//! one begins anew) and the upload itself. What always holds:
//! - What has come is kept: every full part as it comes, and what is left when the connection breaks. Only
//!   a piece with a checksum is kept whole or not at all.
//! - Of two requests that add to the same place, one is told `409` and where the upload stands now: the
//!   offset is moved on in the database, so no replica has to know of another.
//! - The request that brings the last byte goes the way of a `PUT`: the file is hashed, inspected,
//!   published and recorded before it is acknowledged. Refused, it leaves nothing, and the URL is as new.

mod addition;
mod headers;

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use entity::{evidence_file, resumable_upload, upload};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{ALLOW, CACHE_CONTROL, LOCATION},
};
use tracing::Instrument;

use self::{
    addition::Addition,
    headers::{
        ALGORITHMS, Checksum, TUS_CHECKSUM_ALGORITHM, TUS_EXTENSION, TUS_MAX_SIZE, TUS_RESUMABLE,
        TUS_VERSION, UPLOAD_EXPIRES, UPLOAD_FILE_ID, UPLOAD_LENGTH, UPLOAD_OFFSET, VERSION,
    },
};
use super::{
    super::{resume, write},
    Refused, Service, described, value,
};
use crate::{
    Error, Result,
    access::{Act, Actor, Permit, Resource, action::ReceiveEvidenceFile},
    graphql::key,
};

const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
const METHODS: HeaderValue = HeaderValue::from_static("OPTIONS, HEAD, POST, PUT, PATCH, DELETE");
const EXTENSIONS: HeaderValue =
    HeaderValue::from_static("creation,creation-with-upload,expiration,checksum,termination");

/// The method of a request: the one that it is overridden with, if it is.
pub(super) fn method(request: &Request) -> Method {
    let overriding = request.headers().get(METHOD_OVERRIDE);
    let overriding = overriding.and_then(|name| Method::from_bytes(name.as_bytes()).ok());
    overriding.unwrap_or_else(|| request.method().clone())
}

/// An upload as its URL gives it.
#[derive(Clone)]
struct Held {
    actor: Arc<Actor>,
    upload: upload::Model,
}

impl Service {
    /// Answers what is asked after the protocol.
    pub(super) async fn tus(&self, method: &Method, secret: &str, request: Request) -> Response {
        let answer = if *method == Method::OPTIONS {
            Ok(self.capabilities())
        } else {
            self.act(method, secret, request).await
        };
        let mut response = answer.unwrap_or_else(IntoResponse::into_response);
        let headers = response.headers_mut();
        headers.insert(TUS_RESUMABLE, VERSION);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    async fn act(
        &self,
        method: &Method,
        secret: &str,
        request: Request,
    ) -> Result<Response, Refused> {
        let (head, body) = request.into_parts();
        let given = head.headers;
        headers::version(&given)?;
        let (actor, upload) = self.door.uploader(secret).await?;
        ReceiveEvidenceFile::RULE.check(&actor, &upload.facts())?;
        let held = Held { actor, upload };
        match *method {
            Method::POST => self.create(&held, secret, &given, body).await,
            Method::PATCH => self.add(&held, &given, body).await,
            Method::HEAD => self.tell(&held).await,
            Method::DELETE => self.terminate(&held).await,
            _ => Err(wrong_method()),
        }
    }

    fn capabilities(&self) -> Response {
        let told = [
            (TUS_VERSION, VERSION),
            (TUS_EXTENSION, EXTENSIONS),
            (TUS_MAX_SIZE, self.limit.into()),
            (TUS_CHECKSUM_ALGORITHM, ALGORITHMS),
            (ALLOW, METHODS),
        ];
        (StatusCode::NO_CONTENT, told).into_response()
    }
}

fn wrong_method() -> Refused {
    let text =
        "must be POST, HEAD, PATCH or DELETE after the tus protocol, or PUT for a whole file";
    let error = Error::invalid("method", text);
    Refused::with(StatusCode::METHOD_NOT_ALLOWED, error).telling(ALLOW, METHODS)
}

impl Service {
    /// How far the upload has come.
    async fn stand(&self, held: &Held) -> Result<resumable_upload::Model, Refused> {
        let scope = self.door.scope(&held.actor).await?;
        let stands = resume::stand(&scope, held.upload.id).await?;
        stands.ok_or_else(|| {
            let text =
                "No upload has been begun here: begin with POST, or send the whole file by PUT.";
            Refused::with(StatusCode::NOT_FOUND, Error::InvalidState(text.to_owned()))
        })
    }

    async fn permit(&self, held: &Held) -> Result<Permit<ReceiveEvidenceFile>> {
        self.door.permit(&held.actor, held.upload.id, None).await
    }

    async fn tell(&self, held: &Held) -> Result<Response, Refused> {
        let stands = self.stand(held).await?;
        let length = [(UPLOAD_LENGTH, HeaderValue::from(stands.size))];
        Ok((StatusCode::OK, length, progress(held, &stands)?).into_response())
    }

    async fn create(
        &self,
        held: &Held,
        secret: &str,
        given: &HeaderMap,
        body: Body,
    ) -> Result<Response, Refused> {
        let size = headers::length(given, self.limit)?;
        let checksum = Checksum::read(given)?;
        let with_piece = headers::announces_piece(given);
        if with_piece {
            headers::is_piece(given)?;
            fits(given, size)?;
        }
        let permit = self.permit(held).await?;
        let (stands, dropped) = resume::begin(permit, size, self.limit).await?;
        self.blobs.discard_parts(dropped).await;
        let mut added = Added { stands, file: None };
        if with_piece {
            added = self.take_piece(held, added.stands, checksum, body).await?;
        }
        let location = [(LOCATION, value(&self.links.upload(secret))?)];
        let told = progress(held, &added.stands)?;
        let told = (location, told);
        Ok(match added.file {
            Some(file) => (StatusCode::CREATED, told, Json(described(&file))).into_response(),
            None => (StatusCode::CREATED, told).into_response(),
        })
    }

    async fn add(&self, held: &Held, given: &HeaderMap, body: Body) -> Result<Response, Refused> {
        headers::is_piece(given)?;
        let offset = headers::offset(given)?;
        let checksum = Checksum::read(given)?;
        if held.upload.finished_at.is_some() {
            return Err(write::used().into());
        }
        let stands = self.stand(held).await?;
        if offset != stands.received {
            return Err(moved());
        }
        fits(given, stands.size - stands.received)?;
        let added = self.take_piece(held, stands, checksum, body).await?;
        Ok((StatusCode::NO_CONTENT, progress(held, &added.stands)?).into_response())
    }

    async fn take_piece(
        &self,
        held: &Held,
        stands: resumable_upload::Model,
        checksum: Option<Checksum>,
        body: Body,
    ) -> Result<Added, Refused> {
        let place = self.places.take(held.upload.owner_id);
        let place = place.ok_or_else(Refused::busy)?;
        let addition = Addition::new(self.clone(), held.clone(), stands, checksum, place);
        // A task of its own: when the client goes away, what it has sent is kept all the same.
        let task = tokio::spawn(addition.run(body.into_data_stream()).in_current_span());
        task.await.map_err(Error::internal)?
    }

    async fn terminate(&self, held: &Held) -> Result<Response, Refused> {
        let stands = self.stand(held).await?;
        let dropped = resume::end(self.permit(held).await?, &stands).await?;
        self.blobs.discard_parts(dropped).await;
        Ok(StatusCode::NO_CONTENT.into_response())
    }
}

/// What became of an upload by a request: how far it has come, and the file if that is whole.
struct Added {
    stands: resumable_upload::Model,
    file: Option<evidence_file::Model>,
}

/// What every answer tells of an upload.
fn progress(held: &Held, stands: &resumable_upload::Model) -> Result<HeaderMap> {
    let expires = held.upload.expires_at.format("%a, %d %b %Y %H:%M:%S GMT");
    let mut told = HeaderMap::new();
    told.insert(UPLOAD_OFFSET, stands.received.into());
    told.insert(UPLOAD_EXPIRES, value(&expires.to_string())?);
    if let Some(file) = stands.file_id {
        told.insert(
            UPLOAD_FILE_ID,
            value(&key::id::<evidence_file::Entity>(file))?,
        );
    }
    Ok(told)
}

/// Refuses by its announced length what would go beyond the file.
fn fits(given: &HeaderMap, room: i64) -> Result<(), Refused> {
    match headers::content_length(given) {
        Some(length) if length > room => Err(too_long()),
        _ => Ok(()),
    }
}

fn too_long() -> Refused {
    let text = "The bytes go beyond the Upload-Length that the upload was created with. Ask with HEAD where it stands, and send what is missing.";
    Error::LimitExceeded(text.to_owned()).into()
}

fn moved() -> Refused {
    let text = "The upload does not stand at this Upload-Offset, or another request is moving it on. Ask with HEAD where it stands, and go on from there.";
    Refused::with(StatusCode::CONFLICT, Error::InvalidState(text.to_owned()))
}
