//! Time and identity, handed in and never taken: tests and the demo's history run on a clock that
//! stands still until it is moved, with ids that are the same in every run.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use rand::{RngCore, SeedableRng, rngs::StdRng};
use uuid::Uuid;

/// Where the service takes the time and new ids from. Clones share both.
#[derive(Clone)]
pub struct Clock {
    time: Arc<Mutex<Option<DateTime<Utc>>>>,
    random: Arc<Mutex<StdRng>>,
    last_id: Arc<Mutex<(u64, u32)>>,
}

/// How many bits of an id count the ids of its millisecond.
const COUNTER: u32 = 26;

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
            last_id: Arc::default(),
        }
    }

    /// Moves a fixed clock; a running one begins to stand still.
    pub fn set(&self, time: DateTime<Utc>) {
        *locked(&self.time) = Some(time);
    }

    /// Lets the clock follow the machine's time from now on, and ids and secrets its randomness.
    pub fn run(&self) {
        *locked(&self.random) = StdRng::from_os_rng();
        *locked(&self.time) = None;
    }

    /// The present instant, to the microsecond: PostgreSQL keeps no more.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let fixed = *locked(&self.time);
        fixed.unwrap_or_else(Utc::now).trunc_subsecs(6)
    }

    /// A new id: a UUID of version 7, carrying the present instant. Ids of one millisecond count up, so
    /// that what one transaction makes keeps its order.
    #[must_use]
    pub fn id(&self) -> Uuid {
        let millis = u64::try_from(self.now().timestamp_millis()).unwrap_or_default();
        let count = self.count(millis);
        let mut bytes = self.random::<10>();
        // Beside them stand the version in four bits and the variant in two.
        let (high, low) = ((count >> 14).to_be_bytes(), (count & 0x3fff).to_be_bytes());
        bytes[..2].copy_from_slice(&high[2..]);
        bytes[2..4].copy_from_slice(&low[2..]);
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    /// How many ids this millisecond has had before.
    fn count(&self, millis: u64) -> u32 {
        let mut last = locked(&self.last_id);
        *last = match *last {
            (same, count) if same == millis => (millis, (count + 1) % (1 << COUNTER)),
            _ => (millis, 0),
        };
        last.1
    }

    /// Random bytes, unpredictable on a running clock.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        locked(&self.random).fill_bytes(&mut bytes);
        bytes
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The day of an instant in UTC. Deadlines are whole days, so the hour or two by which Swedish time
/// differs is accepted, and said in the schema.
#[must_use]
pub fn day(instant: DateTime<Utc>) -> NaiveDate {
    instant.date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_instant_keep_their_order_and_differ_by_seed() {
        let clock = Clock::fixed(DateTime::UNIX_EPOCH, 1);
        let ids: Vec<_> = (0..20_000).map(|_| clock.id()).collect();
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        assert_ne!(ids[0], Clock::fixed(DateTime::UNIX_EPOCH, 2).id());
        assert_eq!(ids[0], Clock::fixed(DateTime::UNIX_EPOCH, 1).id());
    }
}
