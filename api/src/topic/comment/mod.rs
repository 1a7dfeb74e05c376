//! Comments: the conversation on a submission, an evidence request, a risk analysis or an action item.
//!
//! What always holds: a comment stands on exactly one record and is seen by nobody who does not see
//! that record. A shared comment is seen by everybody who sees it, now or later; an internal one by
//! the author's own organisation alone. A comment is never changed or removed, and its text is never
//! interpreted as markup.

pub mod graphql;
pub mod write;
