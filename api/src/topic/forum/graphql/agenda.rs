//! Points on agendas in the schema.

use async_graphql::{
    ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use entity::{agenda_item, decision, meeting, risk, submission};

use super::{decision::Decision, meeting::Meeting};
use crate::{
    Result,
    access::action::{AddAgendaItem, UpdateAgendaItem},
    graphql::{
        key::{self, Key},
        loaded::{Loaded, alone, session},
        page::{List, Paging},
        scalar::DateTime,
    },
    topic::{
        event::graphql::{Event, history},
        forum::write::agenda::{add, update},
        risk::graphql::Risk,
        submission::graphql::Submission,
    },
};

/// A point on the agenda of a meeting, with what was noted.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct AgendaItem {
    /// Identifies the point.
    pub id: ID,
    /// Its place, from 1.
    position: i32,
    /// What it is about.
    title: String,
    /// What was said. Null when nothing was noted.
    notes: Option<String>,
    /// When it was put on the agenda.
    created_at: DateTime,
    /// When it was last changed.
    updated_at: DateTime,
    /// Counts its changes; pass it as `expectedVersion` when changing it.
    version: i32,
    #[graphql(skip)]
    row: Loaded<agenda_item::Entity>,
}

impl From<Loaded<agenda_item::Entity>> for AgendaItem {
    fn from(row: Loaded<agenda_item::Entity>) -> Self {
        Self {
            id: key::id::<agenda_item::Entity>(row.id),
            position: row.position,
            title: row.title.clone(),
            notes: row.notes.clone(),
            created_at: DateTime(row.created_at),
            updated_at: DateTime(row.updated_at),
            version: row.version,
            row,
        }
    }
}

#[ComplexObject]
impl AgendaItem {
    /// The meeting.
    async fn meeting(&self, ctx: &Context<'_>) -> Result<Meeting> {
        self.row.required(ctx, agenda_item::Column::MeetingId).await
    }

    /// The risk it brings up. Null when it brings up none, or one that you do not see.
    async fn risk(&self, ctx: &Context<'_>) -> Result<Option<Risk>> {
        self.row.one(ctx, agenda_item::Column::RiskId).await
    }

    /// The submission it brings up. Null when it brings up none, or one that you do not see.
    async fn submission(&self, ctx: &Context<'_>) -> Result<Option<Submission>> {
        self.row.one(ctx, agenda_item::Column::SubmissionId).await
    }

    /// What was decided under it, by number.
    async fn decisions(&self, ctx: &Context<'_>) -> Result<Vec<Decision>> {
        use decision::Column;
        self.row
            .all(ctx, Column::AgendaItemId, Column::Number)
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

/// A point to put on the agenda. What is left out is not brought up.
#[derive(InputObject)]
pub struct AddAgendaItemInput {
    /// The meeting.
    meeting_id: Key<meeting::Entity>,
    /// What it is about: up to 200 characters. Every member of the forum reads it.
    title: String,
    /// A risk to bring up; members of the forum who do not see the risk see the title alone.
    risk_id: Option<Key<risk::Entity>>,
    /// Something that was handed in to the customer, to bring up; members of the forum who do not see it
    /// see the title alone.
    submission_id: Option<Key<submission::Entity>>,
}

impl AddAgendaItemInput {
    fn fill(self, row: &mut agenda_item::Model) {
        row.title = self.title;
        row.risk_id = self.risk_id.map(|risk| risk.id);
        row.submission_id = self.submission_id.map(|submission| submission.id);
    }
}

/// A change of a point on the agenda. What is left out stays; null empties what may be empty, and leaves the rest.
#[derive(InputObject)]
pub struct UpdateAgendaItemInput {
    /// Which point.
    id: Key<agenda_item::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// Where on the agenda it shall stand, from 1; the points in between make place.
    position: Option<i32>,
    /// What it is about.
    title: Option<String>,
    /// What was said: up to 10 000 characters.
    notes: MaybeUndefined<String>,
    /// The risk it brings up.
    risk_id: MaybeUndefined<Key<risk::Entity>>,
    /// The submission it brings up.
    submission_id: MaybeUndefined<Key<submission::Entity>>,
}

impl UpdateAgendaItemInput {
    fn fill(self, row: &mut agenda_item::Model) {
        if let Some(title) = self.title {
            row.title = title;
        }
        self.notes.update_to(&mut row.notes);
        self.risk_id
            .map_value(|risk| risk.id)
            .update_to(&mut row.risk_id);
        self.submission_id
            .map_value(|submission| submission.id)
            .update_to(&mut row.submission_id);
    }
}

#[derive(Default)]
pub(super) struct AgendaMutations;

#[Object]
impl AgendaMutations {
    /// Puts a point last on the agenda of a meeting, until its minutes are signed.
    async fn add_agenda_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The point.")] input: AddAgendaItemInput,
    ) -> Result<AgendaItem> {
        let permit = session(ctx)?
            .permit::<AddAgendaItem>(input.meeting_id.id, None)
            .await?;
        let row = add(permit, |row| input.fill(row)).await?;
        Ok(alone(row).into())
    }

    /// Changes or moves a point on the agenda, or takes notes under it, until the minutes are signed.
    async fn update_agenda_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateAgendaItemInput,
    ) -> Result<AgendaItem> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<UpdateAgendaItem>(input.id.id, expected)
            .await?;
        let row = update(permit, input.position, |row| input.fill(row)).await?;
        Ok(alone(row).into())
    }
}
