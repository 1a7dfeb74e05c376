//! Budgets in the memory of this process, which they last as long as.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use futures::{FutureExt, future::BoxFuture};

use super::{Budget, Budgets, Holder, Spent, level::Level};
use crate::{Result, clock::Clock};

/// How many holders are remembered before it is looked whose budgets are full again.
const FEW: usize = 1024;

/// Budgets of this process alone: each replica that keeps them so grants them anew.
///
/// A budget that is full need not be remembered. So what is remembered is never much more than those
/// who called within the last minute.
pub struct Memory {
    clock: Clock,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    full_at: HashMap<Holder, DateTime<Utc>>,
    /// How many were left when the full ones were forgotten last.
    left: usize,
}

impl Memory {
    /// Budgets that are all full, and fill by this clock.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            kept: Mutex::default(),
        }
    }

    fn spend_now(&self, budgets: &[Budget], points: u64) -> Spent {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Read under the lock, so that time does not go backwards from one spender to the next.
        let now = self.clock.now();
        let level = |budget: &Budget| {
            let full_at = kept.full_at.get(&budget.holder).copied();
            Level::at(*budget, full_at, now)
        };
        let levels: Vec<_> = budgets.iter().map(level).collect();
        let wait = levels.iter().map(|level| level.wait(points)).max();
        let wait = wait.filter(|wait| !wait.is_zero());
        let levels = match wait {
            Some(_) => levels,
            None => kept.take(levels, points, now),
        };
        Spent {
            standings: levels.into_iter().map(Level::standing).collect(),
            wait,
        }
    }
}

impl Kept {
    fn take(&mut self, levels: Vec<Level>, points: u64, now: DateTime<Utc>) -> Vec<Level> {
        let spent: Vec<_> = levels
            .into_iter()
            .map(|level| level.after(points))
            .collect();
        let full = spent
            .iter()
            .map(|level| (level.holder(), level.full_at(now)));
        self.full_at.extend(full);
        if self.full_at.len() >= FEW.max(self.left * 2) {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.left = self.full_at.len();
        }
        spent
    }
}

impl Budgets for Memory {
    fn spend(&self, budgets: Vec<Budget>, points: u64) -> BoxFuture<'_, Result<Spent>> {
        async move { Ok(self.spend_now(&budgets, points)) }.boxed()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;

    fn token(number: u128) -> Budget {
        Budget::new(Holder::Token(Uuid::from_u128(number)), 60)
    }

    fn organisation() -> Budget {
        Budget::new(Holder::Organisation(Uuid::nil()), 100)
    }

    fn remaining(spent: &Spent) -> Vec<u64> {
        let left = spent.standings.iter().map(|standing| standing.remaining);
        left.collect()
    }

    #[test]
    fn what_one_budget_refuses_is_taken_out_of_none() {
        let budgets = Memory::new(Clock::fixed(DateTime::UNIX_EPOCH, 1));
        let first = budgets.spend_now(&[token(1), organisation()], 60);
        assert_eq!((first.wait, remaining(&first)), (None, vec![0, 40]));

        let refused = budgets.spend_now(&[token(2), organisation()], 50);
        assert!(refused.wait.is_some());
        assert_eq!(remaining(&refused), [60, 40]);
        let second = budgets.spend_now(&[token(2), organisation()], 40);
        assert_eq!((second.wait, remaining(&second)), (None, vec![20, 0]));
    }

    #[test]
    fn a_budget_fills_with_time() {
        let clock = Clock::fixed(DateTime::UNIX_EPOCH, 1);
        let budgets = Memory::new(clock.clone());
        budgets.spend_now(&[token(1)], 60);
        let wait = budgets.spend_now(&[token(1)], 5).wait.expect("it is empty");
        assert_eq!(wait, std::time::Duration::from_secs(5));
        clock.set(clock.now() + wait);
        assert_eq!(budgets.spend_now(&[token(1)], 5).wait, None);
        clock.set(clock.now() + TimeDelta::minutes(1));
        assert_eq!(remaining(&budgets.spend_now(&[token(1)], 0)), [60]);
    }

    #[test]
    fn whoever_has_not_called_for_long_is_forgotten() {
        let clock = Clock::fixed(DateTime::UNIX_EPOCH, 1);
        let budgets = Memory::new(clock.clone());
        for caller in 0..100_000 {
            clock.set(clock.now() + TimeDelta::milliseconds(100));
            budgets.spend_now(&[token(caller)], 60);
        }
        let kept = budgets.kept.lock().expect("a whole lock").full_at.len();
        assert!(kept <= 2 * FEW, "{kept} are remembered");
    }
}
