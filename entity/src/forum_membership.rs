//! An organisation, or one of its people, that belongs to a forum.

use crate::values::MemberDuty;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// An organisation, or one of its people, that belongs to a forum.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "forum_membership")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The forum.
    pub forum_id: Uuid,
    /// The organisation.
    pub organisation_id: Uuid,
    /// The person; none when the organisation as such belongs to it.
    pub person_id: Option<Uuid>,
    /// What the member does.
    pub duty: MemberDuty,
    /// Since when.
    pub created_at: DateTimeUtc,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
