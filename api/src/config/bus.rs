//! `[bus]`: what replicas share beside the database, and can do without.

use serde::{Deserialize, Deserializer};

use super::value;

/// What replicas share beside the database.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bus {
    /// `memory:` for what each process keeps for itself, `redis://…` or `rediss://…` for a Redis.
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
    value::service_url(
        deserializer,
        &["memory", "redis", "rediss"],
        "memory:, redis://HOST or, with TLS, rediss://USER:PASSWORD@HOST",
    )
}
