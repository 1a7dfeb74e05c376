//! A request that a risk be accepted, and what was decided, with the risk as it then stood.

use crate::values::{AcceptanceState, ServiceArea};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A request that a risk be accepted, and what was decided, with the risk as it then stood.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "risk_acceptance")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The risk.
    pub risk_id: Uuid,
    /// The analysis it stands in.
    pub risk_analysis_id: Uuid,
    /// The customer of the analysis, which never changes.
    pub customer_id: Uuid,
    /// The area of the analysis, which never changes.
    pub service_area: ServiceArea,
    /// Requested, accepted or declined.
    pub state: AcceptanceState,
    /// Why it should be accepted.
    #[sea_orm(column_type = "Text")]
    pub justification: String,
    /// Until when the requester wants it accepted.
    pub proposed_until: Date,
    /// Who asked.
    pub requested_by: Option<Uuid>,
    /// For which organisation.
    pub requested_organisation_id: Uuid,
    /// When.
    pub requested_at: DateTimeUtc,
    /// Last day of the acceptance.
    pub accepted_until: Option<Date>,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// When it was decided.
    pub decided_at: Option<DateTimeUtc>,
    /// Why it was decided so.
    #[sea_orm(column_type = "Text", nullable)]
    pub decision_note: Option<String>,
    /// The version of the risk when it was last put in `risk_as_it_stood`.
    pub risk_version: i32,
    /// The risk as it stood when acceptance was asked for and, once decided, when it was decided.
    pub risk_as_it_stood: Json,
    /// Counts its changes, from 1.
    pub version: i32,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
