//! GraphQL as server-sent events, after the protocol `graphql-sse` in its mode of distinct connections.
//!
//! One request is one operation of any kind; its results come as events `next`, and `complete` after the
//! last. It goes the way of any request over HTTP until its caller is admitted, and is refused with a
//! status until then; what is wrong with the document is told by `next`, as the protocol wants it. A
//! stream that ends without `complete` was broken off, and is resumed by asking again.
//!
//! What always holds: an operation is followed in a task of its own. Over HTTP/2 a peer that reads nothing is
//! not noticed by the connection; here it is, and gives its places back in time.

use std::{convert::Infallible, sync::Arc, time::Duration};

use async_graphql::{Executor, ServerError, parser::types::OperationType};
use axum::{
    extract::{Request, State},
    response::{
        IntoResponse, Response,
        sse::{self, KeepAlive, Sse},
    },
};
use futures::{
    Stream, StreamExt, future,
    stream::{self, BoxStream},
};
use http::{
    HeaderName, Method, StatusCode,
    header::{CACHE_CONTROL, VARY},
};
use serde_json::json;
use tokio::{sync::mpsc, time::timeout};
use tokio_stream::wrappers::ReceiverStream;
use tracing::Instrument;

use super::{
    Transport,
    accept::{Media, accepts_events},
    budget::Receipt,
    from_browser,
    http::{Refused, bad_request, caller, from_body, from_url, wrong_method},
    idempotency,
    operation::{Begun, Event},
    streams::over,
};
use crate::{Error, Result};

/// How often a stream says that it is alive: proxies close what is silent for longer.
const KEEP_ALIVE: Duration = Duration::from_secs(12);

/// Tells nginx and those like it to pass events on as they come.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Answers a request with a stream of events.
pub(super) async fn handle<E: Executor>(
    State(service): State<Arc<Transport<E>>>,
    request: Request,
) -> Response {
    if !accepts_events(request.headers()) {
        let problem = Error::invalid("Accept", "must allow text/event-stream");
        return Refused::http(StatusCode::NOT_ACCEPTABLE, &problem)
            .into_response(Media::Json, None);
    }
    let limit = service.limits.time;
    let late = Refused::http(StatusCode::SERVICE_UNAVAILABLE, &service.timed_out());
    let mut receipt = None;
    let begun = timeout(limit, begin(&service, request, &mut receipt)).await;
    let mut response = match begun.unwrap_or(Err(late)) {
        Ok(events) => respond(events),
        Err(refused) => refused.into_response(Media::Json, receipt.as_ref()),
    };
    if let Some(receipt) = receipt {
        receipt.write(response.headers_mut());
    }
    response
}

async fn begin<E: Executor>(
    service: &Arc<Transport<E>>,
    request: Request,
    receipt: &mut Option<Receipt>,
) -> Result<BoxStream<'static, sse::Event>, Refused> {
    let caller = caller(&request)?;
    let browser = from_browser(request.headers());
    let key = idempotency::key(request.headers()).map_err(|error| bad_request(&error))?;
    let by_post = request.method() == Method::POST;
    let params = match *request.method() {
        Method::POST => from_body(request, service.limits.body_bytes).await?,
        Method::GET => from_url(&request)?,
        _ => return Err(wrong_method("GET, POST", "must be POST or GET")),
    };
    let operation = match service.prepare(params, browser) {
        Ok(operation) => operation,
        Err(errors) => return Ok(stream::iter(failed(&errors)).boxed()),
    };
    if operation.kind == OperationType::Mutation {
        if !by_post {
            return Err(wrong_method("POST", "must be POST for a mutation"));
        }
        if key.is_some() {
            let problem = "has no effect on a stream: send the mutation to /graphql";
            return Err(bad_request(&Error::invalid("Idempotency-Key", problem)));
        }
    }
    let begun = service.clone().begin(operation, caller).await;
    let begun = begun.map_err(|refusal| {
        *receipt = refusal.receipt;
        match refusal.error {
            // The document is fine; it is the moment that is not.
            error @ Error::LimitExceeded(_) => Refused::http(StatusCode::TOO_MANY_REQUESTS, &error),
            error => error.into(),
        }
    })?;
    *receipt = Some(begun.receipt.clone());
    Ok(told(begun, service).boxed())
}

/// What is told of an operation, until it is complete, its caller's token works no longer, the peer goes or
/// reads nothing, or the service stops.
fn told<E: Executor>(
    begun: Begun,
    service: &Transport<E>,
) -> impl Stream<Item = sse::Event> + use<E> {
    let (tell, told) = mpsc::channel(1);
    let patience = service.limits.send_time;
    let stopped = service.streams.stopped();
    let following = async move {
        tokio::select! {
            biased;
            () = stopped => {}
            () = tell.closed() => {}
            error = over(begun.session) => pass_on(Event::Over(error), &tell, patience).await.unwrap_or(()),
            () = follow(begun.events, &tell, patience) => {}
        }
    };
    tokio::spawn(service.streams.tracked(following.in_current_span()));
    ReceiverStream::new(told)
}

type Tell = mpsc::Sender<sse::Event>;

/// That the peer reads nothing, or is gone.
struct Unheard;

async fn follow(mut events: BoxStream<'static, Event>, tell: &Tell, patience: Duration) {
    while let Some(event) = events.next().await {
        let more = matches!(event, Event::Next(_));
        if pass_on(event, tell, patience).await.is_err() || !more {
            return;
        }
    }
}

async fn pass_on(event: Event, tell: &Tell, patience: Duration) -> Result<(), Unheard> {
    for event in written(event) {
        tell.send_timeout(event, patience)
            .await
            .map_err(|_| Unheard)?;
    }
    Ok(())
}

fn written(event: Event) -> Vec<sse::Event> {
    match event {
        Event::Next(response) => next(&response).into_iter().collect(),
        Event::Complete => vec![complete()],
        Event::Failed(errors) => failed(&errors),
        // Without `complete`, so that clients resume it.
        Event::BrokenOff(errors) => next(&json!({ "errors": errors })).into_iter().collect(),
        Event::Over(error) => failed(&[super::respond::service_error(&error)]),
    }
}

fn failed(errors: &[ServerError]) -> Vec<sse::Event> {
    let next = next(&json!({ "errors": errors }));
    next.into_iter().chain([complete()]).collect()
}

fn next(response: &impl serde::Serialize) -> Option<sse::Event> {
    sse::Event::default().event("next").json_data(response).ok()
}

/// With data, without which a browser's `EventSource` would not tell of it.
fn complete() -> sse::Event {
    sse::Event::default().event("complete").data("null")
}

fn respond(events: BoxStream<'static, sse::Event>) -> Response {
    // Some browsers see an answer only with the first bytes of its body.
    let begin = stream::once(future::ready(sse::Event::default().comment("")));
    let events = begin.chain(events).map(Ok::<_, Infallible>);
    let alive = KeepAlive::new().interval(KEEP_ALIVE);
    let headers = [
        (CACHE_CONTROL, "no-store"),
        (VARY, "Accept"),
        (BUFFERING, "no"),
    ];
    (headers, Sse::new(events).keep_alive(alive)).into_response()
}

#[cfg(test)]
mod tests;
