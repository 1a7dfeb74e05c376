//! Calling meetings, holding them, and signing their minutes.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entity::{MeetingState, action_item, decision, meeting, organisation, person};
use sea_orm::{ColumnTrait, Order, sea_query::Expr};
use uuid::Uuid;

use super::agenda;
use crate::{
    Error, Result,
    access::{
        Permit, Scope,
        action::{HoldMeeting, ScheduleMeeting, SignMinutes, UpdateMeeting},
    },
    topic::{
        Machine,
        forum::{
            ForumMeeting,
            minutes::{Names, SignedMinutes, Taken},
            model::{HOLD, SIGN, changeable, meeting_rules},
        },
    },
    validate::Check,
};

/// Calls a meeting; `fill` puts the caller's fields into the new row.
///
/// # Errors
/// `Invalid` when a field breaks a rule.
pub async fn schedule(
    permit: Permit<ScheduleMeeting>,
    starts_at: DateTime<Utc>,
    fill: impl FnOnce(&mut meeting::Model),
) -> Result<meeting::Model> {
    let now = permit.now();
    let mut row = meeting::Model {
        id: permit.id(),
        forum_id: permit.resource.row.id,
        title: String::new(),
        starts_at,
        ends_at: None,
        place: None,
        state: MeetingState::FIRST,
        minutes: None,
        minutes_as_signed: None,
        held_at: None,
        signed_by: None,
        signed_at: None,
        created_by: permit.actor().person,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    fill(&mut row);
    check(&row)?;
    let row = permit.create::<meeting::Entity>(row, "scheduled").await?;
    permit.commit().await?;
    Ok(row)
}

/// Changes the time, the place or the minutes.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `InvalidState` when the minutes are signed.
pub async fn update(
    permit: Permit<UpdateMeeting>,
    fill: impl FnOnce(&mut meeting::Model),
) -> Result<meeting::Model> {
    let before = permit.resource.row.clone();
    changeable(before.state)?;
    let mut after = before.clone();
    fill(&mut after);
    check(&after)?;
    let row = permit
        .change::<meeting::Entity>(&before, after, "updated")
        .await?;
    permit.commit().await?;
    Ok(row)
}

fn check(row: &meeting::Model) -> Result<()> {
    let mut check = Check::default();
    meeting_rules(row, &mut check);
    check.finish()
}

/// Marks a meeting as held.
///
/// # Errors
/// `InvalidState` when it was marked already.
pub async fn hold(permit: Permit<HoldMeeting>) -> Result<meeting::Model> {
    let before = &permit.resource.row;
    let after = meeting::Model {
        state: HOLD.apply(before.state)?,
        held_at: Some(permit.now()),
        ..before.clone()
    };
    let row = permit
        .change::<meeting::Entity>(before, after, "held")
        .await?;
    permit.commit().await?;
    Ok(row)
}

/// Signs the minutes and keeps them as they stand.
///
/// # Errors
/// `InvalidState` when the meeting has not been held, was signed already, or has no agenda.
pub async fn sign(permit: Permit<SignMinutes>) -> Result<meeting::Model> {
    let before = &permit.resource.row;
    let state = SIGN.apply(before.state)?;
    let minutes = minutes(&permit, &permit.resource).await?;
    let after = meeting::Model {
        state,
        minutes_as_signed: Some(serde_json::to_value(minutes).map_err(Error::internal)?),
        signed_by: permit.actor().person,
        signed_at: Some(permit.now()),
        ..before.clone()
    };
    let row = permit
        .change::<meeting::Entity>(before, after, "signed")
        .await?;
    permit.commit().await?;
    Ok(row)
}

/// The minutes as they stand now, to be signed by the actor.
async fn minutes(scope: &Scope, meeting: &ForumMeeting) -> Result<SignedMinutes> {
    let taken = taken(scope, meeting).await?;
    if taken.agenda.is_empty() {
        return Err(Error::InvalidState(
            "The meeting has no agenda, so there is nothing to sign. Put on it what was dealt with first."
                .to_owned(),
        ));
    }
    let members = &meeting.forum.members;
    let organisations = members.iter().map(|member| member.organisation_id);
    let assigned = taken
        .action_items
        .iter()
        .map(|item| item.assignee_organisation_id);
    let people = members.iter().filter_map(|member| member.person_id);
    let assignees = taken
        .action_items
        .iter()
        .filter_map(|item| item.assignee_id);
    let names = Names {
        organisations: names_of_organisations(scope, organisations.chain(assigned).collect())
            .await?,
        people: names_of_people(scope, people.chain(assignees).collect()).await?,
    };
    Ok(SignedMinutes::of(
        meeting,
        &taken,
        &names,
        scope.actor().name.clone(),
    ))
}

/// What was taken down at the meeting. Of the action items only those that this forum raised: another's
/// are not shared with all its members.
async fn taken(scope: &Scope, meeting: &ForumMeeting) -> Result<Taken> {
    let agenda = agenda::of_meeting(scope, meeting.row.id).await?;
    let decisions = scope
        .find::<decision::Entity>()?
        .filter(decision::Column::MeetingId.eq(meeting.row.id))
        .order(
            Expr::col(decision::Column::Number.as_column_ref()),
            Order::Asc,
        )
        .all()
        .await?;
    let action_items = scope
        .find::<action_item::Entity>()?
        .filter(action_item::Column::MeetingId.eq(meeting.row.id))
        .filter(action_item::Column::RaisedInId.eq(meeting.row.forum_id))
        .order(
            Expr::col(action_item::Column::DueOn.as_column_ref()),
            Order::Asc,
        )
        .order(
            Expr::col(action_item::Column::Id.as_column_ref()),
            Order::Asc,
        )
        .all()
        .await?;
    Ok(Taken {
        agenda,
        decisions,
        action_items,
    })
}

async fn names_of_organisations(
    scope: &Scope,
    ids: BTreeSet<Uuid>,
) -> Result<HashMap<Uuid, String>> {
    let found = scope
        .find::<organisation::Entity>()?
        .filter(organisation::Column::Id.is_in(ids))
        .all()
        .await?;
    Ok(found.into_iter().map(|row| (row.id, row.name)).collect())
}

async fn names_of_people(scope: &Scope, ids: BTreeSet<Uuid>) -> Result<HashMap<Uuid, String>> {
    let found = scope
        .find::<person::Entity>()?
        .filter(person::Column::Id.is_in(ids))
        .all()
        .await?;
    Ok(found.into_iter().map(|row| (row.id, row.name)).collect())
}
