//! Several processes on one database: what happens on one is seen on the others, one of them going away
//! costs nothing that was accepted, and a Redis beside them may come and go.

mod redis;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use futures::future::join_all;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::harness::{BINARY, Client, Folder, Following, Replica, Way, engine, replica::token};

const FOLLOWED: &str = "subscription { events { event { action subject { id } } } }";

/// How long anything may take to be seen elsewhere.
const LONG: Duration = Duration::from_secs(20);

/// Where a load balancer sends requests.
type Addresses = Arc<Mutex<Vec<String>>>;

fn supplier(folder: &Folder) -> String {
    token(folder, "Bältespännar", "SUPPLIER_CONTRIBUTOR")
}

async fn drafts(who: &Client, title: &str) -> Value {
    let policy = json!({ "kind": "POLICY", "title": title });
    who.does("draftEvidence", policy, "{ id }").await["id"].clone()
}

/// Follows until this record is told of.
async fn hears_of(following: &mut Following, id: &Value) {
    loop {
        let told = following.next().await.data();
        if told["events"]["event"]["subject"]["id"] == *id {
            return;
        }
    }
}

/// Waits until something is so.
async fn until(what: &str, so: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !so().await {
        assert!(begun.elapsed() < LONG, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn verdict(folder: &Folder) -> String {
    let walked = std::process::Command::new(BINARY)
        .args(["verify-ledger", "--database", &folder.records.url()])
        .output()
        .expect("the binary runs");
    let said = String::from_utf8_lossy(&walked.stdout).into_owned();
    let problem = String::from_utf8_lossy(&walked.stderr);
    assert!(walked.status.success(), "{said}{problem}");
    said
}

/// As if whoever committed the last event had ended before it sealed it.
async fn loses_its_last_seal(folder: &Folder) {
    let db = folder.records.by_hand().await;
    for torn in [
        "UPDATE event_audience SET position = NULL \
            WHERE event_id = (SELECT event_id FROM ledger_seal ORDER BY sequence DESC LIMIT 1)",
        "DELETE FROM ledger_seal WHERE sequence = (SELECT max(sequence) FROM ledger_seal)",
    ] {
        let done = db.execute_unprepared(torn).await.expect("it is torn");
        assert!(done.rows_affected() > 0);
    }
    db.close().await.expect("it closes");
}

#[tokio::test]
async fn what_happens_on_one_is_told_on_the_other_without_a_redis() {
    let folder = Folder::copy();
    let one = Replica::start(&folder, &[]).await;
    let other = Replica::start(&folder, &[]).await;
    let token = supplier(&folder);
    for way in [Way::WebSocket, Way::Events] {
        let mut following =
            Following::start(way, &other.graphql(), &token, (FOLLOWED, json!({}))).await;
        // It follows from the moment that it was let in, which is after the request was sent.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let id = drafts(&one.client(&token), "På den ena").await;
        hears_of(&mut following, &id).await;
    }
}

#[tokio::test]
async fn what_nobody_sealed_is_sealed_by_whoever_is_left() {
    let folder = Folder::copy();
    let token = supplier(&folder);
    let mut one = Replica::start(&folder, &[]).await;
    drafts(&one.client(&token), "Kvar").await;
    one.kill();
    loses_its_last_seal(&folder).await;
    assert!(verdict(&folder).contains("1 more events are not sealed yet"));

    // One that starts seals at once; the other has been there all the time, and looks by itself.
    let there = Replica::start(&folder, &[]).await;
    until("it is sealed", async || {
        !verdict(&folder).contains("not sealed yet")
    })
    .await;
    drop(there);
}

#[tokio::test]
async fn one_that_waits_seals_what_another_has_left() {
    let folder = Folder::copy();
    let there = Replica::start(&folder, &[]).await;
    loses_its_last_seal(&folder).await;
    until("it is sealed", async || {
        !verdict(&folder).contains("not sealed yet")
    })
    .await;
    drop(there);
}

#[tokio::test]
async fn all_of_them_sealing_at_once_leave_one_whole_chain() {
    let folder = Folder::copy();
    let token = supplier(&folder);
    let replicas = [
        Replica::start(&folder, &[]).await,
        Replica::start(&folder, &[]).await,
        Replica::start(&folder, &[]).await,
    ];
    let before = verdict(&folder);
    let work = replicas.iter().flat_map(|replica| {
        let client = replica.client(&token);
        (0..8).map(move |number| {
            let client = client.clone();
            async move { drafts(&client, &format!("Samtidigt {number}")).await }
        })
    });
    let made = join_all(work).await;
    assert_eq!(made.len(), 24);
    let after = verdict(&folder);
    assert!(!after.contains("not sealed yet"), "{after}");
    let count = |said: &str| -> i64 {
        let number = said.split(' ').find_map(|word| word.parse().ok());
        number.expect("a number of events")
    };
    assert_eq!(count(&after), count(&before) + 24);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_loses_nothing_that_was_accepted() {
    let folder = Folder::copy();
    let token = supplier(&folder);
    let settings = [("SAMSYN_SERVER__SHUTDOWN_DELAY", "1s")];
    let mut replicas = [
        Replica::start(&folder, &settings).await,
        Replica::start(&folder, &settings).await,
    ];
    let addresses: Addresses = Arc::default();
    let known = replicas.iter().map(Replica::graphql);
    addresses.lock().expect("a whole lock").extend(known);
    let stop = CancellationToken::new();
    let load = |number| keeps_drafting(addresses.clone(), token.clone(), number, stop.clone());
    let clients: Vec<_> = (0..6).map(|number| tokio::spawn(load(number))).collect();
    for leaving in &mut replicas {
        tokio::time::sleep(Duration::from_millis(500)).await;
        leaving.is_told_to_stop();
        // A load balancer notices, and sends nothing there any more; meanwhile requests are still taken.
        while leaving.is_ready().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let left = addresses.lock().expect("a whole lock").remove(0);
        assert_eq!(left, leaving.graphql());
        tokio::task::block_in_place(|| leaving.ends());
        *leaving = Replica::start(&folder, &settings).await;
        let come = leaving.graphql();
        addresses.lock().expect("a whole lock").push(come);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.cancel();
    let mut acknowledged = Vec::new();
    for client in clients {
        acknowledged.extend(client.await.expect("every request was answered well"));
    }
    assert!(acknowledged.len() > 12, "{} were sent", acknowledged.len());
    let reader = replicas[0].client(&token);
    for id in &acknowledged {
        assert!(reader.finds(id).await, "{id} was acknowledged");
    }
    assert!(!verdict(&folder).contains("not sealed yet"));
}

/// Drafts evidence at one replica after the other, and gives what was acknowledged; anything but a good
/// answer ends the test.
async fn keeps_drafting(
    addresses: Addresses,
    token: String,
    number: usize,
    stop: CancellationToken,
) -> Vec<Value> {
    let mut acknowledged = Vec::new();
    while !stop.is_cancelled() {
        let address = {
            let addresses = addresses.lock().expect("a whole lock");
            addresses[acknowledged.len() % addresses.len()].clone()
        };
        let client = Client::new(&address, Some(&token));
        let title = format!("Under omstart {number}");
        acknowledged.push(drafts(&client, &title).await);
    }
    acknowledged
}

#[test]
#[ignore = "needs PostgreSQL"]
fn tables_are_made_once_by_whoever_comes_first() {
    let database = engine::Postgres::empty().expect("a server");
    let migrate = || {
        std::process::Command::new(BINARY)
            .args(["migrate", "up", "--service-role", "samsyn_service"])
            .args(["--database", &database.url("samsyn_owner")])
            .output()
            .expect("the binary runs")
    };
    let done = std::thread::scope(|scope| {
        let running: Vec<_> = (0..4).map(|_| scope.spawn(migrate)).collect();
        let done = running.into_iter().map(|run| run.join().expect("it ends"));
        done.collect::<Vec<_>>()
    });
    let mut made = 0;
    for one in &done {
        let problem = String::from_utf8_lossy(&one.stderr);
        assert!(one.status.success(), "{problem}");
        made += usize::from(String::from_utf8_lossy(&one.stdout).contains("applied m0001"));
    }
    assert_eq!(made, 1, "one of them makes the tables");
}
