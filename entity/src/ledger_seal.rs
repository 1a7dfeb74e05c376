//! The seal of an event: its number in the whole ledger and the hash that chains it to the one before.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// The seal of an event: its number in the whole ledger and the hash that chains it to the one before.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "ledger_seal")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its number, from 1 without gaps.
    pub sequence: i64,
    /// The sealed event.
    pub event_id: Uuid,
    /// SHA-256 over the previous hash and the event's canonical content, hexadecimal.
    pub hash: String,
    /// When it was sealed.
    pub sealed_at: DateTimeUtc,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
