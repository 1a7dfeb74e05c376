//! Budgets: what callers may spend in a minute, what they are told of it, and that nobody spends or sees
//! what is another organisation's. The clock of these worlds stands still until it is moved.

use chrono::TimeDelta;
use futures::{SinkExt, StreamExt};
use samsyn::config::Limits;
use serde_json::{Value, json};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use crate::harness::{Answer, Client, World};

const DOCUMENT: &str = "{ viewer { organisation { name } } }";

/// A world with these budgets of a token and of an organisation.
async fn world(token: u64, organisation: u64) -> World {
    let world = World::open_with(|settings| {
        settings.limits = Limits {
            token_points_per_minute: token,
            organisation_points_per_minute: organisation,
            anonymous_points_per_minute: 10,
            ..Limits::default()
        };
    })
    .await;
    passes(&world, 0);
    world
}

/// Stops the clock so much later.
fn passes(world: &World, seconds: u64) {
    let clock = world.door.clock();
    let seconds = i64::try_from(seconds).expect("a few seconds");
    clock.set(clock.now() + TimeDelta::seconds(seconds));
}

fn cost(answer: &Answer) -> &Value {
    &answer.body["extensions"]["cost"]
}

fn remaining(answer: &Answer) -> u64 {
    let left = &cost(answer)["budget"]["remaining"];
    left.as_u64()
        .unwrap_or_else(|| panic!("a number: {:#}", answer.body))
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let value = answer.headers.get(name);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_else(|| panic!("the answer has the header {name}"))
}

async fn asks(client: &Client) -> Answer {
    client.send(DOCUMENT, json!({})).await
}

/// Asks until it is refused, and checks that each answer takes off what it says.
async fn exhausts(client: &Client) -> Answer {
    let mut before = None;
    for _ in 0..100 {
        let answer = asks(client).await;
        let left = remaining(&answer);
        if answer.status == 429 {
            assert_eq!(before.unwrap_or(left), left, "a refusal takes nothing");
            return answer;
        }
        answer.data(DOCUMENT);
        let requested = cost(&answer)["requested"].as_u64().expect("a number");
        assert!(requested > 0);
        if let Some(before) = before.replace(left) {
            assert_eq!(left, before - requested);
        }
    }
    panic!("the budget is never exhausted");
}

#[tokio::test]
async fn a_token_that_has_spent_its_budget_is_told_when_to_come_back() {
    let world = world(20, 1000).await;
    let client = world.client("Älvsunda", "IT_MANAGER");
    let refused = exhausts(&client).await;
    assert_eq!(refused.code(), Some("RATE_LIMITED"));
    assert!(refused.body.get("data").is_none());
    assert_eq!(refused.body["errors"].as_array().map(Vec::len), Some(1));
    let wait: u64 = header(&refused, "retry-after").parse().expect("seconds");
    assert_eq!(
        refused.body["errors"][0]["extensions"]["retryAfterSeconds"],
        wait
    );
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(refused.message().contains(&format!("{wait} s")));

    passes(&world, wait);
    asks(&client).await.data("after the wait");
    passes(&world, 60);
    let answer = asks(&client).await;
    let requested = cost(&answer)["requested"].as_u64().expect("a number");
    assert_eq!(remaining(&answer), 20 - requested, "it was full again");
}

#[tokio::test]
async fn header_and_extensions_tell_the_same() {
    let world = world(40, 1000).await;
    let client = world.client("Älvsunda", "IT_MANAGER");
    let first = asks(&client).await;
    for answer in [first, exhausts(&client).await] {
        let told = cost(&answer);
        assert_eq!(told["limit"], 10_000);
        let budget = &told["budget"];
        assert_eq!(
            (&budget["name"], &budget["limit"]),
            (&json!("token"), &json!(40))
        );
        let (left, reset) = (&budget["remaining"], &budget["resetSeconds"]);
        assert_eq!(
            header(&answer, "ratelimit-policy"),
            "\"token\";q=40;w=60, \"organisation\";q=1000;w=60"
        );
        let standing = header(&answer, "ratelimit");
        assert!(
            standing.starts_with(&format!(
                "\"token\";r={left};t={reset}, \"organisation\";r="
            )),
            "{standing}: {budget}"
        );
    }
}

#[tokio::test]
async fn the_tokens_of_an_organisation_share_a_budget_that_no_other_sees() {
    let world = world(30, 40).await;
    let (one, two) = (
        world.client("Älvsunda", "IT_MANAGER"),
        world.client("Älvsunda", "ADMINISTRATOR"),
    );
    let other = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let before = asks(&other).await;
    passes(&world, 60);

    assert_eq!(cost(&exhausts(&one).await)["budget"]["name"], "token");
    let refused = exhausts(&two).await;
    assert_eq!(cost(&refused)["budget"]["name"], "organisation");
    let own = header(&refused, "ratelimit").split(", ").next();
    assert!(
        !own.unwrap_or_default().contains("r=0;"),
        "its own budget is not spent: {own:?}"
    );

    let after = asks(&other).await;
    assert_eq!(after.body, before.body);
    for name in ["ratelimit", "ratelimit-policy"] {
        assert_eq!(header(&after, name), header(&before, name));
    }
}

#[tokio::test]
async fn callers_without_a_token_share_a_small_budget_and_spend_no_other() {
    let world = world(100, 1000).await;
    let nobody = Client::new(&format!("{}graphql", world.base), None);
    let mut spent = 0;
    let refused = loop {
        let answer = nobody.send("{ __typename }", json!({})).await;
        assert_eq!(cost(&answer)["budget"]["name"], "anonymous");
        if answer.status == 429 {
            break answer;
        }
        spent += cost(&answer)["requested"].as_u64().expect("a number");
    };
    assert_eq!(refused.code(), Some("RATE_LIMITED"));
    assert!(spent <= 10, "{spent}");
    let known = world.client("Älvsunda", "IT_MANAGER");
    asks(&known).await.data("a token has its own budget");
    let invented = world.client_with("samsyn_invented");
    assert_eq!(asks(&invented).await.code(), Some("UNAUTHENTICATED"));
}

#[tokio::test]
async fn callers_without_a_token_are_told_apart_by_what_a_trusted_proxy_tells() {
    let world = World::open_with(|settings| {
        settings.server.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
        settings.limits = Limits {
            anonymous_points_per_minute: 1,
            ..Limits::default()
        };
    })
    .await;
    passes(&world, 0);
    for (told, status) in [
        ("203.0.113.7", 200),
        ("203.0.113.7", 429),
        ("203.0.113.8", 200),
    ] {
        let headers = [("x-forwarded-for", told)];
        let nobody = world.anonymous();
        let answer = nobody
            .send_with("{ __typename }", json!({}), &headers)
            .await;
        assert_eq!(answer.status, status, "{told}");
    }
}

#[tokio::test]
async fn what_costs_more_than_the_whole_budget_is_served_when_it_is_full() {
    let world = world(1, 1000).await;
    let client = world.client("Älvsunda", "IT_MANAGER");
    asks(&client).await.data("a full budget is enough");
    assert_eq!(header(&asks(&client).await, "retry-after"), "60");
    passes(&world, 59);
    assert_eq!(header(&asks(&client).await, "retry-after"), "1");
    passes(&world, 1);
    asks(&client).await.data("it is full again");
}

#[tokio::test]
async fn what_is_refused_for_its_document_costs_nothing() {
    let world = world(20, 1000).await;
    let client = world.client("Älvsunda", "IT_MANAGER");
    let before = remaining(&asks(&client).await);
    for document in [
        "{ viewer",
        "query A { viewer { name } } query B { viewer { name } }",
    ] {
        let answer = client.send(document, json!({})).await;
        assert!(answer.code().is_some());
    }
    let after = asks(&client).await;
    let requested = cost(&after)["requested"].as_u64().expect("a number");
    assert_eq!(remaining(&after), before - requested);
}

#[tokio::test]
async fn a_repeated_answer_is_the_first_one_and_its_header_tells_of_now() {
    let world = world(1000, 10_000).await;
    let client = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let mutation = "mutation { draftEvidence(input: { kind: POLICY, title: \"En gång\" }) { id } }";
    let key = [("idempotency-key", "budget")];
    let first = client.send_with(mutation, json!({}), &key).await;
    first.data("the mutation");
    let again = client.send_with(mutation, json!({}), &key).await;
    assert_eq!(header(&again, "idempotency-replayed"), "true");
    assert_eq!(again.body, first.body);
    assert_ne!(header(&again, "ratelimit"), header(&first, "ratelimit"));
}

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

async fn connected(world: &World, token: &str) -> Socket {
    let url = format!("{}graphql/ws", world.base.replacen("http", "ws", 1));
    let mut request = url.into_client_request().expect("a request");
    let protocol = "graphql-transport-ws".parse().expect("a header");
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    let (mut socket, _) = connect_async(request).await.expect("the socket opens");
    let init = json!({ "type": "connection_init", "payload": { "token": token } });
    says(&mut socket, init).await;
    assert_eq!(heard(&mut socket).await["type"], "connection_ack");
    socket
}

async fn says(socket: &mut Socket, message: Value) {
    let text = Message::text(message.to_string());
    socket.send(text).await.expect("the socket is open");
}

async fn heard(socket: &mut Socket) -> Value {
    loop {
        match socket.next().await.expect("the socket is open") {
            Ok(Message::Text(text)) => return serde_json::from_str(&text).expect("JSON"),
            Ok(Message::Ping(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// The first message that answers an operation.
async fn asks_by(socket: &mut Socket, document: &str) -> Value {
    says(
        socket,
        json!({ "type": "subscribe", "id": "1", "payload": { "query": document } }),
    )
    .await;
    let answer = heard(socket).await;
    if answer["type"] == "next" {
        assert_eq!(heard(socket).await["type"], "complete");
    }
    answer
}

#[tokio::test]
async fn a_socket_spends_the_budget_of_its_token_and_survives_its_end() {
    let world = world(20, 1000).await;
    let token = &world.actor("Älvsunda", "IT_MANAGER").token;
    let mut socket = connected(&world, token).await;
    let mut least = 20;
    let refused = loop {
        let answer = asks_by(&mut socket, DOCUMENT).await;
        if answer["type"] == "error" {
            break answer;
        }
        let told = &answer["payload"]["extensions"]["cost"];
        let left = told["budget"]["remaining"].as_u64().expect("a number");
        assert!(left < least, "{answer}");
        least = left;
    };
    let said = &refused["payload"][0]["extensions"];
    assert_eq!(said["code"], "RATE_LIMITED");
    let wait = said["retryAfterSeconds"].as_u64().expect("seconds");
    let over_http = asks(&world.client_with(token)).await;
    assert_eq!(over_http.code(), Some("RATE_LIMITED"));
    assert_eq!(remaining(&over_http), least);

    passes(&world, wait);
    assert_eq!(asks_by(&mut socket, DOCUMENT).await["type"], "next");
}

#[tokio::test]
async fn a_subscription_is_paid_once_when_it_begins() {
    let world = world(1000, 1000).await;
    let token = &world.actor("Älvsunda", "IT_MANAGER").token;
    let mut socket = connected(&world, token).await;
    says(
        &mut socket,
        json!({ "type": "subscribe", "id": "1", "payload":
            { "query": "subscription { events(after: 0) { position } }" } }),
    )
    .await;
    let first = heard(&mut socket).await;
    let told = &first["payload"]["extensions"]["cost"];
    let left = told["budget"]["remaining"].as_u64().expect("a number");
    let second = heard(&mut socket).await;
    assert_eq!(second["type"], "next");
    assert!(second["payload"].get("extensions").is_none(), "{second}");
    let after = asks(&world.client_with(token)).await;
    let requested = cost(&after)["requested"].as_u64().expect("a number");
    assert_eq!(remaining(&after), left - requested);
}
