//! Step 9: row-level security, a second wall behind the door. For PostgreSQL; SQLite has nothing of the kind.
//!
//! The policies say by themselves, in SQL and by hand, what `api/src/access/visible.rs` says in Rust: a
//! filter that is forgotten or wrong there leaks nothing, and a test compares the two row by row. A
//! transaction claims for whom it speaks (`api/src/access/claim.rs`); without a claim no row is there.
//!
//! What always holds:
//! - Every table has its line in [`tables`], and is read and written by nobody else than it says. Security
//!   is forced, so that it binds the owner of the tables, too. **A later step that changes rows does not see
//!   them**, unless it lifts `FORCE` meanwhile.
//! - A record that stands under another is seen with it: `EXISTS` asks under the policies of the other.
//!   Where that would go in circles, or would make PostgreSQL plan the policies of half the tables for
//!   one row, a function in [`HELPERS`] looks as the owner of the tables.
//! - What was claimed is asked once a statement and not once a row ([`once`]), so that indexes are used for
//!   it, and nothing else is looked at where nobody claims to be an organisation.
//! - A row is added under a record that the one who adds it sees, and in nobody else's name.
//! - What is done for nobody in particular is a duty, and reaches only what it needs ([`DUTIES`]). Who is
//!   calling is found out by functions ([`BEFORE_A_CLAIM`]), for that is asked at every request.
//! - Events and their seals are never changed or removed, whoever asks ([`TRIGGERS`]).
//!
//! A new table gets its line in a step of its own, written with the words of [`Rules`].

use sea_orm_migration::{
    prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait},
    sea_orm::{ConnectionTrait, DbBackend, Statement},
};

mod duties;
mod functions;
mod rules;
mod tables;

pub(crate) use self::rules::Rules;
use self::{
    duties::DUTIES,
    functions::{BEFORE_A_CLAIM, CLAIMS, HELPERS, LOOKED_INTO, OWNER_OF_FILE},
    rules::once,
    tables::tables,
};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Against those who may write: not even they change what has happened.
const TRIGGERS: &[&str] = &[
    "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME; END $$",
    "CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON event
     FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_seal
     FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER only_added_to BEFORE DELETE OR TRUNCATE ON event_audience
     FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER numbered_once BEFORE UPDATE ON event_audience FOR EACH ROW
     WHEN (OLD.position IS NOT NULL OR NEW.position IS NULL OR (OLD.id, OLD.event_id, OLD.organisation_id)
        IS DISTINCT FROM (NEW.id, NEW.event_id, NEW.organisation_id))
     EXECUTE FUNCTION refuse_change()",
];
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if db.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        for claim in CLAIMS {
            db.execute_unprepared(&format!("CREATE FUNCTION {claim}"))
                .await?;
        }
        let path = search_path(db).await?;
        for helper in HELPERS.iter().chain(BEFORE_A_CLAIM) {
            make(db, helper, "SECURITY DEFINER", &path).await?;
        }
        make(db, &OWNER_OF_FILE, "SECURITY INVOKER", &path).await?;
        for (function, ..) in BEFORE_A_CLAIM {
            db.execute_unprepared(&format!("REVOKE ALL ON FUNCTION {function} FROM PUBLIC"))
                .await?;
        }
        for rules in tables() {
            secure(db, &rules).await?;
        }
        for table in LOOKED_INTO {
            let policy = format!(
                "CREATE POLICY looked_into ON {table} FOR SELECT TO CURRENT_USER USING (true)"
            );
            db.execute_unprepared(&policy).await?;
        }
        for (duty, table, verb, rows) in DUTIES {
            let name = format!("{duty}_{}", verb.to_lowercase());
            let rule = once(&format!("(claimed_duty() = '{duty}' AND ({rows}))"));
            let rule = match *verb {
                "INSERT" => format!("WITH CHECK {rule}"),
                _ => format!("USING {rule}"),
            };
            let policy = format!("CREATE POLICY {name} ON {table} FOR {verb} {rule}");
            db.execute_unprepared(&policy).await?;
        }
        for statement in TRIGGERS {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        if db.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        db.execute_unprepared("DROP FUNCTION refuse_change() CASCADE")
            .await?;
        for rules in tables() {
            lay_bare(db, rules.table).await?;
        }
        let made = HELPERS.iter().chain(BEFORE_A_CLAIM).chain([&OWNER_OF_FILE]);
        let claims = CLAIMS
            .iter()
            .filter_map(|claim| claim.split(" RETURNS").next());
        let functions = made.map(|(name, ..)| *name).chain(claims);
        for function in functions {
            db.execute_unprepared(&format!("DROP FUNCTION {function}"))
                .await?;
        }
        Ok(())
    }
}

/// Makes a function, which finds the tables whoever calls it.
pub(crate) async fn make(
    db: &impl ConnectionTrait,
    (name, returns, body): &(&str, &str, &str),
    security: &str,
    path: &str,
) -> Result<(), DbErr> {
    let function = format!(
        "CREATE FUNCTION {name} RETURNS {returns} LANGUAGE plpgsql STABLE {security} \
         SET search_path = {path} AS $$ BEGIN {body} END $$"
    );
    db.execute_unprepared(&function).await.map(drop)
}

/// Closes the table, and opens it to those whom its rules name.
pub(crate) async fn secure(db: &impl ConnectionTrait, rules: &Rules) -> Result<(), DbErr> {
    let table = rules.table;
    let closed = format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");
    db.execute_unprepared(&closed).await?;
    for policy in rules.policies() {
        db.execute_unprepared(&format!("CREATE POLICY {policy}"))
            .await?;
    }
    Ok(())
}

async fn lay_bare(db: &impl ConnectionTrait, table: &str) -> Result<(), DbErr> {
    let policies =
        format!("SELECT quote_ident(polname) FROM pg_policy WHERE polrelid = '{table}'::regclass");
    let policies = db
        .query_all_raw(Statement::from_string(DbBackend::Postgres, policies))
        .await?;
    for policy in policies {
        let policy: String = policy.try_get_by_index(0)?;
        db.execute_unprepared(&format!("DROP POLICY {policy} ON {table}"))
            .await?;
    }
    let open =
        format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY");
    db.execute_unprepared(&open).await?;
    Ok(())
}

/// Where the functions find the tables. Temporary tables, which anybody may make, come last.
pub(crate) async fn search_path(db: &impl ConnectionTrait) -> Result<String, DbErr> {
    let here = "SELECT quote_ident(current_schema()) || ', pg_temp'";
    let row = db
        .query_one_raw(Statement::from_string(DbBackend::Postgres, here))
        .await?;
    row.ok_or_else(|| DbErr::RecordNotFound("the current schema".to_owned()))?
        .try_get_by_index(0)
}
