//! Steps 7 and 8: an integration of narrow scope, and the proof that nothing was altered.

use std::{collections::BTreeSet, process::Command};

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::Stage;
use crate::harness::{BINARY, Client, given::in_days};

pub async fn reads_all_open_items_page_by_page_and_follows_events(stage: &Stage) {
    let administrator = stage.demo.client("Älvsunda", "ADMINISTRATOR");
    let input = json!({ "name": "Servicedesk", "scopes": ["ACTION_ITEM_READ"], "roles": [{ "role": "READER" }],
        "expiresAt": format!("{}T00:00:00Z", in_days(90)) });
    let made = administrator
        .does("createIntegrationToken", input, "{ secret }")
        .await;
    let integration = stage
        .demo
        .client_with(made["secret"].as_str().expect("a token"));

    let document = "query($after: String) { actionItems(filter: { open: true }, first: 10, after: $after) \
        { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }";
    let (mut seen, mut after) = (BTreeSet::new(), Value::Null);
    let total = loop {
        let data = integration.ask(document, json!({ "after": after })).await;
        let page = &data["actionItems"];
        for node in page["nodes"].as_array().expect("nodes") {
            assert!(seen.insert(node["id"].to_string()), "no item comes twice");
        }
        if page["pageInfo"]["hasNextPage"] == false {
            break page["totalCount"].clone();
        }
        after = page["pageInfo"]["endCursor"].clone();
    };
    assert_eq!(json!(seen.len()), total, "and none is left out");
    assert!(seen.len() > 10, "there is more than a page: {}", seen.len());

    for refused in [
        "{ submissions { totalCount } }",
        "{ risks { totalCount } }",
        "{ meetings { totalCount } }",
    ] {
        assert_eq!(
            integration.send(refused, json!({})).await.code(),
            Some("FORBIDDEN"),
            "{refused}"
        );
    }
    follows_events(stage, &integration).await;
}

async fn follows_events(stage: &Stage, integration: &Client) {
    let document = "query($after: String) { events(first: 100, after: $after) \
        { nodes { position event { topic subject { id } } } pageInfo { hasNextPage endCursor } } }";
    let (mut last, mut after) = (0, Value::Null);
    loop {
        let data = integration.ask(document, json!({ "after": after })).await;
        for entry in data["events"]["nodes"].as_array().expect("entries") {
            let position = entry["position"].as_i64().expect("a position");
            assert!(position > last, "in order");
            last = position;
            let topic = entry["event"]["topic"].as_str().expect("a topic");
            assert!(
                matches!(topic, "ACTION_ITEM" | "DIRECTORY"),
                "a token is told only of what it may read: {topic}"
            );
        }
        if !data["events"]["pageInfo"]["endCursor"].is_null() {
            after = data["events"]["pageInfo"]["endCursor"].clone();
        }
        if data["events"]["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    let open = "{ actionItems(filter: { open: true }, first: 1) { nodes { id } } }";
    let item = stage
        .first(integration, open, "/actionItems/nodes/0/id")
        .await;
    let remark = json!({ "actionItemId": item, "body": "Hur går det?", "audience": "SHARED" });
    stage
        .it_manager
        .does("commentOnActionItem", remark, "{ id }")
        .await;
    let news = integration.ask(document, json!({ "after": after })).await;
    let entries = news["events"]["nodes"].as_array().expect("entries");
    assert_eq!(entries.len(), 1, "what is new comes once: {entries:#?}");
}

pub async fn the_ledger_is_whole_until_somebody_alters_it(mut stage: Stage) {
    stage.demo.stop();
    let verify = || {
        Command::new(BINARY)
            .args(["verify-ledger", "--database"])
            .arg(stage.demo.folder.records.url())
            .output()
            .expect("the binary runs")
    };
    let whole = verify();
    assert!(
        whole.status.success(),
        "{}",
        String::from_utf8_lossy(&whole.stderr)
    );

    let database = stage.demo.folder.records.by_hand().await;
    let altered = "UPDATE event SET action = 'submission.approved' WHERE id = (SELECT event_id FROM ledger_seal WHERE sequence = 100)";
    database
        .execute_unprepared(altered)
        .await
        .expect("somebody alters a row");
    database.close().await.expect("it closes");

    let broken = verify();
    assert_eq!(broken.status.code(), Some(1));
    let said = String::from_utf8_lossy(&broken.stderr).into_owned();
    assert!(said.contains("broken at event 100 (evt_"), "{said}");
}
