//! Step 7: remarks in a conversation on a record.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait,
};

use crate::table::{Table, create, drop};

const COMMENT_AUDIENCE: &[&str] = &["SHARED", "INTERNAL"];

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![
        Table::new("comment")
            .refers("submission_id", "submission").null()
            .refers("evidence_request_id", "evidence_request").null()
            .refers("risk_analysis_id", "risk_analysis").null()
            .refers("action_item_id", "action_item").null()
            .one_of("audience", COMMENT_AUDIENCE)
            .text("body", 10_000)
            .refers("author_id", "person").null()
            .refers("organisation_id", "organisation")
            .time("created_at")
            .check("(CASE WHEN submission_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN evidence_request_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN risk_analysis_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN action_item_id IS NULL THEN 0 ELSE 1 END) = 1")
            .index(&["submission_id"])
            .index(&["evidence_request_id"])
            .index(&["risk_analysis_id"])
            .index(&["action_item_id"]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, tables()).await
    }
}
