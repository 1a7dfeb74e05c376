//! Step 2: events, who may see them, their seals, and answers kept for repeated requests.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait,
};

use crate::table::{Table, create, drop};

const TOPIC: &[&str] = &[
    "DIRECTORY",
    "EVIDENCE",
    "RISK",
    "FORUM",
    "ACTION_ITEM",
    "ADMINISTRATION",
];
const SERVICE_AREA: &[&str] = &["APPLICATION_HOSTING", "NETWORK", "CLIENTS"];

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![
        Table::new("event")
            .time("at")
            .text("action", 60)
            .text("subject_type", 40)
            .uuid("subject_id")
            .one_of("topic", TOPIC)
            .refers("organisation_id", "organisation")
            .null()
            .refers("person_id", "person")
            .null()
            .refers("token_id", "api_token")
            .null()
            .one_of("service_area", SERVICE_AREA)
            .null()
            .json("before")
            .null()
            .json("after")
            .null()
            .index(&["subject_type", "subject_id", "at"])
            .index(&["at", "id"]),
        Table::new("event_audience")
            .refers("event_id", "event")
            .refers("organisation_id", "organisation")
            .big("position")
            .null()
            .unique(&["event_id", "organisation_id"])
            .unique(&["organisation_id", "position"])
            .index_without(&["event_id"], "position"),
        Table::new("ledger_seal")
            .big("sequence")
            .refers("event_id", "event")
            .text("hash", 64)
            .time("sealed_at")
            .unique(&["sequence"])
            .unique(&["event_id"]),
        Table::new("idempotency_key")
            .uuid("caller_id")
            .text("key", 200)
            .text("request_hash", 64)
            .json("response")
            .null()
            .bool("changed")
            .bool("finished")
            .time("created_at")
            .unique(&["caller_id", "key"])
            .index(&["created_at"]),
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
