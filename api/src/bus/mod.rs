//! What replicas share beside the database: hints that there is news, and the budgets of their callers.
//!
//! What always holds: nothing that is right depends on it. The ledger is in the database, and every
//! replica looks there by itself once a [`LOOK`]; a hint only makes it look at once. While Redis is away,
//! requests are served, each replica keeps budgets of its own, and subscribers hear of events a little
//! later. When it is back, all of that resumes by itself.
//!
//! Keys of repeated requests are not kept here but in the database, with the changes that they are about:
//! a mutation happens once, whatever becomes of Redis.

mod redis;

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use chrono::TimeDelta;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

pub use self::redis::{Listening, Redis};
use crate::{access::Door, clock::Clock, config, graphql::transport::budget};

/// How often every replica looks by itself what has been sealed.
const LOOK: Duration = Duration::from_secs(1);

/// For how long a replica may take to seal what it has committed, before another does it.
const PATIENCE: TimeDelta = TimeDelta::seconds(2);

/// What replicas share. Clones are the same.
#[derive(Clone)]
pub enum Bus {
    /// Nothing: there is one process, or none knows of the others.
    Alone,
    /// A Redis that all of them use.
    Shared(Redis),
}

impl Bus {
    /// What the settings name. A Redis need not answer yet.
    ///
    /// # Errors
    /// When its address cannot be understood.
    pub fn open(settings: &config::Bus) -> anyhow::Result<Self> {
        match settings.url.expose() {
            url if url.starts_with("redis") => {
                let redis = Redis::open(url).context("setting `bus.url`")?;
                Ok(Self::Shared(redis))
            }
            _ => Ok(Self::Alone),
        }
    }

    /// Where the budgets of callers are kept.
    #[must_use]
    pub fn budgets(&self, clock: Clock) -> Arc<dyn budget::Budgets> {
        let own = budget::Memory::new(clock);
        match self {
            Self::Alone => Arc::new(own),
            Self::Shared(redis) => Arc::new(budget::Shared::new(redis.clone(), own)),
        }
    }

    /// Follows what the replicas seal, for as long as the process lives: tells the others of what is sealed
    /// here, and those who wait here of what is sealed there.
    pub async fn follow(self, door: Door) {
        let listening = match &self {
            Self::Alone => None,
            Self::Shared(redis) => Some(redis.listen()),
        };
        let mut sealed = door.sealed();
        let mut looks = interval_at(Instant::now(), LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Up to here the others know, or told it.
        let mut known = 0;
        let mut failing = false;
        loop {
            tokio::select! {
                changed = sealed.changed() => {
                    let end = *sealed.borrow_and_update();
                    if changed.is_err() {
                        return;
                    }
                    if end > known {
                        known = end;
                        self.tell().await;
                    }
                    continue;
                }
                () = heard(listening.as_ref()) => {}
                _ = looks.tick() => {}
            }
            match door.catch_up(PATIENCE).await {
                Ok(end) => {
                    known = Ord::max(known, end);
                    failing = false;
                }
                Err(error) if !failing => {
                    failing = true;
                    tracing::warn!(%error, "cannot look what has been sealed; it is tried again and again");
                }
                Err(_) => {}
            }
        }
    }

    async fn tell(&self) {
        if let Self::Shared(redis) = self {
            redis.hint().await;
        }
    }
}

/// Waits for the next hint, for ever if nobody gives any.
async fn heard(listening: Option<&Listening>) {
    match listening {
        Some(listening) => listening.heard().await,
        None => std::future::pending().await,
    }
}
