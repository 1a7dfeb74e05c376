//! Forums, their members and meetings, agendas and decisions.
//!
//! Forums work on three levels: what a strategic forum decides cascades to the tactical one and is
//! delegated to the operational one; what cannot be solved is escalated up again. What always holds:
//! - A forum belongs to one customer. The forum above it is of the level just above its own, and about
//!   the same service area or about all.
//! - Members are the customer and suppliers that have agreements with it, or people of theirs. There is
//!   one chair at the most, a person of the customer.
//! - The chair and the secretary are certain people; a plain member may be a whole organisation.
//! - A member sees what the forum shares with all its members, and nothing else of the others.
//! - When the chair has signed, the minutes are kept as they stood and nothing in them changes.

pub mod graphql;
pub mod minutes;
pub mod model;
pub mod read;
pub mod write;

pub use read::{ForumMeeting, ForumWithMembers, MeetingAgendaItem, MeetingDecision};
