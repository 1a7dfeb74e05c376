//! The settings: what they are called, what they mean, and where their values come from.
//!
//! A setting is addressed as `section.name` everywhere. Its value is looked for in the command's
//! flags, then in the environment (`SAMSYN_SECTION__NAME`), then in the file, and is otherwise the
//! default that stands in its section's module. A name or a value that is not understood stops the
//! program with an [`Error`] that says which setting it is, where it came from and what is accepted;
//! nothing is ever guessed or ignored. Values that may hold a password are never shown.
//!
//! To add a setting: a field in its section, with its default; a line in `deploy/samsyn.example.toml`
//! (a test compares the two); a row in `deploy/README.md`.

mod bus;
mod database;
mod documents;
mod error;
mod evidence;
mod identity;
mod limits;
mod log;
mod server;
mod source;
mod telemetry;
mod value;

use serde::Deserialize;

pub use self::{
    bus::Bus,
    database::Database,
    documents::Documents,
    error::Error,
    evidence::{Evidence, S3},
    identity::Identity,
    limits::{Limits, MOST_POINTS},
    log::{Format, Log},
    server::Server,
    source::{DEFAULT_FILE, Sources},
    telemetry::Telemetry,
    value::{Secret, ServiceUrl},
};

/// Every setting of the service.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where the service listens, and how long it waits.
    pub server: Server,
    /// Where the records are kept.
    pub database: Database,
    /// Where the bytes of evidence are kept.
    pub evidence: Evidence,
    /// How people sign in, and for how long.
    pub identity: Identity,
    /// What replicas share beside the database.
    pub bus: Bus,
    /// Which GraphQL documents are executed.
    pub documents: Documents,
    /// How much one request may ask for.
    pub limits: Limits,
    /// What is logged, and how.
    pub log: Log,
    /// Where traces, metrics and log are sent.
    pub telemetry: Telemetry,
}
