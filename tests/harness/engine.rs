//! On which database the tests run: SQLite, or PostgreSQL if `SAMSYN_TEST_POSTGRES=HOST:PORT` names a server
//! (`tests/engines` starts one). Every test has records of its own, copied from a template.
//!
//! The server knows three roles that need no password: `postgres`, who makes databases and alters what
//! nobody may alter, `samsyn_owner`, to whom the tables belong, and `samsyn_service`, as whom the service
//! works.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};
use uuid::Uuid;

use super::template::BINARY;

/// The server to use, if it is not SQLite that is tried.
const SERVER: &str = "SAMSYN_TEST_POSTGRES";

/// The records of a world: where they are, and how they are reached.
pub enum Records {
    /// An SQLite file in the world's folder.
    File(PathBuf),
    /// A database on the PostgreSQL server.
    Database(Postgres),
}

/// A database of the server, dropped with this.
pub struct Postgres {
    server: String,
    name: String,
}

impl Records {
    /// Copies those of the template in `from` for a world in `to`.
    pub fn copy(from: &Path, to: &Path) -> Self {
        match server() {
            None => Self::in_folder(to),
            Some(server) => Self::Database(Postgres::copy(server, &template_of(from))),
        }
    }

    /// Those that the world of a folder has on SQLite.
    fn in_folder(folder: &Path) -> Self {
        Self::File(folder.join("samsyn.sqlite"))
    }

    /// The URL under which the service reaches them.
    pub fn url(&self) -> String {
        match self {
            Self::File(path) => format!("sqlite://{}", path.display()),
            Self::Database(database) => database.url("samsyn_service"),
        }
    }

    /// A connection of somebody who can do anything with them, without minding what refers to what and what
    /// is only added to.
    pub async fn by_hand(&self) -> DatabaseConnection {
        match self {
            Self::File(_) => {
                let db = connect(self.url()).await;
                db.execute_unprepared("PRAGMA foreign_keys = OFF")
                    .await
                    .expect("a pragma");
                db
            }
            Self::Database(database) => {
                let url = database.url("postgres") + "?options[session_replication_role]=replica";
                connect(url).await
            }
        }
    }

    /// Whether a text is kept anywhere among them.
    pub async fn hold(&self, text: &str) -> bool {
        match self {
            Self::File(path) => [path.clone(), path.with_extension("sqlite-wal")]
                .into_iter()
                .filter_map(|file| std::fs::read(file).ok())
                .any(|file| file.windows(text.len()).any(|part| part == text.as_bytes())),
            Self::Database(_) => {
                let db = self.by_hand().await;
                for table in tables(&db).await {
                    let sql = format!("SELECT 1 FROM {table} t WHERE strpos(t::text, $1) > 0");
                    let backend = db.get_database_backend();
                    let found = Statement::from_sql_and_values(backend, sql, [text.into()]);
                    if db.query_one_raw(found).await.expect("a query").is_some() {
                        return true;
                    }
                }
                false
            }
        }
    }
}

/// The tables of a PostgreSQL database.
pub async fn tables(db: &DatabaseConnection) -> Vec<String> {
    let sql = "SELECT relname::text AS name FROM pg_class \
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1";
    let rows = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(rows).await.expect("a query");
    rows.iter()
        .map(|row| row.try_get("", "name").expect("a name"))
        .collect()
}

impl Postgres {
    /// Copies a database.
    fn copy(server: String, template: &str) -> Self {
        Self::make(
            server,
            format!("samsyn_test_{}", Uuid::new_v4().simple()),
            template,
        )
    }

    /// A database without tables.
    pub fn empty() -> Option<Self> {
        server().map(|server| Self::copy(server, "template1"))
    }

    fn make(server: String, name: String, template: &str) -> Self {
        let made = format!("CREATE DATABASE {name} OWNER samsyn_owner TEMPLATE {template}");
        administer(&server, &made).expect("a database can be made");
        Self { server, name }
    }

    /// The URL under which a role reaches it.
    pub fn url(&self, role: &str) -> String {
        format!("postgres://{role}@{}/{}", self.server, self.name)
    }

    /// Does something with the server as `postgres`.
    pub fn administer(&self, sql: &str) {
        administer(&self.server, sql).expect("the server does it");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The server goes with the tests; until then it should not fill the disk.
        let dropped = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = administer(&self.server, &dropped);
    }
}

pub fn server() -> Option<String> {
    env::var(SERVER).ok().filter(|server| !server.is_empty())
}

/// What tells whether a template in a folder is on the engine that is tried: PostgreSQL's may be gone with
/// its server.
pub fn instance() -> String {
    let Some(server) = server() else {
        return String::new();
    };
    let since = "SELECT pg_postmaster_start_time()::text AS since";
    administer(&server, since).expect("the server answers")
}

/// Makes the records of the template that is to be made in a folder, and gives the URL to fill them by.
pub fn make_template(folder: &Path) -> Option<String> {
    let server = server()?;
    let name = template_of(folder);
    administer(&server, &format!("DROP DATABASE IF EXISTS {name}")).expect("it can be dropped");
    let database = Postgres::make(server, name, "template1");
    migrate(&database);
    let url = database.url("samsyn_service");
    std::mem::forget(database);
    Some(url)
}

/// Brings a database up to this version, as its owner does.
pub fn migrate(database: &Postgres) {
    let migrated = Command::new(BINARY)
        .args(["migrate", "up", "--service-role", "samsyn_service"])
        .args(["--database", &database.url("samsyn_owner")])
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&migrated.stderr);
    assert!(migrated.status.success(), "{said}");
}

/// What the database of a template is called.
fn template_of(folder: &Path) -> String {
    let name = folder.file_name().expect("a folder's name");
    name.to_string_lossy().replace('-', "_")
}

async fn connect(url: String) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1);
    Database::connect(options)
        .await
        .expect("the database opens")
}

/// Has the server do something, and gives the first text that it answers. On a thread of its own, as tests
/// without a runtime need it, too.
fn administer(server: &str, sql: &str) -> Result<String, DbErr> {
    let (url, sql) = (
        format!("postgres://postgres@{server}/postgres"),
        sql.to_owned(),
    );
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let db = connect(url).await;
            let answer = if sql.starts_with("SELECT") {
                let asked = Statement::from_string(db.get_database_backend(), sql);
                let row = db.query_one_raw(asked).await?;
                row.map_or(Ok(String::new()), |row| row.try_get_by_index(0))?
            } else {
                db.execute_unprepared(&sql).await.map(|_| String::new())?
            };
            db.close().await?;
            Ok(answer)
        })
    };
    thread::spawn(work).join().expect("the thread ends well")
}
