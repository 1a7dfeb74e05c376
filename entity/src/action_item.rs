//! What somebody shall have done by a date.

use crate::values::{ActionItemState, Priority, ServiceArea};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// What somebody shall have done by a date.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "action_item")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The municipality whose forum raised it.
    pub customer_id: Uuid,
    /// The forum that follows it now.
    pub forum_id: Uuid,
    /// The forum that raised it.
    pub raised_in_id: Uuid,
    /// The meeting that raised it, if one did.
    pub meeting_id: Option<Uuid>,
    /// The decision it carries out, if one.
    pub decision_id: Option<Uuid>,
    /// The risk it treats, if one.
    pub risk_id: Option<Uuid>,
    /// The area it concerns: that of the forum it was raised in or handed down to; none when it concerns all.
    pub service_area: Option<ServiceArea>,
    /// What shall be done.
    pub title: String,
    /// How, and what counts as done.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    /// Where it stands.
    pub state: ActionItemState,
    /// How urgent it is.
    pub priority: Priority,
    /// By when.
    pub due_on: Date,
    /// Which organisation shall do it.
    pub assignee_organisation_id: Uuid,
    /// Which person there; none when the organisation decides.
    pub assignee_id: Option<Uuid>,
    /// What the assignee wrote when reporting it done.
    #[sea_orm(column_type = "Text", nullable)]
    pub report: Option<String>,
    /// Who reported it done.
    pub reported_by: Option<Uuid>,
    /// When it was last reported done.
    pub reported_at: Option<DateTimeUtc>,
    /// Who verified it.
    pub verified_by: Option<Uuid>,
    /// When it was verified or cancelled.
    pub closed_at: Option<DateTimeUtc>,
    /// Why it was sent back or cancelled.
    #[sea_orm(column_type = "Text", nullable)]
    pub remark: Option<String>,
    /// Who took it down.
    pub created_by: Option<Uuid>,
    /// When it was taken down.
    pub created_at: DateTimeUtc,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
    /// Counts its changes, from 1.
    pub version: i32,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
