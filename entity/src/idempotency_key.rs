//! The answer to a mutation that was sent with an `Idempotency-Key`, for the case that it is sent again.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// The answer to a mutation that was sent with an `Idempotency-Key`, for the case that it is sent again.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The API token that sent it.
    pub caller_id: Uuid,
    /// The client's key.
    pub key: String,
    /// SHA-256 of the request.
    pub request_hash: String,
    /// The answer; none while it is being worked out, or when it held a secret.
    pub response: Option<Json>,
    /// Whether something was changed by the request: set together with the change.
    pub changed: bool,
    /// Whether the request has been carried out.
    pub finished: bool,
    /// When the key was first seen.
    pub created_at: DateTimeUtc,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
