//! Subscriptions as clients hold them: over a WebSocket, and as server-sent events.

use std::time::Duration;

use futures::{SinkExt, StreamExt, stream::BoxStream};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

/// How long anything may take.
const LONG: Duration = Duration::from_secs(30);

/// By which protocol something is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    WebSocket,
    Events,
}

pub const WAYS: [Way; 2] = [Way::WebSocket, Way::Events];

/// What a subscriber is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    Next(Value),
    /// Not begun, with the code of the error.
    Refused(String),
    Complete,
    /// Nothing more comes, with the code of the close if there was one.
    Over(Option<u16>),
}

impl Said {
    /// The data of what must be a result without errors.
    pub fn data(self) -> Value {
        match self {
            Self::Next(result) if result["errors"].is_null() => result["data"].clone(),
            other => panic!("a result was expected, not {other:?}"),
        }
    }

    /// The code of the first error, if there is one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Next(result) => result["errors"][0]["extensions"]["code"].as_str(),
            Self::Refused(code) => Some(code),
            Self::Complete | Self::Over(_) => None,
        }
    }
}

/// One subscription on a connection of its own; dropped, it is broken off.
pub struct Following(Line);

enum Line {
    Socket(Box<Socket>),
    Events(Events),
    Refused(String),
}

impl Following {
    /// Begins to follow at a service whose GraphQL is at `graphql`.
    pub async fn start(
        way: Way,
        graphql: &str,
        token: &str,
        (document, variables): (&str, Value),
    ) -> Self {
        let request = json!({ "query": document, "variables": variables });
        Self(match way {
            Way::WebSocket => {
                let mut socket = Socket::open(graphql, token).await;
                socket.subscribe("1", request).await;
                Line::Socket(Box::new(socket))
            }
            Way::Events => match Events::open(graphql, token, &request).await {
                Ok(events) => Line::Events(events),
                Err(code) => Line::Refused(code),
            },
        })
    }

    pub async fn next(&mut self) -> Said {
        let said = timeout(LONG, async {
            match &mut self.0 {
                Line::Socket(socket) => socket.next().await.1,
                Line::Events(events) => events.next().await,
                Line::Refused(code) => Said::Refused(code.clone()),
            }
        });
        said.await.expect("something is said")
    }
}

/// A WebSocket that has been let in.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects, with the token in `connection_init`.
    pub async fn open(graphql: &str, token: &str) -> Self {
        let init = json!({ "Authorization": format!("Bearer {token}") });
        Self::connect(graphql, &[], init).await
    }

    /// Connects as a browser that is signed in.
    pub async fn open_in_session(graphql: &str, secret: &str) -> Self {
        let cookie = format!("__Host-samsyn={secret}");
        Self::connect(graphql, &[("cookie", &cookie)], json!({})).await
    }

    async fn connect(graphql: &str, headers: &[(&'static str, &str)], init: Value) -> Self {
        let (socket, heard) = Self::knock(graphql, headers, init).await;
        let ack = json!({ "type": "connection_ack" });
        assert_eq!(heard, Ok(ack), "it is let in");
        socket
    }

    /// Connects with these headers and this payload of `connection_init`, and hears what is said to that: a message,
    /// or the code of a close.
    pub async fn knock(
        graphql: &str,
        headers: &[(&'static str, &str)],
        init: Value,
    ) -> (Self, Result<Value, Option<u16>>) {
        let url = format!("{}/ws", graphql.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("an address");
        let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
        for (name, value) in headers.iter().chain([&protocol]) {
            let value = value.parse().expect("a header");
            request.headers_mut().insert(*name, value);
        }
        let (stream, _) = connect_async(request).await.expect("it is upgraded");
        let mut socket = Self(stream);
        socket
            .say(json!({ "type": "connection_init", "payload": init }))
            .await;
        let heard = socket.hear().await;
        (socket, heard)
    }

    pub async fn say(&mut self, message: Value) {
        let message = Message::text(message.to_string());
        self.0.send(message).await.expect("it can be sent");
    }

    pub async fn subscribe(&mut self, id: &str, request: Value) {
        self.say(json!({ "id": id, "type": "subscribe", "payload": request }))
            .await;
    }

    /// The next message, or with which code the socket is closed.
    async fn hear(&mut self) -> Result<Value, Option<u16>> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Ok(serde_json::from_str(&text).expect("JSON"));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(frame))) => return Err(frame.map(|f| f.code.into())),
                _ => return Err(None),
            }
        }
    }

    /// What is told next, and of which operation.
    pub async fn next(&mut self) -> (String, Said) {
        let said = match timeout(LONG, self.hear()).await.expect("something is said") {
            Ok(said) => said,
            Err(code) => return (String::new(), Said::Over(code)),
        };
        let id = said["id"].as_str().unwrap_or_default().to_owned();
        let told = match said["type"].as_str() {
            Some("next") => Said::Next(said["payload"].clone()),
            Some("complete") => Said::Complete,
            Some("error") => Said::Refused(code(&said["payload"])),
            _ => panic!("{said}"),
        };
        (id, told)
    }
}

fn code(errors: &Value) -> String {
    let code = errors[0]["extensions"]["code"].as_str();
    code.expect("every error has a code").to_owned()
}

/// A stream of server-sent events.
struct Events {
    chunks: BoxStream<'static, reqwest::Result<Vec<u8>>>,
    come: String,
}

impl Events {
    async fn open(graphql: &str, token: &str, request: &Value) -> Result<Self, String> {
        let http = reqwest::Client::builder().no_proxy().build();
        let response = http
            .expect("a client")
            .post(format!("{graphql}/stream"))
            .header("accept", "text/event-stream")
            .bearer_auth(token)
            .json(request)
            .send()
            .await
            .expect("the service answers");
        if response.status() != 200 {
            let body: Value = response.json().await.expect("errors are JSON");
            return Err(code(&body["errors"]));
        }
        let chunks = response.bytes_stream();
        Ok(Self {
            chunks: chunks.map(|chunk| chunk.map(Vec::from)).boxed(),
            come: String::new(),
        })
    }

    async fn next(&mut self) -> Said {
        loop {
            if let Some((event, rest)) = self.come.split_once("\n\n") {
                let told = told(event);
                self.come = rest.to_owned();
                match told {
                    Some(told) => return told,
                    None => continue,
                }
            }
            match self.chunks.next().await {
                Some(Ok(chunk)) => self.come += std::str::from_utf8(&chunk).expect("UTF-8"),
                _ => return Said::Over(None),
            }
        }
    }
}

/// What an event says; nothing for a comment that keeps the connection alive.
fn told(event: &str) -> Option<Said> {
    let field = |name: &str| {
        let mut lines = event.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
    };
    match field("event")?.trim() {
        "next" => Some(Said::Next(
            serde_json::from_str(field("data")?).expect("JSON"),
        )),
        "complete" => Some(Said::Complete),
        other => panic!("an event {other}"),
    }
}
