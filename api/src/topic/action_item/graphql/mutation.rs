//! Mutations of action items in the schema.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};
use entity::{
    Priority, action_item, decision, forum, meeting, organisation, person, risk, submission,
};

use super::ActionItem;
use crate::{
    Result,
    access::action::{
        CancelActionItem, CascadeActionItem, CreateActionItem, EscalateActionItem,
        ReportActionItemDone, SendBackActionItem, StartActionItem, UpdateActionItem,
        VerifyActionItem,
    },
    graphql::{
        key::Key,
        loaded::{alone, session},
        scalar::Date,
    },
    topic::action_item::write::{self, NewActionItem},
};

/// What shall be done, by whom and by when. What is left out stays empty.
#[derive(InputObject)]
pub struct CreateActionItemInput {
    /// The forum that raises it and follows it from now on.
    forum_id: Key<forum::Entity>,
    /// What shall be done: up to 200 characters.
    title: String,
    /// How, and what counts as done: up to 10 000 characters.
    description: Option<String>,
    /// By when it shall be done.
    due_on: Date,
    /// How urgent it is.
    #[graphql(default_with = "Priority::Normal")]
    priority: Priority,
    /// The organisation that shall do it: one that takes part in the forum.
    assignee_organisation_id: Key<organisation::Entity>,
    /// The person who shall do it there; leave out to let the organisation decide.
    assignee_id: Option<Key<person::Entity>>,
    /// The meeting that wanted it done, of the forum or of one above it.
    meeting_id: Option<Key<meeting::Entity>>,
    /// The decision of that meeting which it carries out. Given alone, it names the meeting too.
    decision_id: Option<Key<decision::Entity>>,
    /// The risk it treats.
    risk_id: Option<Key<risk::Entity>>,
}

impl From<CreateActionItemInput> for NewActionItem {
    fn from(input: CreateActionItemInput) -> Self {
        Self {
            title: input.title,
            description: input.description,
            priority: input.priority,
            due_on: input.due_on.0,
            assignee_organisation_id: input.assignee_organisation_id.id,
            assignee_id: input.assignee_id.map(|person| person.id),
            meeting_id: input.meeting_id.map(|meeting| meeting.id),
            decision_id: input.decision_id.map(|decision| decision.id),
            risk_id: input.risk_id.map(|risk| risk.id),
        }
    }
}

/// A change of an action item. What is left out stays; null empties what may be empty, and leaves the rest.
#[derive(InputObject)]
pub struct UpdateActionItemInput {
    /// Which action item.
    id: Key<action_item::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// What shall be done.
    title: Option<String>,
    /// How, and what counts as done.
    description: MaybeUndefined<String>,
    /// By when it shall be done.
    due_on: Option<Date>,
    /// How urgent it is.
    priority: Option<Priority>,
    /// Which organisation shall do it: one that takes part in the forum that follows the item. Another
    /// organisation decides itself who there shall do it, unless `assigneeId` says.
    assignee_organisation_id: Option<Key<organisation::Entity>>,
    /// The person who shall do it there.
    assignee_id: MaybeUndefined<Key<person::Entity>>,
}

impl UpdateActionItemInput {
    fn fill(self, row: &mut action_item::Model) {
        if let Some(title) = self.title {
            row.title = title;
        }
        self.description.update_to(&mut row.description);
        row.due_on = self.due_on.map_or(row.due_on, |day| day.0);
        row.priority = self.priority.unwrap_or(row.priority);
        assign(row, self.assignee_organisation_id, self.assignee_id);
    }
}

/// Gives the item to another organisation, to whom the present person does not belong, or person.
fn assign(
    row: &mut action_item::Model,
    organisation: Option<Key<organisation::Entity>>,
    person: MaybeUndefined<Key<person::Entity>>,
) {
    if let Some(organisation) = organisation.filter(|one| one.id != row.assignee_organisation_id) {
        row.assignee_organisation_id = organisation.id;
        row.assignee_id = None;
    }
    person
        .map_value(|person| person.id)
        .update_to(&mut row.assignee_id);
}

/// Which work begins.
#[derive(InputObject)]
pub struct StartActionItemInput {
    /// Which action item.
    id: Key<action_item::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
}

/// What is done, and what shows it.
#[derive(InputObject)]
pub struct ReportActionItemDoneInput {
    /// Which action item.
    id: Key<action_item::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// What was done: up to 10 000 characters.
    report: String,
    /// Submissions that show it: up to 50 that your organisation has handed in to the customer. Those
    /// attached to an earlier report stay.
    #[graphql(default)]
    submission_ids: Vec<Key<submission::Entity>>,
}

/// Which action item to verify.
#[derive(InputObject)]
pub struct VerifyActionItemInput {
    /// Which action item.
    id: Key<action_item::Entity>,
    /// The version that the change is made on: the one that was looked at.
    expected_version: i32,
}

/// Which action item to send back, and why.
#[derive(InputObject)]
pub struct SendBackActionItemInput {
    /// Which action item.
    id: Key<action_item::Entity>,
    /// The version that the change is made on: the one that was looked at.
    expected_version: i32,
    /// What remains to be done: up to 10 000 characters.
    remark: String,
}

/// Which action item to cancel, and why.
#[derive(InputObject)]
pub struct CancelActionItemInput {
    /// Which action item.
    id: Key<action_item::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// Why it need not be done any more: up to 10 000 characters.
    remark: String,
}

/// Which action item to hand down, and to which forum.
#[derive(InputObject)]
pub struct CascadeActionItemInput {
    /// Which action item.
    id: Key<action_item::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// The forum that follows it from now on: one directly below the forum that follows it now.
    to_forum_id: Key<forum::Entity>,
    /// Why it is handed down: up to 10 000 characters; nothing when left out. Whoever sees the item reads
    /// it.
    reason: Option<String>,
    /// The organisation that shall do it from now on; it must take part in that forum. Leave out to let it
    /// stay.
    assignee_organisation_id: Option<Key<organisation::Entity>>,
    /// The person who shall do it there. Left out, it stays, unless the organisation changes, which then decides
    /// itself; null lets the organisation decide.
    assignee_id: MaybeUndefined<Key<person::Entity>>,
}

/// Which action item to hand up, and why.
#[derive(InputObject)]
pub struct EscalateActionItemInput {
    /// Which action item.
    id: Key<action_item::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// Why it cannot be solved where it is: up to 10 000 characters. Whoever sees the item reads it.
    reason: String,
}

/// Mutations of action items.
#[derive(Default)]
pub struct ActionItemMutation;

#[Object]
impl ActionItemMutation {
    /// Takes down what somebody shall do, in the forum that will follow it.
    async fn create_action_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new action item.")] input: CreateActionItemInput,
    ) -> Result<ActionItem> {
        let permit = session(ctx)?
            .permit::<CreateActionItem>(input.forum_id.id, None)
            .await?;
        Ok(alone(write::create(permit, input.into()).await?).into())
    }

    /// Changes an action item that is open: what shall be done, by when or by whom.
    async fn update_action_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateActionItemInput,
    ) -> Result<ActionItem> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<UpdateActionItem>(input.id.id, expected)
            .await?;
        let row = write::update(permit, |row| input.fill(row)).await?;
        Ok(alone(row).into())
    }

    /// Begins the work, for the organisation that shall do it.
    async fn start_action_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: StartActionItemInput,
    ) -> Result<ActionItem> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<StartActionItem>(input.id.id, expected)
            .await?;
        Ok(alone(write::start(permit).await?).into())
    }

    /// Reports an action item done, for the organisation that was to do it. It stays open until the
    /// customer has verified it.
    async fn report_action_item_done(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what shows it.")] input: ReportActionItemDoneInput,
    ) -> Result<ActionItem> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<ReportActionItemDone>(input.id.id, expected)
            .await?;
        let evidence = input
            .submission_ids
            .iter()
            .map(|submission| submission.id)
            .collect();
        Ok(alone(write::report_done(permit, input.report, evidence).await?).into())
    }

    /// Verifies that an action item is done, which closes it. Nobody verifies the own work.
    async fn verify_action_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: VerifyActionItemInput,
    ) -> Result<ActionItem> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<VerifyActionItem>(input.id.id, expected)
            .await?;
        Ok(alone(write::verify(permit).await?).into())
    }

    /// Sends an action item back that was reported done and is not, with a remark that says what remains.
    async fn send_back_action_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: SendBackActionItemInput,
    ) -> Result<ActionItem> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<SendBackActionItem>(input.id.id, expected)
            .await?;
        Ok(alone(write::send_back(permit, input.remark).await?).into())
    }

    /// Cancels an action item that need not be done any more, which closes it.
    async fn cancel_action_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: CancelActionItemInput,
    ) -> Result<ActionItem> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<CancelActionItem>(input.id.id, expected)
            .await?;
        Ok(alone(write::cancel(permit, input.remark).await?).into())
    }

    /// Hands an action item down to a forum directly below: cascades it from a strategic to a tactical
    /// forum, delegates it from a tactical to an operational one.
    async fn cascade_action_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and where to.")] input: CascadeActionItemInput,
    ) -> Result<ActionItem> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<CascadeActionItem>(input.id.id, expected)
            .await?;
        let give = |row: &mut action_item::Model| {
            assign(row, input.assignee_organisation_id, input.assignee_id);
        };
        let row = write::cascade(permit, input.to_forum_id.id, input.reason, give).await?;
        Ok(alone(row).into())
    }

    /// Hands an action item up to the forum above the one that follows it, whose members see it from then
    /// on. A supplier who does not belong to that forum goes on seeing what it shall do itself.
    async fn escalate_action_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: EscalateActionItemInput,
    ) -> Result<ActionItem> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<EscalateActionItem>(input.id.id, expected)
            .await?;
        Ok(alone(write::escalate(permit, input.reason).await?).into())
    }
}
