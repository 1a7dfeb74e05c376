//! One piece of evidence or one risk analysis handed in under one agreement.

use crate::values::{EvidenceKind, ReviewState, ServiceArea};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// One piece of evidence or one risk analysis handed in under one agreement.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "submission")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Under which agreement.
    pub agreement_id: Uuid,
    /// The customer of that agreement, who reviews.
    pub customer_id: Uuid,
    /// The supplier of that agreement.
    pub supplier_id: Uuid,
    /// The area of that agreement.
    pub service_area: ServiceArea,
    /// The evidence, unless it is a risk analysis.
    pub evidence_id: Option<Uuid>,
    /// The risk analysis, unless it is evidence.
    pub risk_analysis_id: Option<Uuid>,
    /// Where it stands.
    pub state: ReviewState,
    /// The title of what was last handed in, or of the draft.
    pub title: String,
    /// The kind of the evidence last handed in.
    pub kind: Option<EvidenceKind>,
    /// First day of validity of what was last handed in.
    pub valid_from: Option<Date>,
    /// Last day of validity of what was last handed in.
    pub valid_until: Option<Date>,
    /// How many times it was handed in.
    pub rounds: i32,
    /// The remark of the latest review.
    #[sea_orm(column_type = "Text", nullable)]
    pub remark: Option<String>,
    /// Who prepared it.
    pub created_by: Option<Uuid>,
    /// When it was prepared.
    pub created_at: DateTimeUtc,
    /// Who last handed it in.
    pub submitted_by: Option<Uuid>,
    /// When it was last handed in.
    pub submitted_at: Option<DateTimeUtc>,
    /// Who last reviewed it.
    pub reviewed_by: Option<Uuid>,
    /// When it was last reviewed.
    pub reviewed_at: Option<DateTimeUtc>,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
    /// Counts its changes, from 1.
    pub version: i32,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
