//! The portal: the pages that people use, served beside the API and a client of it like any other.
//!
//! It depends neither on the service's tables nor on its topics, so that it can do nothing that an
//! integration could not do. So far it is the front page, which says what Samsyn is and where to go, and the pages on
//! which people sign in.

pub mod sign_in;
pub mod words;

use axum::{Router, http::header, response::Html, routing::get};

/// The routes of the portal.
pub fn routes() -> Router {
    Router::new()
        .route("/", get(front))
        .route("/assets/portal.css", get(style))
}

async fn front() -> Html<&'static str> {
    Html(include_str!("front.html"))
}

async fn style() -> ([(header::HeaderName, &'static str); 2], &'static str) {
    let kind = (header::CONTENT_TYPE, "text/css; charset=utf-8");
    let kept = (header::CACHE_CONTROL, "public, max-age=3600");
    ([kind, kept], include_str!("../assets/portal.css"))
}
