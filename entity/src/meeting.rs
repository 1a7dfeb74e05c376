//! A meeting of a forum.

use crate::values::MeetingState;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A meeting of a forum.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "meeting")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose meeting.
    pub forum_id: Uuid,
    /// What people call it.
    pub title: String,
    /// When it begins.
    pub starts_at: DateTimeUtc,
    /// When it ends.
    pub ends_at: Option<DateTimeUtc>,
    /// Where, or a link.
    pub place: Option<String>,
    /// Planned, held or signed.
    pub state: MeetingState,
    /// What was said, beside the agenda's notes and the decisions.
    #[sea_orm(column_type = "Text", nullable)]
    pub minutes: Option<String>,
    /// The whole minutes as they stood when the chair signed.
    pub minutes_as_signed: Option<Json>,
    /// When it was marked as held.
    pub held_at: Option<DateTimeUtc>,
    /// The chair who signed.
    pub signed_by: Option<Uuid>,
    /// When the minutes were signed.
    pub signed_at: Option<DateTimeUtc>,
    /// Who called it.
    pub created_by: Option<Uuid>,
    /// When it was called.
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
