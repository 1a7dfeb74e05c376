//! Loading forums, meetings, agenda items and decisions for an action.

use entity::{MemberDuty, agenda_item, decision, forum, forum_membership, meeting};
use sea_orm::ColumnTrait;
use uuid::Uuid;

use crate::{
    Result,
    access::{Facts, Resource, Scope},
};

/// A forum and its members.
#[derive(Clone, Debug)]
pub struct ForumWithMembers {
    /// The forum.
    pub row: forum::Model,
    /// Its members, organisations and people.
    pub members: Vec<forum_membership::Model>,
}

impl ForumWithMembers {
    /// The organisations that take part, the one that holds it included.
    #[must_use]
    pub fn participants(&self) -> Vec<Uuid> {
        let mut all: Vec<_> = self
            .members
            .iter()
            .map(|member| member.organisation_id)
            .collect();
        all.push(self.row.customer_id);
        all
    }

    /// The person who leads it.
    #[must_use]
    pub fn chair(&self) -> Option<Uuid> {
        self.members
            .iter()
            .find(|member| member.duty == MemberDuty::Chair)
            .and_then(|member| member.person_id)
    }
}

impl Resource for ForumWithMembers {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        let row = scope.get::<forum::Entity>(id).await?;
        let members = scope
            .find::<forum_membership::Entity>()?
            .filter(forum_membership::Column::ForumId.eq(id))
            .all()
            .await?;
        Ok(Self { row, members })
    }

    fn facts(&self) -> Facts {
        Facts {
            owner: Some(self.row.customer_id),
            customer: Some(self.row.customer_id),
            participants: self.participants(),
            area: self.row.service_area,
            chair: self.chair(),
            ..Facts::default()
        }
    }

    fn version(&self) -> Option<i32> {
        Some(self.row.version)
    }
}

/// A meeting and its forum.
#[derive(Clone, Debug)]
pub struct ForumMeeting {
    /// The meeting.
    pub row: meeting::Model,
    /// Its forum.
    pub forum: ForumWithMembers,
}

impl Resource for ForumMeeting {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        let row = scope.get::<meeting::Entity>(id).await?;
        let forum = ForumWithMembers::load(scope, row.forum_id).await?;
        Ok(Self { row, forum })
    }

    fn facts(&self) -> Facts {
        self.forum.facts()
    }

    fn version(&self) -> Option<i32> {
        Some(self.row.version)
    }
}

/// A point on an agenda and its meeting.
#[derive(Clone, Debug)]
pub struct MeetingAgendaItem {
    /// The point.
    pub row: agenda_item::Model,
    /// Its meeting.
    pub meeting: ForumMeeting,
}

impl Resource for MeetingAgendaItem {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        let row = scope.get::<agenda_item::Entity>(id).await?;
        let meeting = ForumMeeting::load(scope, row.meeting_id).await?;
        Ok(Self { row, meeting })
    }

    fn facts(&self) -> Facts {
        self.meeting.facts()
    }

    fn version(&self) -> Option<i32> {
        Some(self.row.version)
    }
}

/// A decision and its meeting.
#[derive(Clone, Debug)]
pub struct MeetingDecision {
    /// The decision.
    pub row: decision::Model,
    /// Its meeting.
    pub meeting: ForumMeeting,
}

impl Resource for MeetingDecision {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        let row = scope.get::<decision::Entity>(id).await?;
        let meeting = ForumMeeting::load(scope, row.meeting_id).await?;
        Ok(Self { row, meeting })
    }

    fn facts(&self) -> Facts {
        self.meeting.facts()
    }

    fn version(&self) -> Option<i32> {
        Some(self.row.version)
    }
}
