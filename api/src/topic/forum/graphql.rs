//! Forums, meetings, agendas and decisions in the schema.

mod agenda;
mod decision;
mod forum;
mod meeting;

use async_graphql::MergedObject;

pub use agenda::AgendaItem;
pub use decision::Decision;
pub use forum::{Forum, ForumMember};
pub use meeting::Meeting;

/// Queries of forums, meetings and decisions.
#[derive(MergedObject, Default)]
pub struct ForumQuery(
    forum::ForumQueries,
    meeting::MeetingQueries,
    decision::DecisionQueries,
);

/// Mutations of forums, meetings, agendas and decisions.
#[derive(MergedObject, Default)]
pub struct ForumMutation(
    forum::ForumMutations,
    meeting::MeetingMutations,
    agenda::AgendaMutations,
    decision::DecisionMutations,
);
