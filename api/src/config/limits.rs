//! `[limits]`: how much one GraphQL request may ask for, and how much a caller in a minute.
//!
//! Only what a deployment may have a reason to change is a setting. The limits that keep a hostile
//! document from overflowing the stack or holding a core are not: they stand in
//! [`limits`](crate::graphql::limits).

use std::time::Duration;

use serde::Deserialize;

use super::value;
use crate::graphql::limits;

/// How much one GraphQL request may ask for, and how much a caller in a minute. Everything beyond is
/// refused before it is executed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// The largest body of a request, in bytes; a message on a WebSocket has 64 KiB at most.
    #[serde(deserialize_with = "value::size")]
    pub body_bytes: usize,
    /// Fields inside one another.
    #[serde(deserialize_with = "value::whole::<_, _, 1, 100>")]
    pub depth: usize,
    /// The sum of what the fields cost.
    #[serde(deserialize_with = "value::whole::<_, _, 1, 1_000_000>")]
    pub cost: usize,
    /// Aliases in a document.
    #[serde(deserialize_with = "value::whole::<_, _, 0, 1000>")]
    pub aliases: usize,
    /// Whether the schema can be asked for with `__schema` and `__type`.
    #[serde(deserialize_with = "value::truth")]
    pub introspection: bool,
    /// Operations under way on one WebSocket.
    #[serde(deserialize_with = "value::whole::<_, _, 1, 1000>")]
    pub operations_per_socket: usize,
    /// Subscriptions of one organisation, on all its WebSockets and event streams.
    #[serde(deserialize_with = "value::whole::<_, _, 1, 100_000>")]
    pub subscriptions_per_organisation: usize,
    /// Queries and mutations under way with one token.
    #[serde(deserialize_with = "value::whole::<_, _, 1, 1000>")]
    pub concurrent_requests_per_token: usize,
    /// What the operations of one token may cost in a minute.
    #[serde(deserialize_with = "value::whole::<_, _, 1, MOST_POINTS>")]
    pub token_points_per_minute: u64,
    /// What the operations of all tokens of an organisation may cost in a minute.
    #[serde(deserialize_with = "value::whole::<_, _, 1, MOST_POINTS>")]
    pub organisation_points_per_minute: u64,
    /// What the operations from one address without a token may cost in a minute.
    #[serde(deserialize_with = "value::whole::<_, _, 1, MOST_POINTS>")]
    pub anonymous_points_per_minute: u64,
}

/// A budget that nobody exhausts.
pub const MOST_POINTS: u64 = 1_000_000_000_000;

impl Default for Limits {
    fn default() -> Self {
        let all = limits::Limits::default();
        Self {
            body_bytes: all.body_bytes,
            depth: all.depth,
            cost: all.cost,
            aliases: all.aliases,
            introspection: all.introspection,
            operations_per_socket: all.operations_per_socket,
            subscriptions_per_organisation: all.subscriptions_per_organisation,
            concurrent_requests_per_token: all.concurrent_requests,
            token_points_per_minute: all.token_points,
            organisation_points_per_minute: all.organisation_points,
            anonymous_points_per_minute: all.anonymous_points,
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
            cost: self.cost,
            aliases: self.aliases,
            introspection: self.introspection,
            operations_per_socket: self.operations_per_socket,
            subscriptions_per_organisation: self.subscriptions_per_organisation,
            concurrent_requests: self.concurrent_requests_per_token,
            token_points: self.token_points_per_minute,
            organisation_points: self.organisation_points_per_minute,
            anonymous_points: self.anonymous_points_per_minute,
            time: request_timeout,
            ..limits::Limits::default()
        }
    }
}
