//! Loading forums, meetings, agenda items and decisions for an action, and what inputs name beside them.

use entity::{
    MemberDuty, PersonStatus, agenda_item, decision, forum, forum_membership, meeting, person,
};
use sea_orm::ColumnTrait;
use uuid::Uuid;

use crate::{
    Error, Result,
    access::{Facts, Resource, Scope},
    topic::risk::AnalysedRisk,
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
            all_areas: self.row.service_area.is_none(),
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

/// Whether a forum is this one or stands above it, as far as the actor sees.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn is_at_or_above(scope: &Scope, above: Uuid, forum: &forum::Model) -> Result<bool> {
    let mut reached = (forum.id, forum.parent_id);
    while reached.0 != above {
        let Some(parent) = reached.1 else {
            return Ok(false);
        };
        let row = scope.maybe::<forum::Entity>(parent).await?;
        reached = (parent, row.and_then(|row| row.parent_id));
    }
    Ok(true)
}

/// Refuses a person who does not act for the organisation; `path` is the input that named the person.
///
/// # Errors
/// `NotFound` when the actor does not see the person, `Invalid` when it is not one of the organisation's.
pub async fn check_person(scope: &Scope, path: &str, id: Uuid, organisation: Uuid) -> Result<()> {
    let person = scope.get::<person::Entity>(id).await?;
    if (person.organisation_id, person.status) == (organisation, PersonStatus::Active) {
        return Ok(());
    }
    Err(Error::invalid(
        path,
        "must be an active person of the organisation",
    ))
}

/// Refuses a risk that does not concern the customer.
///
/// # Errors
/// `NotFound` when the actor does not see the risk, `Invalid` when it is another customer's.
pub async fn check_risk(scope: &Scope, id: Uuid, customer: Uuid) -> Result<()> {
    let risk = AnalysedRisk::load(scope, id).await?;
    if risk.analysis.row.customer_id == customer {
        return Ok(());
    }
    Err(Error::invalid(
        "riskId",
        "must be a risk of an analysis for the customer that holds the forum",
    ))
}
