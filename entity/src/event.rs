//! One change: who did what to which record, with the record before and after.

use crate::values::{ServiceArea, Topic};
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// One change: who did what to which record, with the record before and after.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "event")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When it happened.
    pub at: DateTimeUtc,
    /// What happened, as `subject.verb`.
    pub action: String,
    /// The table of the record.
    pub subject_type: String,
    /// The record.
    pub subject_id: Uuid,
    /// What one must be able to read to see it.
    pub topic: Topic,
    /// For whom the actor acted; none for the operator.
    pub organisation_id: Option<Uuid>,
    /// Who acted; none for an integration or the operator.
    pub person_id: Option<Uuid>,
    /// The API token used, if any.
    pub token_id: Option<Uuid>,
    /// The area it concerns, if one.
    pub service_area: Option<ServiceArea>,
    /// The record before; none when it was made.
    pub before: Option<Json>,
    /// The record after.
    pub after: Option<Json>,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
