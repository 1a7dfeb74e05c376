//! An organisation that takes part in a risk analysis and sees it, drafts included.

use crate::values::ServiceArea;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// An organisation that takes part in a risk analysis and sees it, drafts included.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "risk_analysis_participant")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The analysis.
    pub risk_analysis_id: Uuid,
    /// Who takes part.
    pub organisation_id: Uuid,
    /// The area of the analysis, which never changes.
    pub service_area: ServiceArea,
    /// Who invited it.
    pub added_by: Option<Uuid>,
    /// When it was invited.
    pub added_at: DateTimeUtc,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
