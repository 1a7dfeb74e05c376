//! Search.

use axum::Router;

use crate::Portal;

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new()
}
