//! An organisation that may see an event, and the event's place in that organisation's own sequence.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// An organisation that may see an event, and the event's place in that organisation's own sequence.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "event_audience")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The event.
    pub event_id: Uuid,
    /// Who may see it.
    pub organisation_id: Uuid,
    /// Its place among the organisation's events, from 1 without gaps; none until sealed.
    pub position: Option<i64>,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
