//! A submission attached to an action item that was reported done.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A submission attached to an action item that was reported done.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "action_item_evidence")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The action item.
    pub action_item_id: Uuid,
    /// What was handed in as proof.
    pub submission_id: Uuid,
    /// When it was attached.
    pub added_at: DateTimeUtc,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
