//! Answers that are pages: what always goes with them.

use askama::Template;
use axum::{
    extract::Request,
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, Version, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};

/// Nothing is loaded from elsewhere, no script or style stands in a page, and no other site frames one. Forms may be
/// sent on by a redirect to wherever an organisation's provider is: browsers hold that to `form-action`, so it is
/// left out on the pages that sign in and out (`sign_in`).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    frame-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What is sent in fewer bytes where the browser knows how: text.
pub fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/"))
}

/// Sends in full what another site has asked for: it could learn from the length of a page what stands beside the words
/// that it has put into the address (BREACH).
pub async fn in_full_for_others(mut request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site");
    if site.is_some_and(|site| site == "cross-site" || site == "same-site") {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.run(request).await
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
