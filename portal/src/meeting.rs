//! Meetings: agenda, decisions, action items, minutes.

use axum::Router;

use crate::Portal;

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new()
}
