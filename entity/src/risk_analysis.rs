//! A risk and vulnerability analysis that customer and suppliers work out together.

use crate::values::{ReviewState, ServiceArea};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A risk and vulnerability analysis that customer and suppliers work out together.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "risk_analysis")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Under which agreement it is handed in.
    pub agreement_id: Uuid,
    /// The customer of that agreement.
    pub customer_id: Uuid,
    /// The organisation that began it.
    pub owner_id: Uuid,
    /// The area of that agreement.
    pub service_area: ServiceArea,
    /// What people call it.
    pub title: String,
    /// What is analysed and how.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    /// The state of its latest submission; DRAFT before the first.
    pub state: ReviewState,
    /// When it shall be looked at again.
    pub review_on: Option<Date>,
    /// Who began it.
    pub created_by: Option<Uuid>,
    /// When it was begun.
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
