//! What HTTP and WebSocket have in common: from the JSON of a request to its response.
//!
//! A request goes the same way on both: typed strictly, guarded, parsed, its operation chosen, its
//! caller admitted, executed. Nothing reaches the executor on another way.

pub mod budget;
pub mod http;

mod accept;
mod again;
mod idempotency;
mod json;
mod multipart;
mod operation;
pub mod origin;
pub mod respond;
mod sse;
mod streams;
mod ws;

use std::{any::TypeId, net::IpAddr, panic::AssertUnwindSafe, sync::Arc};

use ::http::{
    HeaderMap,
    header::{AUTHORIZATION, ORIGIN},
};
use again::{Again, was_disturbed};
use async_graphql::{Data, Executor, Request, Response, ServerError, parser::types::OperationType};
use budget::{Budget, Budgets, Holder, Receipt, budgets_of};
use futures::{FutureExt, Stream, StreamExt, future::BoxFuture};
use serde_json::{Map, Value};
use tracing::{Instrument, Span};

use streams::Owner;
pub use streams::Streams;

use super::{
    document::{Asked, Documents, Hash, Operation, Shape},
    limits::Limits,
};
use crate::{
    Error, Result,
    access::{Session, Shown, pauses},
    cookies,
    places::{Place, Places},
    telemetry::{TRACE, meters::METERS},
};

/// Takes what a request shows of who sends it, if anything, and gives what its resolvers find in the
/// context. It is asked for every operation, so what it gives lives no longer than one.
pub type Admit = Arc<dyn Fn(Option<Shown>) -> BoxFuture<'static, Result<Data>> + Send + Sync>;

/// A GraphQL service as its transports see it.
pub struct Transport<E> {
    executor: E,
    documents: Arc<Documents>,
    limits: Limits,
    admit: Admit,
    budgets: Arc<dyn Budgets>,
    streams: Streams,
    /// For the queries and mutations that are under way.
    places: Places<Holder>,
    /// For the requests with files that are held in memory.
    forms: Places<Owner>,
}

/// Who sends a request.
pub(super) struct Caller {
    pub shown: Option<Shown>,
    /// Where from, if that is known.
    pub address: Option<IpAddr>,
}

impl From<Option<Shown>> for Caller {
    fn from(shown: Option<Shown>) -> Self {
        Self {
            shown,
            address: None,
        }
    }
}

/// An operation that may be executed: its caller is known, and it is paid for.
pub(super) struct Admitted {
    request: Request,
    /// What its responses are given.
    shape: Arc<Shape>,
    receipt: Receipt,
    /// None for what is carried out once, whatever becomes of it.
    again: Option<Again>,
    /// Kept for as long as it is executed; a subscription needs none.
    place: Option<Place<Holder>>,
    /// Its part of the trace.
    span: Span,
}

impl Admitted {
    /// What resolvers will find in their context.
    pub(super) fn data(&self) -> &Data {
        &self.request.data
    }

    pub(super) fn receipt(&self) -> &Receipt {
        &self.receipt
    }
}

/// Why an operation is not let in, with how the budgets stand if its caller is known.
pub(super) struct NotAdmitted {
    pub error: Error,
    pub receipt: Option<Receipt>,
}

impl From<Error> for NotAdmitted {
    fn from(error: Error) -> Self {
        Self {
            error,
            receipt: None,
        }
    }
}

/// A request as the GraphQL-over-HTTP specification types it.
#[derive(Debug, PartialEq)]
pub(super) struct Params {
    pub document: Asked,
    pub operation_name: Option<String>,
    pub variables: Value,
}

impl Params {
    /// Reads the parameters strictly; parameters that the specification does not name are ignored.
    pub(super) fn from_json(parameters: Value) -> Result<Self> {
        let Value::Object(mut parameters) = parameters else {
            return Err(Error::invalid(
                "request",
                "must be one JSON object with `query`; batches are not accepted",
            ));
        };
        let mut take = |name: &str| parameters.remove(name).unwrap_or_default();
        let query = string_or_null("query", take("query"))?;
        let id = string_or_null("documentId", take("documentId"))?;
        let extensions = object_or_null("extensions", take("extensions"))?;
        let document = document(query, id, extensions)?;
        let operation_name = string_or_null("operationName", take("operationName"))?;
        let variables = object_or_null("variables", take("variables"))?;
        Ok(Self {
            document,
            operation_name,
            variables: variables.into(),
        })
    }
}

impl<E: Executor> Transport<E> {
    /// A service that executes these documents within these limits, for whom `admit` lets in, as long as
    /// their budgets last.
    pub fn new(
        executor: E,
        documents: Arc<Documents>,
        limits: Limits,
        admit: Admit,
        budgets: Arc<dyn Budgets>,
    ) -> Self {
        Self {
            executor,
            documents,
            streams: Streams::new(&limits),
            places: Places::new(limits.concurrent_requests),
            forms: multipart::places(),
            limits,
            admit,
            budgets,
        }
    }

    /// The same, with what stays open counted among these.
    #[must_use]
    pub fn keeping(self, streams: Streams) -> Self {
        Self { streams, ..self }
    }

    /// Reads the document of a request and chooses its operation.
    ///
    /// # Errors
    /// Those of the document and its variables.
    fn prepare(&self, params: Params, from_browser: bool) -> Result<Operation, Vec<ServerError>> {
        let document = self.documents.find(params.document, from_browser)?;
        self.documents
            .operation(document, params.operation_name.as_deref(), params.variables)
    }

    /// Lets the caller in who shows this, if anything, takes what the operation costs out of the
    /// caller's budgets, and gives what the executor takes.
    ///
    /// # Errors
    /// Those of [`Admit`], and `RATE_LIMITED`.
    async fn admit(
        &self,
        operation: Operation,
        caller: impl Into<Caller>,
    ) -> Result<Admitted, NotAdmitted> {
        let Caller { shown, address } = caller.into();
        let again = Again::of(&operation, shown.as_ref());
        let data = (self.admit)(shown).await?;
        let actor = session(&data).and_then(|session| session.actor().ok());
        let budgets = budgets_of(actor.as_deref(), address, &self.limits);
        let (receipt, place) = self.pay(&operation, budgets).await?;
        let span = tracing::info_span!(
            target: TRACE,
            "operation",
            otel.name = word_for(operation.kind),
            graphql.operation.type = word_for(operation.kind),
            graphql.operation.name = operation.name(),
            samsyn.operation.cost = operation.cost,
        );
        let (mut request, shape) = operation.into_request();
        request.data = data;
        Ok(Admitted {
            request,
            shape,
            receipt,
            again,
            place,
            span,
        })
    }

    /// Takes a place for the operation, and what it costs out of these budgets; both or neither.
    async fn pay(
        &self,
        operation: &Operation,
        budgets: Vec<Budget>,
    ) -> Result<(Receipt, Option<Place<Holder>>), NotAdmitted> {
        let place = self.place(operation.kind, &budgets);
        let points = if place.is_ok() { operation.cost } else { 0 };
        let spent = self.budgets.spend(budgets, points).await?;
        let receipt = Receipt {
            requested: operation.cost,
            limit: self.limits.cost as u64,
            standings: spent.standings,
        };
        let error = match (place, spent.wait) {
            (Ok(place), None) => {
                METERS.operation(word_for(operation.kind), operation.cost);
                return Ok((receipt, place));
            }
            (Ok(_), Some(wait)) => receipt.refusal(wait),
            (Err(error), _) => error,
        };
        Err(NotAdmitted {
            error,
            receipt: Some(receipt),
        })
    }

    /// A place among what is under way for the most particular of the budgets' holders.
    fn place(&self, kind: OperationType, budgets: &[Budget]) -> Result<Option<Place<Holder>>> {
        let holder = match budgets.first() {
            Some(budget) if kind != OperationType::Subscription => budget.holder(),
            _ => return Ok(None),
        };
        let most = self.limits.concurrent_requests;
        let place = self.places.take(holder).ok_or_else(|| Error::RateLimited {
            problem: format!(
                "{most} requests of yours are under way. Wait for their answers, or ask for more in one request."
            ),
            retry_after: 1,
        });
        place.map(Some)
    }

    /// Executes a query or mutation, some times if the database undoes it because of others.
    ///
    /// # Errors
    /// `INTERNAL`, if it panics.
    pub(super) async fn execute(&self, admitted: Admitted) -> Result<Response> {
        let Admitted {
            request,
            shape,
            receipt,
            again,
            place: _kept_until_the_end,
            span,
        } = admitted;
        let session = session(&request.data);
        let mut response = self.execute_once(request).instrument(span.clone()).await?;
        if let (Some(again), Some(session)) = (again, session) {
            for pause in pauses() {
                if !was_disturbed(&response, &session) {
                    break;
                }
                session.forget().await;
                tokio::time::sleep(pause).await;
                let request = again.request(&self.admit, session.clone()).await?;
                response = self.execute_once(request).instrument(span.clone()).await?;
            }
        }
        shape.give_to(&mut response);
        Ok(receipt.told_in(response))
    }

    async fn execute_once(&self, request: Request) -> Result<Response> {
        let execution = AssertUnwindSafe(self.executor.execute(request)).catch_unwind();
        execution.await.map_err(|_| panicked())
    }

    /// Executes any operation as a stream of responses, the first of which tells what it costs; a panic
    /// ends it with `INTERNAL`. What a response was read in is closed before it is sent: a peer that reads
    /// slowly occupies no connection of the database.
    pub(super) fn stream(
        &self,
        admitted: Admitted,
    ) -> impl Stream<Item = Result<Response>> + use<E> {
        let Admitted {
            request,
            shape,
            receipt,
            ..
        } = admitted;
        let session = session(&request.data);
        let mut receipt = Some(receipt);
        let responses = self.executor.execute_stream(request, None);
        AssertUnwindSafe(responses)
            .catch_unwind()
            .then(move |response| {
                let session = session.clone();
                let receipt = receipt.take();
                let shape = shape.clone();
                async move {
                    if let Some(session) = session {
                        session.forget().await;
                    }
                    let mut response = response.map_err(|_| panicked())?;
                    shape.give_to(&mut response);
                    Ok(match receipt {
                        Some(receipt) => receipt.told_in(response),
                        None => response,
                    })
                }
            })
    }

    /// What is told when [`Limits::time`] is over.
    pub(super) fn timed_out(&self) -> Error {
        let most = humantime::format_duration(self.limits.time);
        Error::LimitExceeded(format!(
            "The request took longer than {most} and was given up. Ask for less at once; after a mutation, read first what became of it."
        ))
    }
}

/// What GraphQL calls an operation of this kind.
fn word_for(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

/// The session among what resolvers find in their context, if there is one.
pub(super) fn session(data: &Data) -> Option<Session> {
    data.get(&TypeId::of::<Session>())?
        .downcast_ref::<Session>()
        .cloned()
}

/// Whoever finds a document on which something panics must not end more than this request. The panic's own
/// text is in the log already.
fn panicked() -> Error {
    Error::internal(anyhow::anyhow!("the execution of an operation panicked"))
}

/// Whether a browser sent the request: all of them say where from, and no page can keep them from it.
fn from_browser(headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN) || headers.contains_key("sec-fetch-site")
}

/// What a request shows of who sends it: the token of its header or, without one, the session of its browser.
///
/// # Errors
/// As [`bearer`].
pub fn shown(headers: &HeaderMap) -> Result<Option<Shown>> {
    let session = || cookies::read(headers, cookies::SESSION).map(Shown::Cookie);
    Ok(bearer(headers)?.map(Shown::Token).or_else(session))
}

/// The token of an `Authorization: Bearer` header; nothing if there is no such header.
///
/// # Errors
/// `UNAUTHENTICATED` if the header says anything else.
fn bearer(headers: &HeaderMap) -> Result<Option<String>> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => bearer_token(value.to_str().unwrap_or_default()).map(Some),
        _ => Err(NOT_A_BEARER),
    }
}

const NOT_A_BEARER: Error = Error::Unauthenticated(
    "The authorization must read \"Bearer\", one space and a token. Send a valid token, or none to look at the schema.",
);

/// The token of what an `Authorization` header would say.
pub(super) fn bearer_token(authorization: &str) -> Result<String> {
    let token = authorization
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic()));
    token.map(str::to_owned).ok_or(NOT_A_BEARER)
}

fn object_or_null(name: &str, value: Value) -> Result<Map<String, Value>> {
    match value {
        Value::Null => Ok(Map::new()),
        Value::Object(object) => Ok(object),
        _ => Err(Error::invalid(name, "must be an object or null")),
    }
}

fn string_or_null(name: &str, value: Value) -> Result<Option<String>> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        _ => Err(Error::invalid(name, "must be a string or null")),
    }
}

/// Which document a request means: by its text, by a `documentId` as the GraphQL-over-HTTP specification
/// knows it, or by the hash of a persisted query as Apollo's clients send it.
fn document(
    query: Option<String>,
    id: Option<String>,
    mut extensions: Map<String, Value>,
) -> Result<Asked> {
    let hash = match (id, extensions.remove("persistedQuery")) {
        (Some(id), _) => Some(hash(
            "documentId",
            id.strip_prefix("sha256:").unwrap_or(&id),
        )?),
        (None, Some(persisted)) => Some(persisted_hash(&persisted)?),
        (None, None) => None,
    };
    match (query, hash) {
        (Some(text), Some(hash)) if Hash::of(&text) != hash => Err(Error::invalid(
            "query",
            "must be the document whose SHA-256 was sent with it",
        )),
        (Some(text), _) => Ok(Asked::Text(text)),
        (None, Some(hash)) => Ok(Asked::Known(hash)),
        (None, None) => Err(Error::invalid(
            "query",
            "must be a string with a GraphQL document",
        )),
    }
}

fn persisted_hash(persisted: &Value) -> Result<Hash> {
    let path = "extensions.persistedQuery";
    let text = persisted["sha256Hash"].as_str().unwrap_or_default();
    if persisted["version"] != 1 {
        return Err(Error::invalid(path, "must be of version 1, by SHA-256"));
    }
    hash(path, text)
}

fn hash(path: &str, hex: &str) -> Result<Hash> {
    hex.parse()
        .map_err(|_| Error::invalid(path, "must be a SHA-256, as 64 hexadecimal digits"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parameters_are_typed_strictly() {
        for wrong in [
            json!([{"query": "{a}"}]),
            json!(["{a}"]),
            json!("{a}"),
            json!({}),
            json!({"query": null}),
            json!({"query": 1}),
            json!({"query": "{a}", "variables": "{}"}),
            json!({"query": "{a}", "variables": []}),
            json!({"query": "{a}", "operationName": 1}),
            json!({"query": "{a}", "extensions": true}),
        ] {
            let error = Params::from_json(wrong.clone()).expect_err("it is of the wrong type");
            assert_eq!(error.code(), "INVALID_INPUT", "{wrong}");
        }
        let nulls = json!({"query": "{a}", "variables": null, "operationName": null, "extensions": null, "id": 7});
        Params::from_json(nulls).expect("null is allowed, and so is the unknown");
    }

    #[test]
    fn bearer_tokens_are_read_strictly() {
        assert_eq!(bearer_token("Bearer abc").expect("a token"), "abc");
        assert_eq!(bearer_token("bearer  abc").expect("a token"), "abc");
        for wrong in [
            "abc",
            "Basic abc",
            "Bearer",
            "Bearer ",
            "Bearer a b",
            "Bearer é",
        ] {
            assert!(bearer_token(wrong).is_err(), "{wrong}");
        }
        let mut headers = HeaderMap::new();
        assert_eq!(bearer(&headers).expect("no header"), None);
        headers.append(AUTHORIZATION, "Bearer a".parse().expect("a header"));
        assert_eq!(bearer(&headers).expect("one header"), Some("a".to_owned()));
        headers.append(AUTHORIZATION, "Bearer b".parse().expect("a header"));
        assert!(bearer(&headers).is_err());
    }
}
