//! Action items: what somebody shall have done by a date.
//!
//! A forum raises an item and follows it; it can be cascaded or delegated to the level below, and
//! escalated to the one above. What always holds:
//! - REPORTED_DONE is the assignee's word, VERIFIED the customer's. Only the latter closes the item as
//!   done.
//! - Every move between forums is kept as a step, so the item's whole path can be read.
//! - Its assignee takes part in the forum when the item is given to it, and keeps seeing the item when
//!   the item moves on.
//! - It concerns the service area of the forum that it was raised in or last handed down to; escalating
//!   it does not change what it concerns.
//! - An item is overdue while it is open and its due date has passed.
//! - VERIFIED and CANCELLED are final.

pub mod graphql;
pub mod model;
pub mod read;
pub mod write;

pub use read::FollowedActionItem;
