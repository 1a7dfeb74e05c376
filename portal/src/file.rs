//! Files that a browser shows by itself, passed on from the API to be seen in the page. To be saved, they come from the
//! API itself.
//!
//! What always holds: the API decides who may have a file and records that they had it. What is shown is kept in a box:
//! it can run nothing, load nothing and stands in no other site's frame. All but a PDF is in a sandbox, too: what browsers
//! show a PDF with is one of their own, whatever we say. Chromium passes over ours (tried), and Safari is reported to show
//! some documents as empty pages in it, so that it would protect nobody and keep some from reading.

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::Response,
    routing::get,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Portal, failure::Failure, visitor::Visitor};

/// What browsers show by themselves.
const SHOWN: [&str; 5] = [PDF, "image/png", "image/jpeg", "image/gif", "text/plain"];

const PDF: &str = "application/pdf";

/// What a file that is shown may do: nothing. It is framed by our own pages alone.
const BOX: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'; sandbox";
const BOX_OF_PDF: &str =
    "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'";

/// Whether files of this type can be shown in a page.
pub fn can_be_shown(media_type: &str) -> bool {
    SHOWN.contains(&media_type)
}

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new().route("/files/{id}/view", get(view))
}

/// Gives out a file to be seen.
async fn view(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let uri = format!(
        "/evidence/files/{}",
        utf8_percent_encode(&id, NON_ALPHANUMERIC)
    );
    let asked = visitor.request(Method::GET, &uri, Body::empty());
    let mut answer = portal.api.pass(asked).await;
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::UNAUTHORIZED => return Err(Failure::of(&visitor, "UNAUTHENTICATED")),
        StatusCode::NOT_FOUND => return Err(Failure::not_found(&visitor)),
        _ => return Ok(answer),
    }
    let headers = answer.headers_mut();
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind
        .and_then(|kind| kind.split(';').next())
        .unwrap_or_default();
    if can_be_shown(kind) {
        let policy = match kind {
            PDF => BOX_OF_PDF,
            _ => BOX,
        };
        headers.insert(
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("inline"),
        );
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(policy),
        );
        // For browsers that do not know `frame-ancestors`.
        headers.insert(
            header::X_FRAME_OPTIONS,
            HeaderValue::from_static("SAMEORIGIN"),
        );
    }
    Ok(answer)
}
