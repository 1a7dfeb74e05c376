//! Opens the database that `database.url` names, so that what was acknowledged is never lost.
//!
//! What always holds on SQLite: a commit has reached the disk when it returns (`synchronous = FULL`;
//! with `NORMAL` a write-ahead log forgets the last commits when the power fails), readers never wait
//! for a writer (WAL), foreign keys are enforced on every connection, and whoever meets a lock waits
//! for it up to [`PATIENCE`]. A transaction that will write starts with [`WRITE`]: it takes the write
//! lock at once and queues for it, where one that read first and writes later would be refused with
//! "database is locked" as soon as another has written in between.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use log::LevelFilter;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, QueryResult,
    SqliteTransactionMode, SqlxPostgresConnector, SqlxSqliteConnector, Statement,
    TransactionOptions, TransactionTrait,
    sqlx::{
        self, ConnectOptions as _, Connection as _, SqlitePool,
        postgres::{PgConnectOptions, PgPoolOptions},
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
    },
};

use crate::error::is_lost;

/// How a transaction that only reads is started.
pub(super) const READ: TransactionOptions = TransactionOptions {
    isolation_level: None,
    access_mode: None,
    sqlite_transaction_mode: None,
};

/// How a transaction that writes is started. PostgreSQL has no use for the mode and ignores it.
pub(super) const WRITE: TransactionOptions = TransactionOptions {
    isolation_level: None,
    access_mode: None,
    sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
};

/// How long a connection waits for another's lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many prepared statements an SQLite connection keeps. More would spare some preparing, for the rule of
/// visibility gives every role statements of its own; but each occupies some tens of KiB, and whoever varies filters
/// makes as many as there is room for, on every connection.
const STATEMENTS: usize = 40;

/// How much of the file each SQLite connection keeps, as SQLite writes KiB. The system keeps it once for all.
const CACHE: &str = "-1024";

/// How long a request waits for a free connection, and the start for the database to answer.
const ACQUIRE: Duration = Duration::from_secs(10);

/// For how long a transaction may stand without a word, before PostgreSQL ends it: longer than any request, so
/// that only a process that hangs is cut off from what it keeps others from.
const HUNG: &str = "5min";

/// How long after its last use a connection to PostgreSQL is taken again without asking whether it still
/// stands: that costs a round trip, which a busy service need not pay.
const TRUSTED: Duration = Duration::from_secs(1);

/// Opens the database; an SQLite file is made, with its folder, if it is not there.
///
/// # Errors
/// When the URL is of a kind that is not supported, or the database cannot be reached.
pub(super) async fn open(url: &str, max_connections: u32) -> Result<DatabaseConnection> {
    match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") => open_sqlite(sqlite_options(url)?, max_connections).await,
        Some("postgres" | "postgresql") => open_postgres(url, max_connections).await,
        other => bail!(
            "setting `database.url`: {} is not a database this service knows, \
             it must be sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE",
            other.map_or("a text without a scheme".to_owned(), |s| format!("`{s}:`"))
        ),
    }
}

/// How many connections fill a new database.
pub(super) const TO_FILL: u32 = 2;

/// Opens a database that nobody depends on yet: on SQLite its commits do not wait for the disk.
///
/// # Errors
/// As [`open`].
pub(super) async fn open_to_fill(url: &str) -> Result<DatabaseConnection> {
    if !url.starts_with("sqlite:") {
        return open(url, TO_FILL).await;
    }
    let options = sqlite_options(url)?.synchronous(SqliteSynchronous::Off);
    open_sqlite(options, TO_FILL).await
}

/// How many connections are used, and how many there are without a use.
pub(super) fn connections(pool: &DatabaseConnection) -> (u64, u64) {
    let (all, idle) = match pool.get_database_backend() {
        DbBackend::Postgres => {
            let pool = pool.get_postgres_connection_pool();
            (pool.size(), pool.num_idle())
        }
        _ => {
            let pool = pool.get_sqlite_connection_pool();
            (pool.size(), pool.num_idle())
        }
    };
    let idle = idle as u64;
    (u64::from(all).saturating_sub(idle), idle)
}

/// Starts a transaction. A connection that turns out to be lost is dropped for the next one: nothing has
/// been asked of it yet, and after the database was restarted all of them are lost.
pub(super) async fn begin(
    pool: &DatabaseConnection,
    how: TransactionOptions,
) -> Result<DatabaseTransaction, DbErr> {
    let mut lost = 0;
    loop {
        match pool.begin_with_options(how).await {
            Err(error) if is_replaced(&error, &mut lost) => {}
            other => return other,
        }
    }
}

/// The rows that a statement reads on its own. What was lost with its connection is asked again.
pub(super) async fn query(
    pool: &DatabaseConnection,
    statement: Statement,
) -> Result<Vec<QueryResult>, DbErr> {
    let mut lost = 0;
    loop {
        match pool.query_all_raw(statement.clone()).await {
            Err(error) if is_replaced(&error, &mut lost) => {}
            other => return other,
        }
    }
}

/// Whether a connection was lost, for which there is another to be had.
fn is_replaced(error: &DbErr, lost: &mut u32) -> bool {
    let replaced = *lost < MOST_LOST && is_lost(error);
    if replaced {
        *lost += 1;
        tracing::debug!(%error, "a connection was lost");
    }
    replaced
}

/// How many lost connections one request drops.
const MOST_LOST: u32 = 20;

async fn open_sqlite(
    options: SqliteConnectOptions,
    max_connections: u32,
) -> Result<DatabaseConnection> {
    let file = options.get_filename().to_owned();
    make_folder_of(&file).await?;
    let pool = connect_sqlite(options, max_connections)
        .await
        .with_context(|| {
            format!(
                "setting `database.url`: cannot open the database {}",
                file.display()
            )
        })?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

/// Changing a new file to WAL takes a lock that SQLite does not wait for by itself, so that of two
/// processes starting at once on an empty folder one would be refused.
async fn connect_sqlite(
    options: SqliteConnectOptions,
    max_connections: u32,
) -> sqlx::Result<SqlitePool> {
    let started = Instant::now();
    loop {
        let pool = SqlitePoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(ACQUIRE)
            .connect_with(options.clone())
            .await;
        match pool {
            Err(error) if is_busy(&error) && started.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            other => return other,
        }
    }
}

/// `SQLITE_BUSY` is 5; its variants keep it in the lowest byte.
fn is_busy(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(|error| error.code()?.parse::<u32>().ok())
        .is_some_and(|code| code & 0xff == 5)
}

fn sqlite_options(url: &str) -> Result<SqliteConnectOptions> {
    // It has no write-ahead log, and its shared cache locks whole tables without waiting.
    ensure!(
        !url.contains(":memory:") && !url.contains("mode=memory"),
        "setting `database.url`: a database in memory cannot be shared by connections, \
         it must be a file: sqlite://FILE"
    );
    Ok(url
        .parse::<SqliteConnectOptions>()
        .context("setting `database.url`")?
        .create_if_missing(true)
        .log_statements(LevelFilter::Off)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .statement_cache_capacity(STATEMENTS)
        .pragma("cache_size", CACHE)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full))
}

/// Makes the folder for the service's user alone: SQLite makes its files readable to everybody.
async fn make_folder_of(file: &Path) -> Result<()> {
    let Some(folder) = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    else {
        return Ok(());
    };
    let mut builder = tokio::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    builder.mode(0o700);
    builder.create(folder).await.with_context(|| {
        format!(
            "setting `database.url`: cannot make the folder {}",
            folder.display()
        )
    })
}

async fn open_postgres(url: &str, max_connections: u32) -> Result<DatabaseConnection> {
    let options = url
        .parse::<PgConnectOptions>()
        .context("setting `database.url`")?
        .application_name("samsyn")
        // See `telemetry::is_traced`. Slow statements are told all the same.
        .log_statements(LevelFilter::Off)
        // Short statements with long conditions: compiling them takes longer than carrying them out.
        .options([
            ("jit", "off"),
            ("idle_in_transaction_session_timeout", HUNG),
        ]);
    let place = format!("{}:{}", options.get_host(), options.get_port());
    let pool = PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move {
                // A connection that was lost meanwhile is replaced by another.
                Ok(about.idle_for < TRUSTED || connection.ping().await.is_ok())
            })
        })
        .connect_with(options)
        .await
        .with_context(|| {
            format!("setting `database.url`: cannot connect to PostgreSQL at {place}")
        })?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

#[cfg(test)]
mod tests {
    use futures::future::{join_all, try_join_all};
    use sea_orm::{ConnectionTrait, Statement};
    use tempfile::TempDir;

    use super::*;

    fn url_in(folder: &TempDir) -> String {
        format!(
            "sqlite://{}/new/folder/samsyn.sqlite",
            folder.path().display()
        )
    }

    async fn number(connection: &impl ConnectionTrait, sql: &str) -> i64 {
        let backend = connection.get_database_backend();
        let row = connection
            .query_one_raw(Statement::from_string(backend, sql))
            .await
            .expect("a valid statement")
            .expect("one row");
        row.try_get_by_index(0).expect("a number")
    }

    async fn text(connection: &impl ConnectionTrait, sql: &str) -> String {
        let backend = connection.get_database_backend();
        let row = connection
            .query_one_raw(Statement::from_string(backend, sql))
            .await
            .expect("a valid statement")
            .expect("one row");
        row.try_get_by_index(0).expect("a text")
    }

    async fn refusal(url: &str) -> String {
        format!("{:#}", open(url, 1).await.expect_err("a refusal"))
    }

    #[tokio::test]
    async fn every_connection_is_durable_and_checks_foreign_keys() {
        let folder = TempDir::new().expect("a folder");
        let database = open(&url_in(&folder), 3).await.expect("an open database");
        // Held at the same time, so that they are three connections and not one.
        let held = try_join_all((0..3).map(|_| database.begin()))
            .await
            .expect("three transactions");

        for connection in &held {
            assert_eq!(text(connection, "PRAGMA journal_mode").await, "wal");
            assert_eq!(number(connection, "PRAGMA synchronous").await, 2);
            assert_eq!(number(connection, "PRAGMA foreign_keys").await, 1);
            assert_eq!(number(connection, "PRAGMA busy_timeout").await, 5000);
        }
    }

    #[tokio::test]
    async fn processes_that_start_together_on_an_empty_folder_all_succeed() {
        let folder = TempDir::new().expect("a folder");
        let url = url_in(&folder);
        for opened in join_all((0..8).map(|_| open(&url, 1))).await {
            opened.expect("an open database");
        }
    }

    #[tokio::test]
    async fn writers_queue_for_one_another() {
        let folder = TempDir::new().expect("a folder");
        let database = open(&url_in(&folder), 8).await.expect("an open database");
        database
            .execute_unprepared("CREATE TABLE counter (n INTEGER); INSERT INTO counter VALUES (0)")
            .await
            .expect("a table");

        let count = async || {
            let writing = database.begin_with_options(WRITE).await?;
            let seen = number(&writing, "SELECT n FROM counter").await;
            tokio::time::sleep(Duration::from_millis(5)).await;
            let sql = format!("UPDATE counter SET n = {}", seen + 1);
            writing.execute_unprepared(&sql).await?;
            writing.commit().await?;
            Ok::<_, DbErr>(())
        };
        try_join_all((0..20).map(|_| count()))
            .await
            .expect("nobody is refused");

        assert_eq!(number(&database, "SELECT n FROM counter").await, 20);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_folder_is_for_the_service_alone() {
        use std::os::unix::fs::PermissionsExt;

        let folder = TempDir::new().expect("a folder");
        open(&url_in(&folder), 1).await.expect("an open database");
        let made = std::fs::metadata(folder.path().join("new")).expect("the folder");
        assert_eq!(made.permissions().mode() & 0o777, 0o700);
    }

    #[tokio::test]
    async fn a_url_that_cannot_be_used_is_refused_by_the_name_of_its_setting() {
        assert_eq!(
            refusal("mysql://samsyn:s3cret@db/samsyn").await,
            "setting `database.url`: `mysql:` is not a database this service knows, \
             it must be sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE"
        );
        assert_eq!(
            refusal("sqlite::memory:").await,
            "setting `database.url`: a database in memory cannot be shared by connections, \
             it must be a file: sqlite://FILE"
        );
        let bad_port = refusal("postgres://samsyn:s3cret@db:port/samsyn").await;
        assert!(
            bad_port.starts_with("setting `database.url`: "),
            "{bad_port}"
        );
        assert!(!bad_port.contains("s3cret"), "{bad_port}");
    }
}
