//! Forums: who meets, and the briefing of the next meeting.

use axum::Router;

use crate::Portal;

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new()
}
