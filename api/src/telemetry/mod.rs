//! What the process tells whoever runs it: a log on standard error, and, where a collector is named,
//! traces, metrics and the log by OTLP.
//!
//! What always holds:
//! - Nothing is told of what a request brings but its method, the route it matched, its id, the kind and name of its
//!   operation and what that costs. Headers, bodies, query strings, concrete paths and variables may each carry a
//!   credential or a secret. Statements are told with placeholders, never with their values.
//! - Without a collector nothing of the rest is built: spans are not made ([`TRACE`] is let through by no
//!   layer), and instruments do nothing.
//! - A collector that is slow or away loses telemetry, never a request.

pub mod meters;

mod log;
mod otlp;
mod request;

use std::sync::{
    LazyLock,
    atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, Result};
use tracing_subscriber::{Layer, layer::SubscriberExt, util::SubscriberInitExt};

pub(crate) use self::{
    log::panic_text,
    request::{carrier, traced},
};
use crate::config::{Log, Telemetry as Settings};

/// The target of spans that are there for traces alone; those of the log have none of their fields.
pub(crate) const TRACE: &str = "samsyn::trace";

/// The version of this program, with the revision that it was built from where the builder told it
/// (`SAMSYN_REVISION`).
#[must_use]
pub fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let version = env!("CARGO_PKG_VERSION");
        match option_env!("SAMSYN_REVISION") {
            Some(revision) if !revision.is_empty() => format!("{version}+{revision}"),
            _ => version.to_owned(),
        }
    });
    &VERSION
}

/// What is told from now on. Whoever keeps it ends it with [`Telemetry::stop`], or the last of it is lost.
#[must_use]
pub struct Telemetry(Option<otlp::Exporters>);

/// Begins to tell.
///
/// # Errors
/// When a setting is not valid, or this was done before.
pub fn start(log: &Log, settings: &Settings) -> Result<Telemetry> {
    let exporters = otlp::Exporters::new(settings).context("setting `telemetry.endpoint`")?;
    let registry = tracing_subscriber::registry();
    match &exporters {
        None => registry
            .with(log::filter(log)?)
            .with(log::to_standard_error(log))
            .try_init()?,
        Some(exporters) => {
            let lines = log::to_standard_error(log).with_filter(log::filter(log)?);
            let told = [lines.boxed(), exporters.traces(), exporters.log(log)?];
            registry.with(Vec::from(told)).try_init()?;
            TRACED.store(true, Ordering::Relaxed);
        }
    }
    log::panics();
    Ok(Telemetry(exporters))
}

/// Whether spans go anywhere: for what is worth working out for them alone. Asking tracing itself would make
/// it forget, for the next line of the log, which layers take it; the same holds of sqlx, which therefore
/// is told not to ask (`access/pool.rs`).
pub(crate) fn is_traced() -> bool {
    TRACED.load(Ordering::Relaxed)
}

static TRACED: AtomicBool = AtomicBool::new(false);

impl Telemetry {
    /// Sends what has not been sent yet, and ends.
    pub async fn stop(self) {
        if let Some(exporters) = self.0 {
            // It waits for the collector, on a thread that may.
            let _ = tokio::task::spawn_blocking(move || exporters.stop()).await;
        }
    }
}
