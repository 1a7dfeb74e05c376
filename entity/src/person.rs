//! Somebody who acts for one organisation.

use crate::values::PersonStatus;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// Somebody who acts for one organisation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "person")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The employer.
    pub organisation_id: Uuid,
    /// Full name.
    pub name: String,
    /// Address at work, in lower case.
    pub email: String,
    /// Title at work.
    pub title: Option<String>,
    /// Whether the person may act.
    pub status: PersonStatus,
    /// When the person was added.
    pub created_at: DateTimeUtc,
    /// When the person last signed in.
    pub last_sign_in_at: Option<DateTimeUtc>,
    /// When an administrator last confirmed that the person needs the roles held.
    pub access_confirmed_at: Option<DateTimeUtc>,
    /// Who confirmed it.
    pub access_confirmed_by: Option<Uuid>,
    /// What the organisation's own directory calls the person, if it has added or adopted this one.
    pub external_id: Option<String>,
    /// When the directory deleted the person, who is kept for the events that tell of it.
    pub withdrawn_at: Option<DateTimeUtc>,
    /// Counts its changes, from 1.
    pub version: i32,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
