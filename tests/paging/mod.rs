//! Pages: nothing skipped, nothing twice, whatever happens between them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{Client, World};

const PAGE: &str = "query($first: Int, $after: String, $order: EvidenceOrder) { evidence(first: $first, after: $after, order: $order) \
    { totalCount nodes { id title } pageInfo { hasNextPage endCursor } } }";

async fn page(who: &Client, variables: Value) -> Value {
    who.ask(PAGE, variables).await["evidence"].clone()
}

fn ids(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().expect("nodes");
    nodes.iter().map(|node| node["id"].to_string()).collect()
}

#[tokio::test]
async fn pages_do_not_shift_while_others_write() {
    let world = World::open().await;
    let supplier = world.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let order = json!({ "field": "TITLE", "direction": "ASC" });
    let mut page_of_three = page(&supplier, json!({ "first": 3, "order": order })).await;
    let mut seen: BTreeSet<String> = ids(&page_of_three).into_iter().collect();
    // It comes before everything that has been read, and must push nothing onto the next page.
    supplier
        .does(
            "draftEvidence",
            json!({ "kind": "POLICY", "title": "  A" }),
            "{ id }",
        )
        .await;
    while page_of_three["pageInfo"]["hasNextPage"] == true {
        let after = page_of_three["pageInfo"]["endCursor"].clone();
        page_of_three = page(
            &supplier,
            json!({ "first": 3, "after": after, "order": order }),
        )
        .await;
        for id in ids(&page_of_three) {
            assert!(seen.insert(id), "nothing comes twice");
        }
    }
    let total = page_of_three["totalCount"].as_u64().expect("a number");
    assert_eq!(
        seen.len() as u64,
        total - 1,
        "only what was written meanwhile is missing"
    );
}

#[tokio::test]
async fn every_order_reads_everything_once() {
    let world = World::open().await;
    let supplier = world.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    for field in ["CREATED_AT", "UPDATED_AT", "VALID_UNTIL", "TITLE"] {
        for direction in ["ASC", "DESC"] {
            let order = json!({ "field": field, "direction": direction });
            let (mut seen, mut after) = (BTreeSet::new(), Value::Null);
            let total = loop {
                let read = page(
                    &supplier,
                    json!({ "first": 4, "after": after, "order": order }),
                )
                .await;
                for id in ids(&read) {
                    assert!(seen.insert(id), "{field} {direction}: nothing comes twice");
                }
                if read["pageInfo"]["hasNextPage"] == false {
                    break read["totalCount"].as_u64();
                }
                after = read["pageInfo"]["endCursor"].clone();
            };
            assert_eq!(Some(seen.len() as u64), total, "{field} {direction}");
        }
    }
}

#[tokio::test]
async fn what_is_no_page_is_refused_with_what_would_be() {
    let world = World::open().await;
    let supplier = world.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let by_title = json!({ "field": "TITLE" });
    let first = page(&supplier, json!({ "first": 1, "order": by_title })).await;
    let cursor = first["pageInfo"]["endCursor"].clone();
    for variables in [
        json!({ "first": 101 }),
        json!({ "first": -1 }),
        json!({ "after": "nonsense" }),
        json!({ "after": cursor, "order": { "field": "CREATED_AT" } }),
    ] {
        let refused = supplier.send(PAGE, variables.clone()).await;
        assert_eq!(refused.code(), Some("INVALID_INPUT"), "{variables}");
    }
    assert!(ids(&page(&supplier, json!({ "first": 0 })).await).is_empty());
}
