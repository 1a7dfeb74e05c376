//! The portal: the pages that people use, served beside the API and a client of it like any other.
//!
//! It depends neither on the service's tables nor on its topics, so that it can do nothing that an
//! integration could not do. So far it is the front page, which says what Samsyn is and where to go.

use axum::{Router, response::Html, routing::get};

/// The routes of the portal.
pub fn routes() -> Router {
    Router::new().route("/", get(front))
}

async fn front() -> Html<&'static str> {
    Html(include_str!("front.html"))
}
