//! A secret that identifies a person or an integration to the API; only its hash is kept.

use crate::values::TokenUsage;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A secret that identifies a person or an integration to the API; only its hash is kept.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "api_token")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// For which organisation it acts.
    pub organisation_id: Uuid,
    /// As whom it acts; none for an integration, which acts with the roles below.
    pub person_id: Option<Uuid>,
    /// What it is for.
    pub name: String,
    /// How the secret is used.
    pub usage: TokenUsage,
    /// SHA-256 of the secret, hexadecimal.
    #[serde(skip)]
    pub hash: String,
    /// The first characters of the secret, to recognise it by.
    pub hint: String,
    /// The public keys with which a machine client proves itself beside its secret, as a JSON Web Key Set.
    pub public_keys: Option<Json>,
    /// The client at the organisation's own provider whose access tokens are taken for this machine client's.
    pub provider_client: Option<String>,
    /// Names of the scopes it is limited to.
    pub scopes: Json,
    /// Roles of an integration, as `[[role, service area or null]]`; empty for a person's token.
    pub roles: Json,
    /// The leave under which the operator made it, if it was for support.
    pub support_grant_id: Option<Uuid>,
    /// Who made it; none when the operator did.
    pub created_by: Option<Uuid>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// From when it no longer works.
    pub expires_at: DateTimeUtc,
    /// When it was revoked.
    pub revoked_at: Option<DateTimeUtc>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTimeUtc>,
    /// Counts its changes, from 1.
    pub version: i32,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
