//! A decision of a meeting.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A decision of a meeting.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "decision")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The meeting.
    pub meeting_id: Uuid,
    /// The point it was taken under.
    pub agenda_item_id: Option<Uuid>,
    /// Its number within the meeting, from 1.
    pub number: i32,
    /// What was decided.
    #[sea_orm(column_type = "Text")]
    pub text: String,
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
