//! The database's schema, tried on SQLite: that its steps go up and down, that it is what `entity` says,
//! and that it refuses what must not be. A test has a database in memory of its own.

mod constraints;
mod entities;
mod steps;

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};

/// A database without tables that minds its foreign keys.
async fn empty_database() -> DatabaseConnection {
    let db = Database::connect("sqlite::memory:")
        .await
        .expect("a database in memory");
    run(&db, "PRAGMA foreign_keys = ON")
        .await
        .expect("foreign keys");
    db
}

/// A database after all steps, with the rows of `world.sql`.
async fn the_exchange() -> DatabaseConnection {
    let db = empty_database().await;
    Migrator::up(&db, None).await.expect("all steps up");
    run(&db, include_str!("world.sql"))
        .await
        .expect("every row is valid");
    db
}

/// Runs statements.
async fn run(db: &DatabaseConnection, sql: &str) -> Result<(), DbErr> {
    db.execute_unprepared(sql).await.map(|_| ())
}

/// The first column of what a query finds.
async fn texts(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let query = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(query).await.expect("a right query");
    rows.iter()
        .map(|row| row.try_get_by_index(0).expect("a text"))
        .collect()
}
