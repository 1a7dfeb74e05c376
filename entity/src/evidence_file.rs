//! A whole, checked file of a piece of evidence; its bytes never change.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A whole, checked file of a piece of evidence; its bytes never change.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "evidence_file")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it belongs to.
    pub evidence_id: Uuid,
    /// The supplier whose store holds the bytes.
    pub owner_id: Uuid,
    /// The file's name as uploaded.
    pub name: String,
    /// What the bytes are, found by looking at them.
    pub media_type: String,
    /// Length in bytes.
    pub size: i64,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// Who uploaded it.
    pub uploaded_by: Option<Uuid>,
    /// When it was whole.
    pub uploaded_at: DateTimeUtc,
    /// When it left the working copy; what was handed in keeps it.
    pub replaced_at: Option<DateTimeUtc>,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
