//! The schema's own scalars: days, instants, and whole numbers beyond 32 bits.
//!
//! They are narrower than the types they hold: years have four digits, since SQLite sorts dates as text
//! and PostgreSQL refuses what lies far outside, and a number fits a JavaScript client exactly. What is
//! outside is refused as a value that does not fit its type, before anything is executed ([`misfit`]).

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{DateTime as Instant, Datelike, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::upload::Upload;

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Date(pub NaiveDate);

/// A day of the calendar, as `2026-11-24` (ISO 8601; `full-date` of RFC 3339), in a year from 0001 to 9999. It has no
/// time zone: the service tells which day it is by UTC, an hour or two from Swedish time.
#[Scalar(specified_by_url = "https://ibm.github.io/graphql-specs/custom-scalars/date.html")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        day.filter(|day| meant(day) && day.to_string() == *text)
            .map(Self)
            .ok_or_else(|| InputValueError::custom("a day is written as \"2026-11-24\""))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateTime(pub Instant<Utc>);

/// An instant, as `2026-11-24T08:30:00Z` (RFC 3339), in a year from 0001 to 9999. Any offset is accepted; answers are
/// in UTC and end with `Z`, with fractions of a second only where there are any.
#[Scalar(specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        let instant = Instant::parse_from_rfc3339(text).ok();
        instant
            .map(|instant| instant.to_utc())
            .filter(meant)
            .map(Self)
            .ok_or_else(|| {
                InputValueError::custom(
                    "an instant is written as \"2026-11-24T08:30:00Z\", with `Z` or an offset",
                )
            })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

fn meant(date: &impl Datelike) -> bool {
    (1..=9999).contains(&date.year())
}

/// A whole number that may need more than 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Long(pub i64);

/// The largest whole number up to which a double holds each one exactly.
const LARGEST_LONG: i64 = (1 << 53) - 1;

/// A whole number that may be larger than an `Int`: from -9007199254740991 to 9007199254740991 (±2⁵³ - 1), so that
/// every client that reads JSON numbers holds it exactly. It is sent as a JSON number.
#[Scalar]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::Number(number) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        whole(number)
            .filter(|whole| (-LARGEST_LONG..=LARGEST_LONG).contains(whole))
            .map(Self)
            .ok_or_else(|| {
                InputValueError::custom(format!(
                    "a Long is a whole number from -{LARGEST_LONG} to {LARGEST_LONG}"
                ))
            })
    }

    fn to_value(&self) -> Value {
        Value::Number(self.0.into())
    }
}

/// A number that is a whole one; a reader of JSON takes `-0` for a fraction.
pub(super) fn whole(number: &Number) -> Option<i64> {
    let minus_zero = || {
        number
            .as_f64()
            .is_some_and(|it| it == 0.0 && it.is_sign_negative())
    };
    number.as_i64().or_else(|| minus_zero().then_some(0))
}

/// What a value other than null must be that this scalar does not take; nothing if it takes it, or is not one
/// of the schema's own.
pub(super) fn misfit(scalar: &str, value: &serde_json::Value) -> Option<&'static str> {
    let (takes, wanted) = match scalar {
        "Date" => (takes::<Date>(value), "a day, as \"2026-11-24\" (`Date`)"),
        "DateTime" => (
            takes::<DateTime>(value),
            "an instant, as \"2026-11-24T08:30:00Z\", with `Z` or an offset (`DateTime`)",
        ),
        "Long" => (
            takes::<Long>(value),
            "a whole number from -9007199254740991 to 9007199254740991 (`Long`)",
        ),
        "Upload" => (
            takes::<Upload>(value),
            "null, and its file sent with the request (`Upload`)",
        ),
        _ => return None,
    };
    (!takes).then_some(wanted)
}

fn takes<S: ScalarType>(value: &serde_json::Value) -> bool {
    Value::from_json(value.clone()).is_ok_and(|value| S::parse(value).is_ok())
}

#[cfg(test)]
mod tests {
    use async_graphql::value;

    use super::*;

    fn date(text: &str) -> Option<Value> {
        Date::parse(Value::from(text))
            .ok()
            .map(|day| day.to_value())
    }

    fn instant(text: &str) -> Option<Value> {
        let instant = DateTime::parse(Value::from(text)).ok();
        instant.map(|instant| instant.to_value())
    }

    #[test]
    fn a_day_is_read_in_one_way_only() {
        assert_eq!(date("2026-02-28"), Some(value!("2026-02-28")));
        for wrong in [
            "2026-02-29",
            "2026-2-28",
            "20260228",
            "+2026-02-28",
            "+12026-02-28",
            "0000-01-01",
            "-001-01-01",
            "2026-02-28T00:00:00Z",
            " 2026-2-28",
            "",
        ] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
        assert!(Date::parse(value!(20_260_228)).is_err());
    }

    #[test]
    fn an_instant_is_told_in_utc() {
        for text in [
            "2026-11-24T09:30:00+01:00",
            "2026-11-24T08:30:00Z",
            "2026-11-24t08:30:00.000z",
        ] {
            assert_eq!(
                instant(text),
                Some(value!("2026-11-24T08:30:00Z")),
                "{text}"
            );
        }
        let fine = "2026-11-24T08:30:00.123456Z";
        assert_eq!(instant(fine), Some(value!(fine)));
        for wrong in [
            "2026-11-24",
            "2026-11-24T08:30:00",
            "2026-11-24 08:30",
            "+12026-11-24T08:30:00Z",
            "9999-12-31T23:59:59-01:00",
            "0000-01-01T00:00:00Z",
        ] {
            assert_eq!(instant(wrong), None, "{wrong}");
        }
        assert!(DateTime::parse(value!(0)).is_err());
    }

    #[test]
    fn a_long_holds_what_a_double_holds_exactly() {
        for whole in [0, -1, 1 << 31, LARGEST_LONG, -LARGEST_LONG] {
            let told = Long::parse(Value::from(whole)).map(|long| long.to_value());
            assert_eq!(told.ok(), Some(Value::from(whole)));
        }
        for wrong in [
            Value::from(LARGEST_LONG + 1),
            Value::from(i64::MIN),
            Value::from(u64::MAX),
            value!(1.5),
            value!("1"),
        ] {
            assert!(Long::parse(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
