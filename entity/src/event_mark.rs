//! Up to where somebody has seen what is new.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// Up to where somebody has seen the events that the organisation is told of.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "event_mark")]
pub struct Model {
    /// The id of the person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The person's organisation.
    pub organisation_id: Uuid,
    /// The position of the last event seen.
    pub position: i64,
    /// When that was said.
    pub updated_at: DateTimeUtc,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
