//! Provisioning: an organisation's own directory keeps its people and their roles up to date here (SCIM 2.0: RFC 7643
//! and 7644).
//!
//! What always holds:
//! - It reaches the own organisation's people and nobody else, with a token that is for nothing else, made by an
//!   administrator.
//! - It neither gives nor takes ADMINISTRATOR: a person answers for who may do what. The last administrator stays.
//! - A person is never deleted, for the events that tell of it. Who is deleted by the directory may no longer act and is
//!   not there for it any more, until it adds the same address again.
//! - Groups are the roles; there are no others, and none can be made or removed. Whatever comes with a resource that is
//!   not kept here is left out, as the specification has it.
//! - Everything is a change of a person or a role like any other: held to the same rules, and told in the same events.

mod change;
mod group;
pub mod http;
mod resource;
mod write;
