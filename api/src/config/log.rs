//! `[log]`: what is logged, and how.

use serde::{Deserialize, Deserializer};
use tracing_subscriber::EnvFilter;

use super::value;

/// What is logged, and how. The log goes to standard error.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// For people or for machines.
    #[serde(deserialize_with = "format")]
    pub format: Format,
    /// Levels, by target: `info`, or `info,samsyn=debug`.
    #[serde(deserialize_with = "filter")]
    pub filter: String,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A line of text, coloured on a terminal.
    Pretty,
    /// A JSON object a line.
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: Format::Pretty,
            filter: "info".to_owned(),
        }
    }
}

fn format<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Format, D::Error> {
    value::scalar(deserializer, "`pretty` or `json`", |text| match text {
        "pretty" => Some(Format::Pretty),
        "json" => Some(Format::Json),
        _ => None,
    })
}

fn filter<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    value::scalar(
        deserializer,
        "a level (error, warn, info, debug, trace), or levels by target, such as info,samsyn=debug",
        |text| EnvFilter::try_new(text).is_ok().then(|| text.to_owned()),
    )
}
