//! The rules of input: every broken one is collected and told at once, so that nobody has to send
//! the same form five times to learn five things.
//!
//! Text is kept exactly as it was given: it is refused or accepted, never trimmed or interpreted.
//! Lengths count characters, as the checks in the database do. Paths are the names in the schema
//! (`validUntil`), and a message reads on from its path: "validUntil must be …".

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use chrono::{Datelike, NaiveDate};

use crate::error::{Error, Result, Violation};

/// The longest title, name or place.
pub const TITLE: usize = 200;
/// The longest description, remark, report or minutes.
pub const BODY: usize = 10_000;
/// The years a date may lie in. Mistyped years are caught here, and SQLite keeps dates as text,
/// which sorts only while every year has four digits.
const YEARS: RangeInclusive<i32> = 1900..=2199;

/// Collects what is wrong with an input until [`Check::finish`] tells all of it.
#[derive(Debug, Default)]
#[must_use = "what is wrong is told by `finish`"]
pub struct Check {
    violations: Vec<Violation>,
}

impl Check {
    /// A rule of any kind: `message` is told unless it holds.
    pub fn require(&mut self, path: &str, holds: bool, message: impl Into<String>) {
        if !holds {
            self.violations.push(Violation {
                path: path.to_owned(),
                message: message.into(),
            });
        }
    }

    /// Text that must say something, in at most `longest` characters.
    pub fn text(&mut self, path: &str, text: &str, longest: usize) {
        let length = text.chars().count();
        self.require(
            path,
            !text.chars().all(char::is_whitespace),
            "must not be blank",
        );
        self.require(
            path,
            length <= longest,
            format!("must be at most {longest} characters long, not {length}"),
        );
        self.require(
            path,
            !text.chars().any(is_unprintable),
            "must not contain control characters other than line breaks and tabs",
        );
    }

    /// Text that may be left out; if it is given, the rules of [`Check::text`] hold.
    pub fn optional_text(&mut self, path: &str, text: Option<&str>, longest: usize) {
        if let Some(text) = text {
            self.text(path, text, longest);
        }
    }

    /// A number within bounds, both included.
    pub fn range(&mut self, path: &str, value: i32, allowed: RangeInclusive<i32>) {
        let (least, most) = (allowed.start(), allowed.end());
        self.require(
            path,
            allowed.contains(&value),
            format!("must be from {least} to {most}, not {value}"),
        );
    }

    /// A date in a year that can be meant.
    pub fn date(&mut self, path: &str, date: Option<NaiveDate>) {
        let (first, last) = (YEARS.start(), YEARS.end());
        self.require(
            path,
            date.is_none_or(|date| YEARS.contains(&date.year())),
            format!("must lie in a year from {first} to {last}"),
        );
    }

    /// A last day that does not come before its first; either may be missing. `path` is the last day's.
    pub fn dates_in_order(
        &mut self,
        path: &str,
        from: Option<NaiveDate>,
        until: Option<NaiveDate>,
    ) {
        if let (Some(from), Some(until)) = (from, until) {
            self.require(
                path,
                from <= until,
                format!("must be {from} or later, not {until}"),
            );
        }
    }

    /// A date that still lies ahead, or is today.
    pub fn not_past(&mut self, path: &str, date: NaiveDate, today: NaiveDate) {
        self.dates_in_order(path, Some(today), Some(date));
    }

    /// Text that is read into a type of its own. What cannot be read becomes a violation and `None`:
    /// end with [`Check::finish_with`].
    pub fn parse<T: FromStr<Err: Display>>(&mut self, path: &str, text: &str) -> Option<T> {
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.require(path, false, error.to_string());
                None
            }
        }
    }

    /// Everything that is wrong, if anything is.
    pub fn finish(self) -> Result<()> {
        self.finish_with(Some(()))
    }

    /// The value that was parsed, if nothing is wrong. `None` is refused even without a violation.
    pub fn finish_with<T>(self, parsed: Option<T>) -> Result<T> {
        match parsed {
            Some(value) if self.violations.is_empty() => Ok(value),
            _ => Err(Error::Invalid(self.violations)),
        }
    }
}

/// Control characters spoil logs, mails and terminals, and PostgreSQL refuses NUL; line breaks and
/// tabs are ordinary text (forms in browsers send CR LF).
fn is_unprintable(character: char) -> bool {
    character.is_control() && !matches!(character, '\n' | '\r' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn violations(fill: impl FnOnce(&mut Check)) -> Vec<String> {
        let mut check = Check::default();
        fill(&mut check);
        match check.finish() {
            Err(Error::Invalid(violations)) => violations
                .into_iter()
                .map(|v| format!("{} {}", v.path, v.message))
                .collect(),
            _ => vec![],
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let told = violations(|check| {
            check.text("title", " \n", 200);
            check.optional_text("description", Some("four"), 3);
            check.range("likelihood", 7, 1..=5);
            check.date("validFrom", Some(day("0204-01-31")));
            check.dates_in_order(
                "validUntil",
                Some(day("2026-02-01")),
                Some(day("2026-01-31")),
            );
            check.require("answerId", false, "must be a submission of your own");
        });
        assert_eq!(
            told,
            [
                "title must not be blank",
                "description must be at most 3 characters long, not 4",
                "likelihood must be from 1 to 5, not 7",
                "validFrom must lie in a year from 1900 to 2199",
                "validUntil must be 2026-02-01 or later, not 2026-01-31",
                "answerId must be a submission of your own",
            ]
        );
    }

    #[test]
    fn what_is_right_passes() {
        let told = violations(|check| {
            check.text("title", "Åtgärda brandväggen", 19);
            check.text("description", "first line\r\n\tsecond line ", BODY);
            check.text("title", "<b>kept as it is</b>", TITLE);
            check.optional_text("description", None, 3);
            check.date("validFrom", None);
            check.dates_in_order("validUntil", None, Some(day("2026-01-31")));
            check.not_past("dueOn", day("2026-01-31"), day("2026-01-31"));
        });
        assert_eq!(told, [""; 0]);
    }

    #[test]
    fn control_characters_are_refused() {
        for text in ["nul\0", "escape\u{1b}[2J", "next line\u{85}"] {
            assert_eq!(violations(|check| check.text("title", text, 200)).len(), 1);
        }
    }

    #[test]
    fn a_value_that_cannot_be_read_is_a_violation_beside_the_others() {
        let mut check = Check::default();
        let number: Option<u8> = check.parse("number", "three");
        check.text("title", "", TITLE);
        let Err(Error::Invalid(told)) = check.finish_with(number) else {
            panic!("must be refused");
        };
        assert_eq!(told.len(), 2);
    }
}
