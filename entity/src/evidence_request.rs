//! A customer asks a supplier for evidence, by a date.

use crate::values::{EvidenceKind, EvidenceRequestState, ServiceArea};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A customer asks a supplier for evidence, by a date.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "evidence_request")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Under which agreement.
    pub agreement_id: Uuid,
    /// The customer who asks.
    pub customer_id: Uuid,
    /// The supplier who is asked.
    pub supplier_id: Uuid,
    /// The area of the agreement.
    pub service_area: ServiceArea,
    /// What is asked for.
    pub kind: EvidenceKind,
    /// What people call it.
    pub title: String,
    /// What exactly is wanted.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    /// By when.
    pub due_on: Date,
    /// Where it stands.
    pub state: EvidenceRequestState,
    /// What was handed in as the answer.
    pub answer_id: Option<Uuid>,
    /// Why it was opened again or withdrawn.
    #[sea_orm(column_type = "Text", nullable)]
    pub remark: Option<String>,
    /// Who asked.
    pub created_by: Option<Uuid>,
    /// When it was asked.
    pub created_at: DateTimeUtc,
    /// When it was last answered.
    pub answered_at: Option<DateTimeUtc>,
    /// When it was fulfilled or withdrawn.
    pub closed_at: Option<DateTimeUtc>,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
    /// Counts its changes, from 1.
    pub version: i32,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
