//! Time and identity, handed in and never taken: tests and the demo's history run on a clock that
//! stands still until it is moved, with ids that are the same in every run.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use rand::{RngCore, SeedableRng, rngs::StdRng};
use uuid::Uuid;

/// Where the service takes the time and new ids from. Clones share both.
#[derive(Clone)]
pub struct Clock {
    time: Arc<Mutex<Option<DateTime<Utc>>>>,
    random: Arc<Mutex<StdRng>>,
}

impl Clock {
    /// The machine's time, and ids from its randomness.
    #[must_use]
    pub fn system() -> Self {
        Self::new(None, StdRng::from_os_rng())
    }

    /// A clock that stands at `time`, and ids that follow from `seed`.
    #[must_use]
    pub fn fixed(time: DateTime<Utc>, seed: u64) -> Self {
        Self::new(Some(time), StdRng::seed_from_u64(seed))
    }

    fn new(time: Option<DateTime<Utc>>, random: StdRng) -> Self {
        Self {
            time: Arc::new(Mutex::new(time)),
            random: Arc::new(Mutex::new(random)),
        }
    }

    /// Moves a fixed clock; a running one begins to stand still.
    pub fn set(&self, time: DateTime<Utc>) {
        *self.time.lock().unwrap_or_else(PoisonError::into_inner) = Some(time);
    }

    /// Lets the clock follow the machine's time from now on, and ids and secrets its randomness.
    pub fn run(&self) {
        *self.random.lock().unwrap_or_else(PoisonError::into_inner) = StdRng::from_os_rng();
        *self.time.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The present instant, to the microsecond: PostgreSQL keeps no more.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let fixed = *self.time.lock().unwrap_or_else(PoisonError::into_inner);
        fixed.unwrap_or_else(Utc::now).trunc_subsecs(6)
    }

    /// A new id: a UUID of version 7, carrying the present instant.
    #[must_use]
    pub fn id(&self) -> Uuid {
        let millis = u64::try_from(self.now().timestamp_millis()).unwrap_or_default();
        let random = self.random();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// Random bytes, unpredictable on a running clock.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut bytes);
        bytes
    }
}

/// The day of an instant in UTC. Deadlines are whole days, so the hour or two by which Swedish time
/// differs is accepted, and said in the schema.
#[must_use]
pub fn day(instant: DateTime<Utc>) -> NaiveDate {
    instant.date_naive()
}
