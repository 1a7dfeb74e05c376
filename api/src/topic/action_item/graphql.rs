//! Action items in the schema.

mod list;
mod mutation;
mod subscription;

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use entity::{
    ActionItemState, ActionItemStepKind, Priority, ServiceArea, action_item, action_item_evidence,
    action_item_step, comment,
};

pub use list::{ActionItemFilter, ActionItemQuery, is_open, is_overdue};
pub use mutation::ActionItemMutation;
pub use subscription::{ActionItemChange, ActionItemSubscription};

use super::model;
use crate::{
    Result,
    graphql::{
        key,
        loaded::{Loaded, scope},
        page::{List, OrderDirection, Paging, Sort},
        scalar::{Date, DateTime},
    },
    topic::{
        comment::graphql::Comment,
        event::graphql::{Event, history},
        forum::graphql::{Decision, Forum, Meeting},
        organisation::graphql::{Organisation, Person},
        risk::graphql::Risk,
        submission::graphql::Submission,
    },
};

/// What somebody shall have done by a date. A forum raises it and follows it; it can be handed down to
/// the level below and escalated to the one above. `REPORTED_DONE` is the assignee's word, `VERIFIED` the
/// customer's. It is seen by the customer, by the assignee, and by those who belong to the forum that
/// follows it now.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ActionItem {
    /// Identifies the action item.
    pub id: ID,
    /// What shall be done.
    title: String,
    /// How, and what counts as done. Null when nobody has said.
    description: Option<String>,
    /// Where it stands.
    state: ActionItemState,
    /// How urgent it is.
    priority: Priority,
    /// By when it shall be done.
    due_on: Date,
    /// The service area it concerns. Null when it concerns all.
    service_area: Option<ServiceArea>,
    /// What the assignee wrote when last reporting it done. Null until then.
    report: Option<String>,
    /// When it was last reported done. Null until then.
    reported_at: Option<DateTime>,
    /// Why it was sent back or cancelled. Null when it was neither, or has been reported done again since.
    remark: Option<String>,
    /// When it was verified or cancelled. Null while it is open.
    closed_at: Option<DateTime>,
    /// When it was taken down.
    created_at: DateTime,
    /// When it was last changed.
    updated_at: DateTime,
    /// Counts its changes; pass it as `expectedVersion` when changing it.
    version: i32,
    #[graphql(skip)]
    row: Loaded<action_item::Entity>,
}

impl From<Loaded<action_item::Entity>> for ActionItem {
    fn from(row: Loaded<action_item::Entity>) -> Self {
        Self {
            id: key::id::<action_item::Entity>(row.id),
            title: row.title.clone(),
            description: row.description.clone(),
            state: row.state,
            priority: row.priority,
            due_on: Date(row.due_on),
            service_area: row.service_area,
            report: row.report.clone(),
            reported_at: row.reported_at.map(DateTime),
            remark: row.remark.clone(),
            closed_at: row.closed_at.map(DateTime),
            created_at: DateTime(row.created_at),
            updated_at: DateTime(row.updated_at),
            version: row.version,
            row,
        }
    }
}

#[ComplexObject]
impl ActionItem {
    /// Whether its due date has passed while it is open, told by today's date. What was reported done is
    /// open until the customer has verified it.
    async fn overdue(&self, ctx: &Context<'_>) -> Result<bool> {
        let today = scope(ctx).await?.today();
        Ok(model::overdue(self.state, self.due_on.0, today))
    }

    /// The municipality whose forum raised it.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Organisation> {
        self.row
            .required(ctx, action_item::Column::CustomerId)
            .await
    }

    /// The forum that follows it now. Null for an assignee who does not belong to that forum.
    async fn forum(&self, ctx: &Context<'_>) -> Result<Option<Forum>> {
        self.row.one(ctx, action_item::Column::ForumId).await
    }

    /// The forum that raised it. Null when you do not belong to that forum.
    async fn raised_in(&self, ctx: &Context<'_>) -> Result<Option<Forum>> {
        self.row.one(ctx, action_item::Column::RaisedInId).await
    }

    /// The meeting that wanted it done. Null when none did, or its forum is not one of yours.
    async fn meeting(&self, ctx: &Context<'_>) -> Result<Option<Meeting>> {
        self.row.one(ctx, action_item::Column::MeetingId).await
    }

    /// The decision it carries out. Null when it carries out none, or its forum is not one of yours.
    async fn decision(&self, ctx: &Context<'_>) -> Result<Option<Decision>> {
        self.row.one(ctx, action_item::Column::DecisionId).await
    }

    /// The risk it treats. Null when it treats none, or one that you do not see.
    async fn risk(&self, ctx: &Context<'_>) -> Result<Option<Risk>> {
        self.row.one(ctx, action_item::Column::RiskId).await
    }

    /// The organisation that shall do it. Null when it is one that you do not see, which can be when the
    /// item was escalated to your forum.
    async fn assignee_organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        self.row
            .one(ctx, action_item::Column::AssigneeOrganisationId)
            .await
    }

    /// The person who shall do it, in the organisation that shall. Null when that organisation decides, or
    /// it is somebody whom you do not see.
    async fn assignee(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, action_item::Column::AssigneeId).await
    }

    /// Its way between forums, from the first move to the last. Empty while the forum that raised it
    /// follows it.
    async fn path(&self, ctx: &Context<'_>) -> Result<Vec<ActionItemStep>> {
        use action_item_step::Column;
        self.row
            .all(ctx, Column::ActionItemId, Column::Number)
            .await
    }

    /// The submissions that the assignee attached when reporting it done; those that you see.
    async fn evidence(&self, ctx: &Context<'_>) -> Result<Vec<Submission>> {
        use action_item_evidence::{Column, Entity};
        let joined: Vec<Loaded<Entity>> = self
            .row
            .all(ctx, Column::ActionItemId, Column::AddedAt)
            .await?;
        let mut submissions = Vec::with_capacity(joined.len());
        for row in joined {
            submissions.push(row.required(ctx, Column::SubmissionId).await?);
        }
        Ok(submissions)
    }

    /// Who last reported it done. Null until then, and when an integration did or somebody whom you do not
    /// see.
    async fn reported_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, action_item::Column::ReportedBy).await
    }

    /// Who verified it. Null until then, and when it is somebody whom you do not see.
    async fn verified_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, action_item::Column::VerifiedBy).await
    }

    /// Who took it down. Null when an integration did, or somebody whom you do not see.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, action_item::Column::CreatedBy).await
    }

    /// Remarks in conversation, oldest first.
    async fn comments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Comment>> {
        let sort = Sort::by(comment::Column::CreatedAt, OrderDirection::Asc);
        let item = comment::Column::ActionItemId;
        self.row
            .page(ctx, item, sort, Paging::new(first, after))
            .await
    }

    /// What happened to it, latest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Event>> {
        history(ctx, &self.row, Paging::new(first, after)).await
    }
}

/// One move of an action item between forums.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ActionItemStep {
    /// Its place on the path, from 1.
    number: i32,
    /// How it moved: handed down, or escalated.
    kind: ActionItemStepKind,
    /// Why it was moved. Null when nobody said.
    reason: Option<String>,
    /// When it was moved.
    moved_at: DateTime,
    #[graphql(skip)]
    row: Loaded<action_item_step::Entity>,
}

impl From<Loaded<action_item_step::Entity>> for ActionItemStep {
    fn from(row: Loaded<action_item_step::Entity>) -> Self {
        Self {
            number: row.number,
            kind: row.kind,
            reason: row.reason.clone(),
            moved_at: DateTime(row.made_at),
            row,
        }
    }
}

#[ComplexObject]
impl ActionItemStep {
    /// The forum that followed it before. Null when it is not one of yours.
    #[expect(clippy::wrong_self_convention, reason = "the name is the schema's")]
    async fn from_forum(&self, ctx: &Context<'_>) -> Result<Option<Forum>> {
        self.row
            .one(ctx, action_item_step::Column::FromForumId)
            .await
    }

    /// The forum that followed it from then on. Null when it is not one of yours.
    async fn to_forum(&self, ctx: &Context<'_>) -> Result<Option<Forum>> {
        self.row.one(ctx, action_item_step::Column::ToForumId).await
    }

    /// Who moved it. Null when an integration did, or somebody whom you do not see.
    async fn moved_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, action_item_step::Column::MadeBy).await
    }
}
