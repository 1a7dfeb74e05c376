//! GraphQL over WebSocket, after the protocol `graphql-transport-ws`.
//!
//! A socket is silent until `connection_init` has authenticated it, which must come soon. Then each
//! `subscribe` goes the way of an HTTP request: guarded, parsed, and admitted anew, so that a token
//! that was revoked meanwhile starts nothing more. A peer that breaks the protocol, does not answer
//! pings or does not read is cut off.

use std::{sync::Arc, time::Duration};

use async_graphql::{Executor, Response as Executed, ServerError, parser::types::OperationType};
use axum::{
    extract::{
        State,
        ws::{
            CloseFrame, Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection,
        },
    },
    response::{IntoResponse, Response},
};
use futures::{FutureExt, StreamExt, future, stream, stream::BoxStream};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::{interval, timeout};
use tokio_stream::StreamMap;

use super::{Params, Transport, bearer, bearer_token, from_browser, respond};
use crate::{Error, Result, graphql::limits::within};

const PROTOCOL: &str = "graphql-transport-ws";

/// How often a silent peer is asked whether it is there; silent twice, it is not.
const PING_EVERY: Duration = Duration::from_secs(30);

/// How long a peer may take to read one message.
const READS_WITHIN: Duration = Duration::from_secs(10);

/// How long a peer may take to answer a close.
const LEAVES_WITHIN: Duration = Duration::from_secs(2);

/// Kept for as long as the socket is open, so less than the library's 128 KiB.
const READ_BUFFER: usize = 8 << 10;

/// Upgrades to a WebSocket that speaks the protocol.
pub(super) async fn upgrade<E: Executor>(
    State(service): State<Arc<Transport<E>>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let offered = upgrade.map(|upgrade| upgrade.protocols([PROTOCOL]));
    let Some(upgrade) = offered
        .ok()
        .filter(|upgrade| upgrade.selected_protocol().is_some())
    else {
        let problem = "must be an upgrade to a WebSocket with the subprotocol graphql-transport-ws";
        return (
            StatusCode::BAD_REQUEST,
            Error::invalid("connection", problem),
        )
            .into_response();
    };
    let token = match bearer(&headers) {
        Ok(token) => token,
        Err(error) => return error.into_response(),
    };
    let from_browser = from_browser(&headers);
    let most = service.limits.body_bytes;
    upgrade
        .read_buffer_size(READ_BUFFER)
        .max_message_size(most)
        .max_frame_size(most)
        .on_upgrade(move |socket| async move {
            let mut peer = Peer {
                socket,
                service,
                from_browser,
                heard: true,
            };
            if let Err(end) = peer.serve(token).await {
                peer.leave(end).await;
            }
        })
}

/// What a client may say.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    ConnectionInit { payload: Option<Value> },
    Ping { payload: Option<Value> },
    Pong {},
    Subscribe { id: String, payload: Value },
    Complete { id: String },
}

/// What it is answered.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Say<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Value>,
    },
    Next {
        id: &'a str,
        payload: Executed,
    },
    Error {
        id: &'a str,
        payload: Vec<ServerError>,
    },
    Complete {
        id: &'a str,
    },
}

/// Why a socket ends: a code of the protocol with its reason, or nothing when the peer is gone.
type End = Option<(u16, &'static str)>;

const BAD_MESSAGE: End = Some((4400, "Bad message"));
const UNAUTHORIZED: End = Some((4401, "Unauthorized"));
const INIT_TIMEOUT: End = Some((4408, "Connection initialisation timeout"));
const NAME_TAKEN: End = Some((4409, "Subscriber with this id already exists"));
const TOO_MANY_INITS: End = Some((4429, "Too many initialisation requests"));
const UNREADABLE: End = Some((1009, "Message too big or malformed"));
const GONE: End = None;

/// What becomes of an operation.
enum Event {
    Next(Executed),
    Failed(Vec<ServerError>),
    Complete,
    NotAdmitted(Error),
}

struct Peer<E> {
    socket: WebSocket,
    service: Arc<Transport<E>>,
    from_browser: bool,
    /// Whether anything came since the last ping.
    heard: bool,
}

impl<E: Executor> Peer<E> {
    async fn serve(&mut self, header_token: Option<String>) -> Result<(), End> {
        let init = timeout(self.service.limits.init_time, self.initialised());
        let payload = init.await.map_err(|_| INIT_TIMEOUT)??;
        let token = token_of(&payload)
            .map_err(|_| UNAUTHORIZED)?
            .or(header_token)
            .ok_or(UNAUTHORIZED)?;
        (self.service.admit)(Some(token.clone()))
            .await
            .map_err(|error| refusal(&error))?;
        self.say(Say::ConnectionAck).await?;
        self.operate(&token).await
    }

    /// Waits for the payload of `connection_init`.
    async fn initialised(&mut self) -> Result<Value, End> {
        loop {
            match self.hear().await? {
                Said::ConnectionInit { payload } => return Ok(payload.unwrap_or_default()),
                Said::Ping { payload } => self.say(Say::Pong { payload }).await?,
                Said::Pong {} | Said::Complete { .. } => {}
                Said::Subscribe { .. } => return Err(UNAUTHORIZED),
            }
        }
    }

    async fn operate(&mut self, token: &str) -> Result<(), End> {
        let mut operations = StreamMap::new();
        let mut pings = interval(PING_EVERY);
        loop {
            tokio::select! {
                said = self.hear() => match said? {
                    Said::ConnectionInit { .. } => return Err(TOO_MANY_INITS),
                    Said::Ping { payload } => self.say(Say::Pong { payload }).await?,
                    Said::Pong {} => {}
                    Said::Complete { id } => drop(operations.remove(&id)),
                    Said::Subscribe { id, .. } if operations.contains_key(&id) => return Err(NAME_TAKEN),
                    Said::Subscribe { id, payload } => {
                        let params = Params::from_json(payload).map_err(|_| BAD_MESSAGE)?;
                        match self.room_beside(operations.len()) {
                            Ok(()) => drop(operations.insert(id, self.start(params, token))),
                            Err(error) => self.tell(&id, Event::Failed(vec![error])).await?,
                        }
                    }
                },
                Some((id, event)) = operations.next() => {
                    if !matches!(event, Event::Next(_)) {
                        operations.remove(&id);
                    }
                    self.tell(&id, event).await?;
                }
                _ = pings.tick() => self.ping().await?,
            }
        }
    }

    fn room_beside(&self, running: usize) -> Result<(), ServerError> {
        let most = self.service.limits.operations_per_socket;
        within(running + 1, most, || {
            format!(
                "More than {most} operations run on this socket. Complete one first, or open another socket."
            )
        })
    }

    /// The events of a new operation; those after the first that is not `Next` do not matter.
    fn start(&self, params: Params, token: &str) -> BoxStream<'static, Event> {
        let events = events(
            self.service.clone(),
            params,
            self.from_browser,
            token.to_owned(),
        );
        let at_once = |event| stream::once(future::ready(event)).boxed();
        stream::once(events.map(move |events| events.unwrap_or_else(at_once)))
            .flatten()
            .boxed()
    }

    async fn tell(&mut self, id: &str, event: Event) -> Result<(), End> {
        self.say(match event {
            Event::Next(payload) => Say::Next { id, payload },
            Event::Failed(payload) => Say::Error { id, payload },
            Event::Complete => Say::Complete { id },
            Event::NotAdmitted(error) => return Err(refusal(&error)),
        })
        .await
    }

    /// The next message of the protocol.
    async fn hear(&mut self) -> Result<Said, End> {
        loop {
            let message = self.socket.recv().await.ok_or(GONE)?;
            let message = message.map_err(|_| UNREADABLE)?;
            self.heard = true;
            match message {
                Message::Text(text) => return serde_json::from_str(&text).map_err(|_| BAD_MESSAGE),
                Message::Binary(_) => return Err(BAD_MESSAGE),
                Message::Close(_) => return Err(GONE),
                Message::Ping(_) | Message::Pong(_) => {}
            }
        }
    }

    async fn ping(&mut self) -> Result<(), End> {
        if !std::mem::take(&mut self.heard) {
            return Err(GONE);
        }
        self.send(Message::Ping(Default::default())).await
    }

    async fn say(&mut self, message: Say<'_>) -> Result<(), End> {
        let text = serde_json::to_string(&message).map_err(|_| GONE)?;
        self.send(Message::Text(text.into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        let sent = timeout(READS_WITHIN, self.socket.send(message)).await;
        sent.ok().and_then(Result::ok).ok_or(GONE)
    }

    /// Closes politely: closing on unread bytes would reset the connection, and the peer not learn why.
    async fn leave(mut self, end: End) {
        let close = end.map(|(code, reason)| CloseFrame {
            code,
            reason: reason.into(),
        });
        if close.is_some() && self.send(Message::Close(close)).await.is_err() {
            return;
        }
        let rest = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        let _ = timeout(LEAVES_WITHIN, rest).await;
    }
}

/// Starts an operation, or says at once how it ended.
async fn events<E: Executor>(
    service: Arc<Transport<E>>,
    params: Params,
    from_browser: bool,
    token: String,
) -> Result<BoxStream<'static, Event>, Event> {
    let operation = service
        .prepare(params, from_browser)
        .map_err(Event::Failed)?;
    let kind = operation.kind;
    let request = service
        .admit(operation, Some(token))
        .await
        .map_err(Event::NotAdmitted)?;
    let complete = stream::once(future::ready(Event::Complete));
    if kind == OperationType::Subscription {
        return Ok(service.stream(request).map(event).chain(complete).boxed());
    }
    let executed = timeout(service.limits.time, service.execute(request)).await;
    let event = event(executed.unwrap_or_else(|_| Err(service.timed_out())));
    Ok(stream::once(future::ready(event)).chain(complete).boxed())
}

fn event(response: Result<Executed>) -> Event {
    match response.map(respond::finish) {
        Ok(Ok(executed)) => Event::Next(executed),
        Ok(Err(errors)) => Event::Failed(errors),
        Err(error) => Event::Failed(vec![respond::service_error(&error)]),
    }
}

/// The token that `connection_init` carries, as `Authorization` (like the header) or bare as `token`.
fn token_of(payload: &Value) -> Result<Option<String>> {
    let text = |name: &str| {
        payload
            .get(name)
            .map(|value| value.as_str().unwrap_or_default())
    };
    let authorization = text("Authorization").or_else(|| text("authorization"));
    match (authorization, text("token")) {
        (Some(authorization), _) => bearer_token(authorization).map(Some),
        (None, Some(token)) => bearer_token(&format!("Bearer {token}")).map(Some),
        (None, None) => Ok(None),
    }
}

/// How a socket ends whose caller is not admitted.
fn refusal(error: &Error) -> End {
    match error {
        Error::Unauthenticated(_) => UNAUTHORIZED,
        Error::Forbidden(_) => Some((4403, "Forbidden")),
        _ => Some((1013, "Try again later")),
    }
}

#[cfg(test)]
mod tests;
