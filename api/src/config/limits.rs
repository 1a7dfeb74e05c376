//! `[limits]`: how much one GraphQL request may ask for.
//!
//! Only what a deployment may have a reason to change is a setting. The limits that keep a hostile
//! document from overflowing the stack or holding a core are not: they stand in
//! [`limits`](crate::graphql::limits).

use std::time::Duration;

use serde::Deserialize;

use super::value;
use crate::graphql::limits;

/// How much one GraphQL request may ask for. Everything beyond is refused before it is executed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// The largest body of a request, and message on a WebSocket, in bytes.
    #[serde(deserialize_with = "value::size")]
    pub body_bytes: usize,
    /// Fields inside one another.
    #[serde(deserialize_with = "value::whole::<_, _, 1, 100>")]
    pub depth: usize,
    /// The sum of what the fields cost.
    #[serde(deserialize_with = "value::whole::<_, _, 1, 1_000_000>")]
    pub complexity: usize,
    /// Aliases in a document.
    #[serde(deserialize_with = "value::whole::<_, _, 0, 1000>")]
    pub aliases: usize,
    /// Whether the schema can be asked for with `__schema` and `__type`.
    #[serde(deserialize_with = "value::truth")]
    pub introspection: bool,
    /// Operations under way on one WebSocket.
    #[serde(deserialize_with = "value::whole::<_, _, 1, 1000>")]
    pub operations_per_socket: usize,
}

impl Default for Limits {
    fn default() -> Self {
        let all = limits::Limits::default();
        Self {
            body_bytes: all.body_bytes,
            depth: all.depth,
            complexity: all.complexity,
            aliases: all.aliases,
            introspection: all.introspection,
            operations_per_socket: all.operations_per_socket,
        }
    }
}

impl Limits {
    /// What the guard of the GraphQL endpoint holds requests to, when one may take so long.
    #[must_use]
    pub fn guard(&self, request_timeout: Duration) -> limits::Limits {
        limits::Limits {
            body_bytes: self.body_bytes,
            depth: self.depth,
            complexity: self.complexity,
            aliases: self.aliases,
            introspection: self.introspection,
            operations_per_socket: self.operations_per_socket,
            time: request_timeout,
            ..limits::Limits::default()
        }
    }
}
