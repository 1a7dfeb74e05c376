//! One operation as what its caller is told of it, event by event: the same on a WebSocket and in an
//! event stream.

use std::sync::Arc;

use async_graphql::{Executor, Response, ServerError, Value, parser::types::OperationType};
use futures::{FutureExt, StreamExt, future, stream, stream::BoxStream};
use tokio::time::timeout;

use super::{
    Caller, NotAdmitted, Transport,
    budget::{Holder, Receipt},
    respond, session,
};
use crate::{
    Error, Result, access::Session, error::Code, graphql::document::Operation, places::Place,
};

/// What a caller is told of an operation. Nothing comes after what is not `Next`.
pub(super) enum Event {
    Next(Response),
    /// It was refused before it was executed, or broke off.
    Failed(Vec<ServerError>),
    /// A failure of the service kept it from going on: it is to be resumed.
    BrokenOff(Vec<ServerError>),
    Complete,
    /// The caller's token works no longer.
    Over(Error),
}

/// An operation under way.
pub(super) struct Begun {
    /// Who is calling, if that is known.
    pub session: Option<Session>,
    pub events: BoxStream<'static, Event>,
    /// Its place among what is under way, for as long as its answer is held.
    pub place: Option<Place<Holder>>,
    /// What it costs.
    pub receipt: Receipt,
}

impl<E: Executor> Transport<E> {
    /// Lets the caller in, and executes the operation as its events are asked for.
    ///
    /// # Errors
    /// Those of [`Transport::admit`], and `LIMIT_EXCEEDED` when the caller's organisation follows too much.
    pub(super) async fn begin(
        self: Arc<Self>,
        operation: Operation,
        caller: Caller,
    ) -> Result<Begun, NotAdmitted> {
        let kind = operation.kind;
        let known = caller.shown.is_some();
        let admitted = timeout(self.limits.time, self.admit(operation, caller)).await;
        let mut admitted = admitted.map_err(|_| self.timed_out())??;
        let place = admitted.place.take();
        let session = session(admitted.data());
        let receipt = admitted.receipt().clone();
        let events = if kind == OperationType::Subscription {
            let place = self.streams.subscription(session.as_ref())?;
            let responses = self.stream(admitted).map(move |response| {
                let _until_it_ends = &place;
                followed(response, known)
            });
            responses.boxed()
        } else {
            let execution = async move {
                let executed = timeout(self.limits.time, self.execute(admitted)).await;
                event(executed.unwrap_or_else(|_| Err(self.timed_out())), known)
            };
            execution.into_stream().boxed()
        };
        let complete = stream::once(future::ready(Event::Complete));
        Ok(Begun {
            session,
            events: events.chain(complete).boxed(),
            place,
            receipt,
        })
    }
}

/// The same of a subscription. An event that could not be read ends it: its position has not been told, so that whoever
/// follows would pass over it unnoticed if more came.
fn followed(response: Result<Response>, known: bool) -> Event {
    match event(response, known) {
        Event::Next(response) if response.data == Value::Null && is_of_ours(&response) => {
            Event::BrokenOff(response.errors)
        }
        other => other,
    }
}

/// Whether one of the errors is a failure of the service, and not what the caller may see or do.
fn is_of_ours(response: &Response) -> bool {
    let failures = [Code::Internal, Code::Unavailable, Code::TryAgain].map(Code::as_str);
    let codes = (response.errors.iter()).filter_map(|error| error.extensions.as_ref()?.get("code"));
    codes
        .filter_map(|code| match code {
            Value::String(code) => Some(code.as_str()),
            _ => None,
        })
        .any(|code| failures.contains(&code))
}

/// A caller who was known and is not any more is told so in the way of the transport.
fn event(response: Result<Response>, known: bool) -> Event {
    let response = match response {
        Ok(response) => response,
        Err(error) => return Event::Failed(vec![respond::service_error(&error)]),
    };
    if let Some(error) = unauthenticated(&response).filter(|_| known) {
        return Event::Over(error);
    }
    match respond::finish(response) {
        Ok(response) => Event::Next(response),
        Err(errors) => Event::Failed(errors),
    }
}

fn unauthenticated(response: &Response) -> Option<Error> {
    let sources = response.errors.iter().filter_map(|e| e.source.as_deref());
    let mut ours = sources.filter_map(|source| source.downcast_ref::<Error>());
    ours.find(|error| matches!(error, Error::Unauthenticated(_)))
        .cloned()
}
