//! A domain whose addresses lead to an organisation's sign-in.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A domain whose addresses lead to an organisation's sign-in.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "email_domain")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose people have such addresses.
    pub organisation_id: Uuid,
    /// What stands after the `@`, in lower case.
    pub domain: String,
    /// When it was claimed.
    pub claimed_at: DateTimeUtc,
    /// When the operator confirmed that it is the organisation's; until then it leads nowhere.
    pub confirmed_at: Option<DateTimeUtc>,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
