//! Customer, supplier and service area: the boundary of exchange.

use crate::values::ServiceArea;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// Customer, supplier and service area: the boundary of exchange.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "agreement")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The municipality.
    pub customer_id: Uuid,
    /// The supplier.
    pub supplier_id: Uuid,
    /// What it is about.
    pub service_area: ServiceArea,
    /// The customer's registry number (diarienummer) or the like.
    pub reference: String,
    /// What people call it.
    pub title: String,
    /// First day in force.
    pub starts_on: Date,
    /// Last day in force; none when it runs until further notice.
    pub ends_on: Option<Date>,
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
