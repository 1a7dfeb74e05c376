//! What people keep for themselves: views that they have saved, and up to where they have seen what is new.
//!
//! What always holds:
//! - It is the person's alone: colleagues and administrators see nothing of it, and an integration has none.
//! - It is no record of the exchange, and leaves no event: one would tell others what somebody looks for, and when.

pub mod graphql;
pub mod model;
pub mod read;
pub mod write;
