//! What somebody chooses for themselves: language and colours; their sessions and tokens.

use axum::Router;

use crate::Portal;

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new()
}
