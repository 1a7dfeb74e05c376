//! The trend: how many risks were open at the end of each month of a year, by the level that they have now.
//!
//! When a risk was added and closed is known, what its level was in between is not: so that is not told.

use chrono::{Datelike, Months, NaiveDate};

use crate::kinds::RiskLevel;

/// The levels, the worst first: it stands at the bottom, where it can be compared.
pub const LEVELS: [RiskLevel; 4] = [
    RiskLevel::Critical,
    RiskLevel::High,
    RiskLevel::Moderate,
    RiskLevel::Low,
];

/// How many months are shown.
const SHOWN: u32 = 12;
/// The measures of the picture.
const STEP: i64 = 29;
const WIDTH: i64 = 22;
const BOTTOM: i64 = 172;
const HIGHEST: i64 = 150;
/// How high a part must be to have its number in it.
const LEGIBLE: i64 = 13;

/// When a risk was open, and what its level is now.
#[derive(Clone, Copy, Debug)]
pub struct Life {
    /// The day on which it was added.
    pub from: NaiveDate,
    /// The day on which it was closed.
    pub to: Option<NaiveDate>,
    /// Its level.
    pub level: RiskLevel,
}

impl Life {
    fn open_after(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|closed| closed > day)
    }
}

/// A month, or what has passed of it.
#[derive(Clone, Debug)]
pub struct Month {
    /// Its last day; today, of the present one.
    pub day: NaiveDate,
    /// How many were open when the day ended, in the order of [`LEVELS`].
    pub counts: [usize; 4],
    /// How many together.
    pub total: usize,
}

/// What happened over a year, until today.
#[must_use]
pub fn over_a_year(lives: &[Life], today: NaiveDate) -> Vec<Month> {
    (0..SHOWN)
        .rev()
        .filter_map(|back| end_of_month(today, back))
        .map(|day| {
            let open = |level: RiskLevel| {
                let those = lives.iter().filter(|life| life.level == level);
                those.filter(|life| life.open_after(day)).count()
            };
            let counts = LEVELS.map(open);
            Month {
                day,
                counts,
                total: counts.iter().sum(),
            }
        })
        .collect()
}

/// The last day of the month this many months ago; of the present one, today.
fn end_of_month(today: NaiveDate, back: u32) -> Option<NaiveDate> {
    if back == 0 {
        return Some(today);
    }
    today
        .with_day(1)?
        .checked_sub_months(Months::new(back - 1))?
        .pred_opt()
}

/// A bar of the picture.
#[derive(Clone, Debug)]
pub struct Bar {
    /// Its left side.
    pub x: i64,
    /// Its top.
    pub top: i64,
    /// How many together.
    pub total: usize,
    /// Its month: 1 to 12.
    pub month: u32,
    /// Its year, where that is told: under the first bar, and where a new one begins.
    pub year: Option<i32>,
    /// Its parts, from the bottom.
    pub parts: Vec<Part>,
}

impl Bar {
    /// Its middle.
    #[must_use]
    pub fn middle(&self) -> i64 {
        self.x + WIDTH / 2
    }
}

/// A part of a bar: a level.
#[derive(Clone, Debug)]
pub struct Part {
    /// The level.
    pub level: RiskLevel,
    /// How many.
    pub count: usize,
    /// Its top.
    pub y: i64,
    /// Its height.
    pub height: i64,
}

impl Part {
    /// Whether its number has room in it.
    #[must_use]
    pub fn legible(&self) -> bool {
        self.height >= LEGIBLE
    }

    /// The line on which its number stands.
    #[must_use]
    pub fn line(&self) -> i64 {
        self.y + self.height / 2 + 4
    }
}

/// The picture of these months.
#[must_use]
pub fn bars(months: &[Month]) -> Vec<Bar> {
    let most = months.iter().map(|month| month.total).max().unwrap_or(0);
    // Measured from the bottom, so that rounding leaves no gaps.
    let height = |count: usize| whole(count) * HIGHEST / whole(most).max(1);
    let mut last_year = None;
    let mut bars = vec![];
    for (month, x) in months
        .iter()
        .zip((4..).step_by(usize::try_from(STEP).unwrap_or(1)))
    {
        let mut below = 0;
        let mut parts = vec![];
        for (level, count) in LEVELS.into_iter().zip(month.counts) {
            let (from, to) = (height(below), height(below + count));
            below += count;
            if count > 0 {
                parts.push(Part {
                    level,
                    count,
                    y: BOTTOM - to,
                    height: to - from,
                });
            }
        }
        let (year, number) = (month.day.year(), month.day.month());
        bars.push(Bar {
            x,
            top: BOTTOM - height(month.total) - 4,
            total: month.total,
            month: number,
            // Beside the first of a year there is no room for that of the last.
            year: (last_year != Some(year) && !(last_year.is_none() && number == 12))
                .then_some(year),
            parts,
        });
        last_year = Some(year);
    }
    bars
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn life(from: &str, to: Option<&str>, level: RiskLevel) -> Life {
        Life {
            from: day(from),
            to: to.map(day),
            level,
        }
    }

    #[test]
    fn a_year_ends_today_and_every_month_before_at_its_end() {
        let months = over_a_year(&[], day("2026-03-31"));
        let days: Vec<_> = months.iter().map(|month| month.day.to_string()).collect();
        assert_eq!(days.len(), 12);
        assert_eq!(days[0], "2025-04-30");
        assert_eq!(days[9], "2026-01-31");
        assert_eq!(days[10], "2026-02-28");
        assert_eq!(days[11], "2026-03-31");
    }

    #[test]
    fn a_risk_counts_from_the_day_it_was_added_until_it_was_closed() {
        let lives = [
            life("2026-01-31", Some("2026-02-28"), RiskLevel::High),
            life("2024-01-01", None, RiskLevel::Low),
            life("2026-03-31", None, RiskLevel::Critical),
        ];
        let months = over_a_year(&lives, day("2026-03-30"));
        let of = |back: usize| months[11 - back].counts;
        assert_eq!(of(3), [0, 0, 0, 1], "December: only the old one");
        assert_eq!(of(2), [0, 1, 0, 1], "January: added on its last day");
        assert_eq!(of(1), [0, 0, 0, 1], "February: closed on its last day");
        assert_eq!(of(0), [0, 0, 0, 1], "today, before the last was added");
    }

    #[test]
    fn the_parts_of_a_bar_stand_on_each_other() {
        let lives = [
            life("2025-01-01", None, RiskLevel::Critical),
            life("2025-01-01", None, RiskLevel::Low),
            life("2026-03-01", None, RiskLevel::Low),
        ];
        let bars = bars(&over_a_year(&lives, day("2026-03-31")));
        let last = bars.last().expect("a bar");
        assert_eq!(last.total, 3);
        assert_eq!(last.parts.len(), 2);
        let (worst, least) = (&last.parts[0], &last.parts[1]);
        assert_eq!(worst.level, RiskLevel::Critical);
        assert_eq!(worst.y + worst.height, BOTTOM);
        assert_eq!(least.y + least.height, worst.y);
        assert_eq!(
            least.y,
            BOTTOM - HIGHEST,
            "the highest bar fills the picture"
        );
        let years: Vec<_> = bars.iter().filter_map(|bar| bar.year).collect();
        assert_eq!(years, [2025, 2026]);
    }

    #[test]
    fn a_year_without_risks_has_no_bars() {
        assert!(
            bars(&over_a_year(&[], day("2026-03-31")))
                .iter()
                .all(|bar| bar.parts.is_empty())
        );
    }
}
