//! Decisions in the schema.

use async_graphql::{
    ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use entity::{action_item, agenda_item, decision, forum, meeting};
use sea_orm::{ColumnTrait, Condition};

use super::{agenda::AgendaItem, meeting::Meeting};
use crate::{
    Result,
    access::{
        Scope,
        action::{RecordDecision, UpdateDecision},
    },
    graphql::{
        filter::{contains, is},
        key::{self, Key},
        loaded::{Loaded, alone, scope, session},
        page::{List, OrderDirection, Paging, Sort, list},
        scalar::DateTime,
    },
    topic::{
        action_item::graphql::ActionItem,
        event::graphql::{Event, history},
        forum::write::decision::{record, update},
        organisation::graphql::Person,
    },
};

/// A decision of a meeting.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Decision {
    /// Identifies the decision.
    pub id: ID,
    /// Its number within the meeting, from 1.
    number: i32,
    /// What was decided.
    text: String,
    /// When it was taken down.
    created_at: DateTime,
    /// When it was last changed.
    updated_at: DateTime,
    /// Counts its changes; pass it as `expectedVersion` when changing it.
    version: i32,
    #[graphql(skip)]
    row: Loaded<decision::Entity>,
}

impl From<Loaded<decision::Entity>> for Decision {
    fn from(row: Loaded<decision::Entity>) -> Self {
        Self {
            id: key::id::<decision::Entity>(row.id),
            number: row.number,
            text: row.text.clone(),
            created_at: DateTime(row.created_at),
            updated_at: DateTime(row.updated_at),
            version: row.version,
            row,
        }
    }
}

#[ComplexObject]
impl Decision {
    /// The meeting that decided.
    async fn meeting(&self, ctx: &Context<'_>) -> Result<Meeting> {
        self.row.required(ctx, decision::Column::MeetingId).await
    }

    /// The point on the agenda that it was taken under. Null when it was taken under none.
    async fn agenda_item(&self, ctx: &Context<'_>) -> Result<Option<AgendaItem>> {
        self.row.one(ctx, decision::Column::AgendaItemId).await
    }

    /// The action items that carry it out, wherever they are followed now; those that you see, the most
    /// urgent first.
    async fn action_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<ActionItem>> {
        let sort = Sort::by(action_item::Column::DueOn, OrderDirection::Asc);
        let decision = action_item::Column::DecisionId;
        self.row
            .page(ctx, decision, sort, Paging::new(first, after))
            .await
    }

    /// Who took it down. Null when an integration did, or somebody whom you do not see.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, decision::Column::CreatedBy).await
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

/// Which decisions are listed; all conditions given must hold. What is left out narrows nothing.
#[derive(InputObject, Default)]
pub struct DecisionFilter {
    /// Of this forum.
    forum_id: Option<Key<forum::Entity>>,
    /// Of this meeting.
    meeting_id: Option<Key<meeting::Entity>>,
    /// Whose text contains this, whatever its case.
    text_contains: Option<String>,
}

impl DecisionFilter {
    fn condition(self, scope: &Scope) -> Result<Condition> {
        use decision::Column;
        let mut condition = Condition::all()
            .add_option(is(Column::MeetingId, self.meeting_id))
            .add_option(contains(Column::Text, self.text_contains));
        if let Some(forum) = self.forum_id {
            let meetings = scope.find::<meeting::Entity>()?;
            let meetings = meetings.filter(meeting::Column::ForumId.eq(forum.id)).ids();
            condition = condition.add(Column::MeetingId.in_subquery(meetings));
        }
        Ok(condition)
    }
}

#[derive(Default)]
pub(super) struct DecisionQueries;

#[Object]
impl DecisionQueries {
    /// The decisions of the forums that one sees, latest first.
    async fn decisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when left out.")] filter: Option<DecisionFilter>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Decision>> {
        let wanted = filter.unwrap_or_default().condition(&*scope(ctx).await?)?;
        let sort = Sort::by(decision::Column::CreatedAt, OrderDirection::Desc);
        list(ctx, wanted, sort, Paging::new(first, after)).await
    }
}

/// A decision to take down.
#[derive(InputObject)]
pub struct RecordDecisionInput {
    /// The meeting that decided.
    meeting_id: Key<meeting::Entity>,
    /// The point on its agenda that it was taken under; none when left out.
    agenda_item_id: Option<Key<agenda_item::Entity>>,
    /// What was decided: up to 10 000 characters.
    text: String,
}

/// A correction of a decision. What is left out stays; null empties what may be empty, and leaves the rest.
#[derive(InputObject)]
pub struct UpdateDecisionInput {
    /// Which decision.
    id: Key<decision::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// The point on the agenda that it was taken under.
    agenda_item_id: MaybeUndefined<Key<agenda_item::Entity>>,
    /// What was decided.
    text: Option<String>,
}

impl UpdateDecisionInput {
    fn fill(self, row: &mut decision::Model) {
        self.agenda_item_id
            .map_value(|item| item.id)
            .update_to(&mut row.agenda_item_id);
        if let Some(text) = self.text {
            row.text = text;
        }
    }
}

#[derive(Default)]
pub(super) struct DecisionMutations;

#[Object]
impl DecisionMutations {
    /// Takes down a decision of a meeting, until its minutes are signed. It gets the next number.
    async fn record_decision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: RecordDecisionInput,
    ) -> Result<Decision> {
        let permit = session(ctx)?
            .permit::<RecordDecision>(input.meeting_id.id, None)
            .await?;
        let under = input.agenda_item_id.map(|item| item.id);
        Ok(alone(record(permit, input.text, under).await?).into())
    }

    /// Corrects a decision, until the minutes are signed.
    async fn update_decision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The correction.")] input: UpdateDecisionInput,
    ) -> Result<Decision> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<UpdateDecision>(input.id.id, expected)
            .await?;
        let row = update(permit, |row| input.fill(row)).await?;
        Ok(alone(row).into())
    }
}
