//! One time that a submission was handed in: the content as it then stood, and the review of it.

use crate::values::ReviewOutcome;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// One time that a submission was handed in: the content as it then stood, and the review of it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "submission_round")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The submission.
    pub submission_id: Uuid,
    /// The round, from 1.
    pub number: i32,
    /// The evidence or risk analysis as it stood when handed in.
    pub content: Json,
    /// What the supplier wrote with it.
    #[sea_orm(column_type = "Text", nullable)]
    pub message: Option<String>,
    /// Who handed it in.
    pub submitted_by: Option<Uuid>,
    /// When.
    pub submitted_at: DateTimeUtc,
    /// What was decided; none while it waits.
    pub outcome: Option<ReviewOutcome>,
    /// The reviewer's remark.
    #[sea_orm(column_type = "Text", nullable)]
    pub remark: Option<String>,
    /// Who reviewed it.
    pub reviewed_by: Option<Uuid>,
    /// When it was reviewed.
    pub reviewed_at: Option<DateTimeUtc>,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
