//! Step 10: the words by which records are found.
//!
//! An entry is seen by those who see its record, and its words with it: [`SEES`] asks under the policies of the
//! record's own table, so that no rule of visibility is said here once more.

use sea_orm_migration::{
    prelude::{DbErr, DeriveMigrationName, MigrationTrait, Query, SchemaManager, async_trait},
    sea_orm::{ConnectionTrait, DbBackend, Statement},
};
use uuid::Uuid;

use crate::{
    m0009_row_security::{Rules, make, search_path, secure},
    search::{BETWEEN, SEARCHED, Searched, found_by},
    table::{Table, create, drop},
};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const KIND: &[&str] = &[
    "ACTION_ITEM",
    "AGENDA_ITEM",
    "AGREEMENT",
    "DECISION",
    "EVIDENCE",
    "EVIDENCE_REQUEST",
    "FORUM",
    "MEETING",
    "ORGANISATION",
    "PERSON",
    "RISK",
    "RISK_ANALYSIS",
    "SUBMISSION",
];

fn tables() -> Vec<Table> {
    vec![
        // Its id is that of the record.
        Table::new("search_entry")
            .one_of("kind", KIND)
            .text("title", 10_000)
            .text("body", 60_000)
            .null()
            .time("changed_at"),
        Table::new("search_word")
            .refers("entry_id", "search_entry")
            .one_of("kind", KIND)
            .text("word", 100)
            .bool("in_title")
            .index(&["word", "entry_id"])
            .unique(&["entry_id", "word"]),
    ]
}

/// Whether a record is seen by whoever asks. In PL/pgSQL, which keeps the plan of each kind.
const SEES: &str = "sees(kind text, record uuid)";

fn body_of_sees() -> String {
    let kinds = SEARCHED.iter().map(|of| {
        let (kind, table) = (kind(of), of.table);
        format!("WHEN '{kind}' THEN RETURN EXISTS (SELECT FROM {table} t WHERE t.id = record); ")
    });
    let kinds: String = kinds.collect();
    format!("CASE kind {kinds} ELSE RETURN false; END CASE;")
}

fn kind(of: &Searched) -> String {
    of.table.to_uppercase()
}

/// A new supplier is not seen before there is an agreement with it.
const ADDED_ENTRY: &str =
    "sees(kind, id) OR (kind = 'ORGANISATION' AND claimed_kind() = 'MUNICIPALITY')";
const ADDED_WORD: &str =
    "sees(kind, entry_id) OR (kind = 'ORGANISATION' AND claimed_kind() = 'MUNICIPALITY')";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables()).await?;
        let db = manager.get_connection();
        if db.get_database_backend() != DbBackend::Postgres {
            return fill(db).await;
        }
        // Words are compared letter by letter, whatever the language of the database: so the index serves for
        // how they begin.
        db.execute_unprepared("ALTER TABLE search_word ALTER COLUMN word TYPE text COLLATE \"C\"")
            .await?;
        binding(db, "NO FORCE").await?;
        fill(db).await?;
        binding(db, "FORCE").await?;
        let path = search_path(db).await?;
        let body = body_of_sees();
        let sees = (SEES, "boolean", body.as_str());
        make(db, &sees, "SECURITY INVOKER", &path).await?;
        let entries = Rules::new("search_entry", "sees(kind, id)")
            .added(ADDED_ENTRY)
            .changed("sees(kind, id)");
        let words = Rules::new("search_word", "sees(kind, entry_id)")
            .added(ADDED_WORD)
            .removed("sees(kind, entry_id)");
        for rules in [entries, words] {
            secure(db, &rules).await?;
        }
        // The operator lets tenants in, whose names are found.
        for table in ["search_entry", "search_word"] {
            let policy = format!(
                "CREATE POLICY operate_insert ON {table} FOR INSERT \
                 WITH CHECK ((SELECT claimed_duty()) = 'operate')"
            );
            db.execute_unprepared(&policy).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, tables()).await?;
        let db = manager.get_connection();
        if db.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared(&format!("DROP FUNCTION {SEES}"))
                .await?;
        }
        Ok(())
    }
}

/// Row-level security binds the owner of the tables or does not, who then sees the rows there are.
async fn binding(db: &impl ConnectionTrait, force: &str) -> Result<(), DbErr> {
    for of in SEARCHED {
        let sql = format!("ALTER TABLE {} {force} ROW LEVEL SECURITY", of.table);
        db.execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// How many entries are looked at at a time.
const AT_A_TIME: u64 = 200;
/// How many words are added by one statement.
const WORDS: usize = 1000;

/// Has what there is be found.
async fn fill(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let backend = db.get_database_backend();
    for of in SEARCHED {
        let texts: Vec<_> = of
            .texts
            .iter()
            .map(|column| format!("coalesce('{BETWEEN}' || {column}, '')"))
            .collect();
        let body = match texts.as_slice() {
            [] => "NULL".to_owned(),
            texts => format!(
                "nullif(substr({}, {}), '')",
                texts.join(" || "),
                BETWEEN.len() + 1
            ),
        };
        let (kind, table, title, changed) = (kind(of), of.table, of.title, of.changed);
        db.execute_unprepared(&format!(
            "INSERT INTO search_entry (id, kind, title, body, changed_at) \
             SELECT id, '{kind}', {title}, {body}, {changed} FROM {table}"
        ))
        .await?;
    }
    let mut last = Uuid::nil();
    loop {
        let page =
            "SELECT id, kind, title, body FROM search_entry WHERE id > $1 ORDER BY id LIMIT $2";
        let values = [last.into(), AT_A_TIME.into()];
        let page = Statement::from_sql_and_values(backend, page, values);
        let rows = db.query_all_raw(page).await?;
        let Some(end) = rows.last() else {
            return Ok(());
        };
        last = end.try_get("", "id")?;
        let mut words = Vec::new();
        for row in &rows {
            let entry: Uuid = row.try_get("", "id")?;
            let kind: String = row.try_get("", "kind")?;
            let title: String = row.try_get("", "title")?;
            let body: Option<String> = row.try_get("", "body")?;
            for (word, in_title) in found_by(&title, body.as_deref()) {
                words.push((entry, kind.clone(), word, in_title));
            }
        }
        for some in words.chunks(WORDS) {
            let mut insert = Query::insert();
            insert
                .into_table("search_word")
                .columns(["id", "entry_id", "kind", "word", "in_title"]);
            for (entry, kind, word, in_title) in some {
                let id = Uuid::new_v5(entry, word.as_bytes());
                insert
                    .values([
                        id.into(),
                        (*entry).into(),
                        kind.as_str().into(),
                        word.as_str().into(),
                        (*in_title).into(),
                    ])
                    .map_err(|error| DbErr::Custom(error.to_string()))?;
            }
            db.execute(&insert).await?;
        }
    }
}
