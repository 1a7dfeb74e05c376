//! A browser in which a person is signed in.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A browser in which a person is signed in; only the hash of its cookie is kept.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// For which organisation the person acts.
    pub organisation_id: Uuid,
    /// Who signed in.
    pub person_id: Uuid,
    /// SHA-256 of the secret in the cookie, hexadecimal.
    #[serde(skip)]
    pub hash: String,
    /// As whom the provider knows the person; none where the demo let in without one.
    pub linked_identity_id: Option<Uuid>,
    /// What the provider calls its own session, by which it tells that it has ended.
    #[serde(skip)]
    pub provider_session: Option<String>,
    /// The ID token, encrypted: the provider is shown it when the person signs out there, too.
    #[serde(skip)]
    pub id_token: Option<String>,
    /// What the browser says it is.
    pub browser: Option<String>,
    /// The address that it came from.
    pub address: Option<String>,
    /// For how many seconds it works without being used.
    pub idle_seconds: i32,
    /// When the person signed in.
    pub created_at: DateTimeUtc,
    /// When it was last used, to the minute.
    pub last_used_at: DateTimeUtc,
    /// From when it no longer works, however much it is used.
    pub expires_at: DateTimeUtc,
    /// When it was ended before.
    pub revoked_at: Option<DateTimeUtc>,
    /// Counts its changes, from 1.
    pub version: i32,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
