//! A point on the agenda of a meeting, with what was noted.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A point on the agenda of a meeting, with what was noted.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "agenda_item")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The meeting.
    pub meeting_id: Uuid,
    /// Its place, from 1.
    pub position: i32,
    /// What it is about.
    pub title: String,
    /// What was said.
    #[sea_orm(column_type = "Text", nullable)]
    pub notes: Option<String>,
    /// The risk it brings up.
    pub risk_id: Option<Uuid>,
    /// The submission it brings up.
    pub submission_id: Option<Uuid>,
    /// When it was added.
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
