//! Permission to send the bytes of one file, once, until a time.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// Permission to send the bytes of one file, once, until a time.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "upload")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What the file will belong to.
    pub evidence_id: Uuid,
    /// The supplier.
    pub owner_id: Uuid,
    /// The file's name.
    pub name: String,
    /// The file it takes the place of.
    pub replaces_id: Option<Uuid>,
    /// SHA-256 of the secret in the upload URL, hexadecimal.
    #[serde(skip)]
    pub hash: String,
    /// With which token it was asked for.
    pub token_id: Option<Uuid>,
    /// In which session it was asked for.
    pub session_id: Option<Uuid>,
    /// Who asked for it.
    pub created_by: Option<Uuid>,
    /// When it was asked for.
    pub created_at: DateTimeUtc,
    /// From when it no longer works.
    pub expires_at: DateTimeUtc,
    /// When the file was whole.
    pub finished_at: Option<DateTimeUtc>,
    /// Counts the changes, so that of two who finish at once one does.
    pub version: i32,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
