//! A strategic, tactical or operational forum of a customer and its suppliers.

use crate::values::{ForumLevel, ServiceArea};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A strategic, tactical or operational forum of a customer and its suppliers.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "forum")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The municipality that holds it.
    pub customer_id: Uuid,
    /// Its level.
    pub level: ForumLevel,
    /// What people call it.
    pub name: String,
    /// What it is for.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    /// The area it is about; none when it is about all.
    pub service_area: Option<ServiceArea>,
    /// The forum above it.
    pub parent_id: Option<Uuid>,
    /// When it was set up.
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
