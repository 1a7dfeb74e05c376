//! `[bus]`: how replicas tell one another that there is news.

use serde::Deserialize;

use super::value::ServiceUrl;

/// How replicas tell one another that there is news.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bus {
    /// `memory:` for a single process.
    pub url: ServiceUrl,
}

impl Default for Bus {
    fn default() -> Self {
        Self {
            url: ServiceUrl::new("memory:".to_owned()),
        }
    }
}
