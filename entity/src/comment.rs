//! A remark on a submission, request, risk analysis or action item.

use crate::values::CommentAudience;
use sea_orm::entity::prelude::*;
use serde::Serialize;

/// A remark on a submission, request, risk analysis or action item.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "comment")]
pub struct Model {
    /// Identifies the row: a UUID of version 7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The submission it stands on, if one.
    pub submission_id: Option<Uuid>,
    /// The request it stands on, if one.
    pub evidence_request_id: Option<Uuid>,
    /// The risk analysis it stands on, if one.
    pub risk_analysis_id: Option<Uuid>,
    /// The action item it stands on, if one.
    pub action_item_id: Option<Uuid>,
    /// Who may read it.
    pub audience: CommentAudience,
    /// What it says, as written; never markup.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// Who wrote it; none for an integration.
    pub author_id: Option<Uuid>,
    /// For which organisation.
    pub organisation_id: Uuid,
    /// When.
    pub created_at: DateTimeUtc,
}

/// Rows are joined by the door's own rules, not by sea-orm's relations.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
