//! Step 10: on PostgreSQL, whoever audits lists the files of evidence, to compare their bytes with their hashes
//! (`samsyn verify-evidence`). SQLite has no policies.

use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::prelude::*;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(
            manager,
            "CREATE POLICY audit_select ON evidence_file FOR SELECT USING (claimed_duty() = 'audit')",
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        on_postgres(manager, "DROP POLICY audit_select ON evidence_file").await
    }
}

async fn on_postgres(manager: &SchemaManager<'_>, statement: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    if db.get_database_backend() == DbBackend::Postgres {
        db.execute_unprepared(statement).await?;
    }
    Ok(())
}
