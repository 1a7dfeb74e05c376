//! How far the event of a record reaches: which organisations are told, and what one must be able to
//! read to see it.
//!
//! The mirror of [`visible`](super::visible): an organisation that can see a record is told what
//! happens to it, from when it can see it. An actor is told of events that its own reach covers.

use std::collections::BTreeSet;

use entity::{
    CommentAudience, ReviewState, ServiceArea, Topic, action_item, agenda_item, agreement,
    api_token, comment, decision, email_domain, evidence, evidence_file, evidence_request, forum,
    forum_membership, identity_provider, linked_identity, meeting, organisation, person, risk,
    risk_acceptance, risk_analysis, risk_analysis_participant, role_assignment, session,
    submission, support_grant,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{
    Scope,
    claim::{self, Duty},
    visible::Visible,
};
use crate::Result;

/// Who is told of an event, and of what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The organisations that are told.
    pub audience: BTreeSet<Uuid>,
    /// What one must be able to read.
    pub topic: Topic,
    /// The service area it concerns; none when it concerns all.
    pub area: Option<ServiceArea>,
}

impl Reach {
    pub(super) fn new(
        topic: Topic,
        area: Option<ServiceArea>,
        audience: impl IntoIterator<Item = Uuid>,
    ) -> Self {
        Self {
            audience: audience.into_iter().collect(),
            topic,
            area,
        }
    }

    /// Tells those too whom the other would tell.
    pub fn widen(&mut self, other: Self) {
        self.audience.extend(other.audience);
    }

    fn topic(self, topic: Topic) -> Self {
        Self { topic, ..self }
    }
}

/// A table whose changes are recorded.
pub trait Recorded: Visible {
    /// How far an event of this row reaches.
    fn reach(row: &Self::Model, scope: &Scope) -> impl Future<Output = Result<Reach>> + Send;
}

macro_rules! recorded {
    ($($table:ident: |$row:ident, $scope:ident| $reach:expr;)*) => {
        $(impl Recorded for $table::Entity {
            async fn reach($row: &$table::Model, $scope: &Scope) -> Result<Reach> {
                $reach
            }
        })*
    };
}

recorded! {
    organisation: |row, _scope| Ok(Reach::new(Topic::Administration, None, [row.id]));
    person: |row, _scope| Ok(Reach::new(Topic::Administration, None, [row.organisation_id]));
    support_grant: |row, _scope| Ok(Reach::new(Topic::Administration, None, [row.organisation_id]));
    session: |row, _scope| Ok(Reach::new(Topic::Administration, None, [row.organisation_id]));
    identity_provider: |row, _scope| Ok(Reach::new(Topic::Administration, None, [row.organisation_id]));
    linked_identity: |row, _scope| Ok(Reach::new(Topic::Administration, None, [row.organisation_id]));
    email_domain: |row, _scope| Ok(Reach::new(Topic::Administration, None, [row.organisation_id]));
    role_assignment: |row, scope| {
        let person = scope.get::<person::Entity>(row.person_id).await?;
        person::Entity::reach(&person, scope).await
    };
    api_token: |row, _scope| Ok(Reach::new(Topic::Administration, None, [row.organisation_id]));
    agreement: |row, _scope| Ok(Reach::new(
        Topic::Directory, Some(row.service_area), [row.customer_id, row.supplier_id],
    ));

    evidence: |row, _scope| Ok(Reach::new(Topic::Evidence, None, [row.owner_id]));
    evidence_file: |row, _scope| Ok(Reach::new(Topic::Evidence, None, [row.owner_id]));
    evidence_request: |row, _scope| Ok(Reach::new(
        Topic::Evidence, Some(row.service_area), [row.customer_id, row.supplier_id],
    ));

    submission: |row, scope| match row.risk_analysis_id {
        Some(analysis) => analysis_reach(analysis, scope).await,
        None if row.state == ReviewState::Draft => {
            Ok(Reach::new(Topic::Evidence, Some(row.service_area), [row.supplier_id]))
        }
        None => Ok(Reach::new(
            Topic::Evidence, Some(row.service_area), [row.customer_id, row.supplier_id],
        )),
    };

    risk_analysis: |row, scope| participants(row, scope).await;
    risk_analysis_participant: |row, scope| {
        let mut reach = analysis_reach(row.risk_analysis_id, scope).await?;
        reach.audience.insert(row.organisation_id);
        Ok(reach)
    };
    risk: |row, scope| analysis_reach(row.risk_analysis_id, scope).await;
    risk_acceptance: |row, scope| analysis_reach(row.risk_analysis_id, scope).await;

    forum: |row, scope| members(row, scope).await;
    forum_membership: |row, scope| {
        let mut reach = forum_reach(row.forum_id, scope).await?;
        reach.audience.insert(row.organisation_id);
        Ok(reach)
    };
    meeting: |row, scope| Ok(forum_reach(row.forum_id, scope).await?.topic(Topic::Forum));
    agenda_item: |row, scope| meeting_reach(row.meeting_id, scope).await;
    decision: |row, scope| meeting_reach(row.meeting_id, scope).await;

    action_item: |row, scope| {
        let mut audience = member_organisations(row.forum_id, scope).await?;
        audience.extend([row.customer_id, row.assignee_organisation_id]);
        Ok(Reach::new(Topic::ActionItem, row.service_area, audience))
    };

    comment: |row, scope| {
        let mut reach = subject_reach(row, scope).await?;
        if row.audience == CommentAudience::Internal {
            reach.audience = BTreeSet::from([row.organisation_id]);
        }
        Ok(reach)
    };
}

async fn analysis_reach(id: Uuid, scope: &Scope) -> Result<Reach> {
    participants(&scope.get::<risk_analysis::Entity>(id).await?, scope).await
}

async fn participants(row: &risk_analysis::Model, scope: &Scope) -> Result<Reach> {
    let invited = scope
        .find::<risk_analysis_participant::Entity>()?
        .filter(risk_analysis_participant::Column::RiskAnalysisId.eq(row.id))
        .all()
        .await?;
    let audience = invited.into_iter().map(|one| one.organisation_id);
    let mut reach = Reach::new(Topic::Risk, Some(row.service_area), audience);
    reach.audience.insert(row.owner_id);
    Ok(reach)
}

async fn forum_reach(id: Uuid, scope: &Scope) -> Result<Reach> {
    members(&scope.get::<forum::Entity>(id).await?, scope).await
}

async fn members(row: &forum::Model, scope: &Scope) -> Result<Reach> {
    let mut audience = member_organisations(row.id, scope).await?;
    audience.insert(row.customer_id);
    Ok(Reach::new(Topic::Directory, row.service_area, audience))
}

/// The organisations that belong to a forum, whether the actor sees the forum or not: who is told of an
/// action item does not depend on who moved it, and nobody is told who is told.
async fn member_organisations(forum: Uuid, scope: &Scope) -> Result<BTreeSet<Uuid>> {
    scope.count_statement();
    let members = forum_membership::Entity::find()
        .filter(forum_membership::Column::ForumId.eq(forum))
        .all(&scope.tx);
    let members =
        claim::beyond(&scope.tx, &Duty::Tell(forum), async { Ok(members.await?) }).await?;
    Ok(members.into_iter().map(|one| one.organisation_id).collect())
}

async fn meeting_reach(id: Uuid, scope: &Scope) -> Result<Reach> {
    let meeting = scope.get::<meeting::Entity>(id).await?;
    Ok(forum_reach(meeting.forum_id, scope)
        .await?
        .topic(Topic::Forum))
}

/// The reach of the record that a comment stands on; exactly one of the four is set.
async fn subject_reach(row: &comment::Model, scope: &Scope) -> Result<Reach> {
    if let Some(id) = row.submission_id {
        let row = scope.get::<submission::Entity>(id).await?;
        return submission::Entity::reach(&row, scope).await;
    }
    if let Some(id) = row.evidence_request_id {
        let row = scope.get::<evidence_request::Entity>(id).await?;
        return evidence_request::Entity::reach(&row, scope).await;
    }
    if let Some(id) = row.action_item_id {
        let row = scope.get::<action_item::Entity>(id).await?;
        return action_item::Entity::reach(&row, scope).await;
    }
    analysis_reach(row.risk_analysis_id.unwrap_or_default(), scope).await
}
