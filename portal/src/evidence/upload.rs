//! Files on their way in: from a form to the place that the API gives for each, piece by piece, never whole in memory.
//!
//! With the script `upload.js` they go to the API straight away, and go on where they stopped after a lost connection.

use axum::{
    body::{Body, to_bytes},
    extract::{FromRequest, Path, Request, State},
    http::{HeaderMap, Method, header::CONTENT_TYPE},
    response::{IntoResponse, Redirect, Response},
};
use multer::{Field, Multipart};
use serde_json::json;
use url::Url;

use crate::{
    Portal,
    api::{Refusal, refusal_of},
    failure::Failure,
    form::Typed,
    refused,
    text::Text,
    visitor::Visitor,
};

/// The longest that a field of text may be; the API allows less in most of them.
const LONGEST: usize = 64 * 1024;

/// A form with files, as it comes.
pub(super) struct Incoming(Multipart<'static>);

impl<S: Send + Sync> FromRequest<S> for Incoming {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let boundary = boundary(&parts.headers);
        let request = Request::from_parts(parts.clone(), body);
        let Some(boundary) = boundary else {
            use axum::extract::FromRequestParts;
            let Ok(visitor) = Visitor::from_request_parts(&mut parts, state).await;
            return Err(Failure::of(&visitor, "INVALID_INPUT"));
        };
        let stream = request.into_body().into_data_stream();
        Ok(Self(Multipart::new(stream, boundary)))
    }
}

fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

impl Incoming {
    /// The next field.
    pub(super) async fn next(&mut self) -> Result<Option<Field<'static>>, Refusal> {
        self.0.next_field().await.map_err(|error| broken(&error))
    }
}

/// A field of text.
pub(super) async fn text_of(mut field: Field<'static>) -> Result<String, Refusal> {
    let mut bytes = vec![];
    while let Some(piece) = field.chunk().await.map_err(|error| broken(&error))? {
        if bytes.len() + piece.len() > LONGEST {
            return Err(Refusal::coded("LIMIT_EXCEEDED"));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Takes the files of a form, and goes back to what they belong to.
pub(super) async fn send(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
    mut form: Incoming,
) -> Result<Response, Failure> {
    let mut sent = 0;
    while let Some(field) = form
        .next()
        .await
        .map_err(|refusal| Failure::new(&visitor, refusal))?
    {
        match portal.receive(&visitor, &id, field).await {
            Ok(received) => sent += usize::from(received),
            Err(refusal) => {
                return portal
                    .stopped(&visitor, id, &refusal, Typed::default())
                    .await;
            }
        }
    }
    match sent {
        0 => {
            let none = Refusal::coded("NONE");
            portal.stopped(&visitor, id, &none, Typed::default()).await
        }
        _ => Ok(Redirect::to(&format!("/evidence/{id}?done=uploadEvidenceFile")).into_response()),
    }
}

/// Why it did not go all the way, in words: one line a reason.
pub(super) fn problems(text: Text, refusal: &Refusal) -> Vec<String> {
    let own = matches!(refusal.code.as_str(), "NONE" | "BROKEN");
    let first = match own {
        true => text.say(&format!("file-refused-{}", refusal.code)),
        false => text.say("file-refused"),
    };
    let more = (!own).then(|| reasons(text, refusal));
    std::iter::once(first.into_owned())
        .chain(more.into_iter().flatten())
        .collect()
}

/// What was wrong, in words: one line a reason.
pub(super) fn reasons(text: Text, refusal: &Refusal) -> Vec<String> {
    if refusal.violations.is_empty() {
        return vec![joined(refused::message(text, refusal))];
    }
    let each = refusal.violations.iter().map(|violation| {
        let what = refused::violation(text, &violation.message);
        match text.find(&format!("field-{}", violation.path)) {
            Some(field) => format!("{field}: {what}"),
            None => what,
        }
    });
    each.collect()
}

fn joined((said, english): (String, Option<String>)) -> String {
    [Some(said), english]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The form did not come whole.
fn broken(error: &multer::Error) -> Refusal {
    tracing::debug!(%error, "a form did not come whole");
    Refusal::coded("BROKEN")
}

impl Portal {
    /// Sends a file on to the API; whether there was one: a field for files that is left empty is sent, too.
    pub(super) async fn receive(
        &self,
        visitor: &Visitor,
        evidence: &str,
        field: Field<'static>,
    ) -> Result<bool, Refusal> {
        let name = field.file_name().unwrap_or_default().to_owned();
        if name.is_empty() {
            return Ok(false);
        }
        let input = json!({ "evidenceId": evidence, "fileName": name });
        let place = self
            .api
            .change(visitor, "createEvidenceUpload", input)
            .await?;
        let url = place["url"].as_str().and_then(|url| Url::parse(url).ok());
        let url = url.ok_or_else(|| Refusal::coded("INTERNAL"))?;
        let request = visitor.request(Method::PUT, url.path(), Body::from_stream(field));
        let answer = self.api.pass(request).await;
        if answer.status().is_success() {
            return Ok(true);
        }
        let told = to_bytes(answer.into_body(), LONGEST)
            .await
            .unwrap_or_default();
        Err(refusal_of(&told))
    }
}
