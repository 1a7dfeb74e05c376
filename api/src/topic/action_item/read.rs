//! Loading action items for an action.

use entity::{action_item, forum};
use uuid::Uuid;

use crate::{
    Result,
    access::{Facts, Resource, Scope},
    topic::forum::ForumWithMembers,
};

/// An action item and the forum that follows it.
#[derive(Clone, Debug)]
pub struct FollowedActionItem {
    /// The action item.
    pub row: action_item::Model,
    /// The forum; none when the actor sees the item as assignee without sitting in the forum.
    pub forum: Option<ForumWithMembers>,
}

impl Resource for FollowedActionItem {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        let row = scope.get::<action_item::Entity>(id).await?;
        let forum = match scope.maybe::<forum::Entity>(row.forum_id).await? {
            Some(forum) => Some(ForumWithMembers::load(scope, forum.id).await?),
            None => None,
        };
        Ok(Self { row, forum })
    }

    fn facts(&self) -> Facts {
        Facts {
            customer: Some(self.row.customer_id),
            assignee: Some(self.row.assignee_organisation_id),
            participants: self
                .forum
                .as_ref()
                .map(ForumWithMembers::participants)
                .unwrap_or_default(),
            area: self.row.service_area,
            all_areas: self.row.service_area.is_none(),
            by: self.row.reported_by,
            doer: self.row.assignee_id,
            ..Facts::default()
        }
    }

    fn version(&self) -> Option<i32> {
        Some(self.row.version)
    }
}
