//! The one door to the data: who is calling, what they may do, and which rows exist for them.
//!
//! What always holds:
//! - The database pool is private to this module. A read goes through a [`Scope`], which adds the
//!   rule of visibility ([`visible`]) to every statement; a write needs a [`Permit`], which only the
//!   door makes, after it has loaded the record through the scope and asked the [`action`] table.
//! - A record that the actor may not see is [`Error::NotFound`](crate::Error::NotFound), whether it
//!   exists or not. One that the actor sees but may not touch is `Forbidden`.
//! - Ids that come in as arguments are resolved through the same scope as everything else.
//! - On PostgreSQL every transaction says for whom it speaks ([`claim`]), and the database judges on its own
//!   which rows that one may see and change.
//!
//! A new table gets its rule in [`visible`] and its reach in [`reach`]; a new mutation gets its row
//! in [`action`]. Without them it does not compile. Without policies and grants of its own (`migration`),
//! PostgreSQL keeps the table closed.

pub mod action;
mod actor;
pub mod authn;
mod claim;
mod disturbed;
mod door;
mod idempotency;
pub mod migrate;
mod operator;
mod permit;
mod pool;
pub mod reach;
mod scope;
mod session;
pub mod sign_in;
mod uploads;
pub mod visible;

pub use action::{Act, Condition, Facts, Resource, Rule};
pub use actor::{Actor, Areas, Credential, Grant, TokenScope};
pub use authn::{ClientProof, NewSession, NewToken, Secret, Shown};
pub use disturbed::pauses;
pub use door::Door;
pub use idempotency::{Claim, Reserved};
pub use operator::Operator;
pub use permit::Permit;
pub(crate) use scope::id_of;
pub use scope::{Found, Scope};
pub use session::Session;
