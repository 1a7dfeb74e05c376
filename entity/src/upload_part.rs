//! A piece of a file that has not come whole; the store keeps its bytes under the row's id.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A piece of a file that has not come whole; the store keeps its bytes under the row's id.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "upload_part")]
pub struct Model {
    /// Identifies the row, and the piece in the store: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is a piece of.
    pub resumable_upload_id: Uuid,
    /// The supplier.
    pub owner_id: Uuid,
    /// How many bytes of the file come before it.
    pub start: i64,
    /// How many bytes it has.
    pub size: i64,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
