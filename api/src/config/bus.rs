//! `[bus]`: how replicas tell one another that there is news.

use serde::{Deserialize, Deserializer};

use super::value;

/// How replicas tell one another that there is news.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bus {
    /// `memory:` for a single process.
    #[serde(deserialize_with = "url")]
    pub url: value::ServiceUrl,
}

impl Default for Bus {
    fn default() -> Self {
        Self {
            url: value::ServiceUrl::new("memory:".to_owned()),
        }
    }
}

fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<value::ServiceUrl, D::Error> {
    value::service_url(deserializer, &["memory"], "memory:")
}
