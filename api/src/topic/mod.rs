//! What the exchange is about: one folder a topic, all of one shape, so that whoever has read one
//! has read them all.
//!
//! - `mod.rs` says what the topic is and what always holds.
//! - `model.rs` has its types, rules and state machine. It does no I/O and takes today's date instead
//!   of asking for it.
//! - `read.rs` and `write.rs` are functions through the door ([`crate::access`]): a read takes a
//!   scope, a write takes a permit.
//! - `graphql.rs` is thin: objects, queries and mutations that call the functions above.
//! - `job.rs` stands only where the topic has work in the background.
//!
//! A model's rules take the whole row as it is about to be written (`rules(&row, &mut check)`): a
//! draft, an update and an import are thereby held to the same rules. Its states move only along the
//! table of its [`Machine`].

pub mod action_item;
pub mod agreement;
pub mod briefing;
pub mod calendar;
pub mod comment;
pub mod event;
pub mod evidence;
pub mod forum;
pub mod identity;
mod machine;
pub mod organisation;
pub mod personal;
pub mod provisioning;
pub mod request;
pub mod risk;
pub mod search;
pub mod submission;
pub mod support;
pub mod token;

pub use machine::{Machine, Transition, allowed};
