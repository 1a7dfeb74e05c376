//! Leave that an organisation gives the operator to look at its records, for a while.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// Leave that an organisation gives the operator to look at its records, for a while.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "support_grant")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose records may be looked at.
    pub organisation_id: Uuid,
    /// What for.
    pub reason: String,
    /// The administrator who gave it.
    pub granted_by: Option<Uuid>,
    /// When it was given.
    pub granted_at: DateTimeUtc,
    /// From when it is over.
    pub expires_at: DateTimeUtc,
    /// When it was ended before.
    pub revoked_at: Option<DateTimeUtc>,
    /// Counts its changes, from 1.
    pub version: i32,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
