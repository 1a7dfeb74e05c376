//! What a collector is told: how a request went, down to its statements, and how the service is doing; and
//! that none of it tells what a request brought.

mod collector;

use std::{collections::BTreeSet, fs, path::Path};

use collector::{Collector, Told};
use serde_json::json;

use crate::harness::{Client, Folder, Replica, given, replica::token};

/// A trace that a caller has begun.
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// What is in a variable, a title, an id: in nothing that is told.
const SECRET: &str = "Hemligheten om brandväggen";

/// What a service tells while this goes on.
async fn told_of(work: impl AsyncFnOnce(&Replica, &Folder)) -> Told {
    let collector = Collector::start().await;
    let folder = Folder::copy();
    let endpoint = collector.endpoint.clone();
    let settings = [
        ("SAMSYN_TELEMETRY__ENDPOINT", &*endpoint),
        ("SAMSYN_TELEMETRY__INTERVAL", "1s"),
    ];
    let mut replica = Replica::start(&folder, &settings).await;
    work(&replica, &folder).await;
    replica.is_told_to_stop();
    // It sends the rest before it ends, and the collector must be able to take it.
    tokio::task::spawn_blocking(move || replica.ends())
        .await
        .expect("it ends");
    collector.told()
}

fn supplier(replica: &Replica, folder: &Folder) -> Client {
    replica.client(&token(folder, "Bältespännar", "SUPPLIER_CONTRIBUTOR"))
}

#[tokio::test]
async fn a_trace_goes_from_the_caller_down_to_the_statements() {
    let document = "query Mine($title: String!) { evidence(first: 2, filter: { titleContains: $title }) { nodes { title owner { name } } } }";
    let mut answered = None;
    let told = told_of(async |replica, folder| {
        let client = supplier(replica, folder);
        let parent = format!("00-{TRACE}-{PARENT}-01");
        let found = client
            .send_with(
                document,
                json!({ "title": "a" }),
                &[("traceparent", &parent)],
            )
            .await;
        found.data(document);
        answered = Some(
            found.headers["traceresponse"]
                .to_str()
                .expect("text")
                .to_owned(),
        );
    })
    .await;

    let trace: Vec<_> = told
        .spans
        .iter()
        .filter(|span| span.trace == TRACE)
        .collect();
    let named = |name: &str| {
        let found = trace.iter().find(|span| span.name == name);
        *found.unwrap_or_else(|| panic!("there is a span {name}: {trace:#?}"))
    };
    let request = named("POST /graphql");
    assert_eq!(request.parent, PARENT);
    assert_eq!(request.has("http.request.method"), "POST");
    assert_eq!(request.has("http.route"), "/graphql");
    assert_eq!(request.has("http.response.status_code"), "200");
    assert_eq!(answered, Some(format!("00-{TRACE}-{}-01", request.id)));
    let operation = named("query");
    assert_eq!(operation.parent, request.id);
    assert_eq!(operation.has("graphql.operation.type"), "query");
    assert_eq!(operation.has("graphql.operation.name"), "Mine");
    let list = named("evidence");
    assert_eq!(list.parent, operation.id);
    let relation = named("evidence.owner_id");
    assert_eq!(relation.parent, operation.id);
    for group in [list, relation] {
        let statement = trace
            .iter()
            .find(|span| span.parent == group.id)
            .unwrap_or_else(|| panic!("{} has a statement", group.name));
        assert_eq!(statement.has("db.operation"), "SELECT");
        assert!(statement.has("db.statement").contains("FROM"));
    }
}

#[tokio::test]
async fn nothing_is_told_of_what_a_request_brings() {
    let mut brought = vec![SECRET.to_owned()];
    let told = told_of(async |replica, folder| {
        let client = supplier(replica, folder);
        let evidence = given::evidence(&client, SECRET).await;
        brought.push(evidence["id"].as_str().expect("an id").to_owned());
        brought.push(token(folder, "Bältespännar", "SUPPLIER_CONTRIBUTOR"));
        // Refused, by the rules and by the database alike.
        let wrong = json!({ "kind": "POLICY", "title": format!("{SECRET}\0") });
        client.is_refused("draftEvidence", wrong).await;
        client
            .send(
                &format!("{{ evidence(filter: {{ titleContains: \"{SECRET}\" }}) {{ nope }} }}"),
                json!({}),
            )
            .await;
    })
    .await;

    assert!(!told.spans.is_empty() && !told.metrics.is_empty() && !told.log.is_empty());
    for secret in brought {
        let found = told.raw.iter().find(|body| {
            body.windows(secret.len())
                .any(|part| part == secret.as_bytes())
        });
        assert!(found.is_none(), "{secret} is told");
    }
}

#[tokio::test]
async fn the_log_belongs_to_its_trace() {
    let told = told_of(async |replica, folder| {
        let parent = format!("00-{TRACE}-{PARENT}-01");
        supplier(replica, folder)
            .send_with(
                "{ viewer { name } }",
                json!({}),
                &[("traceparent", &parent)],
            )
            .await;
    })
    .await;
    let named = |text: &str| {
        let found = told.log.iter().find(|line| line.text == text);
        found.unwrap_or_else(|| panic!("there is a line {text}: {:?}", told.log))
    };
    assert_eq!(named("serving").trace, "");
    assert_eq!(named("answered").trace, TRACE);
}

#[tokio::test]
async fn every_figure_is_told_and_is_the_one_that_dashboards_read() {
    let told = told_of(async |replica, folder| {
        let client = supplier(replica, folder);
        given::evidence(&client, "Med en fil").await;
        client.send("{ nope }", json!({})).await;
        let token = token(folder, "Bältespännar", "SUPPLIER_CONTRIBUTOR");
        let followed = ("subscription { events { position } }", json!({}));
        let _following = crate::harness::Following::start(
            crate::harness::Way::Events,
            &replica.graphql(),
            &token,
            followed,
        )
        .await;
        tokio::time::sleep(std::time::Duration::from_millis(2500)).await;
    })
    .await;

    let meters =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/telemetry/meters.rs"));
    let meters = meters.expect("the source");
    let made: BTreeSet<&str> = meters
        .split("_histogram(\"")
        .flat_map(|part| part.split("_counter(\""))
        .flat_map(|part| part.split("_gauge(\""))
        .skip(1)
        .filter_map(|part| part.split_once('"'))
        .map(|(name, _)| name)
        .collect();
    assert!(made.len() > 8, "{made:?}");
    let told: BTreeSet<&str> = told.metrics.iter().map(String::as_str).collect();
    // There is no Redis here.
    let missing: Vec<_> = made
        .iter()
        .filter(|name| !told.contains(**name) && **name != "samsyn.bus.connected")
        .collect();
    assert!(missing.is_empty(), "not told: {missing:?}; told: {told:?}");
}

#[tokio::test]
async fn a_collector_that_is_away_costs_no_request() {
    let folder = Folder::copy();
    // Nobody listens there.
    let settings = [("SAMSYN_TELEMETRY__ENDPOINT", "http://127.0.0.1:9")];
    let mut replica = Replica::start(&folder, &settings).await;
    let client = supplier(&replica, &folder);
    for _ in 0..5 {
        client.ask("{ viewer { name } }", json!({})).await;
    }
    replica.is_told_to_stop();
    tokio::task::spawn_blocking(move || replica.ends())
        .await
        .expect("it ends");
}
