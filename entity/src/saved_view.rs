//! A view of a page that somebody has saved.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A view of a page of the portal, or of another client, that somebody has saved to come back to.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "saved_view")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The person's organisation.
    pub organisation_id: Uuid,
    /// Whose it is.
    pub person_id: Uuid,
    /// What the person calls it.
    pub name: String,
    /// Of which page.
    pub page: String,
    /// What is narrowed and ordered there, as the client writes it.
    #[sea_orm(column_type = "Text")]
    pub query: String,
    /// When it was first saved.
    pub created_at: DateTimeUtc,
    /// When it was last saved.
    pub updated_at: DateTimeUtc,
    /// Counts its changes, from 1.
    pub version: i32,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
