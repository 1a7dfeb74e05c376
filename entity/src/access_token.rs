//! A token that a machine client was given for some minutes.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A token that a machine client was given for some minutes; only its hash is kept.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "access_token")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The machine client: an API token that is used so.
    pub client_id: Uuid,
    /// For which organisation it acts.
    pub organisation_id: Uuid,
    /// SHA-256 of the secret, hexadecimal.
    #[serde(skip)]
    pub hash: String,
    /// Names of the scopes it is limited to.
    pub scopes: Json,
    /// What the client called the assertion by which it proved itself, which counts once. One that was shown for
    /// something else is kept with a token that nobody has.
    pub assertion_id: Option<String>,
    /// When it was given.
    pub created_at: DateTimeUtc,
    /// From when it no longer works.
    pub expires_at: DateTimeUtc,
    /// When it was revoked.
    pub revoked_at: Option<DateTimeUtc>,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
