//! Step 3: evidence, its files and the uploads under way.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait,
};

use crate::table::{Table, create, drop};

const EVIDENCE_KIND: &[&str] = &[
    "CERTIFICATE",
    "AUDIT_REPORT",
    "STATEMENT_OF_APPLICABILITY",
    "PENETRATION_TEST",
    "RESTORE_TEST",
    "POLICY",
    "OTHER",
];

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![
        Table::new("evidence")
            .refers("owner_id", "organisation")
            .one_of("kind", EVIDENCE_KIND)
            .text("title", 200)
            .text("description", 10_000)
            .null()
            .text("certification_body", 200)
            .null()
            .text("certificate_number", 100)
            .null()
            .text("standard", 200)
            .null()
            .text("scope", 10_000)
            .null()
            .date("valid_from")
            .null()
            .date("valid_until")
            .null()
            .refers("created_by", "person")
            .null()
            .time("created_at")
            .time("updated_at")
            .time("archived_at")
            .null()
            .int("version")
            .check("valid_until IS NULL OR valid_from IS NULL OR valid_until >= valid_from")
            .index(&["owner_id", "created_at", "id"])
            .index(&["owner_id", "valid_until", "id"]),
        Table::new("evidence_file")
            .refers("evidence_id", "evidence")
            .refers("owner_id", "organisation")
            .text("name", 200)
            .text("media_type", 100)
            .big("size")
            .text("sha256", 64)
            .refers("uploaded_by", "person")
            .null()
            .time("uploaded_at")
            .time("replaced_at")
            .null()
            .index(&["evidence_id", "uploaded_at", "id"]),
        Table::new("upload")
            .refers("evidence_id", "evidence")
            .refers("owner_id", "organisation")
            .text("name", 200)
            .refers("replaces_id", "evidence_file")
            .null()
            .text("hash", 64)
            .refers("token_id", "api_token")
            .null()
            .refers("session_id", "session")
            .null()
            .refers("created_by", "person")
            .null()
            .time("created_at")
            .time("expires_at")
            .time("finished_at")
            .null()
            .unique(&["hash"]),
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
