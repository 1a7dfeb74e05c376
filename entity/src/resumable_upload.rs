//! How far a file has come that is sent to an upload URL in pieces.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// How far a file has come that is sent to an upload URL in pieces.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "resumable_upload")]
pub struct Model {
    /// Identifies the row: a UUID of version 7, another one each time the upload is begun anew.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The permission that it uses.
    pub upload_id: Uuid,
    /// The supplier.
    pub owner_id: Uuid,
    /// How many bytes the file will have.
    pub size: i64,
    /// How many of them have come; fewer than `size` until the file is whole and recorded.
    pub received: i64,
    /// The file that it became.
    pub file_id: Option<Uuid>,
    /// When it was begun.
    pub created_at: DateTimeUtc,
    /// When something last came.
    pub updated_at: DateTimeUtc,
    /// Counts the changes.
    pub version: i32,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
