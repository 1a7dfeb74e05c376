//! Every limit of the API: what one request, one document and one socket may ask for.
//!
//! Only those that a deployment may have a reason to change are [settings](crate::config::Limits). The
//! others keep a hostile document from overflowing the stack or holding a core.

use std::time::Duration;

use async_graphql::ServerError;

use super::transport::respond;
use crate::Error;

/// Every limit of the API, with its default in [`Limits::default`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request's body; a WebSocket message has no more either, and at most 64 KiB.
    pub body_bytes: usize,
    /// Bytes of the document alone; long texts belong into variables.
    pub document_bytes: usize,
    /// Tokens of the document.
    pub tokens: usize,
    /// Brackets of any kind inside one another, and fragments that spread one another in a row.
    pub nesting: usize,
    /// Operations in one document.
    pub operations: usize,
    /// Aliases in the document.
    pub aliases: usize,
    /// Fields of the operation's root, fragments counted.
    pub root_fields: usize,
    /// Directives in the document.
    pub directives: usize,
    /// Arguments of one field or directive.
    pub arguments: usize,
    /// Work of validation: tokens of selections, and conflicts they may have, as often as fragments
    /// repeat them.
    pub work: usize,
    /// Fields inside one another, fragments counted.
    pub depth: usize,
    /// The sum of what the fields cost.
    pub cost: usize,
    /// Lists and objects of the variables inside one another.
    pub variable_nesting: usize,
    /// Values in the variables, at any depth.
    pub variable_values: usize,
    /// Whether `__schema` and `__type` may be asked for.
    pub introspection: bool,
    /// How long one request, or one query over WebSocket, may take.
    pub time: Duration,
    /// How long a WebSocket may wait with `connection_init`.
    pub init_time: Duration,
    /// How long the peer of a WebSocket may take to read one message.
    pub send_time: Duration,
    /// Operations under way on one WebSocket.
    pub operations_per_socket: usize,
    /// Subscriptions of one organisation, on all sockets and event streams, and its sockets.
    pub subscriptions_per_organisation: usize,
    /// WebSockets that have not authenticated yet, in the whole process.
    pub unauthenticated_sockets: usize,
    /// Queries and mutations under way with one token, or without one from one address.
    pub concurrent_requests: usize,
    /// What the operations of one token may cost in a minute.
    pub token_points: u64,
    /// What the operations of all tokens of an organisation may cost in a minute.
    pub organisation_points: u64,
    /// What the operations from one address without a token may cost in a minute.
    pub anonymous_points: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            document_bytes: 64 << 10,
            tokens: 5_000,
            nesting: 32,
            operations: 16,
            aliases: 64,
            root_fields: 24,
            directives: 64,
            arguments: 16,
            work: 10_000,
            depth: 20,
            cost: 10_000,
            variable_nesting: 16,
            variable_values: 10_000,
            introspection: true,
            time: Duration::from_secs(30),
            init_time: Duration::from_secs(10),
            send_time: Duration::from_secs(10),
            operations_per_socket: 16,
            subscriptions_per_organisation: 200,
            unauthenticated_sockets: 500,
            concurrent_requests: 32,
            token_points: 120_000,
            organisation_points: 600_000,
            anonymous_points: 30_000,
        }
    }
}

/// `LIMIT_EXCEEDED` with the advice, if the count is above the limit.
pub(super) fn within(
    count: usize,
    limit: usize,
    advice: impl FnOnce() -> String,
) -> Result<(), ServerError> {
    if count <= limit {
        return Ok(());
    }
    Err(respond::service_error(&Error::LimitExceeded(advice())))
}
