//! A tenant: a municipality or a supplier.

use crate::values::OrganisationKind;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A tenant: a municipality or a supplier.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Swedish organisation number: ten digits, the last a check digit.
    pub number: String,
    /// Its registered name.
    pub name: String,
    /// Municipality or supplier.
    pub kind: OrganisationKind,
    /// When it was added.
    pub created_at: DateTimeUtc,
    /// Counts its changes, from 1.
    pub version: i32,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
