//! `[identity]`: how people sign in, and for how long.

use std::time::Duration;

use serde::Deserialize;

use super::value::{self, Secret};

/// How people sign in, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// The key that encrypts secrets in the database: 32 bytes in Base64. Nobody signs in without one.
    #[serde(deserialize_with = "value::secret")]
    pub key: Option<Secret>,
    /// The key that did so before, for as long as something may be encrypted with it.
    #[serde(deserialize_with = "value::secret")]
    pub previous_key: Option<Secret>,
    /// How long a session lasts in which nothing is done.
    #[serde(deserialize_with = "value::duration")]
    pub session_idle: Duration,
    /// How long a session lasts, whatever is done in it.
    #[serde(deserialize_with = "value::duration")]
    pub session_lifetime: Duration,
    /// How many attempts to sign in are taken from one address in a minute.
    #[serde(deserialize_with = "value::whole::<_, _, 1, 1_000_000>")]
    pub attempts_per_minute: u64,
    /// Whether providers are spoken with in plain text and on private networks, too. For tests, and for a
    /// provider within the own network.
    #[serde(deserialize_with = "value::truth")]
    pub allow_private_providers: bool,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            key: None,
            previous_key: None,
            session_idle: Duration::from_secs(60 * 60),
            session_lifetime: Duration::from_secs(12 * 60 * 60),
            attempts_per_minute: 120,
            allow_private_providers: false,
        }
    }
}
