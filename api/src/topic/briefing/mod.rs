//! The briefing: what a forum needs to have before it when it meets (audit, sections 3.2.2 and 3.4).
//!
//! It stores nothing. Everything in it is a list of another topic, narrowed to what the forum follows:
//! the action items of the forum and of those below it, and the evidence, risks and submissions of the
//! suppliers that take part, in the forum's service area. What always holds: it shows nobody more than
//! the lists themselves would, because it reads through the same scope.

pub mod graphql;
pub mod read;
