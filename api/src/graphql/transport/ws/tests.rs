//! What the protocol `graphql-transport-ws` and our own limits promise, over a real socket.

use std::net::Ipv4Addr;

use futures::SinkExt;
use http::HeaderValue;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message as Sent, client::IntoClientRequest},
};

use super::*;
use crate::graphql::{limits::Limits, testing, transport::http::routes};

struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    async fn connected(
        limits: Limits,
        headers: &[(&'static str, &'static str)],
    ) -> Result<Self, u16> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let router = routes(testing::service(limits));
        tokio::spawn(async move { axum::serve(listener, router).await });
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
        let protocol = [("sec-websocket-protocol", PROTOCOL)];
        Self::connected(limits, &protocol)
            .await
            .expect("the upgrade succeeds")
    }

    /// A socket that has been let in.
    async fn admitted() -> Self {
        let mut client = Self::new(Limits::default()).await;
        client
            .say(json!({ "type": "connection_init", "payload": { "token": "good" } }))
            .await;
        assert_eq!(client.heard().await, json!({ "type": "connection_ack" }));
        client
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
        let next = json!({ "type": "next", "id": "s", "payload": { "data": { "count": count } } });
        assert_eq!(client.heard().await, next);
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
        json!([]),
    ] {
        let mut client = Client::admitted().await;
        client.say(message.clone()).await;
        assert_eq!(client.heard().await, json!(4400), "{message}");
    }
    let mut client = Client::admitted().await;
    client
        .0
        .send(Sent::binary(b"{}".to_vec()))
        .await
        .expect("the socket is open");
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
async fn operations_and_time_are_bounded() {
    let limits = Limits {
        time: Duration::from_millis(20),
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

#[tokio::test]
async fn a_peer_that_leaves_is_seen_off() {
    let mut client = Client::admitted().await;
    client.0.close(None).await.expect("the socket is open");
    assert!(
        client.0.next().await.is_some_and(|answer| answer.is_ok()),
        "the close is answered"
    );
}
