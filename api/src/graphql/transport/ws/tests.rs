//! What the protocol `graphql-transport-ws` and our own limits promise, over a real socket.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::Ordering,
};

use futures::SinkExt;
use http::HeaderValue;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message as Sent, client::IntoClientRequest},
};

use super::*;
use crate::graphql::{
    limits::Limits,
    testing,
    transport::{Streams, http::routes},
};

struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// Serves within these limits.
async fn served(limits: Limits) -> (SocketAddr, Streams) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("an address");
    let streams = Streams::new(&limits);
    let router = routes(testing::service(limits).keeping(streams.clone()));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, streams)
}

const OUR_PROTOCOL: (&str, &str) = ("sec-websocket-protocol", PROTOCOL);

impl Client {
    async fn connected(
        limits: Limits,
        headers: &[(&'static str, &'static str)],
    ) -> Result<Self, u16> {
        let (address, _) = served(limits).await;
        Self::connected_to(address, headers).await
    }

    async fn connected_to(
        address: SocketAddr,
        headers: &[(&'static str, &'static str)],
    ) -> Result<Self, u16> {
        let mut request = format!("ws://{address}/graphql/ws")
            .into_client_request()
            .expect("a request");
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(*name, HeaderValue::from_static(value));
        }
        match connect_async(request).await {
            Ok((stream, _)) => Ok(Self(stream)),
            Err(tokio_tungstenite::tungstenite::Error::Http(response)) => {
                Err(response.status().as_u16())
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// A socket that has said nothing yet.
    async fn new(limits: Limits) -> Self {
        Self::connected(limits, &[OUR_PROTOCOL])
            .await
            .expect("the upgrade succeeds")
    }

    /// A socket to this address that has been let in.
    async fn admitted_to(address: SocketAddr) -> Self {
        let connected = Self::connected_to(address, &[OUR_PROTOCOL]).await;
        let mut client = connected.expect("the upgrade succeeds");
        client.enter().await;
        client
    }

    /// A socket that has been let in.
    async fn admitted() -> Self {
        let mut client = Self::new(Limits::default()).await;
        client.enter().await;
        client
    }

    async fn enter(&mut self) {
        self.say(json!({ "type": "connection_init", "payload": { "token": "good" } }))
            .await;
        assert_eq!(self.heard().await, json!({ "type": "connection_ack" }));
    }

    async fn say(&mut self, message: Value) {
        self.0
            .send(Sent::text(message.to_string()))
            .await
            .expect("the socket is open");
    }

    async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query } }))
            .await;
    }

    /// The code that the socket is closed with, and the reason given.
    async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.0.next().await {
                Some(Ok(Sent::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(_)) => {}
                other => panic!("it ends without a close: {other:?}"),
            }
        }
    }

    /// The next message, or the code that the socket was closed with.
    async fn heard(&mut self) -> Value {
        match self.0.next().await {
            Some(Ok(Sent::Text(text))) => serde_json::from_str(&text).expect("JSON"),
            Some(Ok(Sent::Close(Some(frame)))) => u16::from(frame.code).into(),
            Some(Ok(Sent::Ping(_))) => Box::pin(self.heard()).await,
            _ => Value::Null,
        }
    }
}

#[tokio::test]
async fn serves_subscriptions_queries_and_mutations() {
    let mut client = Client::admitted().await;
    client.subscribe("s", "subscription { count(to: 2) }").await;
    for count in [1, 2] {
        let heard = client.heard().await;
        assert_eq!(
            (&heard["type"], &heard["id"]),
            (&json!("next"), &json!("s"))
        );
        assert_eq!(heard["payload"]["data"], json!({ "count": count }));
        assert_eq!(
            heard["payload"]["extensions"].is_object(),
            count == 1,
            "what it costs"
        );
    }
    assert_eq!(
        client.heard().await,
        json!({ "type": "complete", "id": "s" })
    );

    for (query, data) in [
        ("{ caller }", json!({ "caller": "good" })),
        ("mutation { change(by: 2) }", json!({ "change": 2 })),
    ] {
        client.subscribe("q", query).await;
        assert_eq!(client.heard().await["payload"]["data"], data);
        assert_eq!(
            client.heard().await,
            json!({ "type": "complete", "id": "q" })
        );
    }
}

#[tokio::test]
async fn what_cannot_go_on_ends_with_an_error_so_that_clients_resume_it() {
    let mut client = Client::admitted().await;
    client.subscribe("s", "subscription { interrupted }").await;
    let first = client.heard().await;
    assert_eq!(first["payload"]["data"], json!({ "interrupted": 1 }));
    let last = client.heard().await;
    assert_eq!((&last["type"], &last["id"]), (&json!("error"), &json!("s")));
    assert_eq!(last["payload"][0]["extensions"]["code"], "INTERNAL");
    // Nothing more comes of it; another operation may have its name.
    client.subscribe("s", "{ caller }").await;
    let after = client.heard().await;
    assert_eq!(after["payload"]["data"], json!({ "caller": "good" }));
}

#[tokio::test]
async fn answers_pings_before_and_after_the_handshake() {
    let mut client = Client::new(Limits::default()).await;
    client.say(json!({ "type": "ping" })).await;
    assert_eq!(client.heard().await, json!({ "type": "pong" }));
    client
        .say(json!({ "type": "connection_init", "payload": { "Authorization": "Bearer good" } }))
        .await;
    assert_eq!(client.heard().await["type"], "connection_ack");
    client
        .say(json!({ "type": "ping", "payload": { "a": 1 } }))
        .await;
    assert_eq!(
        client.heard().await,
        json!({ "type": "pong", "payload": { "a": 1 } })
    );
    client.say(json!({ "type": "pong" })).await;
    client
        .say(json!({ "type": "complete", "id": "unknown" }))
        .await;
    client.subscribe("q", "{ caller }").await;
    assert_eq!(client.heard().await["type"], "next");
}

#[tokio::test]
async fn only_the_admitted_come_in() {
    for (payload, heard) in [
        (json!(null), json!(4401)),
        (json!({}), json!(4401)),
        (json!({ "token": "bad" }), json!(4401)),
        (json!({ "token": 1 }), json!(4401)),
        (json!({ "Authorization": "good" }), json!(4401)),
        (json!({ "token": "barred" }), json!(4403)),
        (
            json!({ "authorization": "bearer good" }),
            json!({ "type": "connection_ack" }),
        ),
    ] {
        let mut client = Client::new(Limits::default()).await;
        client
            .say(json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(client.heard().await, heard, "{payload}");
    }
    let mut client = Client::new(Limits::default()).await;
    client.subscribe("a", "{ caller }").await;
    assert_eq!(client.heard().await, json!(4401));
}

#[tokio::test]
async fn the_header_authenticates_too() {
    let protocol = ("sec-websocket-protocol", PROTOCOL);
    let good = [protocol, ("authorization", "Bearer good")];
    let mut client = Client::connected(Limits::default(), &good)
        .await
        .expect("the upgrade succeeds");
    client.say(json!({ "type": "connection_init" })).await;
    assert_eq!(client.heard().await["type"], "connection_ack");

    let malformed = [protocol, ("authorization", "good")];
    assert_eq!(
        Client::connected(Limits::default(), &malformed).await.err(),
        Some(401)
    );
}

#[tokio::test]
async fn other_protocols_are_refused() {
    for headers in [&[][..], &[("sec-websocket-protocol", "graphql-ws")]] {
        assert_eq!(
            Client::connected(Limits::default(), headers).await.err(),
            Some(400)
        );
    }
}

#[tokio::test]
async fn initialisation_comes_soon_and_once() {
    let limits = Limits {
        init_time: Duration::from_millis(20),
        ..Limits::default()
    };
    assert_eq!(Client::new(limits).await.heard().await, json!(4408));
    let mut client = Client::admitted().await;
    client.say(json!({ "type": "connection_init" })).await;
    assert_eq!(client.heard().await, json!(4429));
}

#[tokio::test]
async fn bad_messages_end_the_socket() {
    for message in [
        json!({ "type": "start", "id": "a", "payload": { "query": "{ caller }" } }),
        json!({ "type": "subscribe", "id": "a" }),
        json!({ "type": "subscribe", "id": 1, "payload": { "query": "{ caller }" } }),
        json!({ "type": "subscribe", "id": "a", "payload": [{ "query": "{ caller }" }] }),
        json!({ "type": "subscribe", "id": "a", "payload": { "query": "{ caller }", "variables": [] } }),
        json!({ "type": "subscribe", "id": "", "payload": { "query": "{ caller }" } }),
        json!({ "type": "complete" }),
        json!({ "type": "ping", "payload": [] }),
        json!({ "type": "pong", "payload": "text" }),
        json!({ "id": "a" }),
        json!([]),
    ] {
        let mut client = Client::admitted().await;
        client.say(message.clone()).await;
        let (code, reason) = client.closed().await;
        assert_eq!(code, 4400, "{message}");
        assert!(reason.len() > "Bad message: ".len(), "{reason}");
    }
    let mut client = Client::admitted().await;
    client
        .0
        .send(Sent::binary(b"{}".to_vec()))
        .await
        .expect("the socket is open");
    assert_eq!(client.heard().await, json!(4400));
    let mut client = Client::admitted().await;
    let twice =
        r#"{"type":"subscribe","id":"a","payload":{"query":"{ caller }","query":"{ caller }"}}"#;
    client.0.send(Sent::text(twice)).await.expect("it is open");
    assert_eq!(client.heard().await, json!(4400));
}

#[tokio::test]
async fn ids_are_unique_while_they_run() {
    let mut client = Client::admitted().await;
    client.subscribe("a", "subscription { silence }").await;
    assert_eq!(client.heard().await["type"], "next");
    client.say(json!({ "type": "complete", "id": "a" })).await;
    client.subscribe("a", "subscription { silence }").await;
    assert_eq!(client.heard().await["type"], "next");
    client.subscribe("a", "subscription { silence }").await;
    assert_eq!(client.heard().await, json!(4409));
}

#[tokio::test]
async fn what_is_refused_over_http_is_refused_here() {
    let mut client = Client::admitted().await;
    for (query, code) in [
        (&*"[".repeat(4096), "LIMIT_EXCEEDED"),
        ("{ caller", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ panics }", "INTERNAL"),
        ("subscription { panics }", "INTERNAL"),
    ] {
        client.subscribe("a", query).await;
        let heard = client.heard().await;
        assert_eq!(heard["type"], "error", "{query}");
        assert_eq!(heard["payload"][0]["extensions"]["code"], code, "{query}");
    }
}

#[tokio::test]
async fn errors_of_execution_are_told_as_over_http() {
    let mut client = Client::admitted().await;
    for (query, code) in [
        ("{ broken }", "INTERNAL"),
        ("subscription { refused }", "NOT_FOUND"),
    ] {
        client.subscribe("a", query).await;
        let heard = client.heard().await;
        assert_eq!(
            heard["payload"]["errors"][0]["extensions"]["code"], code,
            "{heard}"
        );
        assert_eq!(client.heard().await["type"], "complete");
    }
}

#[tokio::test]
async fn queries_take_turns_and_subscriptions_do_not_wait() {
    let mut client = Client::new(Limits {
        time: Duration::from_millis(500),
        ..Limits::default()
    })
    .await;
    client.enter().await;
    for (id, query) in [
        ("slow", "{ slow }"),
        ("slow too", "{ slow }"),
        ("waiting", "{ caller }"),
        ("following", "subscription { silence }"),
    ] {
        client.subscribe(id, query).await;
    }
    let mut order = Vec::new();
    while order.len() < 4 {
        let heard = client.heard().await;
        if heard["type"] != "complete" {
            order.push(heard["id"].as_str().unwrap_or_default().to_owned());
        }
    }
    let waiting = order.iter().position(|id| id == "waiting");
    assert_eq!(order[0], "following", "{order:?}");
    assert!(order[1].starts_with("slow"), "{order:?}");
    assert!(waiting >= Some(2), "{order:?}");
}

#[tokio::test]
async fn operations_and_time_are_bounded() {
    let limits = Limits {
        time: Duration::from_millis(500),
        operations_per_socket: 1,
        ..Limits::default()
    };
    let mut client = Client::new(limits).await;
    client
        .say(json!({ "type": "connection_init", "payload": { "token": "good" } }))
        .await;
    client.heard().await;
    client.subscribe("slow", "{ slow }").await;
    client.subscribe("more", "{ caller }").await;
    for id in ["more", "slow"] {
        let heard = client.heard().await;
        assert_eq!(
            (&heard["type"], &heard["id"]),
            (&json!("error"), &json!(id))
        );
        assert_eq!(heard["payload"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
    }
}

#[tokio::test]
async fn huge_messages_end_the_socket() {
    let limits = Limits {
        body_bytes: 1000,
        ..Limits::default()
    };
    let mut client = Client::new(limits).await;
    client
        .0
        .send(Sent::text(" ".repeat(1001)))
        .await
        .expect("the socket is open");
    assert_eq!(client.heard().await, json!(1009));
}

#[test]
fn a_reason_fits_whatever_it_says() {
    let reason = |text: &str| close(4400, text).expect("a close").reason.to_string();
    assert_eq!(reason("short"), "short");
    let long = reason(&"å".repeat(200));
    assert_eq!(
        long,
        "å".repeat(61),
        "123 bytes have no room for half a letter"
    );
}

#[tokio::test]
async fn a_close_says_what_was_wrong() {
    let mut client = Client::admitted().await;
    let named = "n".repeat(200);
    for _ in 0..2 {
        client.subscribe(&named, "subscription { silence }").await;
    }
    let (code, reason) = client.closed().await;
    assert_eq!(code, 4409);
    assert!(
        reason.starts_with("Subscriber for nnn") && reason.len() == 123,
        "{reason}"
    );
    let mut client = Client::admitted().await;
    client.say(json!({ "type": "subscribe", "id": "a" })).await;
    let (_, reason) = client.closed().await;
    assert_eq!(reason, "Bad message: missing field `payload`");
}

#[tokio::test]
async fn sockets_that_do_not_authenticate_are_bounded() {
    let limits = Limits {
        unauthenticated_sockets: 1,
        ..Limits::default()
    };
    let (address, _) = served(limits).await;
    let first = Client::connected_to(address, &[OUR_PROTOCOL]).await;
    let mut first = first.expect("there is room for one");
    let second = Client::connected_to(address, &[OUR_PROTOCOL]).await;
    assert_eq!(second.err(), Some(503));
    first.enter().await;
    Client::admitted_to(address).await;
}

#[tokio::test]
async fn an_organisation_has_its_share_of_subscriptions_and_sockets() {
    let limits = Limits {
        subscriptions_per_organisation: 2,
        ..Limits::default()
    };
    let (address, _) = served(limits).await;
    let mut one = Client::admitted_to(address).await;
    let mut other = Client::admitted_to(address).await;
    for (client, id) in [(&mut one, "a"), (&mut other, "b")] {
        client.subscribe(id, "subscription { silence }").await;
        assert_eq!(client.heard().await["type"], "next");
    }
    one.subscribe("c", "subscription { silence }").await;
    let refused = one.heard().await;
    assert_eq!(
        (&refused["type"], &refused["id"]),
        (&json!("error"), &json!("c"))
    );
    assert_eq!(
        refused["payload"][0]["extensions"]["code"],
        "LIMIT_EXCEEDED"
    );
    one.subscribe("d", "{ caller }").await;
    assert_eq!(
        one.heard().await["type"],
        "next",
        "a query is no subscription"
    );
    assert_eq!(one.heard().await["type"], "complete");

    let third = Client::connected_to(address, &[OUR_PROTOCOL]).await;
    let mut third = third.expect("the upgrade succeeds");
    third
        .say(json!({ "type": "connection_init", "payload": { "token": "good" } }))
        .await;
    assert_eq!(third.heard().await, json!(1013));

    drop(other);
    let mut again = json!(null);
    while again["type"] != "next" {
        one.subscribe("e", "subscription { silence }").await;
        again = one.heard().await;
    }
}

#[tokio::test]
async fn who_does_not_read_is_cut_off_and_nothing_is_queued_for_it() {
    let limits = Limits {
        send_time: Duration::from_millis(100),
        subscriptions_per_organisation: 1,
        ..Limits::default()
    };
    let (address, streams) = served(limits).await;
    let mut slow = Client::admitted_to(address).await;
    let before = testing::FLOODED.load(Ordering::Relaxed);
    slow.subscribe("a", "subscription { flood }").await;
    while streams.subscription(None).is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let given_back = async {
        while streams.subscription(None).is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let within = timeout(Duration::from_secs(30), given_back).await;
    within.expect("its place is given back");
    let read = testing::FLOODED.load(Ordering::Relaxed) - before;
    assert!(
        read * 64 < 32 << 10,
        "no more than the system's buffers hold: {read} x 64 KiB"
    );
}

#[tokio::test]
async fn a_stop_is_told_and_waited_for() {
    let (address, streams) = served(Limits::default()).await;
    let mut idle = Client::admitted_to(address).await;
    let mut busy = Client::admitted_to(address).await;
    busy.subscribe("a", "subscription { silence }").await;
    assert_eq!(busy.heard().await["type"], "next");
    streams.stop();
    for client in [&mut idle, &mut busy] {
        assert_eq!(client.closed().await.0, 1001);
    }
    drop((idle, busy));
    let ended = timeout(Duration::from_secs(30), streams.ended()).await;
    ended.expect("nothing holds it up");
}

#[tokio::test]
async fn a_peer_that_leaves_is_seen_off() {
    let mut client = Client::admitted().await;
    client.0.close(None).await.expect("the socket is open");
    assert!(
        client.0.next().await.is_some_and(|answer| answer.is_ok()),
        "the close is answered"
    );
}
