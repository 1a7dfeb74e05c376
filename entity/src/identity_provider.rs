//! The OpenID provider with which the people of an organisation sign in.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// The OpenID provider with which the people of an organisation sign in.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "identity_provider")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose people it knows.
    pub organisation_id: Uuid,
    /// Its issuer identifier, a URL.
    pub issuer: String,
    /// As which client the service is known to it.
    pub client_id: String,
    /// The client's secret, encrypted; none for a client that proves itself by PKCE alone.
    #[serde(skip)]
    pub client_secret: Option<String>,
    /// Whether access tokens that it gives to machine clients are taken.
    pub takes_access_tokens: bool,
    /// Whether it vouches for addresses without saying `email_verified`.
    pub vouches_for_email: bool,
    /// Whether people whom nobody has added are let in, with the least role.
    pub just_in_time: bool,
    /// A claim that every sign-in needs, such as `acr` or `amr`.
    pub required_claim: Option<String>,
    /// What it must say, or have among what it says.
    pub required_value: Option<String>,
    /// The claim by which roles are given.
    pub role_claim: Option<String>,
    /// Which of its values give which role, as `[[value, role, service area or null]]`.
    pub role_mapping: Json,
    /// When it was set.
    pub created_at: DateTimeUtc,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
    /// Counts its changes, from 1.
    pub version: i32,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
