//! What HTTP and WebSocket have in common: from the JSON of a request to its response.
//!
//! A request goes the same way on both: typed strictly, guarded, parsed, its operation chosen, its
//! caller admitted, executed. Nothing reaches the executor on another way.

pub mod http;

mod accept;
mod idempotency;
pub mod respond;
mod ws;

use std::{any::TypeId, panic::AssertUnwindSafe, sync::Arc};

use ::http::{
    HeaderMap,
    header::{AUTHORIZATION, ORIGIN},
};
use async_graphql::{Data, Executor, Request, Response, ServerError};
use futures::{FutureExt, Stream, StreamExt, future::BoxFuture};
use serde_json::{Map, Value};

use super::{
    document::{Asked, Documents, Hash, Operation},
    limits::Limits,
};
use crate::{Error, Result, access::Session};

/// Takes the bearer token of a request, if it has one, and gives what its resolvers find in the
/// context. It is asked for every operation, so what it gives lives no longer than one.
pub type Admit = Arc<dyn Fn(Option<String>) -> BoxFuture<'static, Result<Data>> + Send + Sync>;

/// A GraphQL service as its transports see it.
pub struct Transport<E> {
    executor: E,
    documents: Arc<Documents>,
    limits: Limits,
    admit: Admit,
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
    /// A service that executes these documents within these limits, for whom `admit` lets in.
    pub fn new(executor: E, documents: Arc<Documents>, limits: Limits, admit: Admit) -> Self {
        Self {
            executor,
            documents,
            limits,
            admit,
        }
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

    /// Lets the caller in who has this token, if there is one, and gives what the executor takes.
    ///
    /// # Errors
    /// Those of [`Admit`].
    async fn admit(&self, operation: Operation, token: Option<String>) -> Result<Request> {
        let data = (self.admit)(token).await?;
        let mut request = operation.into_request();
        request.data = data;
        Ok(request)
    }

    /// Executes a query or mutation.
    ///
    /// # Errors
    /// `INTERNAL`, if it panics.
    pub(super) async fn execute(&self, request: Request) -> Result<Response> {
        let execution = AssertUnwindSafe(self.executor.execute(request)).catch_unwind();
        execution.await.map_err(|_| panicked())
    }

    /// Executes any operation as a stream of responses; a panic ends it with `INTERNAL`. What a response
    /// was read in is closed before it is sent: a peer that reads slowly occupies no connection of the
    /// database.
    pub(super) fn stream(&self, request: Request) -> impl Stream<Item = Result<Response>> + use<E> {
        let session = session(&request.data);
        let responses = self.executor.execute_stream(request, None);
        AssertUnwindSafe(responses)
            .catch_unwind()
            .then(move |response| {
                let session = session.clone();
                async move {
                    if let Some(session) = session {
                        session.forget().await;
                    }
                    response.map_err(|_| panicked())
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

/// The session among what resolvers find in their context, if there is one.
pub(super) fn session(data: &Data) -> Option<Session> {
    data.get(&TypeId::of::<Session>())?
        .downcast_ref::<Session>()
        .cloned()
}

/// async-graphql panics on some documents (a default value for a list of an unknown type); whoever
/// sends one must not end more than this request. The panic's own text is in the log already.
fn panicked() -> Error {
    Error::internal(anyhow::anyhow!("the execution of an operation panicked"))
}

/// Whether a browser sent the request: all of them say where from, and no page can keep them from it.
fn from_browser(headers: &HeaderMap) -> bool {
    headers.contains_key(ORIGIN) || headers.contains_key("sec-fetch-site")
}

/// The token of an `Authorization: Bearer` header; nothing if there is no such header.
///
/// # Errors
/// `UNAUTHENTICATED` if the header says anything else.
pub fn bearer(headers: &HeaderMap) -> Result<Option<String>> {
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
