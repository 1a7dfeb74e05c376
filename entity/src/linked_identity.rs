//! Who a person is to an OpenID provider.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// Who a person is to an OpenID provider: issuer and subject, and nothing else, tell that it is the same one again.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "linked_identity")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// For which organisation the person acts.
    pub organisation_id: Uuid,
    /// The person.
    pub person_id: Uuid,
    /// The provider's issuer identifier.
    pub issuer: String,
    /// The subject, as the provider calls the person.
    pub subject: String,
    /// When the person first signed in so.
    pub linked_at: DateTimeUtc,
    /// When that was forgotten: the person is known by the address again when coming next.
    pub unlinked_at: Option<DateTimeUtc>,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
