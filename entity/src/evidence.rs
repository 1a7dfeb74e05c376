//! A piece of evidence in its owner's workspace; others see what was handed in of it, never this row.

use crate::values::EvidenceKind;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A piece of evidence in its owner's workspace; others see what was handed in of it, never this row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "evidence")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The supplier it belongs to.
    pub owner_id: Uuid,
    /// What it is.
    pub kind: EvidenceKind,
    /// What people call it.
    pub title: String,
    /// What it shows.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    /// Who certified or audited.
    pub certification_body: Option<String>,
    /// The certificate's number.
    pub certificate_number: Option<String>,
    /// The standard it answers to, such as ISO/IEC 27001:2022.
    pub standard: Option<String>,
    /// What the certificate covers.
    #[sea_orm(column_type = "Text", nullable)]
    pub scope: Option<String>,
    /// First day of validity.
    pub valid_from: Option<Date>,
    /// Last day of validity; none when it does not expire.
    pub valid_until: Option<Date>,
    /// Who drafted it.
    pub created_by: Option<Uuid>,
    /// When it was drafted.
    pub created_at: DateTimeUtc,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
    /// When it was put away.
    pub archived_at: Option<DateTimeUtc>,
    /// Counts its changes, from 1.
    pub version: i32,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
