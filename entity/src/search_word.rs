//! A word by which a record is found.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::SearchKind;

/// A word by which a record is found: as it is written, in lower case, or its stem.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "search_word")]
pub struct Model {
    /// Identifies the row: follows from entry and word.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The record that is found by it.
    pub entry_id: Uuid,
    /// What kind of record.
    pub kind: SearchKind,
    /// The word.
    pub word: String,
    /// Whether it stands in what the record is called.
    pub in_title: bool,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
