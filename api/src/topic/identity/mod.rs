//! How people sign in: each organisation with an OpenID provider of its own.
//!
//! What always holds:
//! - A domain leads to a provider when the operator has confirmed whose it is; until then it is a claim. So no
//!   organisation leads the people of another astray.
//! - Who comes from an organisation's provider is one of its people or nobody, whatever else the provider says:
//!   roles by claims are of the organisation's kind, and never ADMINISTRATOR.
//! - The first time an address that the provider vouches for tells which of those who were added it is; then issuer
//!   and subject alone ([`access::sign_in`](crate::access::sign_in)).
//! - Client secrets are encrypted, and shown to nobody again.

pub mod federation;
mod gatekeeper;
pub mod graphql;
pub mod http;
pub mod judge;
pub mod model;
pub mod read;
pub mod write;

pub use federation::Federation;
pub use gatekeeper::Gatekeeper;
