//! GraphQL over WebSocket, after the protocol `graphql-transport-ws`.
//!
//! A socket is silent until `connection_init` has authenticated it, which must come soon. Then each
//! `subscribe` goes the way of an HTTP request: guarded, parsed, and admitted anew. When the token works
//! no longer, the socket ends. A peer that breaks the protocol, does not answer pings or does not read is
//! cut off; nothing is queued for it, for the next event is read when the last one is sent, and few queries are
//! carried out ([`AT_ONCE`]) whose answers have not been. Each of those is carried out in a task of its own, so
//! that it gives back what it reads with while others are sent, and waits as text: a fraction of what it was made of.

use std::{convert::Infallible, sync::Arc, time::Duration};

use async_graphql::{
    Data, Executor, Response as Executed, ServerError, parser::types::OperationType,
};
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
use serde_json::{Map, Value};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};
use tokio_stream::StreamMap;
use tokio_util::task::AbortOnDropHandle;

use super::{
    Caller, NotAdmitted, Params, Transport, bearer_token, from_browser, json,
    operation::{Begun, Event},
    respond, session, shown,
    streams::over,
};
use crate::{
    Error, Result,
    access::{Session, Shown},
    graphql::{document::Operation, limits::within},
};

const PROTOCOL: &str = "graphql-transport-ws";

/// How often a silent peer is asked whether it is there; silent twice, it is not.
const PING_EVERY: Duration = Duration::from_secs(30);

/// How long a peer may take to answer a close.
const LEAVES_WITHIN: Duration = Duration::from_secs(2);

/// Kept for as long as the socket is open, so less than the library's 128 KiB.
const READ_BUFFER: usize = 8 << 10;

/// The largest message. One that never ends is kept for as long as the socket is open, and there are many
/// sockets, so it is much less than the body of a request: what is larger goes over HTTP.
const MESSAGE: usize = 64 << 10;

/// How many queries and mutations of one socket are carried out at the same time; the others wait their turn.
const AT_ONCE: usize = 2;

/// How long the reason of a close may be: it shares a control frame with the code.
const REASON_BYTES: usize = 123;

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
    let by_header = match shown(&headers) {
        Ok(shown) => shown,
        Err(error) => return error.into_response(),
    };
    let Some(waiting) = service.streams.unauthenticated() else {
        return (StatusCode::SERVICE_UNAVAILABLE, too_many_sockets()).into_response();
    };
    let from_browser = from_browser(&headers);
    let most = service.limits.body_bytes.min(MESSAGE);
    upgrade
        .read_buffer_size(READ_BUFFER)
        .max_message_size(most)
        .max_frame_size(most)
        .on_upgrade(move |socket| {
            let streams = service.streams.clone();
            let mut peer = Peer {
                socket,
                service,
                from_browser,
                turns: Arc::new(Semaphore::new(AT_ONCE)),
                heard: true,
            };
            let stopped = streams.stopped();
            streams.tracked(async move {
                let end = tokio::select! {
                    Err(end) = peer.serve(by_header, waiting) => end,
                    () = stopped => close(1001, "Going away: the service stops"),
                };
                peer.leave(end).await;
            })
        })
}

fn too_many_sockets() -> Error {
    Error::RateLimited {
        problem: "Too many WebSockets wait for their first message.".to_owned(),
        retry_after: 10,
    }
}

/// What a client may say.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    ConnectionInit {
        payload: Option<Map<String, Value>>,
    },
    Ping {
        payload: Option<Map<String, Value>>,
    },
    Pong {
        #[serde(rename = "payload")]
        _payload: Option<Map<String, Value>>,
    },
    Subscribe {
        id: Id,
        payload: Value,
    },
    Complete {
        id: Id,
    },
}

/// The name that a client gives to an operation.
#[derive(Clone, Deserialize, PartialEq, Eq, Hash)]
#[serde(try_from = "String")]
struct Id(String);

impl TryFrom<String> for Id {
    type Error = &'static str;

    fn try_from(id: String) -> Result<Self, Self::Error> {
        if id.is_empty() {
            return Err("`id` must not be empty");
        }
        Ok(Self(id))
    }
}

/// What it is answered.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Say<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Map<String, Value>>,
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

/// What a peer is told of an operation, ready to be sent.
enum Told {
    Text {
        text: String,
        /// Nothing of the operation comes after it.
        is_last: bool,
    },
    /// The caller's token works no longer.
    Over(Error),
}

impl Told {
    fn of(Id(id): &Id, event: Event) -> Self {
        let is_last = !matches!(event, Event::Next(_));
        let message = match event {
            Event::Next(payload) => Say::Next { id, payload },
            Event::Failed(payload) | Event::BrokenOff(payload) => Say::Error { id, payload },
            Event::Complete => Say::Complete { id },
            Event::Over(error) => return Self::Over(error),
        };
        match serde_json::to_string(&message) {
            Ok(text) => Self::Text { text, is_last },
            Err(error) => Self::Over(Error::internal(error)),
        }
    }
}

/// How a socket ends: by a code of the protocol with its reason, or with nothing more to say when the
/// peer is gone.
type End = Option<CloseFrame>;

const GONE: End = None;

/// A close for this reason, as much of it as fits.
fn close(code: u16, reason: &str) -> End {
    let reason = reason[..reason.floor_char_boundary(REASON_BYTES)].into();
    Some(CloseFrame { code, reason })
}

fn bad_message(problem: impl std::fmt::Display) -> End {
    close(4400, &format!("Bad message: {problem}"))
}

fn unauthorized() -> End {
    close(4401, "Unauthorized")
}

/// How a socket ends whose caller was let in, and may go on no longer. By this code clients know that
/// they may connect again with another token; by 4401 they give up.
fn forbidden(error: &Error) -> End {
    let problem = match error {
        Error::Unauthenticated(_) => "the token has expired or was revoked".to_owned(),
        error => error.to_string(),
    };
    close(4403, &format!("Forbidden: {problem}"))
}

struct Peer<E> {
    socket: WebSocket,
    service: Arc<Transport<E>>,
    from_browser: bool,
    /// For queries and mutations, until they are answered.
    turns: Arc<Semaphore>,
    /// Whether anything came since the last ping.
    heard: bool,
}

impl<E: Executor> Peer<E> {
    async fn serve(
        &mut self,
        by_header: Option<Shown>,
        waiting: OwnedSemaphorePermit,
    ) -> Result<Infallible, End> {
        let init = timeout(self.service.limits.init_time, self.initialised()).await;
        let payload = init.map_err(|_| close(4408, "Connection initialisation timeout"))??;
        let shown = token_of(&payload)
            .map_err(|_| unauthorized())?
            .map(Shown::Token)
            .or(by_header)
            .ok_or_else(unauthorized)?;
        let session = admitted((self.service.admit)(Some(shown.clone())).await)?;
        let _until_the_end = self
            .service
            .streams
            .socket(session.as_ref())
            .ok_or_else(|| {
                close(
                    1013,
                    "Try again later: your organisation has too many WebSockets open",
                )
            })?;
        drop(waiting);
        self.say(Say::ConnectionAck).await?;
        tokio::select! {
            end = self.operate(&shown) => end,
            error = over(session) => Err(forbidden(&error)),
        }
    }

    /// Waits for the payload of `connection_init`.
    async fn initialised(&mut self) -> Result<Map<String, Value>, End> {
        loop {
            match self.hear().await? {
                Said::ConnectionInit { payload } => return Ok(payload.unwrap_or_default()),
                Said::Ping { payload } => self.say(Say::Pong { payload }).await?,
                Said::Pong { .. } | Said::Complete { .. } => {}
                Said::Subscribe { .. } => return Err(unauthorized()),
            }
        }
    }

    async fn operate(&mut self, shown: &Shown) -> Result<Infallible, End> {
        let mut operations = StreamMap::new();
        let mut pings = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                said = self.hear() => match said? {
                    Said::ConnectionInit { .. } => return Err(close(4429, "Too many initialisation requests")),
                    Said::Ping { payload } => self.say(Say::Pong { payload }).await?,
                    Said::Pong { .. } => {}
                    Said::Complete { id } => drop(operations.remove(&id)),
                    Said::Subscribe { id: Id(id), .. } if operations.contains_key(&Id(id.clone())) => {
                        return Err(close(4409, &format!("Subscriber for {id} already exists")));
                    }
                    Said::Subscribe { id, payload } => {
                        let params = Params::from_json(payload).map_err(bad_message)?;
                        match self.room_beside(operations.len()) {
                            Ok(()) => drop(operations.insert(id.clone(), self.start(id, params, shown))),
                            Err(error) => self.tell(Told::of(&id, Event::Failed(vec![error]))).await?,
                        }
                    }
                },
                Some((id, told)) = operations.next() => {
                    if !matches!(told, Told::Text { is_last: false, .. }) {
                        operations.remove(&id);
                    }
                    self.tell(told).await?;
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

    /// What the peer is told of a new operation; what comes after the last does not matter.
    fn start(&self, id: Id, params: Params, shown: &Shown) -> BoxStream<'static, Told> {
        let caller = Caller::from(Some(shown.clone()));
        let (service, turns) = (self.service.clone(), self.turns.clone());
        let operation = match service.prepare(params, self.from_browser) {
            Ok(operation) => operation,
            Err(errors) => return at_once(Told::of(&id, Event::Failed(errors))),
        };
        if operation.kind == OperationType::Subscription {
            let begun = begin(service, operation, caller);
            let told = begun.map(|begun| match begun {
                Ok(begun) => begun.events.map(move |event| Told::of(&id, event)).boxed(),
                Err(event) => at_once(Told::of(&id, event)),
            });
            return told.flatten_stream().boxed();
        }
        // Taken now, so that operations go by the order in which they came, as far as there are turns.
        let turn = turns.clone().try_acquire_owned().ok();
        let turn = async move {
            match turn {
                Some(turn) => Some(turn),
                None => turns.acquire_owned().await.ok(),
            }
        };
        answered(id, turn, begin(service, operation, caller))
            .flatten_stream()
            .boxed()
    }

    async fn tell(&mut self, told: Told) -> Result<(), End> {
        match told {
            Told::Text { text, .. } => self.send_text(text).await,
            Told::Over(error) => Err(forbidden(&error)),
        }
    }

    /// The next message of the protocol.
    async fn hear(&mut self) -> Result<Said, End> {
        loop {
            let message = self.socket.recv().await.ok_or(GONE)?;
            let message = message.map_err(|_| close(1009, "Message too big or malformed"))?;
            self.heard = true;
            match message {
                Message::Text(text) => return said(&text).map_err(bad_message),
                Message::Binary(_) => return Err(bad_message("it must be text")),
                Message::Close(_) => return Err(GONE),
                Message::Ping(_) | Message::Pong(_) => {}
            }
        }
    }

    async fn ping(&mut self) -> Result<(), End> {
        if !std::mem::take(&mut self.heard) {
            return Err(GONE);
        }
        self.send(
            Message::Ping(Default::default()),
            self.service.limits.send_time,
        )
        .await
    }

    async fn say(&mut self, message: Say<'_>) -> Result<(), End> {
        let text = serde_json::to_string(&message).map_err(|_| GONE)?;
        self.send_text(text).await
    }

    async fn send_text(&mut self, text: String) -> Result<(), End> {
        self.send(Message::Text(text.into()), self.service.limits.send_time)
            .await
    }

    async fn send(&mut self, message: Message, within: Duration) -> Result<(), End> {
        let sent = timeout(within, self.socket.send(message)).await;
        sent.ok().and_then(Result::ok).ok_or(GONE)
    }

    /// Closes politely: closing on unread bytes would reset the connection, and the peer not learn why.
    async fn leave(mut self, end: End) {
        if let Some(frame) = end {
            let closed = self.send(Message::Close(Some(frame)), LEAVES_WITHIN).await;
            if closed.is_err() {
                return;
            }
        }
        let rest = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        let _ = timeout(LEAVES_WITHIN, rest).await;
    }
}

fn said(text: &str) -> serde_json::Result<Said> {
    json::read(text.as_bytes()).and_then(serde_json::from_value)
}

/// The session of who was let in, by which it is known how long the token works.
fn admitted(data: Result<Data>) -> Result<Option<Session>, End> {
    match data {
        Ok(data) => Ok(session(&data)),
        Err(Error::Unauthenticated(_)) => Err(unauthorized()),
        Err(error @ Error::Forbidden(_)) => Err(forbidden(&error)),
        Err(_) => Err(close(1013, "Try again later")),
    }
}

/// Lets an operation in, or says why not.
async fn begin<E: Executor>(
    service: Arc<Transport<E>>,
    operation: Operation,
    caller: Caller,
) -> Result<Begun, Event> {
    service
        .begin(operation, caller)
        .await
        .map_err(|NotAdmitted { error, .. }| match error {
            Error::Unauthenticated(_) | Error::Forbidden(_) => Event::Over(error),
            error => Event::Failed(vec![respond::service_error(&error)]),
        })
}

/// Carries a query or mutation out when it is its turn, which lasts until its answer has been sent.
async fn answered(
    id: Id,
    turn: impl Future<Output = Option<OwnedSemaphorePermit>>,
    begin: impl Future<Output = Result<Begun, Event>> + Send + 'static,
) -> BoxStream<'static, Told> {
    let turn = turn.await;
    let called = id.clone();
    let carried_out = AbortOnDropHandle::new(tokio::spawn(async move {
        let Begun { events, place, .. } = match begin.await {
            Ok(begun) => begun,
            Err(event) => return (vec![Told::of(&called, event)], None),
        };
        let told = events.map(|event| Told::of(&called, event));
        (told.collect().await, place)
    }));
    match carried_out.await {
        Ok((told, place)) => stream::iter(told)
            .inspect(move |_| {
                let _until_it_is_sent = (&turn, &place);
            })
            .boxed(),
        Err(error) => {
            let error = respond::service_error(&Error::internal(error));
            at_once(Told::of(&id, Event::Failed(vec![error])))
        }
    }
}

fn at_once(told: Told) -> BoxStream<'static, Told> {
    stream::once(future::ready(told)).boxed()
}

/// The token that `connection_init` carries, as `Authorization` (like the header) or bare as `token`.
fn token_of(payload: &Map<String, Value>) -> Result<Option<String>> {
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

#[cfg(test)]
mod tests;
