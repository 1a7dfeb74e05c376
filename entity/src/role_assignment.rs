//! A role that a person holds.

use crate::values::{Role, ServiceArea};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A role that a person holds.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "role_assignment")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who holds it.
    pub person_id: Uuid,
    /// The role.
    pub role: Role,
    /// The area, for a service-area manager only.
    pub service_area: Option<ServiceArea>,
    /// When it was given.
    pub created_at: DateTimeUtc,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
