//! What PostgreSQL may do to a transaction, and what the caller sees of it.

use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, TransactionTrait};
use serde_json::json;

use crate::harness::{
    Client, Records, World,
    given::{a_forum, a_meeting, an_action_item},
};

async fn superuser(world: &World) -> DatabaseConnection {
    let Records::Database(database) = &world.folder.records else {
        panic!("this test needs PostgreSQL: cargo run -p engines -- postgres -- COMMAND");
    };
    let mut options = ConnectOptions::new(database.url("postgres"));
    options.max_connections(1);
    Database::connect(options).await.expect("a connection")
}

/// Has the database give up the first transactions that add a remark.
async fn is_disturbed(world: &World, code: &str, times: u32) {
    let sql = format!(
        "CREATE SEQUENCE tries;
         CREATE FUNCTION disturb() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
            IF nextval('tries') <= {times} THEN RAISE EXCEPTION 'disturbed' USING ERRCODE = '{code}'; END IF;
            RETURN NEW;
         END $$;
         CREATE TRIGGER disturbed BEFORE INSERT ON comment FOR EACH ROW EXECUTE FUNCTION disturb();"
    );
    let db = superuser(world).await;
    db.execute_unprepared(&sql).await.expect("a trigger");
}

async fn remarks(who: &Client, item: &serde_json::Value, body: &str) -> crate::harness::Answer {
    let input = json!({ "actionItemId": item["id"], "body": body, "audience": "SHARED" });
    let selection = "{ body }";
    who.tries("commentOnActionItem", input, selection).await
}

async fn an_item(chair: &Client) -> serde_json::Value {
    let forum = a_forum(chair, "STRATEGIC", None, None, &["Klientverket"]).await;
    an_action_item(chair, &forum, "Klientverket", 30).await
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn what_others_disturbed_is_carried_out_again_and_once() {
    for code in ["40001", "40P01"] {
        let world = World::open().await;
        let chair = world.client("Älvsunda", "IT_MANAGER");
        let item = an_item(&chair).await;
        is_disturbed(&world, code, 2).await;
        let answer = remarks(&chair, &item, "En gång").await;
        assert_eq!(answer.code(), None, "{:#}", answer.body);
        let read =
            "query($id: ID!) { node(id: $id) { ... on ActionItem { comments { totalCount } } } }";
        let data = chair.ask(read, json!({ "id": item["id"] })).await;
        assert_eq!(data["node"]["comments"]["totalCount"], 1);
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn who_is_disturbed_without_end_is_told_to_come_back() {
    let world = World::open().await;
    let chair = world.client("Älvsunda", "IT_MANAGER");
    let item = an_item(&chair).await;
    is_disturbed(&world, "40001", 1000).await;
    let answer = remarks(&chair, &item, "Aldrig").await;
    assert_eq!(answer.code(), Some("TRY_AGAIN"), "{:#}", answer.body);
}

/// Somebody else holds what the mutation changes second, and then wants what it has changed first.
#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn of_two_that_wait_for_each_other_the_one_that_is_undone_begins_anew() {
    let world = World::open().await;
    let chair = world.client("Älvsunda", "IT_MANAGER");
    let forum = a_forum(&chair, "STRATEGIC", None, None, &[]).await;
    let meeting = a_meeting(&chair, &forum).await;
    let mut items = Vec::new();
    for title in ["Ett", "Två", "Tre"] {
        let input = json!({ "meetingId": meeting["id"], "title": title });
        items.push(chair.does("addAgendaItem", input, "{ id version }").await);
    }
    let uuid = |item: &serde_json::Value| {
        let id = item["id"].as_str().expect("an id");
        id.split_once('_').expect("a prefix").1.to_owned()
    };
    let db = superuser(&world).await;
    let other = db.begin().await.expect("a transaction");
    let hold = |item: String| format!("UPDATE agenda_item SET notes = 'x' WHERE id = '{item}'");
    other
        .execute_unprepared(&hold(uuid(&items[1])))
        .await
        .expect("it is held");
    let moved = async {
        let input = json!({
            "id": items[2]["id"], "expectedVersion": items[2]["version"], "position": 1,
        });
        chair.tries("updateAgendaItem", input, "{ position }").await
    };
    let others = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        for item in [&items[2], &items[0]] {
            // Whichever of the two the mutation has; the other waits for nobody.
            let _ = other.execute_unprepared(&hold(uuid(item))).await;
        }
        let _ = other.rollback().await;
    };
    let (answer, ()) = tokio::join!(moved, others);
    assert_eq!(answer.code(), None, "{:#}", answer.body);
}

#[tokio::test]
#[ignore = "needs PostgreSQL"]
async fn lost_connections_are_replaced() {
    let world = World::open().await;
    let chair = world.client("Älvsunda", "IT_MANAGER");
    let db = superuser(&world).await;
    for pause in [Duration::ZERO, Duration::from_millis(1200)] {
        chair.counts("forums", "{}").await;
        db.execute_unprepared(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND usename = 'samsyn_service'",
        )
        .await
        .expect("all are cut");
        tokio::time::sleep(pause).await;
        chair.counts("forums", "{}").await;
    }
}
