//! The log: one line a request, and what happened on the way, for people or for machines.

use std::{
    io::{self, IsTerminal},
    panic,
};

use anyhow::{Context, Result};
use tracing_subscriber::{EnvFilter, Layer, fmt, fmt::MakeWriter, registry::LookupSpan};

use super::TRACE;
use crate::config::{Format, Log};

/// What the settings let through. Spans that are there for traces would hide the request's, for a line shows
/// the innermost.
///
/// # Errors
/// When the filter is not valid.
pub(super) fn filter(settings: &Log) -> Result<EnvFilter> {
    let filter = format!("{},{TRACE}=off,sea_orm=warn", settings.filter);
    EnvFilter::try_new(filter).context("setting `log.filter`")
}

/// Lines on standard error.
pub(super) fn to_standard_error<S>(settings: &Log) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    lines(settings.format, io::stderr)
}

/// Sends panics to the log as well.
pub(super) fn panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string);
        tracing::error!(place, "panic: {}", panic_text(info.payload()));
    }));
}

type Lines<S> = Box<dyn Layer<S> + Send + Sync>;

pub(super) fn lines<S, W>(format: Format, writer: W) -> Lines<S>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let layer = fmt::layer().with_writer(writer);
    match format {
        Format::Pretty => layer.with_ansi(io::stderr().is_terminal()).boxed(),
        Format::Json => layer
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
    }
}

/// What a panic says, for the log alone.
pub(crate) fn panic_text(payload: &(dyn std::any::Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
