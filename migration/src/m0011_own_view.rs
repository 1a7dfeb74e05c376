//! Step 11: what people keep for themselves: views that they have saved, and up to where they have seen what is new.

use sea_orm_migration::{
    prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait},
    sea_orm::{ConnectionTrait, DbBackend},
};

use crate::{
    m0009_row_security::{Rules, secure},
    table::{Table, create, drop},
};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![
        Table::new("saved_view")
            .refers("organisation_id", "organisation")
            .refers("person_id", "person")
            .text("name", 100)
            .text("page", 100)
            .text("query", 4_000)
            .time("created_at")
            .time("updated_at")
            .int("version")
            .unique(&["person_id", "page", "name"]),
        // Its id is that of the person.
        Table::new("event_mark")
            .refers("organisation_id", "organisation")
            .big("position")
            .time("updated_at"),
    ]
}

const OWN_VIEWS: &str = "organisation_id = claimed_organisation() AND person_id = claimed_person()";
const OWN_MARK: &str = "organisation_id = claimed_organisation() AND id = claimed_person()";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables()).await?;
        let db = manager.get_connection();
        if db.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let views = Rules::new("saved_view", OWN_VIEWS)
            .added(OWN_VIEWS)
            .changed(OWN_VIEWS)
            .removed(OWN_VIEWS);
        let marks = Rules::new("event_mark", OWN_MARK)
            .added(OWN_MARK)
            .changed(OWN_MARK);
        for rules in [views, marks] {
            secure(db, &rules).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, tables()).await
    }
}
