//! Step 8: files that are sent in pieces.

use sea_orm_migration::prelude::{
    ColumnDef, DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, Table as Schema,
    async_trait,
};

use crate::table::{Table, create, drop};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![
        Table::new("resumable_upload")
            .refers("upload_id", "upload")
            .refers("owner_id", "organisation")
            .big("size")
            .big("received")
            .refers("file_id", "evidence_file").null()
            .time("created_at")
            .time("updated_at")
            .int("version")
            .check("received >= 0 AND CASE WHEN file_id IS NULL THEN received < size ELSE received = size END")
            .unique(&["upload_id"])
            .index_without(&["owner_id"], "file_id"),
        Table::new("upload_part")
            .refers("resumable_upload_id", "resumable_upload")
            .refers("owner_id", "organisation")
            .big("start")
            .big("size")
            .check("start >= 0 AND size > 0")
            .unique(&["resumable_upload_id", "start"]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One URL makes one file, whoever sends to it at the same time.
        let mut version = ColumnDef::new("version");
        version.integer().not_null().default(1);
        let upload = Schema::alter()
            .table("upload")
            .add_column(version)
            .to_owned();
        manager.alter_table(upload).await?;
        create(manager, tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, tables()).await?;
        let upload = Schema::alter()
            .table("upload")
            .drop_column("version")
            .to_owned();
        manager.alter_table(upload).await
    }
}
