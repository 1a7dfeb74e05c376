//! A mutation that is sent again with its key is carried out once.

use serde_json::{Value, json};

use crate::harness::{Answer, Client, World, mutation_document};

async fn with_key(
    who: &Client,
    key: &str,
    mutation: &str,
    input: Value,
    selection: &str,
) -> Answer {
    let document = mutation_document(mutation, selection);
    who.send_with(
        &document,
        json!({ "input": input }),
        &[("Idempotency-Key", key)],
    )
    .await
}

fn a_policy(title: &str) -> Value {
    json!({ "kind": "POLICY", "title": title })
}

#[tokio::test]
async fn a_repeated_mutation_happens_once_and_is_answered_alike() {
    let world = World::open().await;
    let supplier = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let before = supplier.counts("evidence", "{}").await;
    let draft = a_policy("En gång");
    let first = with_key(&supplier, "k-1", "draftEvidence", draft.clone(), "{ id }").await;
    let again = with_key(&supplier, "k-1", "draftEvidence", draft, "{ id }").await;
    assert_eq!(first.data("the first"), again.data("the second"));
    assert!(first.headers.get("idempotency-replayed").is_none());
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(supplier.counts("evidence", "{}").await, before + 1);
}

#[tokio::test]
async fn the_same_key_with_other_content_is_refused() {
    let world = World::open().await;
    let supplier = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    with_key(&supplier, "k-2", "draftEvidence", a_policy("Ett"), "{ id }").await;
    let other = with_key(
        &supplier,
        "k-2",
        "draftEvidence",
        a_policy("Ett annat"),
        "{ id }",
    )
    .await;
    assert_eq!(other.code(), Some("IDEMPOTENCY_KEY_REUSED"));
    assert_eq!(
        supplier
            .counts("evidence", "{ titleContains: \"Ett annat\" }")
            .await,
        0
    );
}

#[tokio::test]
async fn a_key_is_its_tokens_own() {
    let world = World::open().await;
    let one = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let other = world.client("Klientverket", "SUPPLIER_CONTRIBUTOR");
    let first = with_key(&one, "k-3", "draftEvidence", a_policy("Samma"), "{ id }").await;
    let second = with_key(&other, "k-3", "draftEvidence", a_policy("Samma"), "{ id }").await;
    assert_ne!(
        first.data("one")["draftEvidence"],
        second.data("other")["draftEvidence"]
    );
}

#[tokio::test]
async fn a_refused_mutation_does_not_spend_its_key() {
    let world = World::open().await;
    let supplier = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let refused = with_key(&supplier, "k-4", "draftEvidence", a_policy(""), "{ id }").await;
    assert_eq!(refused.code(), Some("INVALID_INPUT"));
    let mended = with_key(
        &supplier,
        "k-4",
        "draftEvidence",
        a_policy("Rätt"),
        "{ title }",
    )
    .await;
    assert_eq!(mended.data("mended")["draftEvidence"]["title"], "Rätt");
}

#[tokio::test]
async fn an_answer_that_showed_a_secret_is_not_kept() {
    let world = World::open().await;
    let manager = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let expires = chrono::Utc::now() + chrono::TimeDelta::days(1);
    let input = json!({ "name": "prov", "scopes": ["EVIDENCE_READ"], "expiresAt": expires });
    let first = with_key(
        &manager,
        "k-5",
        "createApiToken",
        input.clone(),
        "{ secret }",
    )
    .await;
    let token = first.data("first")["createApiToken"]["secret"].clone();
    let again = with_key(&manager, "k-5", "createApiToken", input, "{ secret }").await;
    assert_eq!(again.code(), Some("IDEMPOTENCY_SECRET_SHOWN"));
    let secret = token.as_str().expect("a token");
    assert!(
        !world.folder.records.hold(secret).await,
        "the secret is kept nowhere"
    );
    assert!(world.folder.records.hold("k-5").await, "and the rest is");
}
