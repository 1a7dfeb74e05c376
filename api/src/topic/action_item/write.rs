//! Taking down action items, moving them through their states and between forums.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use entity::{
    ActionItemState, ActionItemStepKind, Priority, ReviewState, action_item, action_item_evidence,
    action_item_step, decision, forum, meeting, organisation, submission,
};
use sea_orm::{ColumnTrait, Order, sea_query::Expr};
use uuid::Uuid;

use super::{
    FollowedActionItem,
    model::{
        CANCEL, REPORT_DONE, SEND_BACK, START, VERIFY, changeable, movable, rules, step_rules,
    },
};
use crate::{
    Error, Result,
    access::{
        Act, Permit, Resource, Scope,
        action::{
            CancelActionItem, CascadeActionItem, CreateActionItem, EscalateActionItem,
            ReportActionItemDone, SendBackActionItem, StartActionItem, UpdateActionItem,
            VerifyActionItem,
        },
    },
    topic::{
        Machine, Transition,
        forum::{
            ForumWithMembers,
            model::step,
            read::{check_person, check_risk, is_at_or_above},
        },
    },
    validate::Check,
};

/// How many submissions may be attached to one report.
const MOST_SUBMISSIONS: usize = 50;

/// What shall be done.
pub struct NewActionItem {
    /// In a few words.
    pub title: String,
    /// How, and what counts as done.
    pub description: Option<String>,
    /// How urgent it is.
    pub priority: Priority,
    /// By when.
    pub due_on: NaiveDate,
    /// Which organisation shall do it.
    pub assignee_organisation_id: Uuid,
    /// Which person there.
    pub assignee_id: Option<Uuid>,
    /// The meeting that raised it.
    pub meeting_id: Option<Uuid>,
    /// The decision it carries out.
    pub decision_id: Option<Uuid>,
    /// The risk it treats.
    pub risk_id: Option<Uuid>,
}

/// Takes down an action item in a forum.
///
/// # Errors
/// `Invalid` when a field breaks a rule or the records named do not belong together, `NotFound` when
/// there is no such record.
pub async fn create(
    permit: Permit<CreateActionItem>,
    new: NewActionItem,
) -> Result<action_item::Model> {
    let forum = &permit.resource.row;
    let now = permit.now();
    let row = action_item::Model {
        id: permit.id(),
        customer_id: forum.customer_id,
        forum_id: forum.id,
        raised_in_id: forum.id,
        meeting_id: origin(&permit, forum, new.meeting_id, new.decision_id).await?,
        decision_id: new.decision_id,
        risk_id: new.risk_id,
        service_area: forum.service_area,
        title: new.title,
        description: new.description,
        state: ActionItemState::FIRST,
        priority: new.priority,
        due_on: new.due_on,
        assignee_organisation_id: new.assignee_organisation_id,
        assignee_id: new.assignee_id,
        report: None,
        reported_by: None,
        reported_at: None,
        verified_by: None,
        closed_at: None,
        remark: None,
        created_by: permit.actor().person,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    check(&row)?;
    check_assignee(&permit, &permit.resource.participants(), &row).await?;
    if let Some(risk) = row.risk_id {
        check_risk(&permit, risk, row.customer_id).await?;
    }
    let row = permit.create::<action_item::Entity>(row, "created").await?;
    permit.commit().await?;
    Ok(row)
}

/// The meeting that raised an item of this forum: the one named, or else that of the decision.
async fn origin(
    scope: &Scope,
    forum: &forum::Model,
    meeting: Option<Uuid>,
    decision: Option<Uuid>,
) -> Result<Option<Uuid>> {
    let decided_at = match decision {
        Some(id) => Some(scope.get::<decision::Entity>(id).await?.meeting_id),
        None => None,
    };
    if decided_at.is_some() && meeting.is_some() && decided_at != meeting {
        return Err(Error::invalid(
            "decisionId",
            "must be a decision of the meeting",
        ));
    }
    let Some(id) = meeting.or(decided_at) else {
        return Ok(None);
    };
    let meeting = scope.get::<meeting::Entity>(id).await?;
    if is_at_or_above(scope, meeting.forum_id, forum).await? {
        return Ok(Some(id));
    }
    Err(Error::invalid(
        if decided_at.is_some() {
            "decisionId"
        } else {
            "meetingId"
        },
        "must be of this forum or of one above it",
    ))
}

fn check(row: &action_item::Model) -> Result<()> {
    let mut check = Check::default();
    rules(row, &mut check);
    check.finish()
}

/// Refuses an assignee who does not take part in the forum that follows the item.
async fn check_assignee(
    scope: &Scope,
    participants: &[Uuid],
    row: &action_item::Model,
) -> Result<()> {
    let organisation = row.assignee_organisation_id;
    if !participants.contains(&organisation) {
        scope.get::<organisation::Entity>(organisation).await?;
        return Err(Error::invalid(
            "assigneeOrganisationId",
            "must be an organisation that takes part in the forum which follows the item",
        ));
    }
    match row.assignee_id {
        Some(person) => check_person(scope, "assigneeId", person, organisation).await,
        None => Ok(()),
    }
}

/// Changes what shall be done, by when or by whom.
///
/// # Errors
/// As [`create`], and `InvalidState` when the item is closed.
pub async fn update(
    permit: Permit<UpdateActionItem>,
    fill: impl FnOnce(&mut action_item::Model),
) -> Result<action_item::Model> {
    let before = permit.resource.row.clone();
    changeable(before.state)?;
    let mut after = before.clone();
    fill(&mut after);
    check(&after)?;
    if assignee(&after) != assignee(&before) {
        let forum = permit.resource.forum.as_ref();
        let participants =
            forum.map_or_else(|| vec![before.customer_id], ForumWithMembers::participants);
        check_assignee(&permit, &participants, &after).await?;
    }
    let row = permit
        .change::<action_item::Entity>(&before, after, "updated")
        .await?;
    permit.commit().await?;
    Ok(row)
}

fn assignee(row: &action_item::Model) -> (Uuid, Option<Uuid>) {
    (row.assignee_organisation_id, row.assignee_id)
}

/// Moves the item to its next state; `fill` sets what goes with it.
async fn advance<A: Act<Resource = FollowedActionItem>>(
    permit: &Permit<A>,
    transition: &Transition<ActionItemState>,
    verb: &str,
    fill: impl FnOnce(&mut action_item::Model),
) -> Result<action_item::Model> {
    let before = &permit.resource.row;
    let mut after = action_item::Model {
        state: transition.apply(before.state)?,
        ..before.clone()
    };
    fill(&mut after);
    check(&after)?;
    permit
        .change::<action_item::Entity>(before, after, verb)
        .await
}

/// Begins the work.
///
/// # Errors
/// `InvalidState` when it has begun or the item is closed.
pub async fn start(permit: Permit<StartActionItem>) -> Result<action_item::Model> {
    let row = advance(&permit, &START, "started", |_| {}).await?;
    permit.commit().await?;
    Ok(row)
}

/// Reports it done, with submissions as evidence.
///
/// # Errors
/// `NotFound` when there is no such submission, `Invalid` when one is not the assignee's to attach or
/// the report says nothing, `InvalidState` when it was reported already or the item is closed.
pub async fn report_done(
    permit: Permit<ReportActionItemDone>,
    report: String,
    evidence: BTreeSet<Uuid>,
) -> Result<action_item::Model> {
    let (now, person) = (permit.now(), permit.actor().person);
    let row = advance(&permit, &REPORT_DONE, "reported_done", |row| {
        row.report = Some(report);
        row.reported_by = person;
        row.reported_at = Some(now);
        row.remark = None;
    })
    .await?;
    attach(&permit, &row, evidence).await?;
    permit.commit().await?;
    Ok(row)
}

async fn attach<A: Act>(
    permit: &Permit<A>,
    to: &action_item::Model,
    submissions: BTreeSet<Uuid>,
) -> Result<()> {
    // Who attaches nothing need not be able to read submissions.
    if submissions.is_empty() {
        return Ok(());
    }
    check_evidence(permit, to, &submissions).await?;
    let attached = permit
        .find::<action_item_evidence::Entity>()?
        .filter(action_item_evidence::Column::ActionItemId.eq(to.id))
        .all()
        .await?;
    let attached = attached.into_iter().map(|row| row.submission_id).collect();
    for submission in submissions.difference(&attached) {
        let row = action_item_evidence::Model {
            id: permit.id(),
            action_item_id: to.id,
            submission_id: *submission,
            added_at: permit.now(),
        };
        permit.insert::<action_item_evidence::Entity>(row).await?;
    }
    Ok(())
}

async fn check_evidence(
    scope: &Scope,
    item: &action_item::Model,
    ids: &BTreeSet<Uuid>,
) -> Result<()> {
    let mut check = Check::default();
    check.require(
        "submissionIds",
        ids.len() <= MOST_SUBMISSIONS,
        format!("must name at most {MOST_SUBMISSIONS} submissions"),
    );
    check.finish()?;
    let found = scope
        .find::<submission::Entity>()?
        .filter(submission::Column::Id.is_in(ids.iter().copied()))
        .all()
        .await?;
    if found.len() < ids.len() {
        return Err(Error::NotFound);
    }
    let proves = |row: &submission::Model| {
        row.state != ReviewState::Draft
            && row.customer_id == item.customer_id
            && row.supplier_id == item.assignee_organisation_id
    };
    if found.iter().all(proves) {
        return Ok(());
    }
    Err(Error::invalid(
        "submissionIds",
        "must be submissions that your organisation has handed in to the customer of the action item",
    ))
}

/// Verifies that it is done, which closes it.
///
/// # Errors
/// `InvalidState` when it was not reported done.
pub async fn verify(permit: Permit<VerifyActionItem>) -> Result<action_item::Model> {
    let (now, person) = (permit.now(), permit.actor().person);
    let row = advance(&permit, &VERIFY, "verified", |row| {
        row.verified_by = person;
        row.closed_at = Some(now);
    })
    .await?;
    permit.commit().await?;
    Ok(row)
}

/// Sends it back, because it is not done.
///
/// # Errors
/// `InvalidState` when it was not reported done, `Invalid` when the remark says nothing.
pub async fn send_back(
    permit: Permit<SendBackActionItem>,
    remark: String,
) -> Result<action_item::Model> {
    let row = advance(&permit, &SEND_BACK, "sent_back", |row| {
        row.remark = Some(remark);
    })
    .await?;
    permit.commit().await?;
    Ok(row)
}

/// Cancels it, which closes it.
///
/// # Errors
/// `InvalidState` when it is closed, `Invalid` when the remark says nothing.
pub async fn cancel(
    permit: Permit<CancelActionItem>,
    remark: String,
) -> Result<action_item::Model> {
    let now = permit.now();
    let row = advance(&permit, &CANCEL, "cancelled", |row| {
        row.remark = Some(remark);
        row.closed_at = Some(now);
    })
    .await?;
    permit.commit().await?;
    Ok(row)
}

/// Hands it down to a forum directly below; `fill` may give it to another assignee.
///
/// # Errors
/// `NotFound` when there is no such forum, `Invalid` when it is not directly below or the assignee does
/// not take part in it, `InvalidState` when the item is closed.
pub async fn cascade(
    permit: Permit<CascadeActionItem>,
    to: Uuid,
    reason: Option<String>,
    fill: impl FnOnce(&mut action_item::Model),
) -> Result<action_item::Model> {
    let from = forum_of(&permit.resource)?;
    let target = ForumWithMembers::load(&permit, to).await?;
    let kind = step("toForumId", from.level, target.row.level)?;
    if target.row.parent_id != Some(from.id) {
        return Err(Error::invalid(
            "toForumId",
            "must be a forum directly below the one that follows the item",
        ));
    }
    let mut after = action_item::Model {
        forum_id: target.row.id,
        service_area: target.row.service_area.or(permit.resource.row.service_area),
        ..permit.resource.row.clone()
    };
    fill(&mut after);
    check_assignee(&permit, &target.participants(), &after).await?;
    keep_step(&permit, kind, &after, reason).await?;
    let verb = match kind {
        ActionItemStepKind::Delegated => "delegated",
        _ => "cascaded",
    };
    let row = permit
        .change::<action_item::Entity>(&permit.resource.row, after, verb)
        .await?;
    permit.commit().await?;
    Ok(row)
}

/// Hands it up to the forum above, whether the actor sees that one or not. What it concerns, and who
/// shall do it, stays.
///
/// # Errors
/// `InvalidState` when no forum is above or the item is closed, `Invalid` when the reason says nothing.
pub async fn escalate(
    permit: Permit<EscalateActionItem>,
    reason: String,
) -> Result<action_item::Model> {
    let parent = forum_of(&permit.resource)?.parent_id.ok_or_else(|| {
        Error::InvalidState(
            "No forum is above the one that follows this item, so it cannot be escalated. Take it up at that forum's next meeting."
                .to_owned(),
        )
    })?;
    let after = action_item::Model {
        forum_id: parent,
        ..permit.resource.row.clone()
    };
    keep_step(&permit, ActionItemStepKind::Escalated, &after, Some(reason)).await?;
    let row = permit
        .change_out_of_sight(&permit.resource.row, after, "escalated")
        .await?;
    permit.commit().await?;
    Ok(row)
}

/// The forum that follows the item, from which it is moved by somebody who belongs there.
fn forum_of(item: &FollowedActionItem) -> Result<&forum::Model> {
    item.forum.as_ref().map(|forum| &forum.row).ok_or_else(|| {
        Error::InvalidState(
            "The forum that follows this item is not one of yours. Ask one of its members to move the item."
                .to_owned(),
        )
    })
}

/// Keeps the step to the forum that `after` names.
async fn keep_step<A: Act<Resource = FollowedActionItem>>(
    permit: &Permit<A>,
    kind: ActionItemStepKind,
    after: &action_item::Model,
    reason: Option<String>,
) -> Result<()> {
    let before = &permit.resource.row;
    movable(before.state)?;
    let step = action_item_step::Model {
        id: permit.id(),
        action_item_id: before.id,
        number: last_step(permit, before.id).await? + 1,
        kind,
        from_forum_id: before.forum_id,
        to_forum_id: after.forum_id,
        reason,
        made_by: permit.actor().person,
        made_at: permit.now(),
    };
    let mut check = Check::default();
    step_rules(&step, &mut check);
    check.finish()?;
    permit
        .insert::<action_item_step::Entity>(step)
        .await
        .map(drop)
}

async fn last_step(scope: &Scope, item: Uuid) -> Result<i32> {
    use action_item_step::Column;
    let last = scope
        .find::<action_item_step::Entity>()?
        .filter(Column::ActionItemId.eq(item))
        .order(Expr::col(Column::Number.as_column_ref()), Order::Desc)
        .one()
        .await?;
    Ok(last.map_or(0, |step| step.number))
}
