//! The ledger: nothing that happened can be altered without being found.

use std::process::{Command, Output};

use sea_orm::ConnectionTrait;

use crate::harness::{BINARY, Folder};

fn verify(folder: &Folder) -> Output {
    Command::new(BINARY)
        .args(["verify-ledger", "--database", &folder.records.url()])
        .output()
        .expect("the binary runs")
}

#[test]
fn an_untouched_ledger_is_whole() {
    let folder = Folder::copy();
    let verdict = verify(&folder);
    let said = String::from_utf8_lossy(&verdict.stdout).into_owned();
    assert!(
        verdict.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&verdict.stderr)
    );
    assert!(said.starts_with("The ledger is whole: "), "{said}");
}

/// Alters the world by hand, and expects the walk to stop at the event with this number.
async fn is_found_at(sequence: i64, alteration: &str) {
    let folder = Folder::copy();
    let db = folder.records.by_hand().await;
    let done = db
        .execute_unprepared(alteration)
        .await
        .expect("the alteration is carried out");
    assert!(
        done.rows_affected() > 0,
        "{alteration} must alter something"
    );
    db.close().await.expect("it closes");
    let verdict = verify(&folder);
    let said = String::from_utf8_lossy(&verdict.stderr).into_owned();
    assert_eq!(verdict.status.code(), Some(1), "{alteration}: {said}");
    assert!(
        said.contains(&format!("broken at event {sequence} ")),
        "{alteration}: {said}"
    );
}

const FIFTIETH: &str = "(SELECT event_id FROM ledger_seal WHERE sequence = 50)";

#[tokio::test]
async fn an_altered_event_is_named() {
    is_found_at(
        50,
        &format!("UPDATE event SET action = 'nothing.happened' WHERE id = {FIFTIETH}"),
    )
    .await;
    is_found_at(
        50,
        &format!("UPDATE event SET at = '2020-01-01 00:00:00+00:00' WHERE id = {FIFTIETH}"),
    )
    .await;
    is_found_at(
        50,
        &format!("UPDATE event SET after = '{{}}' WHERE id = {FIFTIETH}"),
    )
    .await;
}

#[tokio::test]
async fn a_removed_event_is_named() {
    is_found_at(50, &format!("DELETE FROM event WHERE id = {FIFTIETH}")).await;
    is_found_at(50, "DELETE FROM ledger_seal WHERE sequence = 50").await;
}

#[tokio::test]
async fn hiding_an_event_from_somebody_is_found() {
    is_found_at(
        50,
        &format!("DELETE FROM event_audience WHERE event_id = {FIFTIETH}"),
    )
    .await;
}

#[tokio::test]
async fn reordered_events_are_found() {
    is_found_at(50, "UPDATE ledger_seal SET sequence = CASE sequence WHEN 50 THEN -51 ELSE -50 END WHERE sequence IN (50, 51); \
        UPDATE ledger_seal SET sequence = -sequence WHERE sequence < 0").await;
}

#[tokio::test]
async fn a_forged_seal_is_found_at_the_next_event() {
    is_found_at(
        50,
        "UPDATE ledger_seal SET hash = CASE WHEN hash LIKE 'f%' THEN '0' ELSE 'f' END || substr(hash, 2) \
            WHERE sequence = 50",
    )
    .await;
}

#[tokio::test]
async fn an_end_that_was_cut_off_is_found_as_long_as_somebody_was_told() {
    let folder = Folder::copy();
    let db = folder.records.by_hand().await;
    let row = db
        .query_one_raw(sea_orm::Statement::from_string(
            db.get_database_backend(),
            "SELECT max(sequence) AS last FROM ledger_seal",
        ))
        .await
        .expect("a query")
        .expect("a row");
    let last: i64 = row.try_get("", "last").expect("a number");
    db.close().await.expect("it closes");
    is_found_at(
        last,
        &format!("DELETE FROM ledger_seal WHERE sequence = {last}"),
    )
    .await;
}
