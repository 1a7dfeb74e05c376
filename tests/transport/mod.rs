//! The traps of GraphQL over HTTP, against the real binary: what would end or hang the process is refused
//! before it is parsed, and the process goes on serving.

mod http;
mod origin;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Served, World};

/// A document that is refused with this code, quickly, by a process that then still serves.
async fn is_refused(document: String, variables: Value, code: &str) {
    let mut demo = Served::start();
    let client = demo.client("Älvsunda", "IT_MANAGER");
    let begun = Instant::now();
    let answer = client.send(&document, variables).await;
    assert_eq!(answer.code(), Some(code), "{:#}", answer.body);
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "it is refused quickly"
    );
    assert!(
        answer.body.get("data").is_none(),
        "a request that is refused has no data"
    );
    assert!(demo.is_alive());
    let viewer = client.ask("{ viewer { name } }", json!({})).await;
    assert!(viewer["viewer"]["name"].is_string());
}

#[tokio::test]
async fn four_kilobytes_of_nested_brackets_are_refused_before_parsing() {
    let document = format!(
        "{{ node(id: {}{}) {{ id }} }}",
        "[".repeat(2000),
        "]".repeat(2000)
    );
    is_refused(document, json!({}), "LIMIT_EXCEEDED").await;
}

#[tokio::test]
async fn nested_objects_are_refused_before_parsing() {
    let document = format!(
        "{{ node(id: {}1{}) {{ id }} }}",
        "{a:".repeat(2000),
        "}".repeat(2000)
    );
    is_refused(document, json!({}), "LIMIT_EXCEEDED").await;
}

#[tokio::test]
async fn fragments_that_double_are_refused_before_validation() {
    let mut document = "{ ...f0 }".to_owned();
    for index in 0..30 {
        document += &format!(
            " fragment f{index} on Query {{ ...f{next} ...f{next} }}",
            next = index + 1
        );
    }
    document += " fragment f30 on Query { viewer { name } }";
    is_refused(document, json!({}), "LIMIT_EXCEEDED").await;
}

#[tokio::test]
async fn a_mutation_over_get_is_not_carried_out() {
    let demo = Served::start();
    let client = demo.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let count = "{ evidence(first: 1) { totalCount } }";
    let before = client.ask(count, json!({})).await;
    let mutation = "mutation { draftEvidence(input: { kind: POLICY, title: \"Via GET\" }) { id } }";
    let mut url: reqwest::Url = demo.announcement.graphql.parse().expect("an address");
    url.query_pairs_mut().append_pair("query", mutation);
    let response = client.fetch(url.as_str(), &[]).await;
    assert_eq!(response.status(), 405);
    assert_eq!(client.ask(count, json!({})).await, before);
}

#[tokio::test]
async fn an_object_of_which_nothing_is_asked_is_an_object_all_the_same() {
    let world = World::open().await;
    let token = &world.actor("Älvsunda", "IT_MANAGER").token;
    for (document, told) in [
        ("{ viewer { name @skip(if: true) } }", r#"{"viewer":{}}"#),
        ("{ viewer @include(if: false) { name } }", "{}"),
        (
            "{ viewer { organisation { ... @skip(if: true) { id } } } }",
            r#"{"viewer":{"organisation":{}}}"#,
        ),
        (
            "{ viewer { __present: organisation @include(if: true) { kind } } }",
            r#"{"viewer":{"__present":{"kind":"MUNICIPALITY"}}}"#,
        ),
    ] {
        let answer = world.send(Some(token), document, json!({})).await;
        assert_eq!(answer.data(document).to_string(), told);
    }
}
