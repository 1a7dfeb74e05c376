//! Stories that share one clock: each is told in its own order, all of them in the order of time.
//!
//! A story is a future that says [`Timeline::day`] or [`Timeline::at`] before it goes on. One story
//! runs at a time, and of those that wait the one with the earliest time goes on next, so that the
//! ledger is written in the order of its times. The order follows from the stories alone, never from
//! the day on which they are told: identifiers drawn from the clock's randomness are the same at every
//! telling.

use std::{
    collections::BTreeMap,
    future::poll_fn,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    task::Poll,
};

use anyhow::Result;
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc, Weekday};
use futures::future::BoxFuture;

use crate::clock::{Clock, day};

/// What happens to one thing in the course of the history.
pub type Story<'w> = BoxFuture<'w, Result<()>>;

/// A moment of the history: days from today, and minutes of that day.
type Moment = (i64, i64);

/// When people begin to work (07:00 UTC, 8 or 9 in Sweden), and for how many minutes they do.
const MORNING: i64 = 7 * 60;
const WORKDAY: i64 = 8 * 60;

/// The common time of the stories.
pub struct Timeline {
    clock: Clock,
    today: NaiveDate,
    wanted: Mutex<Option<Moment>>,
    /// The story that runs, and the changes made so far: they spread what happens over the day.
    story: AtomicI64,
    changes: AtomicI64,
}

impl Timeline {
    /// A history that ends today, the day on which the clock stands.
    pub fn new(clock: Clock) -> Self {
        Self {
            today: day(clock.now()),
            clock,
            wanted: Mutex::default(),
            story: AtomicI64::default(),
            changes: AtomicI64::default(),
        }
    }

    /// The day that is so many days from today, for deadlines.
    pub fn date(&self, days: i64) -> NaiveDate {
        self.today + TimeDelta::days(days)
    }

    /// The time of day on the workday that is so many days from today, or on the Friday before it.
    pub fn time(&self, days: i64, minute: i64) -> DateTime<Utc> {
        let date = self.date(days);
        let back = match date.weekday() {
            Weekday::Sat => 1,
            Weekday::Sun => 2,
            _ => 0,
        };
        let date = date - Days::new(back);
        date.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::minutes(minute)
    }

    /// Waits until that day, at some time of it.
    pub async fn day(&self, days: i64) {
        let story = self.story.load(Ordering::Relaxed);
        let minute = MORNING + (story * 37 + days.rem_euclid(97) * 53).rem_euclid(WORKDAY);
        self.at(days, minute).await;
    }

    /// Waits until this minute of that day.
    pub async fn at(&self, days: i64, minute: i64) {
        let mut waited = false;
        poll_fn(|_| {
            if waited {
                return Poll::Ready(());
            }
            waited = true;
            *self.wanted() = Some((days, minute));
            Poll::Pending
        })
        .await;
    }

    fn wanted(&self) -> std::sync::MutexGuard<'_, Option<Moment>> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the time pass that somebody needs to make one change.
    pub fn pass(&self) {
        let change = self.changes.fetch_add(1, Ordering::Relaxed);
        self.clock
            .set(self.clock.now() + TimeDelta::seconds(20 + change * 29 % 60));
    }

    /// Tells the stories to their ends.
    ///
    /// # Errors
    /// The first that a story ends with.
    pub async fn tell(&self, stories: Vec<Story<'_>>) -> Result<()> {
        let begin = (i64::MIN, 0);
        let mut waiting: BTreeMap<_, _> = (0..)
            .zip(stories)
            .map(|(index, story)| ((begin, index), story))
            .collect();
        while let Some(((moment, index), mut story)) = waiting.pop_first() {
            self.story.store(index, Ordering::Relaxed);
            self.advance(moment);
            let next = poll_fn(|context| match story.as_mut().poll(context) {
                Poll::Ready(end) => Poll::Ready(end.map(|()| None)),
                // Without a moment it waits for the database, which will wake it.
                Poll::Pending => self
                    .wanted()
                    .take()
                    .map_or(Poll::Pending, |next| Poll::Ready(Ok(Some(next)))),
            })
            .await?;
            if let Some(next) = next {
                waiting.insert((next.max(moment), index), story);
            }
        }
        Ok(())
    }

    /// Moves the clock on, never back: a story that was busy for long has made it later.
    fn advance(&self, (days, minute): Moment) {
        if days > i64::MIN {
            let time = self.time(days, minute);
            self.clock.set(time.max(self.clock.now()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(today: &str) -> Clock {
        Clock::fixed(today.parse().expect("a time"), 1)
    }

    async fn told(today: &str) -> Vec<(&'static str, DateTime<Utc>)> {
        let clock = clock(today);
        let timeline = Timeline::new(clock.clone());
        clock.set(timeline.time(-30, 0));
        let told = Mutex::new(vec![]);
        let tell = async |name, days: &[i64]| {
            for day in days {
                timeline.day(*day).await;
                // Work that waits for something else must not let another story in between.
                tokio::task::yield_now().await;
                told.lock().expect("a whole lock").push((name, clock.now()));
                timeline.pass();
            }
            Ok(())
        };
        let stories: Vec<Story<'_>> = vec![
            Box::pin(tell("risk", &[-20, -9, -8, -3])),
            Box::pin(tell("evidence", &[-25, -10, -9, -2])),
        ];
        timeline.tell(stories).await.expect("an end");
        told.into_inner().expect("a whole lock")
    }

    #[tokio::test]
    async fn stories_are_told_in_the_order_of_time_and_on_workdays() {
        let told = told("2026-11-24T09:00:00Z").await;

        assert!(told.is_sorted_by_key(|(_, time)| *time), "{told:?}");
        assert_eq!(told.len(), 8);
        for (_, time) in told {
            assert!(
                !matches!(time.weekday(), Weekday::Sat | Weekday::Sun),
                "{time}"
            );
        }
    }

    #[tokio::test]
    async fn their_order_is_the_same_on_every_day_of_the_week() {
        let names = async |today| -> Vec<_> {
            told(today)
                .await
                .into_iter()
                .map(|(name, _)| name)
                .collect()
        };
        let tuesday = names("2026-11-24T09:00:00Z").await;
        for other in [
            "2026-11-25T00:10:00Z",
            "2026-11-28T09:00:00Z",
            "2027-01-01T23:59:00Z",
        ] {
            assert_eq!(names(other).await, tuesday, "{other}");
        }
    }
}
