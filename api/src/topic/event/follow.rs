//! Following the feed of an organisation as it grows, whole or narrowed.
//!
//! What always holds for a subscriber:
//! - Events come in the order of their positions, each at most once, and none that is sealed after the
//!   position asked for is left out, however many do not match in between.
//! - Roles and token are read anew before anything is delivered; what was read ahead and has waited for
//!   a slow reader is read anew too.
//! - Nothing is held while it waits: no connection of the database, and no more events than one batch.
//! - What is narrowed to a record ends quietly when the record is no longer seen, for whoever subscribes
//!   to it then is told that there is no such record.

use std::{collections::VecDeque, time::Duration};

use entity::{event, event_audience};
use futures::{FutureExt, Stream, future::BoxFuture, stream};
use sea_orm::{
    ColumnTrait, Condition, Order,
    sea_query::{BinOper, Expr, ExprTrait},
};
use tokio::{sync::watch, time::Instant};
use uuid::Uuid;

use crate::{
    Error, Result,
    access::{Scope, Session, visible::Visible},
    graphql::{
        key::{Key, Keyed},
        loaded::Loaded,
    },
};

/// How many events are read at a time for a subscriber.
const BATCH: usize = 100;

/// For how long what was read ahead may be delivered without looking anew who may see it.
const FRESH: Duration = Duration::from_secs(1);

/// Which events of the feed somebody follows.
pub struct Wanted {
    events: Condition,
    readable: fn(&Scope) -> Result<()>,
    narrowed_to: Vec<Narrowed>,
}

/// A record that a subscription is narrowed to.
struct Narrowed {
    id: Uuid,
    look: Look,
}

/// Looks whether a record exists for the actor: `NotFound` when it does not.
type Look = for<'s> fn(&'s Scope, Uuid) -> BoxFuture<'s, Result<()>>;

fn look<E: Visible>(scope: &Scope, id: Uuid) -> BoxFuture<'_, Result<()>> {
    async move { scope.get::<E>(id).await.map(drop) }.boxed()
}

impl Wanted {
    /// Every event that the actor sees.
    #[must_use]
    pub fn all() -> Self {
        Self {
            events: Condition::all(),
            readable: |_| Ok(()),
            narrowed_to: Vec::new(),
        }
    }

    /// The changes of records of this kind.
    #[must_use]
    pub fn changes_of<E: Visible>() -> Self {
        let kind = event::Column::SubjectType.eq(E::default().table_name());
        Self {
            events: Condition::all().add(kind),
            readable: |scope| scope.find::<E>().map(drop),
            narrowed_to: Vec::new(),
        }
    }

    /// Only those of one record, if it is given.
    #[must_use]
    pub fn of<E: Visible + Keyed>(self, record: Option<Key<E>>) -> Self {
        self.narrowed(record, |id| event::Column::SubjectId.eq(id).into())
    }

    /// Only those of records whose `field` named this other record before the change or names it after,
    /// if one is given.
    #[must_use]
    pub fn under<E: Visible + Keyed>(self, field: &'static str, record: Option<Key<E>>) -> Self {
        self.narrowed(record, |id| {
            let named = |state: event::Column| {
                Expr::col(state.as_column_ref())
                    .binary(BinOper::Custom("->>"), field)
                    .eq(id.to_string())
            };
            Condition::any()
                .add(named(event::Column::Before))
                .add(named(event::Column::After))
        })
    }

    fn narrowed<E: Visible + Keyed>(
        mut self,
        record: Option<Key<E>>,
        condition: impl FnOnce(Uuid) -> Condition,
    ) -> Self {
        if let Some(Key { id, .. }) = record {
            self.events = self.events.add(condition(id));
            self.narrowed_to.push(Narrowed {
                id,
                look: look::<E>,
            });
        }
        self
    }

    /// What the feed holds of it after this position, or from now on, and then as it happens.
    ///
    /// # Errors
    /// `Forbidden` when the actor may not read such records at all, `NotFound` when one that it is narrowed
    /// to does not exist for the actor.
    pub async fn follow<T>(
        self,
        session: &Session,
        after: Option<i64>,
    ) -> Result<impl Stream<Item = Result<T>> + Send + use<T>>
    where
        T: From<Loaded<event_audience::Entity>> + Send + 'static,
    {
        // Subscribed before anything is read, so that nothing is sealed unnoticed in between.
        let sealed = session.door().sealed();
        let scope = session.scope().await?;
        self.is_seen(&scope).await?;
        let after = match after {
            Some(position) => position,
            None => scope.last_position().await?,
        };
        let follower = Follower {
            session: session.clone(),
            wanted: self,
            sealed,
            after,
            ahead: Ahead::default(),
        };
        Ok(stream::unfold(follower, |mut follower| async {
            let row = follower.next().await?;
            Some((row.map(T::from), follower))
        }))
    }

    async fn is_seen(&self, scope: &Scope) -> Result<()> {
        (self.readable)(scope)?;
        for record in &self.narrowed_to {
            (record.look)(scope, record.id).await?;
        }
        Ok(())
    }

    /// The next of them between two positions, oldest first.
    async fn between(
        &self,
        scope: &Scope,
        after: i64,
        last: i64,
    ) -> Result<Vec<event_audience::Model>> {
        use event_audience::{Column, Entity};
        let rows = scope
            .find::<Entity>()?
            .filter(Column::Position.gt(after))
            .filter(Column::Position.lte(last));
        let rows = if self.events.is_empty() {
            rows
        } else {
            let events = scope.find::<event::Entity>()?.filter(self.events.clone());
            rows.filter(Column::EventId.in_subquery(events.ids()))
        };
        rows.order(Expr::col(Column::Position.as_column_ref()), Order::Asc)
            .limit(BATCH as u64)
            .all()
            .await
    }
}

/// A subscriber: who follows, what wakes it, and how far it has come.
struct Follower {
    session: Session,
    wanted: Wanted,
    sealed: watch::Receiver<i64>,
    /// Everything up to here was delivered or does not concern it.
    after: i64,
    ahead: Ahead,
}

/// What was read ahead and is not delivered yet.
struct Ahead {
    rows: VecDeque<Loaded<event_audience::Entity>>,
    read_at: Instant,
    then: Then,
}

/// What comes after what was read ahead.
enum Then {
    /// There may be more already.
    Read,
    /// There was no more up to this position.
    Wait(i64),
    /// Nothing.
    Stop,
}

impl Ahead {
    fn new(rows: Vec<event_audience::Model>, then: Then) -> Self {
        Self {
            rows: Loaded::<event_audience::Entity>::together(rows).into(),
            read_at: Instant::now(),
            then,
        }
    }

    fn is_stale(&self) -> bool {
        !self.rows.is_empty() && self.read_at.elapsed() > FRESH
    }
}

impl Default for Ahead {
    fn default() -> Self {
        Self::new(Vec::new(), Then::Read)
    }
}

impl Follower {
    /// Waits for the next event; a failure, such as an expired token, is told and ends the stream.
    async fn next(&mut self) -> Option<Result<Loaded<event_audience::Entity>>> {
        loop {
            if self.ahead.is_stale() {
                self.ahead = Ahead::default();
            }
            if let Some(row) = self.ahead.rows.pop_front() {
                self.after = row.position.unwrap_or(self.after);
                return Some(Ok(row));
            }
            self.session.forget().await;
            match self.ahead.then {
                Then::Read => {}
                Then::Wait(passed) => {
                    self.after = Ord::max(self.after, passed);
                    self.sealed.changed().await.ok()?;
                }
                Then::Stop => return None,
            }
            match self.read_ahead().await {
                Ok(ahead) => self.ahead = ahead,
                Err(error) => {
                    self.ahead.then = Then::Stop;
                    return Some(Err(error));
                }
            }
        }
    }

    /// The next batch. The end of the feed is read first: what is sealed later is not passed over.
    async fn read_ahead(&self) -> Result<Ahead> {
        let last = self.session.scope().await?.last_position().await?;
        // Who holds a connection must not wait for another.
        self.session.forget().await;
        if last <= self.after {
            return Ok(Ahead::new(Vec::new(), Then::Wait(last)));
        }
        self.session.renew().await?;
        let scope = self.session.scope().await?;
        (self.wanted.readable)(&scope)?;
        let rows = self.wanted.between(&scope, self.after, last).await?;
        let then = match self.wanted.is_seen(&scope).await {
            _ if rows.len() == BATCH => Then::Read,
            Ok(()) => Then::Wait(last),
            Err(Error::NotFound) => Then::Stop,
            Err(error) => return Err(error),
        };
        Ok(Ahead::new(rows, then))
    }
}
