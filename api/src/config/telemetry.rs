//! `[telemetry]`: where traces, metrics and log are sent, beside standard error.

use std::time::Duration;

use serde::{Deserialize, Deserializer};
use url::Url;

use super::value;

/// Where traces, metrics and log are sent by OTLP.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Telemetry {
    /// The collector, by HTTP; nothing is sent without one.
    #[serde(deserialize_with = "endpoint")]
    pub endpoint: Option<Url>,
    /// Which share of requests is traced.
    #[serde(deserialize_with = "share")]
    pub traces: f64,
    /// How often metrics are sent.
    #[serde(deserialize_with = "value::duration")]
    pub interval: Duration,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self {
            endpoint: None,
            traces: 1.0,
            interval: Duration::from_secs(30),
        }
    }
}

fn endpoint<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    value::unseen(
        deserializer,
        "the address of a collector that takes OTLP by HTTP, such as http://collector:4318",
        |text| {
            let url = Url::parse(text).ok()?;
            let whole = matches!(url.scheme(), "http" | "https") && url.has_host();
            (whole && url.query().is_none()).then_some(Some(url))
        },
    )
}

fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    value::scalar(deserializer, "a share from 0 to 1, such as 0.1", |text| {
        let share = text.parse().ok()?;
        (0.0..=1.0).contains(&share).then_some(share)
    })
}
