//! Action items: what somebody shall have done by a date.
//!
//! A forum raises an item and follows it; it can be cascaded or delegated to the level below, and
//! escalated to the one above. What always holds:
//! - REPORTED_DONE is the assignee's word, VERIFIED the customer's. Only the latter closes the item as
//!   done.
//! - Every move between forums is kept as a step, so the item's whole path can be read.
//! - An item is overdue while it is open and its due date has passed.
//! - VERIFIED and CANCELLED are final.

pub mod model;
pub mod read;

pub use read::FollowedActionItem;
