//! Budgets: how much work callers may ask for in a while, and what they are told of it.
//!
//! An operation costs the points that its document can cost at most. They come out of the budget of its
//! token and out of that of its organisation, which all its tokens share; a caller without a token has
//! the budget of its address. An operation is paid out of all its budgets or out of none, on HTTP,
//! WebSocket and server-sent events alike, before it is executed. A budget fills evenly and is full a
//! minute after it was empty: it lets a burst through, and keeps the rate.
//!
//! The address is the one that the connection comes from, or that a trusted proxy tells. Behind a proxy
//! that `server.trusted_proxies` does not name, all callers without a token share one budget; what they
//! may ask for is the schema alone, and that is at `/schema.graphql` too.

mod level;
mod memory;
mod receipt;
mod shared;

use std::{
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

use futures::future::BoxFuture;
use uuid::Uuid;

pub(super) use self::receipt::COST;
pub use self::{memory::Memory, receipt::Receipt, shared::Shared};
use crate::{Result, access::Actor, graphql::limits::Limits};

/// In which time an empty budget fills.
const WINDOW: Duration = Duration::from_secs(60);

/// Where budgets are kept.
pub trait Budgets: Send + Sync {
    /// Takes the points out of all these budgets, or out of none if one of them has not as many. What
    /// costs more than a budget can ever hold takes a full one.
    ///
    /// # Errors
    /// `INTERNAL` when they cannot be reached.
    fn spend(&self, budgets: Vec<Budget>, points: u64) -> BoxFuture<'_, Result<Spent>>;
}

/// Whose budget it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// That of a token, or of a session.
    Token(Uuid),
    /// That of all tokens of an organisation.
    Organisation(Uuid),
    /// That of all who call from there without a token; of none when it is not known from where.
    Address(Option<IpAddr>),
    /// That of what a machine client asks for at the endpoints of OAuth.
    Client(Uuid),
    /// That of all attempts to sign in from there.
    Attempts(Option<IpAddr>),
    /// That of what providers tell from there of the ends of sessions.
    Logouts(Option<IpAddr>),
}

/// How many points a holder may spend in a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    holder: Holder,
    limit: u64,
}

/// What came of spending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// How the budgets stand now, in the order that they were given in.
    pub standings: Vec<Standing>,
    /// How long to wait before the same is granted; nothing if it has been.
    pub wait: Option<Duration>,
}

/// How a budget stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whose it is, and what it holds at most.
    pub budget: Budget,
    /// The points that are left.
    pub remaining: u64,
    /// How long until it is full.
    pub full_in: Duration,
}

impl Holder {
    /// Whoever calls from this address. A network of IPv6 hands out addresses by the 64 bits, so that
    /// its callers are told apart by their networks.
    #[must_use]
    pub fn at(address: Option<IpAddr>) -> Self {
        Self::Address(address.map(network))
    }

    /// Whoever tries to sign in from this address, told apart as [`Holder::at`] does.
    #[must_use]
    pub fn attempts_from(address: Option<IpAddr>) -> Self {
        Self::Attempts(address.map(network))
    }

    /// A provider that tells from this address of the ends of sessions, told apart as [`Holder::at`] does.
    #[must_use]
    pub fn logouts_from(address: Option<IpAddr>) -> Self {
        Self::Logouts(address.map(network))
    }

    /// What callers know the budget by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Token(_) => "token",
            Self::Organisation(_) => "organisation",
            Self::Address(_) => "anonymous",
            Self::Client(_) => "client",
            Self::Attempts(_) => "sign-in",
            Self::Logouts(_) => "logout",
        }
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
        v4 => v4,
    }
}

impl Budget {
    /// The holder's budget of so many points a minute, one at least.
    #[must_use]
    pub fn new(holder: Holder, limit: u64) -> Self {
        Self {
            holder,
            limit: limit.max(1),
        }
    }

    /// Whose it is.
    #[must_use]
    pub fn holder(&self) -> Holder {
        self.holder
    }

    /// The points that it holds when it is full.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.limit
    }
}

/// The budgets that an operation is paid out of, the most particular first. An actor without a token is
/// this process itself, and is held to its organisation's alone.
pub(super) fn budgets_of(
    actor: Option<&Actor>,
    address: Option<IpAddr>,
    limits: &Limits,
) -> Vec<Budget> {
    let Some(actor) = actor else {
        return vec![Budget::new(Holder::at(address), limits.anonymous_points)];
    };
    let own = actor
        .credential
        .map(|credential| Budget::new(Holder::Token(credential.id()), limits.token_points));
    let shared = Budget::new(
        Holder::Organisation(actor.organisation),
        limits.organisation_points,
    );
    own.into_iter().chain([shared]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_network_share_a_budget() {
        let at = |text: &str| Holder::at(Some(text.parse().expect("an address")));
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:0:1"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
        assert_eq!(at("192.0.2.1"), at("::ffff:192.0.2.1"));
        assert_ne!(at("192.0.2.1"), at("192.0.2.2"));
    }
}
