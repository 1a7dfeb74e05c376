//! The steps can be taken, taken back and taken again.

use migration::{Migrator, MigratorTrait};
use sea_orm::DatabaseConnection;

use crate::{empty_database, run, texts, the_exchange};

/// Everything in the schema but the table in which the steps taken are noted.
async fn schema(db: &DatabaseConnection) -> Vec<String> {
    texts(
        db,
        "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master \
         WHERE tbl_name <> 'seaql_migrations' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    )
    .await
}

#[tokio::test]
async fn all_down_leaves_nothing_and_up_again_makes_the_same() {
    let db = empty_database().await;
    Migrator::up(&db, None).await.expect("up");
    let first = schema(&db).await;
    assert!(first.iter().any(|item| item.starts_with("table evidence ")));

    Migrator::down(&db, None).await.expect("down");
    assert_eq!(schema(&db).await, [""; 0]);

    Migrator::up(&db, None).await.expect("up again");
    assert_eq!(schema(&db).await, first);
}

#[tokio::test]
async fn every_step_can_be_taken_back_alone() {
    let db = empty_database().await;
    for step in Migrator::migrations() {
        let before = schema(&db).await;
        Migrator::up(&db, Some(1)).await.expect("one up");
        let after = schema(&db).await;
        let for_postgres_alone = step.name().ends_with("_row_security");
        assert_eq!(before == after, for_postgres_alone, "{}", step.name());
        Migrator::down(&db, Some(1)).await.expect("one down");
        assert_eq!(schema(&db).await, before);
        Migrator::up(&db, Some(1)).await.expect("one up again");
        assert_eq!(schema(&db).await, after);
    }
}

#[tokio::test]
async fn tables_with_rows_can_be_taken_down() {
    let db = the_exchange().await;
    Migrator::down(&db, None).await.expect("down");
    assert_eq!(schema(&db).await, [""; 0]);
}

#[tokio::test]
async fn up_twice_changes_nothing() {
    let db = the_exchange().await;
    Migrator::up(&db, None).await.expect("up");
    run(
        &db,
        "UPDATE risk SET number = number WHERE id = 'ransomware'",
    )
    .await
    .expect("the rows are still there");
    assert_eq!(texts(&db, "SELECT id FROM risk").await, ["ransomware"]);
}
