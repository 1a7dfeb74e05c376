//! What stays open for long: WebSockets and event streams, counted and told when it is over.
//!
//! What always holds:
//! - An organisation has no more subscriptions, and no more sockets, than its share; each gives its place
//!   back when it is dropped, however it ended.
//! - Sockets that have not authenticated are bounded for the whole process.
//! - Whoever serves something open learns when its token works no longer, and when the service stops.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use crate::{
    Error, Result,
    access::{Actor, Session},
    graphql::limits::Limits,
    places::{Place, Places},
    telemetry::meters::{METERS, UnderWay},
};

/// How often it is looked whether a token was revoked; its expiry is noticed when it comes.
pub(super) const LOOKS_EVERY: Duration = Duration::from_secs(30);

/// How soon it is looked again for a token that should have expired.
const AGAIN: Duration = Duration::from_secs(1);

/// What stays open for long in this process. Clones share it.
#[derive(Clone)]
pub struct Streams(Arc<Inner>);

struct Inner {
    subscriptions: Places<Owner>,
    sockets: Places<Owner>,
    most: usize,
    unauthenticated: Arc<Semaphore>,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Streams {
    /// None yet, and as many at the most as these limits allow.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let most = limits.subscriptions_per_organisation;
        Self(Arc::new(Inner {
            subscriptions: Places::new(most),
            sockets: Places::new(most),
            most,
            unauthenticated: Arc::new(Semaphore::new(limits.unauthenticated_sockets)),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }))
    }

    /// A place for one more subscription of whoever is calling.
    ///
    /// # Errors
    /// `LimitExceeded` when the organisation has none left.
    pub(super) fn subscription(&self, session: Option<&Session>) -> Result<Subscription> {
        let most = self.0.most;
        let place = self.0.subscriptions.take(owner(session)).ok_or_else(|| {
            Error::LimitExceeded(format!(
                "Your organisation has {most} subscriptions open. Complete one first, or follow `events` once for all of them."
            ))
        })?;
        Ok(Subscription {
            _place: place,
            _counted: METERS.stream_begins(),
        })
    }

    /// A place for one more socket of whoever is calling; none when the organisation has none left.
    pub(super) fn socket(&self, session: Option<&Session>) -> Option<Place<Owner>> {
        self.0.sockets.take(owner(session))
    }

    /// A place for a socket that has not authenticated yet; none when too many have not.
    pub(super) fn unauthenticated(&self) -> Option<OwnedSemaphorePermit> {
        self.0.unauthenticated.clone().try_acquire_owned().ok()
    }

    /// Counts the work among what [`Streams::ended`] waits for.
    pub(super) fn tracked<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        self.0.tasks.track_future(work)
    }

    /// Resolves when the service stops.
    pub(super) fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        self.0.stopping.clone().cancelled_owned()
    }

    /// Tells everything open that the service stops.
    pub fn stop(&self) {
        self.0.stopping.cancel();
        self.0.tasks.close();
    }

    /// Resolves when, after [`Streams::stop`], the last socket is closed.
    pub async fn ended(&self) {
        self.0.tasks.wait().await;
    }
}

/// A subscription that is open, until it is dropped.
#[derive(Debug)]
pub(super) struct Subscription {
    _place: Place<Owner>,
    _counted: UnderWay<'static>,
}

/// Whose places they are: an organisation's, or those of all without a token.
pub(super) type Owner = Option<Uuid>;

pub(super) fn owner(session: Option<&Session>) -> Owner {
    let actor = session.and_then(|session| session.actor().ok());
    actor.map(|actor| actor.organisation)
}

/// Resolves when the token of the session works no longer, with what is to be told then.
pub(super) async fn over(session: Option<Session>) -> Error {
    let Some((door, actor)) = session.and_then(|s| Some((s.door().clone(), s.actor().ok()?)))
    else {
        return std::future::pending().await;
    };
    loop {
        sleep(until_next_look(&actor, door.clock().now())).await;
        // A failure of the database has been logged; the next look will tell.
        if let Err(error @ Error::Unauthenticated(_)) = door.renew(&actor).await {
            return error;
        }
    }
}

/// Until the token expires, if that comes before the next look; a little more, so that it has expired then.
fn until_next_look(actor: &Actor, now: DateTime<Utc>) -> Duration {
    let left = |at: DateTime<Utc>| match (at - now).to_std() {
        Ok(left) => left + Duration::from_millis(1),
        Err(_) => AGAIN,
    };
    actor
        .expires_at()
        .map_or(LOOKS_EVERY, |at| left(at).min(LOOKS_EVERY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_looked_at_when_it_expires_and_in_between() {
        let now = DateTime::UNIX_EPOCH;
        let actor = Actor::new(
            (Uuid::nil(), entity::OrganisationKind::Supplier),
            None,
            String::new(),
            Vec::new(),
        );
        assert_eq!(until_next_look(&actor, now), LOOKS_EVERY);
        for (left, look) in [(5, 5_001), (3_600, 30_000), (-1, 1_000)] {
            let actor = actor.clone().until(now + chrono::TimeDelta::seconds(left));
            let wait = until_next_look(&actor, now).as_millis();
            assert_eq!(wait, look, "{left}");
        }
    }
}
