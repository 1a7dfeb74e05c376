//! Submissions: one piece of evidence, or one risk analysis, handed in under one agreement and
//! reviewed by that agreement's customer.
//!
//! What always holds:
//! - A draft is visible to its owner's organisation alone. Handing in makes it visible to the customer
//!   of the agreement, and to nobody else.
//! - Each time it is handed in is a round of its own, which keeps the content as it then stood and the
//!   review of it. Later edits of the evidence or the analysis change no round.
//! - It is returned with a remark, always. Who handed it in does not review it.
//! - The same evidence handed in under two agreements is two submissions, reviewed apart.

pub mod content;
pub mod graphql;
pub mod model;
pub mod read;
pub mod write;
