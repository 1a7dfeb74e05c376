//! Answers that are pages: what always goes with them.

use askama::Template;
use axum::{
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version, header},
    response::{Html, IntoResponse, Response},
};

/// Nothing is loaded from elsewhere, no script or style stands in a page, and no other site frames one. Forms may be
/// sent on by a redirect to wherever an organisation's provider is: browsers hold that to `form-action`, so it is
/// left out on the pages that sign in and out (`sign_in`).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    frame-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What is sent in fewer bytes where the browser knows how: text. Pages hold no secret that stays the same while
/// somebody else has a say in them, which is what makes compression safe (BREACH).
pub fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/"))
}

/// A page.
pub fn page(status: StatusCode, page: &impl Template) -> Response {
    page_with(POLICY, status, page)
}

/// A page with a form that leads to another site: who signs out is led to their organisation's provider.
pub fn page_that_leaves(page: &impl Template) -> Response {
    const LEAVES: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
        base-uri 'none'; frame-ancestors 'none'";
    page_with(LEAVES, StatusCode::OK, page)
}

/// A page with a policy of its own.
pub(crate) fn page_with(
    policy: &'static str,
    status: StatusCode,
    page: &impl Template,
) -> Response {
    match page.render() {
        Ok(html) => {
            let policy = (
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static(policy),
            );
            (status, [policy], Html(html)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a page cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
