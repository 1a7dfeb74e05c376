//! How full a budget is, and what that allows: the generic cell rate algorithm, without any I/O.
//!
//! All there is to know of a budget is when it will be full. What is spent moves that instant away by the
//! time in which as much flows back, and it is never further away than the whole window.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Budget, Holder, Standing, WINDOW};

const WINDOW_NANOS: u128 = WINDOW.as_nanos();

/// A budget at an instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    budget: Budget,
    full_in: Duration,
}

impl Level {
    /// The level now of a budget that will be full at this instant, or is if there is none. A clock that
    /// was put back does not make anybody wait longer than the window.
    pub(super) fn at(budget: Budget, full_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let full_in = full_at.and_then(|full_at| (full_at - now).to_std().ok());
        Self {
            budget,
            full_in: full_in.unwrap_or_default().min(WINDOW),
        }
    }

    pub(super) fn holder(self) -> Holder {
        self.budget.holder
    }

    /// When the budget will be full.
    pub(super) fn full_at(self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + self.full_in
    }

    /// How long until so much can be spent; no time at all if it can be now.
    pub(super) fn wait(self, points: u64) -> Duration {
        (self.full_in + self.time_of(points)).saturating_sub(WINDOW)
    }

    /// The level after so much was spent, which it must have allowed.
    pub(super) fn after(self, points: u64) -> Self {
        let full_in = (self.full_in + self.time_of(points)).min(WINDOW);
        Self { full_in, ..self }
    }

    pub(super) fn standing(self) -> Standing {
        let left = (WINDOW - self.full_in).as_nanos() * u128::from(self.budget.limit);
        Standing {
            budget: self.budget,
            remaining: u64::try_from(left / WINDOW_NANOS).unwrap_or(self.budget.limit),
            full_in: self.full_in,
        }
    }

    /// In which time so much flows back: never more than a full budget.
    pub(super) fn time_of(self, points: u64) -> Duration {
        let nanos = u128::from(points.min(self.budget.limit)) * WINDOW_NANOS;
        let nanos = nanos / u128::from(self.budget.limit);
        u64::try_from(nanos).map_or(WINDOW, Duration::from_nanos)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn budget(limit: u64) -> Budget {
        Budget::new(Holder::Address(None), limit)
    }

    fn full(limit: u64) -> Level {
        Level::at(budget(limit), None, DateTime::UNIX_EPOCH)
    }

    /// The level some time later.
    fn later(level: Level, passed: Duration) -> Level {
        let now = DateTime::UNIX_EPOCH;
        Level::at(level.budget, Some(level.full_at(now)), now + passed)
    }

    fn limits() -> impl Strategy<Value = u64> {
        prop_oneof![1..100_u64, 1..1_000_000_000_000_u64]
    }

    proptest! {
        #[test]
        fn nobody_spends_faster_than_the_budget_fills(
            limit in limits(),
            steps in prop::collection::vec((0..70_000_000_000_u64, any::<u64>()), 1..60),
        ) {
            let (mut level, mut spent, mut passed) = (full(limit), 0_u128, 0_u128);
            for (nanos, points) in steps {
                passed += u128::from(nanos);
                level = later(level, Duration::from_nanos(nanos));
                let points = points % (limit + limit / 2 + 1);
                if level.wait(points).is_zero() {
                    level = level.after(points);
                    spent += u128::from(points.min(limit));
                }
                let flowed = passed * u128::from(limit) / WINDOW_NANOS;
                // A point is rounded to the nanosecond in which it flows back.
                let rounding = 60 * u128::from(limit) / WINDOW_NANOS + 60;
                prop_assert!(spent <= u128::from(limit) + flowed + rounding);
            }
        }

        #[test]
        fn what_remains_can_be_spent(limit in limits(), spent in any::<u64>(), nanos in 0..60_000_000_000_u64) {
            let level = later(full(limit).after(spent), Duration::from_nanos(nanos));
            let standing = level.standing();
            prop_assert!(standing.remaining <= limit);
            prop_assert_eq!(level.wait(standing.remaining), Duration::ZERO);
        }

        #[test]
        fn whoever_waits_as_told_is_served(limit in limits(), spent in any::<u64>(), points in any::<u64>()) {
            let level = full(limit).after(spent);
            let wait = level.wait(points);
            prop_assert!(wait <= WINDOW);
            prop_assert_eq!(later(level, wait).wait(points), Duration::ZERO);
            let standing = later(level, level.standing().full_in).standing();
            prop_assert_eq!(standing.remaining, limit);
        }
    }

    #[test]
    fn what_costs_more_than_a_full_budget_takes_a_full_one() {
        let level = full(100);
        assert_eq!(level.wait(1_000), Duration::ZERO);
        let empty = level.after(1_000);
        assert_eq!(empty.standing().remaining, 0);
        assert_eq!(empty.wait(1_000), WINDOW);
        assert_eq!(empty.wait(50), WINDOW / 2);
    }

    #[test]
    fn points_are_counted_to_the_last() {
        let mut level = full(7);
        for left in (0..7).rev() {
            assert_eq!(level.wait(1), Duration::ZERO);
            level = level.after(1);
            assert_eq!(level.standing().remaining, left);
        }
        assert!(!level.wait(1).is_zero());
    }

    #[test]
    fn a_clock_that_is_put_back_keeps_nobody_out() {
        let now = DateTime::UNIX_EPOCH;
        let far = now + Duration::from_secs(100_000);
        assert_eq!(Level::at(budget(10), Some(far), now).wait(1), WINDOW / 10);
    }
}
