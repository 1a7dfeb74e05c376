//! People, roles, the identity provider, tokens, sessions: what administrators see to.

use axum::Router;

use crate::Portal;

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new()
}
