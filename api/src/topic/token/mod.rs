//! API tokens: the secrets with which people and integrations come to the API.
//!
//! What always holds:
//! - A secret is shown once, when the token is made; its hash alone is kept, and neither stands in an
//!   event.
//! - A token acts as its person, whose roles are read anew at every request, or as an integration with
//!   roles of its own, and never beyond its scopes. An integration is never an administrator.
//! - A token that is made with a token has no scope that the making one lacks.
//! - Every token expires. One that was revoked is kept, for the events that tell of its use.

pub mod graphql;
pub mod oauth;
pub mod read;
pub mod write;
