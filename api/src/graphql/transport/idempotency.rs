//! Mutations that are carried out once, however often they are sent: the `Idempotency-Key` header.
//!
//! A client that got no answer sends the same request with the same key again, and gets the first
//! answer, marked `Idempotency-Replayed: true`. The key is a token's own and known for 24 hours. It is
//! spent by a change: a request that was refused, or failed before it changed anything, leaves it free,
//! for the same request or a corrected one. What a key stands for is decided in
//! [`access`](crate::access::Claim).

use std::sync::Arc;

use async_graphql::{Data, Executor, Response};
use http::{HeaderMap, HeaderName};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tracing::Instrument;
use uuid::Uuid;

use super::{Admitted, Params, Transport, http::Refused, respond, session};
use crate::{
    Error, Result,
    access::{Claim, Reserved, Session},
};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// On an answer that was given before.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The longest key.
const LONGEST: usize = 200;

/// A request that is to be carried out once.
pub(super) struct Once {
    key: String,
    request_hash: String,
}

/// What a request is answered with.
pub(super) enum Answer {
    /// The response of its execution.
    First(Response),
    /// The response that it was given before.
    Again(Value),
}

/// The key in the headers of a request, if there is one.
///
/// # Errors
/// `INVALID_INPUT` if it cannot be one.
pub(super) fn key(headers: &HeaderMap) -> Result<Option<String>> {
    let mut keys = headers.get_all(KEY).iter();
    let (first, second) = (keys.next(), keys.next());
    let Some(first) = first else {
        return Ok(None);
    };
    let fits = |key: &&str| {
        (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| matches!(byte, b' '..=b'~'))
    };
    match first.to_str().ok().filter(fits) {
        Some(key) if second.is_none() => Ok(Some(key.to_owned())),
        _ => Err(Error::invalid(
            "Idempotency-Key",
            format!(
                "must be given once, as 1 to {LONGEST} printable ASCII characters; a UUID will do"
            ),
        )),
    }
}

impl Once {
    pub(super) fn new(key: String, params: &Params) -> Self {
        let document = params.document.hash().to_string();
        let request = json!([document, params.operation_name, params.variables]);
        Self {
            key,
            request_hash: hex::encode(Sha256::digest(request.to_string())),
        }
    }

    /// Executes the request, unless it has been before. It is carried out to its end even if the client
    /// goes away meanwhile: that one will ask again. Without a known caller there is nobody whose key it
    /// could be, and nothing that would be changed.
    ///
    /// # Errors
    /// What the key stands for, if not for this; and those of execution.
    pub(super) async fn execute<E: Executor>(
        self,
        service: &Arc<Transport<E>>,
        admitted: Admitted,
    ) -> Result<Answer, Refused> {
        let Some((session, caller)) = caller(admitted.data()) else {
            return executed(service, admitted).await.map(Answer::First);
        };
        let work = self.carry_out(service.clone(), admitted, session, caller);
        tokio::spawn(work.in_current_span())
            .await
            .map_err(Error::internal)?
    }

    async fn carry_out<E: Executor>(
        self,
        service: Arc<Transport<E>>,
        admitted: Admitted,
        session: Session,
        caller: Uuid,
    ) -> Result<Answer, Refused> {
        let door = session.door();
        let reserved = match door.reserve(caller, &self.key, self.request_hash).await? {
            Claim::Again(answer) => return Ok(Answer::Again(answer)),
            Claim::First(reserved) => reserved,
        };
        session.spends(&reserved);
        let answer = executed(&service, admitted).await;
        session.forget().await;
        conclude(reserved, &session, answer.as_ref().ok()).await;
        answer.map(Answer::First)
    }
}

/// Whose key it is: the token's, or the person's, in whichever session.
fn caller(data: &Data) -> Option<(Session, Uuid)> {
    let session = session(data)?;
    let actor = session.actor().ok()?;
    let caller = actor.token().or(actor.person)?;
    Some((session, caller))
}

async fn executed<E: Executor>(
    service: &Transport<E>,
    admitted: Admitted,
) -> Result<Response, Refused> {
    let response = tokio::time::timeout(service.limits.time, service.execute(admitted)).await;
    let response = response.map_err(|_| service.timed_out())??;
    Ok(respond::finish(response)?)
}

/// Tells the key what became of its request. When something may have been changed and no answer came of it,
/// the key is told nothing: the client has to look.
async fn conclude(reserved: Reserved, session: &Session, answer: Option<&Response>) {
    let concluded = match answer {
        _ if !session.has_changed() => reserved.release().await,
        None => return,
        Some(_) if session.has_shown_secret() => reserved.keep(None).await,
        Some(answer) => match serde_json::to_value(answer) {
            Ok(answer) => reserved.keep(Some(answer)).await,
            Err(error) => Err(Error::internal(error)),
        },
    };
    if let Err(error) = concluded {
        tracing::warn!(%error, "an idempotency key was not told what became of its request");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(keys: &[&str]) -> Result<Option<String>> {
        let mut headers = HeaderMap::new();
        for key in keys {
            headers.append(KEY, key.parse().expect("a header value"));
        }
        key(&headers)
    }

    #[test]
    fn a_key_is_short_printable_and_given_once() {
        assert_eq!(read(&[]).expect("no key"), None);
        for fits in ["1", "\"a b\"", &"k".repeat(LONGEST)] {
            assert_eq!(read(&[fits]).expect("a key").as_deref(), Some(fits));
        }
        for wrong in [
            &[""][..],
            &["é"],
            &["a\tb"],
            &[&"k".repeat(LONGEST + 1)],
            &["a", "a"],
        ] {
            let error = read(wrong).expect_err("no key");
            assert_eq!(error.code(), "INVALID_INPUT", "{wrong:?}");
        }
    }

    #[test]
    fn requests_are_the_same_when_their_parameters_are() {
        let hash = |parameters: Value| {
            let params = Params::from_json(parameters).expect("well typed");
            Once::new(String::new(), &params).request_hash
        };
        let one = json!({"query": "mutation{a}", "variables": {"x": 1, "y": 2}, "id": 1});
        assert_eq!(
            hash(one.clone()),
            hash(json!({"query": "mutation{a}", "variables": {"y": 2, "x": 1}}))
        );
        for other in [
            json!({"query": "mutation{b}", "variables": {"x": 1, "y": 2}}),
            json!({"query": "mutation{a}", "variables": {"x": 1, "y": 3}}),
            json!({"query": "mutation{a}", "variables": {"x": 1, "y": 2}, "operationName": "A"}),
        ] {
            assert_ne!(hash(one.clone()), hash(other));
        }
    }
}
