//! Samsyn: where a municipality and the suppliers that run its IT exchange risk analyses,
//! certification evidence and forum action items, each seeing exactly what it may see.
//!
//! Start reading at [`access`], the one door to the data; then any folder of [`topic`], for all of
//! them have the same shape.

pub mod access;
pub mod app;
pub mod bus;
pub mod clock;
pub mod command;
pub mod config;
pub mod cookies;
pub mod demo;
pub mod error;
pub mod graphql;
pub mod ledger;
pub mod oidc;
mod places;
pub mod server;
pub mod store;
pub mod telemetry;
pub mod topic;
pub mod validate;
pub mod vault;

pub use error::{Error, Result};
