//! What people keep for themselves: saved views and what is new to them, seen and changed by nobody else.

use samsyn::access::TokenScope;
use serde_json::{Value, json};

use crate::harness::{Client, World};

const VIEWS: &str = "{ viewer { savedViews { id name page query version createdAt updatedAt } } }";
const NEW: &str = "{ viewer { unseenEvents { count latestPosition } } }";

async fn views(who: &Client) -> Vec<Value> {
    let data = who.ask(VIEWS, json!({})).await;
    data["viewer"]["savedViews"]
        .as_array()
        .expect("views")
        .clone()
}

async fn saves(who: &Client, name: &str, query: &str) -> Value {
    let input = json!({ "name": name, "page": "risks", "query": query });
    who.does("saveView", input, "{ id name query version }")
        .await
}

#[tokio::test]
async fn a_view_is_saved_replaced_and_removed_by_its_person() {
    let world = World::open().await;
    let anna = world.client("Älvsunda", "IT_MANAGER");
    assert_eq!(views(&anna).await, [Value::Null; 0]);
    let high = saves(&anna, "Höga risker", "?level=HIGH").await;
    saves(&anna, "Akuta", "?level=CRITICAL").await;
    let again = saves(&anna, "Höga risker", "?level=HIGH&open=true").await;
    assert_eq!((&again["id"], &again["version"]), (&high["id"], &json!(2)));
    let input = json!({ "name": "Höga risker", "page": "actions", "query": "?" });
    let other_page = anna.does("saveView", input, "{ id }").await;
    let listed: Vec<_> = views(&anna)
        .await
        .iter()
        .map(|view| format!("{} {} {}", view["page"], view["name"], view["query"]))
        .collect();
    assert_eq!(
        listed,
        [
            r#""actions" "Höga risker" "?""#,
            r#""risks" "Akuta" "?level=CRITICAL""#,
            r#""risks" "Höga risker" "?level=HIGH&open=true""#,
        ]
    );
    let read = anna.reads(&high["id"], "... on SavedView { name }").await;
    assert_eq!(read["name"], "Höga risker");
    let outdated = json!({ "id": high["id"], "expectedVersion": 1 });
    assert_eq!(
        anna.is_refused("removeSavedView", outdated).await,
        "CONFLICT"
    );
    for id in [&high["id"], &other_page["id"]] {
        anna.does("removeSavedView", json!({ "id": id }), "{ name }")
            .await;
        assert!(!anna.finds(id).await);
        let code = anna
            .is_refused("removeSavedView", json!({ "id": id }))
            .await;
        assert_eq!(code, "NOT_FOUND");
    }
    assert_eq!(views(&anna).await.len(), 1);
    for (field, value) in [
        ("name", "".to_owned()),
        ("name", "x".repeat(101)),
        ("page", " ".to_owned()),
        ("query", "x".repeat(4001)),
    ] {
        let mut input = json!({ "name": "n", "page": "p", "query": "q" });
        input[field] = json!(value);
        assert_eq!(
            anna.is_refused("saveView", input).await,
            "INVALID_INPUT",
            "{field}"
        );
    }
}

#[tokio::test]
async fn nobody_else_sees_or_changes_a_view_and_no_event_tells_of_it() {
    let world = World::open().await;
    let anna = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let before = world.client("Bältespännar", "ADMINISTRATOR").news().await;
    let view = saves(&anna, "Hemlig vy om uppköpet", "?q=uppkop").await;
    for (organisation, role) in [
        ("Bältespännar", "SUPPLIER_CONTRIBUTOR"),
        ("Bältespännar", "ADMINISTRATOR"),
        ("Älvsunda", "IT_MANAGER"),
        ("Klientverket", "SUPPLIER_MANAGER"),
    ] {
        let other = world.client(organisation, role);
        assert_eq!(
            views(&other).await,
            [Value::Null; 0],
            "{organisation} {role}"
        );
        assert!(!other.finds(&view["id"]).await);
        let code = other
            .is_refused("removeSavedView", json!({ "id": view["id"] }))
            .await;
        assert_eq!(code, "NOT_FOUND");
        // One of the same name is one's own.
        saves(&other, "Hemlig vy om uppköpet", "?").await;
    }
    assert_eq!(views(&anna).await[0]["query"], "?q=uppkop");
    let after = world.client("Bältespännar", "ADMINISTRATOR").news().await;
    assert_eq!(before, after);
    for mutation in ["saveView", "removeSavedView", "markEventsSeen"] {
        let input = match mutation {
            "saveView" => json!({ "name": "n", "page": "p", "query": "q" }),
            "removeSavedView" => json!({ "id": view["id"] }),
            _ => json!({ "position": 1 }),
        };
        let code = world.anonymous().is_refused(mutation, input).await;
        assert_eq!(code, "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn an_integration_keeps_nothing_and_is_told_so() {
    let world = World::open().await;
    let scope = TokenScope::AdministrationWrite;
    let token = world.machine("Älvsunda", "IT_MANAGER", scope).await;
    let machine = world.client_with(&token);
    assert_eq!(views(&machine).await, [Value::Null; 0]);
    let data = machine.ask(NEW, json!({})).await;
    assert_eq!(data["viewer"]["unseenEvents"], Value::Null);
    for (mutation, input) in [
        (
            "saveView",
            json!({ "name": "n", "page": "p", "query": "q" }),
        ),
        ("markEventsSeen", json!({ "position": 1 })),
    ] {
        let answer = machine.tries(mutation, input, "{ __typename }").await;
        assert_eq!(answer.code(), Some("FORBIDDEN"));
        assert!(
            answer.message().contains("by a person"),
            "{}",
            answer.message()
        );
    }
}

#[tokio::test]
async fn no_more_views_are_kept_than_a_person_looks_through() {
    let world = World::open().await;
    let anna = world.client("Älvsunda", "IT_MANAGER");
    for number in 0..100 {
        saves(&anna, &format!("vy {number}"), "?").await;
    }
    let input = json!({ "name": "en till", "page": "risks", "query": "?" });
    assert_eq!(anna.is_refused("saveView", input).await, "INVALID_STATE");
    saves(&anna, "vy 7", "?again").await;
    assert_eq!(views(&anna).await.len(), 100);
}

async fn new(who: &Client) -> (i64, Value) {
    let data = who.ask(NEW, json!({})).await;
    let new = &data["viewer"]["unseenEvents"];
    let count = new["count"].as_i64().expect("a number");
    (count, new["latestPosition"].clone())
}

async fn marks(who: &Client, position: impl Into<Value>) -> i64 {
    let input = json!({ "position": position.into() });
    let marked = who.does("markEventsSeen", input, "{ count }").await;
    marked["count"].as_i64().expect("a number")
}

async fn drafts(who: &Client, title: &str) -> Value {
    let input = json!({ "kind": "POLICY", "title": title });
    who.does("draftEvidence", input, "{ id }").await
}

#[tokio::test]
async fn what_others_have_done_since_one_looked_is_new() {
    let world = World::open().await;
    let anna = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let bo = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let (count, latest) = new(&anna).await;
    assert!((1..=100).contains(&count), "{count}");
    assert_eq!(marks(&anna, latest.clone()).await, 0);
    assert_eq!(new(&anna).await, (0, Value::Null));
    // One's own work is not new, a colleague's is.
    drafts(&anna, "min egen").await;
    assert_eq!(new(&anna).await.0, 0);
    drafts(&bo, "en annans").await;
    let (count, first) = new(&anna).await;
    assert_eq!(count, 1);
    assert!(first.as_i64() > latest.as_i64());
    drafts(&bo, "en till").await;
    let (count, second) = new(&anna).await;
    assert_eq!(count, 2);
    // Marks go forwards alone, and not beyond what there is.
    assert_eq!(marks(&anna, first.clone()).await, 1);
    assert_eq!(marks(&anna, 0).await, 1);
    assert_eq!(marks(&anna, 9_007_199_254_740_991_i64).await, 0);
    drafts(&bo, "därefter").await;
    assert_eq!(new(&anna).await.0, 1);
    assert!(second.as_i64() > first.as_i64());
    let input = json!({ "position": -1 });
    assert_eq!(
        anna.is_refused("markEventsSeen", input).await,
        "INVALID_INPUT"
    );
    // Colleagues look for themselves.
    assert!(new(&bo).await.0 > 1);
}

#[tokio::test]
async fn what_one_may_not_read_is_not_new() {
    let world = World::open().await;
    let bo = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let others = [
        ("Bältespännar", "ADMINISTRATOR"),
        ("Älvsunda", "IT_MANAGER"),
        ("Klientverket", "SUPPLIER_MANAGER"),
    ];
    let mut looked = Vec::new();
    for (organisation, role) in others {
        let other = world.client(organisation, role);
        let (_, latest) = new(&other).await;
        if latest.is_number() {
            marks(&other, latest).await;
        }
        assert_eq!(new(&other).await.0, 0, "{organisation}");
        looked.push(other);
    }
    drafts(&bo, "ett utkast").await;
    for other in &looked {
        assert_eq!(new(other).await, (0, Value::Null));
    }
    // A token that reads of nothing but risks is told of nothing else.
    let anna = world
        .actor("Bältespännar", "SUPPLIER_MANAGER")
        .token
        .clone();
    let expires = chrono::Utc::now() + chrono::TimeDelta::days(1);
    let input = json!({ "name": "n", "scopes": ["RISK_READ"], "expiresAt": expires });
    let made = world
        .does(&anna, "createApiToken", input, "{ secret }")
        .await;
    let narrow = world.client_with(made["secret"].as_str().expect("a secret"));
    let (_, latest) = new(&world.client_with(&anna)).await;
    let before = new(&narrow).await;
    drafts(&bo, "ett utkast till").await;
    assert_eq!(new(&narrow).await, before);
    assert_ne!(new(&world.client_with(&anna)).await.1, latest);
}

#[tokio::test]
async fn the_bell_costs_one_statement() {
    let world = World::open().await;
    for (organisation, role) in [("Älvsunda", "IT_MANAGER"), ("Fjällnära", "SUPPLIER_READER")] {
        let token = world.actor(organisation, role).token.clone();
        let (_, cost) = world.measure(&token, NEW, json!({})).await;
        assert_eq!(cost, 1, "{organisation}");
    }
}
