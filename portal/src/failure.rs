//! Pages that cannot be shown, and why: not signed in, not found, not allowed, or something failed.

use askama::Template;
use axum::{
    http::{HeaderMap, StatusCode, header::ACCEPT},
    response::{IntoResponse, Redirect, Response},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{api::Refusal, html, page::Bare, refused, visitor::Visitor};

/// Why a page is not shown, to whom.
#[derive(Debug)]
pub struct Failure {
    frame: Bare,
    here: String,
    by_script: bool,
    refusal: Refusal,
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    page: Bare,
    title: String,
    told: (String, Option<String>),
}

impl Failure {
    /// What the API refused this visitor.
    #[must_use]
    pub fn new(visitor: &Visitor, refusal: Refusal) -> Self {
        Self {
            frame: visitor.into(),
            here: visitor.here.clone(),
            by_script: visitor.by_script,
            refusal,
        }
    }

    /// There is no such page, or not for this visitor.
    #[must_use]
    pub fn not_found(visitor: &Visitor) -> Self {
        Self::of(visitor, "NOT_FOUND")
    }

    /// Whether signing in is what helps.
    #[must_use]
    pub fn is_for_sign_in(&self) -> bool {
        self.refusal.code == "UNAUTHENTICATED"
    }

    /// A failure with this code of the API's.
    #[must_use]
    pub fn of(visitor: &Visitor, code: &str) -> Self {
        Self::new(visitor, Refusal::coded(code))
    }
}

/// How a page is answered that the API refuses with this code.
#[must_use]
pub fn status(code: &str) -> StatusCode {
    match code {
        "UNAUTHENTICATED" => StatusCode::UNAUTHORIZED,
        "NOT_FOUND" => StatusCode::NOT_FOUND,
        "FORBIDDEN" => StatusCode::FORBIDDEN,
        "RATE_LIMITED" => StatusCode::TOO_MANY_REQUESTS,
        "UNAVAILABLE" | "TRY_AGAIN" => StatusCode::SERVICE_UNAVAILABLE,
        "INVALID_INPUT" | "BAD_REQUEST" | "GRAPHQL_VALIDATION_FAILED" => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        "CONFLICT" | "INVALID_STATE" => StatusCode::CONFLICT,
        "LIMIT_EXCEEDED" => StatusCode::PAYLOAD_TOO_LARGE,
        // A form that did not come whole.
        "BROKEN" => StatusCode::BAD_REQUEST,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if self.is_for_sign_in() {
            return match self.by_script {
                true => StatusCode::UNAUTHORIZED.into_response(),
                false => to_sign_in(&self.here),
            };
        }
        let status = status(&self.refusal.code);
        let title = self
            .frame
            .text
            .find(&format!("refused-title-{}", self.refusal.code));
        let title = title.unwrap_or_else(|| self.frame.text.say("refused-title"));
        let page = FailurePage {
            page: self.frame,
            title: title.into_owned(),
            told: refused::message(self.frame.text, &self.refusal),
        };
        html::page(status, &page)
    }
}

/// There is nothing at this address. Whoever does not read pages is told so without one.
pub async fn nowhere(visitor: Visitor, headers: HeaderMap) -> Response {
    let reads_pages = headers
        .get(ACCEPT)
        .and_then(|accepted| accepted.to_str().ok())
        .is_some_and(|accepted| accepted.contains("text/html"));
    match reads_pages {
        true => Failure::not_found(&visitor).into_response(),
        false => StatusCode::NOT_FOUND.into_response(),
    }
}

/// To the page on which one signs in, and from there back here.
fn to_sign_in(here: &str) -> Response {
    let here = utf8_percent_encode(here, NON_ALPHANUMERIC);
    Redirect::to(&format!("/sign-in?return_to={here}")).into_response()
}

#[cfg(test)]
mod tests {
    use axum::{extract::FromRequestParts, http::Request};

    use super::*;

    #[tokio::test]
    async fn whose_session_has_ended_signs_in_and_comes_back_and_a_script_is_told_so() {
        let answer = async |accept: &str| {
            let request = Request::get("/risks?q=x").header(ACCEPT, accept).body(());
            let mut parts = request.expect("a request").into_parts().0;
            let Ok(visitor) = Visitor::from_request_parts(&mut parts, &()).await;
            Failure::of(&visitor, "UNAUTHENTICATED").into_response()
        };
        let person = answer("text/html").await;
        assert_eq!(person.status(), StatusCode::SEE_OTHER);
        assert_eq!(
            person.headers()["location"],
            "/sign-in?return_to=%2Frisks%3Fq%3Dx"
        );
        assert_eq!(
            answer("application/json").await.status(),
            StatusCode::UNAUTHORIZED
        );
    }
}
