//! Meetings and the days on which something is due, as a calendar that other programs follow (iCalendar: RFC 5545, with
//! the properties of RFC 7986).
//!
//! What always holds: an entry says no more than its title, with whom, and where to read on. A day is a day wherever
//! the calendar is read; a meeting is a moment, in UTC.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use icalendar::{Calendar, Class, Component, Event, EventLike};

use url::Url;

use crate::{
    form::page::page_of,
    text::{Language, Text},
};

/// How long a meeting is taken to last when nobody has said.
const MEETING: Duration = Duration::hours(1);
/// How often programs shall ask for the calendar anew.
const ASKED_ANEW: Duration = Duration::hours(1);

/// What an entry tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A meeting of a forum.
    Meeting,
    /// An action item that shall be done.
    ActionItem,
    /// A piece of evidence that was asked for.
    EvidenceRequest,
    /// A piece of evidence that is valid for the last day.
    EvidenceEnds,
    /// A risk that is accepted for the last day.
    AcceptanceEnds,
    /// An agreement that is in force for the last day.
    AgreementEnds,
    /// The address of the calendar, which stops working.
    FeedEnds,
}

impl Kind {
    fn message(self) -> &'static str {
        match self {
            Self::Meeting => "calendar-meeting",
            Self::ActionItem => "calendar-action-item",
            Self::EvidenceRequest => "calendar-evidence-request",
            Self::EvidenceEnds => "calendar-evidence-ends",
            Self::AcceptanceEnds => "calendar-acceptance-ends",
            Self::AgreementEnds => "calendar-agreement-ends",
            Self::FeedEnds => "calendar-feed-ends",
        }
    }
}

/// When it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// On a day.
    Day(NaiveDate),
    /// From a moment on, and until another if that is known.
    Time(DateTime<Utc>, Option<DateTime<Utc>>),
}

/// Something that stands in the calendar.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it tells of.
    pub kind: Kind,
    /// The record's id, by which the entry is known again when it has changed.
    pub id: String,
    /// The id of the record on whose page one reads on: its own, or the one it belongs to.
    pub page: String,
    /// What people call it.
    pub title: String,
    /// The organisation or the forum that it is about.
    pub with: Option<String>,
    /// When it is.
    pub when: When,
    /// Where it takes place.
    pub place: Option<String>,
    /// When it was last changed.
    pub changed_at: DateTime<Utc>,
    /// Counts its changes, from 1.
    pub version: i32,
}

/// The calendar with these entries, in a language, for a service that is reached at `base`.
#[must_use]
pub fn written(entries: &[Entry], base: &Url, language: Language) -> String {
    let text = Text::new(language);
    let mut calendar = Calendar::empty();
    calendar
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", "-//Samsyn//Samsyn//SV"))
        .append_property(("METHOD", "PUBLISH"))
        .name("Samsyn")
        .ttl(&ASKED_ANEW);
    for entry in entries {
        calendar.push(event(entry, base, text));
    }
    calendar.to_string()
}

fn event(entry: &Entry, base: &Url, text: Text) -> Event {
    let host = base.host_str().unwrap_or("samsyn");
    let path = page_of(&entry.page).unwrap_or_else(|| "/me".to_owned());
    let address = format!("{}{path}", base.as_str().trim_end_matches('/'));
    let mut event = Event::with_uid(&format!("{}@{host}", entry.id));
    event
        .summary(&text.with(entry.kind.message(), whole_lines(&entry.title)))
        .timestamp(entry.changed_at)
        .last_modified(entry.changed_at)
        .sequence(u32::try_from(entry.version).unwrap_or_default())
        .class(Class::Confidential)
        .url(&address);
    match entry.when {
        When::Day(day) => event
            .starts(day)
            // Its end is the first day after (RFC 5545, section 3.6.1).
            .ends(day.succ_opt().unwrap_or(day))
            // It takes nobody's time.
            .add_property("TRANSP", "TRANSPARENT"),
        When::Time(from, to) => event.starts(from).ends(to.unwrap_or(from + MEETING)),
    };
    if let Some(place) = &entry.place {
        event.location(&whole_lines(place));
    }
    let with = entry.with.iter().map(|with| whole_lines(with));
    let told: Vec<_> = with.chain([address]).collect();
    event.description(&told.join("\n"));
    event.done()
}

/// With line breaks of one kind. Others would stand as they are, and end a line for some programs.
fn whole_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn an_entry(when: When) -> Entry {
        Entry {
            kind: Kind::EvidenceEnds,
            id: "evd_1".to_owned(),
            page: "evd_1".to_owned(),
            title: "ISO 27001; drift, nät\r\nEND:VEVENT\rBEGIN:VEVENT".to_owned(),
            with: Some("Fjällnära Drift AB".to_owned()),
            when,
            place: None,
            changed_at: DateTime::UNIX_EPOCH,
            version: 3,
        }
    }

    fn lines(when: When, language: Language) -> Vec<String> {
        let base = "https://samsyn.example/".parse().expect("an address");
        let written = written(&[an_entry(when)], &base, language).replace("\r\n ", "");
        written.split("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn a_day_is_a_day_and_takes_no_time() {
        let day = NaiveDate::from_ymd_opt(2027, 2, 28).expect("a day");
        let lines = lines(When::Day(day), Language::Swedish);
        for expected in [
            "DTSTART;VALUE=DATE:20270228",
            "DTEND;VALUE=DATE:20270301",
            "TRANSP:TRANSPARENT",
            "UID:evd_1@samsyn.example",
            "URL:https://samsyn.example/evidence/evd_1",
            "SEQUENCE:3",
            "DTSTAMP:19700101T000000Z",
            "CLASS:CONFIDENTIAL",
        ] {
            assert!(
                lines.iter().any(|line| line == expected),
                "{expected} in {lines:#?}"
            );
        }
    }

    #[test]
    fn a_meeting_lasts_an_hour_unless_somebody_says() {
        let from = DateTime::UNIX_EPOCH;
        let open = lines(When::Time(from, None), Language::English);
        assert!(
            open.contains(&"DTEND:19700101T010000Z".to_owned()),
            "{open:#?}"
        );
        let ends = from + Duration::minutes(90);
        let closed = lines(When::Time(from, Some(ends)), Language::English);
        assert!(
            closed.contains(&"DTEND:19700101T013000Z".to_owned()),
            "{closed:#?}"
        );
    }

    #[test]
    fn no_title_can_end_an_entry() {
        for language in Language::ALL {
            let lines = lines(When::Time(DateTime::UNIX_EPOCH, None), language);
            let ends = lines.iter().filter(|line| *line == "END:VEVENT").count();
            assert_eq!(ends, 1, "{lines:#?}");
            let summary = lines.iter().find(|line| line.starts_with("SUMMARY:"));
            let summary = summary.expect("a summary");
            assert!(
                summary.contains(r"ISO 27001\; drift\, nät\nEND:VEVENT\nBEGIN:VEVENT"),
                "{summary}"
            );
        }
    }
}
