//! Meetings in the schema.

use async_graphql::{
    ComplexObject, Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use entity::{MeetingState, action_item, agenda_item, decision, forum, meeting};
use sea_orm::{ColumnTrait, Condition};

use super::{agenda::AgendaItem, decision::Decision, forum::Forum};
use crate::{
    Error, Result,
    access::action::{HoldMeeting, ScheduleMeeting, SignMinutes, UpdateMeeting},
    graphql::{
        filter::{among, contains, is},
        key::{self, Key},
        loaded::{Loaded, alone, session},
        page::{List, OrderDirection, Paging, Sort, list},
        scalar::DateTime,
    },
    topic::{
        action_item::graphql::ActionItem,
        event::graphql::{Event, history},
        forum::{
            minutes::SignedMinutes,
            write::meeting::{hold, schedule, sign, update},
        },
        organisation::graphql::Person,
    },
};

/// A meeting of a forum: its agenda, what was said, what was decided, and what somebody shall do. Once
/// the chair has signed the minutes, nothing in them changes.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Meeting {
    /// Identifies the meeting.
    pub id: ID,
    /// What people call it.
    title: String,
    /// When it begins.
    starts_at: DateTime,
    /// When it ends. Null when nobody has said.
    ends_at: Option<DateTime>,
    /// Where, or a link. Null when nobody has said.
    place: Option<String>,
    /// Where it stands.
    state: MeetingState,
    /// What was said, beside the agenda's notes and the decisions. Null when nothing was taken down.
    minutes: Option<String>,
    /// When it was marked as held. Null while it is planned.
    held_at: Option<DateTime>,
    /// When the chair signed the minutes. Null until then.
    signed_at: Option<DateTime>,
    /// When it was called.
    created_at: DateTime,
    /// When it was last changed.
    updated_at: DateTime,
    /// Counts its changes; pass it as `expectedVersion` when changing it.
    version: i32,
    #[graphql(skip)]
    row: Loaded<meeting::Entity>,
}

impl From<Loaded<meeting::Entity>> for Meeting {
    fn from(row: Loaded<meeting::Entity>) -> Self {
        Self {
            id: key::id::<meeting::Entity>(row.id),
            title: row.title.clone(),
            starts_at: DateTime(row.starts_at),
            ends_at: row.ends_at.map(DateTime),
            place: row.place.clone(),
            state: row.state,
            minutes: row.minutes.clone(),
            held_at: row.held_at.map(DateTime),
            signed_at: row.signed_at.map(DateTime),
            created_at: DateTime(row.created_at),
            updated_at: DateTime(row.updated_at),
            version: row.version,
            row,
        }
    }
}

#[ComplexObject]
impl Meeting {
    /// The forum that meets.
    async fn forum(&self, ctx: &Context<'_>) -> Result<Forum> {
        self.row.required(ctx, meeting::Column::ForumId).await
    }

    /// What is dealt with, in order.
    async fn agenda(&self, ctx: &Context<'_>) -> Result<Vec<AgendaItem>> {
        use agenda_item::Column;
        self.row.all(ctx, Column::MeetingId, Column::Position).await
    }

    /// What was decided, by number.
    async fn decisions(&self, ctx: &Context<'_>) -> Result<Vec<Decision>> {
        use decision::Column;
        self.row.all(ctx, Column::MeetingId, Column::Number).await
    }

    /// The action items that carry out what the meeting wanted done, wherever they are followed now; those
    /// that you see, the most urgent first.
    async fn action_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<ActionItem>> {
        let sort = Sort::by(action_item::Column::DueOn, OrderDirection::Asc);
        let meeting = action_item::Column::MeetingId;
        self.row
            .page(ctx, meeting, sort, Paging::new(first, after))
            .await
    }

    /// The whole minutes as they stood when the chair signed. Null until then.
    async fn minutes_as_signed(&self) -> Result<Option<SignedMinutes>> {
        let kept = self.row.minutes_as_signed.clone();
        kept.map(serde_json::from_value)
            .transpose()
            .map_err(Error::internal)
    }

    /// The chair who signed. Null until then, and for those who no longer see that person; the signed
    /// minutes have the name.
    async fn signed_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, meeting::Column::SignedBy).await
    }

    /// Who called it. Null when an integration did, or somebody whom you do not see.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, meeting::Column::CreatedBy).await
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

/// By what meetings are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum MeetingOrderField {
    /// When it begins.
    #[default]
    StartsAt,
    /// When it was called.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
    /// Its title.
    Title,
}

/// In which order meetings are listed.
#[derive(InputObject, Default)]
pub struct MeetingOrder {
    /// What the list is ordered by.
    #[graphql(default)]
    field: MeetingOrderField,
    /// In which direction.
    #[graphql(default)]
    direction: OrderDirection,
}

impl MeetingOrder {
    fn sort(&self) -> Sort<meeting::Entity> {
        let column = match self.field {
            MeetingOrderField::StartsAt => meeting::Column::StartsAt,
            MeetingOrderField::CreatedAt => meeting::Column::CreatedAt,
            MeetingOrderField::UpdatedAt => meeting::Column::UpdatedAt,
            MeetingOrderField::Title => meeting::Column::Title,
        };
        Sort::by(column, self.direction)
    }
}

/// Which meetings are listed; all conditions given must hold. What is left out narrows nothing.
#[derive(InputObject, Default)]
pub struct MeetingFilter {
    /// Of this forum.
    forum_id: Option<Key<forum::Entity>>,
    /// In one of these states.
    state: Option<Vec<MeetingState>>,
    /// That begin at this instant or later.
    starts_from: Option<DateTime>,
    /// That begin before this instant.
    starts_before: Option<DateTime>,
    /// Whose title contains this text, whatever its case.
    title_contains: Option<String>,
}

impl MeetingFilter {
    fn condition(self) -> Condition {
        use meeting::Column;
        Condition::all()
            .add_option(is(Column::ForumId, self.forum_id))
            .add_option(among(Column::State, self.state))
            .add_option(
                self.starts_from
                    .map(|instant| Column::StartsAt.gte(instant.0)),
            )
            .add_option(
                self.starts_before
                    .map(|instant| Column::StartsAt.lt(instant.0)),
            )
            .add_option(contains(Column::Title, self.title_contains))
    }
}

#[derive(Default)]
pub(super) struct MeetingQueries;

#[Object]
impl MeetingQueries {
    /// The meetings of the forums that one sees.
    async fn meetings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when left out.")] filter: Option<MeetingFilter>,
        #[graphql(desc = "In which order; earliest first when left out.")] order: Option<
            MeetingOrder,
        >,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Meeting>> {
        list(
            ctx,
            filter.unwrap_or_default().condition(),
            order.unwrap_or_default().sort(),
            Paging::new(first, after),
        )
        .await
    }
}

/// A meeting to call. What is left out stays empty.
#[derive(InputObject)]
pub struct ScheduleMeetingInput {
    /// The forum that shall meet.
    forum_id: Key<forum::Entity>,
    /// What people call it: up to 200 characters.
    title: String,
    /// When it begins.
    starts_at: DateTime,
    /// When it ends; later than it begins.
    ends_at: Option<DateTime>,
    /// Where, or a link: up to 200 characters.
    place: Option<String>,
}

impl ScheduleMeetingInput {
    fn fill(self, row: &mut meeting::Model) {
        row.title = self.title;
        row.ends_at = self.ends_at.map(|instant| instant.0);
        row.place = self.place;
    }
}

/// A change of a meeting. What is left out stays; null empties what may be empty, and leaves the rest.
#[derive(InputObject)]
pub struct UpdateMeetingInput {
    /// Which meeting.
    id: Key<meeting::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// What people call it.
    title: Option<String>,
    /// When it begins.
    starts_at: Option<DateTime>,
    /// When it ends.
    ends_at: MaybeUndefined<DateTime>,
    /// Where, or a link.
    place: MaybeUndefined<String>,
    /// What was said, beside the agenda's notes and the decisions: up to 10 000 characters.
    minutes: MaybeUndefined<String>,
}

impl UpdateMeetingInput {
    fn fill(self, row: &mut meeting::Model) {
        if let Some(title) = self.title {
            row.title = title;
        }
        row.starts_at = self.starts_at.map_or(row.starts_at, |instant| instant.0);
        self.ends_at
            .map_value(|instant| instant.0)
            .update_to(&mut row.ends_at);
        self.place.update_to(&mut row.place);
        self.minutes.update_to(&mut row.minutes);
    }
}

/// Which meeting was held.
#[derive(InputObject)]
pub struct HoldMeetingInput {
    /// Which meeting.
    id: Key<meeting::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
}

/// Whose minutes to sign.
#[derive(InputObject)]
pub struct SignMinutesInput {
    /// Which meeting.
    id: Key<meeting::Entity>,
    /// The version that the change is made on: the one that was read through.
    expected_version: i32,
}

#[derive(Default)]
pub(super) struct MeetingMutations;

#[Object]
impl MeetingMutations {
    /// Calls a meeting of a forum. Its agenda can be prepared from then on.
    async fn schedule_meeting(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meeting.")] input: ScheduleMeetingInput,
    ) -> Result<Meeting> {
        let permit = session(ctx)?
            .permit::<ScheduleMeeting>(input.forum_id.id, None)
            .await?;
        let row = schedule(permit, input.starts_at.0, |row| input.fill(row)).await?;
        Ok(alone(row).into())
    }

    /// Changes a meeting's title, time, place or minutes, until they are signed.
    async fn update_meeting(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateMeetingInput,
    ) -> Result<Meeting> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<UpdateMeeting>(input.id.id, expected)
            .await?;
        let row = update(permit, |row| input.fill(row)).await?;
        Ok(alone(row).into())
    }

    /// Marks a meeting as held. Its minutes can still be finished.
    async fn hold_meeting(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: HoldMeetingInput,
    ) -> Result<Meeting> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<HoldMeeting>(input.id.id, expected)
            .await?;
        Ok(alone(hold(permit).await?).into())
    }

    /// Signs the minutes of a meeting that was held, as the forum's chair. From then on the meeting, its
    /// agenda and its decisions stay as they are, and `minutesAsSigned` keeps all of it.
    async fn sign_minutes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: SignMinutesInput,
    ) -> Result<Meeting> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<SignMinutes>(input.id.id, expected)
            .await?;
        Ok(alone(sign(permit).await?).into())
    }
}
