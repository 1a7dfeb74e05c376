//! One move of an action item between forums.

use crate::values::ActionItemStepKind;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// One move of an action item between forums.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "action_item_step")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The action item.
    pub action_item_id: Uuid,
    /// Its place on the path, from 1.
    pub number: i32,
    /// Cascaded, delegated or escalated.
    pub kind: ActionItemStepKind,
    /// From where.
    pub from_forum_id: Uuid,
    /// To where.
    pub to_forum_id: Uuid,
    /// Why.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// Who moved it.
    pub made_by: Option<Uuid>,
    /// When.
    pub made_at: DateTimeUtc,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
