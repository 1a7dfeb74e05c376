//! Every subscription as every actor of the world: what is delivered is what the actor may see.

use std::time::Duration;

use async_graphql::Request;
use futures::StreamExt;
use samsyn::access::Session;
use serde_json::{Value, json};

use super::{oracle::Oracle, walk::ids};
use crate::harness::World;

/// How long a stream is silent before it has delivered what there is.
const SILENCE: Duration = Duration::from_millis(300);

/// The subscriptions, each with a document that replays what has happened, and one that reads the same
/// records. A new one needs its line.
const CASES: &[(&str, &str, &str)] = &[
    (
        "events",
        "subscription { events(after: 0) { position event { id organisation { id } person { id } subject { id } } } }",
        "{ events(first: 1) { totalCount } }",
    ),
    (
        "actionItemChanged",
        "subscription { actionItemChanged(after: 0) { position event { id organisation { id } person { id } } \
            actionItem { id forum { id } assigneeOrganisation { id } assignee { id } evidence { id } } } }",
        "{ actionItems(first: 1) { totalCount } }",
    ),
    (
        "submissionChanged",
        "subscription { submissionChanged(after: 0) { position event { id organisation { id } person { id } } \
            submission { id customer { id } supplier { id } agreement { id } } } }",
        "{ submissions(first: 1) { totalCount } }",
    ),
];

#[tokio::test]
async fn every_subscription_has_a_case() {
    let world = World::open().await;
    let document = "{ __schema { subscriptionType { fields { name } } } }";
    let data = world
        .send(None, document, json!({}))
        .await
        .data("introspection");
    let fields = data["__schema"]["subscriptionType"]["fields"]
        .as_array()
        .expect("fields")
        .clone();
    let names: Vec<_> = fields
        .iter()
        .filter_map(|field| field["name"].as_str())
        .collect();
    let cases: Vec<_> = CASES.iter().map(|(name, ..)| *name).collect();
    assert_eq!(names, cases);
}

/// Everything that a subscription delivers until it is silent.
async fn delivered(world: &World, token: Option<&str>, document: &str) -> Vec<Value> {
    let actor = match token {
        Some(token) => Some(
            world
                .door
                .authenticate(token)
                .await
                .expect("a token of the world"),
        ),
        None => None,
    };
    let request = Request::new(document).data(Session::new(world.door.clone(), actor));
    let mut stream = Box::pin(world.schema.execute_stream(request));
    let mut all = Vec::new();
    while let Ok(Some(response)) = tokio::time::timeout(SILENCE, stream.next()).await {
        all.push(serde_json::to_value(response).expect("a response is JSON"));
    }
    all
}

#[tokio::test]
async fn what_is_delivered_is_what_the_organisation_sees() {
    let world = World::open().await;
    let oracle = Oracle::of(&world.folder.records).await;
    let mut seen = 0;
    for actor in &world.actors {
        let home = oracle.organisation(&actor.organisation);
        for (name, document, read) in CASES {
            let answer = world.send(Some(&actor.token), read, json!({})).await;
            let forbidden = answer.code() == Some("FORBIDDEN");
            for response in delivered(&world, Some(&actor.token), document).await {
                if forbidden {
                    let message = &response["errors"][0]["message"];
                    assert!(
                        response["data"].is_null() && message == answer.message(),
                        "{response:#}"
                    );
                    continue;
                }
                assert!(
                    response["errors"].is_null(),
                    "{name} as {}: {response:#}",
                    actor.name
                );
                let mut found = Vec::new();
                ids(&response, &mut found);
                for id in found {
                    assert!(
                        oracle.seen_by[&id].contains(&home),
                        "{name} delivers {id} to {}",
                        actor.organisation
                    );
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 1000, "much was delivered: {seen}");
}

#[tokio::test]
async fn without_a_token_nothing_is_delivered() {
    let world = World::open().await;
    for (name, document, _) in CASES {
        let responses = delivered(&world, None, document).await;
        assert_eq!(responses.len(), 1, "{name}");
        assert!(responses[0]["data"].is_null(), "{name}: {:#}", responses[0]);
    }
}
