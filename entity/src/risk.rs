//! A risk in an analysis, before and after treatment.

use crate::values::{RiskTreatment, ServiceArea};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A risk in an analysis, before and after treatment.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "risk")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Where it stands.
    pub risk_analysis_id: Uuid,
    /// The customer of the analysis, which never changes.
    pub customer_id: Uuid,
    /// The area of the analysis, which never changes.
    pub service_area: ServiceArea,
    /// Its number within the analysis, from 1.
    pub number: i32,
    /// What may happen.
    pub title: String,
    /// How, and with which consequence.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    /// 1 (rare) to 5 (almost certain), as it is now.
    pub likelihood: i32,
    /// 1 (negligible) to 5 (disastrous), as it is now.
    pub impact: i32,
    /// Likelihood × impact.
    pub score: i32,
    /// What is done about it.
    pub treatment: RiskTreatment,
    /// How it is treated.
    #[sea_orm(column_type = "Text", nullable)]
    pub treatment_plan: Option<String>,
    /// Likelihood after treatment.
    pub residual_likelihood: Option<i32>,
    /// Impact after treatment.
    pub residual_impact: Option<i32>,
    /// Residual likelihood × residual impact.
    pub residual_score: Option<i32>,
    /// Who answers for it.
    pub owner_id: Option<Uuid>,
    /// When it shall be looked at again.
    pub review_on: Option<Date>,
    /// When it was closed, because it no longer exists.
    pub closed_at: Option<DateTimeUtc>,
    /// Who added it.
    pub created_by: Option<Uuid>,
    /// When it was added.
    pub created_at: DateTimeUtc,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
    /// Counts its changes, from 1.
    pub version: i32,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
