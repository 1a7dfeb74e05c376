//! Putting points on an agenda, and taking notes under them.

use entity::{ReviewState, agenda_item, submission};
use sea_orm::{ColumnTrait, Order, sea_query::Expr};
use uuid::Uuid;

use crate::{
    Error, Result,
    access::{
        Act, Permit, Scope,
        action::{AddAgendaItem, UpdateAgendaItem},
    },
    topic::forum::{
        model::{agenda_item_rules, changeable},
        read::check_risk,
    },
    validate::Check,
};

/// Puts a point last on the agenda; `fill` puts the caller's fields into the new row.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `NotFound` when there is no such risk or submission,
/// `InvalidState` when the minutes are signed.
pub async fn add(
    permit: Permit<AddAgendaItem>,
    fill: impl FnOnce(&mut agenda_item::Model),
) -> Result<agenda_item::Model> {
    let meeting = &permit.resource.row;
    changeable(meeting.state)?;
    let agenda = of_meeting(&permit, meeting.id).await?;
    let now = permit.now();
    let mut row = agenda_item::Model {
        id: permit.id(),
        meeting_id: meeting.id,
        position: agenda.last().map_or(0, |item| item.position) + 1,
        title: String::new(),
        notes: None,
        risk_id: None,
        submission_id: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    fill(&mut row);
    check(&row)?;
    let customer = permit.resource.forum.row.customer_id;
    check_risk_brought_up(&permit, row.risk_id, customer).await?;
    check_submission(&permit, row.submission_id, customer).await?;
    let row = permit.create::<agenda_item::Entity>(row, "added").await?;
    permit.commit().await?;
    Ok(row)
}

/// Changes a point; with a `position`, moves it there, and the points in between make place.
///
/// # Errors
/// As [`add`].
pub async fn update(
    permit: Permit<UpdateAgendaItem>,
    position: Option<i32>,
    fill: impl FnOnce(&mut agenda_item::Model),
) -> Result<agenda_item::Model> {
    let before = permit.resource.row.clone();
    changeable(permit.resource.meeting.row.state)?;
    let mut after = before.clone();
    fill(&mut after);
    check(&after)?;
    let customer = permit.resource.meeting.forum.row.customer_id;
    // What the point brings up already need not be something that the actor sees.
    let risk = after.risk_id.filter(|_| after.risk_id != before.risk_id);
    check_risk_brought_up(&permit, risk, customer).await?;
    let submission = after
        .submission_id
        .filter(|_| after.submission_id != before.submission_id);
    check_submission(&permit, submission, customer).await?;
    if let Some(position) = position {
        after.position = make_place(&permit, &before, position).await?;
    }
    let row = permit
        .change::<agenda_item::Entity>(&before, after, "updated")
        .await?;
    permit.commit().await?;
    Ok(row)
}

fn check(row: &agenda_item::Model) -> Result<()> {
    let mut check = Check::default();
    agenda_item_rules(row, &mut check);
    check.finish()
}

async fn check_risk_brought_up(scope: &Scope, risk: Option<Uuid>, customer: Uuid) -> Result<()> {
    match risk {
        Some(id) => check_risk(scope, id, customer).await,
        None => Ok(()),
    }
}

async fn check_submission(scope: &Scope, submission: Option<Uuid>, customer: Uuid) -> Result<()> {
    let Some(id) = submission else {
        return Ok(());
    };
    let row = scope.get::<submission::Entity>(id).await?;
    if row.customer_id == customer && row.state != ReviewState::Draft {
        return Ok(());
    }
    Err(Error::invalid(
        "submissionId",
        "must have been handed in to the customer that holds the forum",
    ))
}

/// The agenda of a meeting, in order.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn of_meeting(scope: &Scope, meeting: Uuid) -> Result<Vec<agenda_item::Model>> {
    use agenda_item::Column;
    scope
        .find::<agenda_item::Entity>()?
        .filter(Column::MeetingId.eq(meeting))
        .order(Expr::col(Column::Position.as_column_ref()), Order::Asc)
        .order(Expr::col(Column::Id.as_column_ref()), Order::Asc)
        .all()
        .await
}

/// Moves the other points of the agenda so that one may stand at `position`, and returns it.
async fn make_place<A: Act>(
    permit: &Permit<A>,
    moved: &agenda_item::Model,
    position: i32,
) -> Result<i32> {
    let agenda = of_meeting(permit, moved.meeting_id).await?;
    let last = i32::try_from(agenda.len()).map_err(Error::internal)?;
    let mut check = Check::default();
    check.range("position", position, 1..=last);
    check.finish()?;
    let others = agenda.iter().filter(|item| item.id != moved.id);
    let places = (1..).filter(|place| *place != position);
    for (item, place) in others
        .zip(places)
        .filter(|(item, place)| item.position != *place)
    {
        let after = agenda_item::Model {
            position: place,
            ..item.clone()
        };
        permit
            .change::<agenda_item::Entity>(item, after, "moved")
            .await?;
    }
    Ok(position)
}
