//! Providers and sessions in the schema.

mod provider;
mod session;

pub use self::{
    provider::{IdentityProvider, ProviderMutation, ProviderQuery},
    session::{Session, SessionMutation, SessionQuery},
};
