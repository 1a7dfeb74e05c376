//! A schema of few fields, served as the real one is, for the tests of the transports.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_graphql::{Data, ID, Object, Schema, Subscription};
use futures::{FutureExt, Stream, StreamExt, stream};

use super::{
    document::Documents,
    limits::Limits,
    transport::{Transport, budget::Memory},
};
use crate::{Error, Result, access::Shown, clock::Clock};

/// A session that the resolvers find in the context.
pub(super) struct Caller(pub Option<String>);

pub(super) struct Query;

#[Object]
impl Query {
    async fn caller(&self, context: &async_graphql::Context<'_>) -> Option<String> {
        context.data_unchecked::<Caller>().0.clone()
    }

    async fn item(&self, id: ID) -> Result<Option<i32>> {
        id.parse().map(Some).map_err(|_| Error::NotFound)
    }

    async fn broken(&self) -> async_graphql::Result<i32> {
        Err(async_graphql::Error::new("a secret of the inside"))
    }

    async fn panics(&self, ids: Option<Vec<i32>>) -> i32 {
        ids.expect("a panic in a resolver")[0]
    }

    async fn slow(&self) -> i32 {
        tokio::time::sleep(Duration::from_secs(3600)).await;
        1
    }
}

pub(super) struct Mutation;

#[Object]
impl Mutation {
    async fn change(&self, by: i32) -> i32 {
        by
    }
}

pub(super) struct Subscriptions;

/// How often `flood` was read, by all tests.
pub(super) static FLOODED: AtomicUsize = AtomicUsize::new(0);

#[Subscription]
impl Subscriptions {
    async fn count(&self, to: i32) -> impl Stream<Item = i32> {
        stream::iter(1..=to)
    }

    async fn silence(&self) -> impl Stream<Item = i32> {
        stream::iter([0]).chain(stream::pending())
    }

    /// More than any buffer holds, as fast as it is read.
    async fn flood(&self) -> impl Stream<Item = String> {
        stream::repeat_with(|| {
            FLOODED.fetch_add(1, Ordering::Relaxed);
            "a".repeat(64 << 10)
        })
    }

    async fn panics(&self) -> impl Stream<Item = i32> {
        stream::iter([0]).map(|_| panic!("a panic in a stream"))
    }

    /// The second event cannot be read: the service fails.
    async fn interrupted(&self) -> impl Stream<Item = Result<i32>> {
        let failure = Error::internal(anyhow::anyhow!("a failure of the test"));
        stream::iter([Ok(1), Err(failure), Ok(3)])
    }

    /// The second event is not for the caller.
    async fn veiled(&self) -> impl Stream<Item = Result<i32>> {
        stream::iter([Ok(1), Err(Error::NotFound), Ok(3)])
    }

    async fn refused(&self) -> Result<stream::Empty<i32>> {
        Err(Error::NotFound)
    }
}

pub(super) type TestSchema = Schema<Query, Mutation, Subscriptions>;

/// Lets in the token `good` and those without one; `barred` is known but may not enter.
pub(super) fn service(limits: Limits) -> Transport<TestSchema> {
    let executor = Schema::build(Query, Mutation, Subscriptions).finish();
    let admit = |shown: Option<Shown>| {
        let token = shown.map(|shown| match shown {
            Shown::Token(secret) | Shown::Cookie(secret) => secret,
        });
        let caller = match token.as_deref() {
            None | Some("good") => Ok(token),
            Some("barred") => Err(Error::Forbidden("This token may not do this.".to_owned())),
            Some(_) => Err(Error::Unauthenticated("The token is not valid.")),
        };
        let admitted = caller.map(|token| {
            let mut data = Data::default();
            data.insert(Caller(token));
            data
        });
        std::future::ready(admitted).boxed()
    };
    let documents = Documents::new(&executor.sdl(), limits.clone());
    let documents = Arc::new(documents.expect("the schema's own definition"));
    let budgets = Arc::new(Memory::new(Clock::system()));
    Transport::new(executor, documents, limits, Arc::new(admit), budgets)
}
