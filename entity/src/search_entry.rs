//! A record as the search finds it.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::SearchKind;

/// A record as the search finds it: what it is called and what it says. Seen by those who see the record.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "search_entry")]
pub struct Model {
    /// The id of the record.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What kind of record.
    pub kind: SearchKind,
    /// What it is called.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// What else it says.
    #[sea_orm(column_type = "Text", nullable)]
    pub body: Option<String>,
    /// When that was last changed.
    pub changed_at: DateTimeUtc,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
