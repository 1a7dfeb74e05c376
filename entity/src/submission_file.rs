//! A file that was part of a round: through this the customer may read it.

use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A file that was part of a round: through this the customer may read it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "submission_file")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The round.
    pub round_id: Uuid,
    /// The submission.
    pub submission_id: Uuid,
    /// The file.
    pub file_id: Uuid,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
