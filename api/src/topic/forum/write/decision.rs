//! Taking down decisions.

use entity::{agenda_item, decision};
use sea_orm::{ColumnTrait, Order, sea_query::Expr};
use uuid::Uuid;

use crate::{
    Result,
    access::{
        Permit, Scope,
        action::{RecordDecision, UpdateDecision},
    },
    topic::forum::model::{changeable, decision_rules},
    validate::Check,
};

/// Takes down a decision, perhaps under a point on the agenda.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `NotFound` when there is no such point, `InvalidState` when
/// the minutes are signed.
pub async fn record(
    permit: Permit<RecordDecision>,
    text: String,
    under: Option<Uuid>,
) -> Result<decision::Model> {
    let meeting = &permit.resource.row;
    changeable(meeting.state)?;
    let now = permit.now();
    let row = decision::Model {
        id: permit.id(),
        meeting_id: meeting.id,
        agenda_item_id: under,
        number: last_number(&permit, meeting.id).await? + 1,
        text,
        created_by: permit.actor().person,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    check(&permit, &row).await?;
    let row = permit.create::<decision::Entity>(row, "recorded").await?;
    permit.commit().await?;
    Ok(row)
}

/// Corrects a decision.
///
/// # Errors
/// As [`record`].
pub async fn update(
    permit: Permit<UpdateDecision>,
    fill: impl FnOnce(&mut decision::Model),
) -> Result<decision::Model> {
    let before = permit.resource.row.clone();
    changeable(permit.resource.meeting.row.state)?;
    let mut after = before.clone();
    fill(&mut after);
    check(&permit, &after).await?;
    let row = permit
        .change::<decision::Entity>(&before, after, "updated")
        .await?;
    permit.commit().await?;
    Ok(row)
}

async fn check(scope: &Scope, row: &decision::Model) -> Result<()> {
    let mut check = Check::default();
    decision_rules(row, &mut check);
    if let Some(id) = row.agenda_item_id {
        let item = scope.get::<agenda_item::Entity>(id).await?;
        check.require(
            "agendaItemId",
            item.meeting_id == row.meeting_id,
            "must be a point on the agenda of the same meeting",
        );
    }
    check.finish()
}

async fn last_number(scope: &Scope, meeting: Uuid) -> Result<i32> {
    let last = scope
        .find::<decision::Entity>()?
        .filter(decision::Column::MeetingId.eq(meeting))
        .order(
            Expr::col(decision::Column::Number.as_column_ref()),
            Order::Desc,
        )
        .one()
        .await?;
    Ok(last.map_or(0, |row| row.number))
}
