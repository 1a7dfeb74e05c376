//! What the pages say, in Swedish and in English, from the messages in `messages/`.
//!
//! What always holds: both languages have the same messages, and every message that a template or this code asks for is
//! among them (the tests see to it). Dates and times are written as Swedes write them, in Swedish time, in both.

use std::{borrow::Cow, fmt::Display, sync::LazyLock};

use axum::http::{HeaderMap, header::ACCEPT_LANGUAGE};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::Stockholm;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use unic_langid::LanguageIdentifier;

use crate::{
    kinds::Named,
    visitor::{LANGUAGE, cookie},
};

/// A language of the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Swedish, unless something else is asked for.
    Swedish,
    /// English.
    English,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::Swedish, Self::English];

    /// As HTML names it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Swedish => "sv",
            Self::English => "en",
        }
    }

    /// The language that HTML names so.
    #[must_use]
    pub fn coded(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.code() == code)
    }

    /// The language that was chosen here, or else the one that the browser prefers; Swedish where neither says.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        match cookie(headers, LANGUAGE) {
            Some("sv") => return Self::Swedish,
            Some("en") => return Self::English,
            _ => {}
        }
        let wanted = headers
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        match prefers_english(wanted.unwrap_or_default()) {
            true => Self::English,
            false => Self::Swedish,
        }
    }
}

/// Whether English is wanted more than Swedish (RFC 9110, section 12.5.4).
fn prefers_english(accepted: &str) -> bool {
    let weight = |language: &str| {
        accepted
            .split(',')
            .filter_map(|range| {
                let (tag, weight) = range.split_once(";q=").unwrap_or((range, "1"));
                let primary = tag.trim().split('-').next()?.to_ascii_lowercase();
                (primary == language).then(|| weight.trim().parse::<f32>().unwrap_or(0.0))
            })
            .fold(0.0, f32::max)
    };
    weight("en") > weight("sv")
}

macro_rules! messages {
    ($($file:literal),* $(,)?) => {
        const SWEDISH: &[(&str, &str)] = &[$(($file, include_str!(concat!("../messages/sv/", $file)))),*];
        const ENGLISH: &[(&str, &str)] = &[$(($file, include_str!(concat!("../messages/en/", $file)))),*];
    };
}

messages! {
    "action_item.ftl",
    "administration.ftl",
    "agreement.ftl",
    "calendar.ftl",
    "common.ftl",
    "event.ftl",
    "evidence.ftl",
    "field.ftl",
    "forum.ftl",
    "kinds.ftl",
    "refused.ftl",
    "request.ftl",
    "risk.ftl",
    "search.ftl",
    "sign_in.ftl",
    "start.ftl",
    "submission.ftl",
}

type Messages = FluentBundle<FluentResource>;

static IN_SWEDISH: LazyLock<Messages> = LazyLock::new(|| bundle(Language::Swedish, SWEDISH));
static IN_ENGLISH: LazyLock<Messages> = LazyLock::new(|| bundle(Language::English, ENGLISH));

/// What is broken in a file is left out, and found missing by the tests.
fn bundle(language: Language, files: &[(&str, &str)]) -> Messages {
    let tag: LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // The marks that keep right-to-left text apart would stand in titles and attributes.
    bundle.set_use_isolating(false);
    for (_, text) in files {
        let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(rest, _)| rest);
        let _ = bundle.add_resource(resource);
    }
    bundle
}

/// What the pages say, in one language.
#[derive(Clone, Copy, Debug)]
pub struct Text(Language);

impl Text {
    /// In this language.
    #[must_use]
    pub const fn new(language: Language) -> Self {
        Self(language)
    }

    /// The language.
    #[must_use]
    pub fn language(self) -> Language {
        self.0
    }

    fn messages(self) -> &'static Messages {
        match self.0 {
            Language::Swedish => &IN_SWEDISH,
            Language::English => &IN_ENGLISH,
        }
    }

    /// A message, if there is one of this name.
    #[must_use]
    pub fn find(self, id: &str) -> Option<Cow<'static, str>> {
        self.format(id, None)
    }

    fn format(self, id: &str, args: Option<&FluentArgs<'_>>) -> Option<Cow<'static, str>> {
        let messages = self.messages();
        let pattern = messages.get_message(id)?.value()?;
        let text = messages.format_pattern(pattern, args, &mut vec![]);
        Some(Cow::Owned(text.into_owned()))
    }

    /// A message. One that is missing is shown by its name, and fails a test.
    #[must_use]
    pub fn say(self, id: &str) -> Cow<'static, str> {
        self.find(id).unwrap_or_else(|| Cow::Owned(id.to_owned()))
    }

    /// A message about a number, `$n`.
    #[must_use]
    pub fn count(self, id: &str, n: impl Display) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        args.set("n", n.to_string().parse().unwrap_or(i64::MAX));
        self.format(id, Some(&args))
            .unwrap_or_else(|| Cow::Owned(id.to_owned()))
    }

    /// A message about something that has a name, `$what`.
    #[must_use]
    pub fn with(self, id: &str, what: impl Display) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        args.set("what", FluentValue::from(what.to_string()));
        self.format(id, Some(&args))
            .unwrap_or_else(|| Cow::Owned(id.to_owned()))
    }

    /// A message about some things, the first of them `$what` and the second `$other`.
    #[must_use]
    pub fn filled(self, id: &str, values: &[String]) -> Cow<'static, str> {
        let named = ["what", "other"].into_iter().zip(values);
        let args = named.map(|(name, value)| (name, FluentValue::from(value.as_str())));
        self.format(id, Some(&args.collect()))
            .unwrap_or_else(|| Cow::Owned(id.to_owned()))
    }

    /// What a value of an enumeration is called.
    #[must_use]
    pub fn kind(self, value: &impl Named) -> Cow<'static, str> {
        self.named(value.type_name(), value.name())
    }

    /// The same by the names of type and value.
    #[must_use]
    pub fn named(self, kind: &str, value: &str) -> Cow<'static, str> {
        self.say(&format!("{kind}-{value}"))
    }

    /// A day: `2026-11-27` (SS-EN 28601).
    #[must_use]
    pub fn day(self, day: &NaiveDate) -> String {
        day.format("%Y-%m-%d").to_string()
    }

    /// A moment, in Swedish time: `2026-11-27 14:30`.
    #[must_use]
    pub fn moment(self, moment: &DateTime<Utc>) -> String {
        let local = moment.with_timezone(&Stockholm);
        local.format("%Y-%m-%d %H:%M").to_string()
    }

    /// How far a day is away: “today”, “in 3 days”, “3 days ago”.
    #[must_use]
    pub fn away(self, day: &NaiveDate, today: &NaiveDate) -> Cow<'static, str> {
        match (*day - *today).num_days() {
            0 => self.say("today"),
            days @ 1.. => self.count("in-days", days),
            days => self.count("days-ago", -days),
        }
    }

    /// A size in bytes, as people read it.
    #[must_use]
    pub fn size(self, bytes: &i64) -> String {
        let (unit, size) = match *bytes {
            0..1_000 => return format!("{bytes} B"),
            1_000..1_000_000 => ("kB", *bytes as f64 / 1e3),
            1_000_000..1_000_000_000 => ("MB", *bytes as f64 / 1e6),
            _ => ("GB", *bytes as f64 / 1e9),
        };
        let shown = format!("{size:.1}");
        match self.0 {
            Language::Swedish => format!("{} {unit}", shown.replace('.', ",")),
            Language::English => format!("{shown} {unit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;
    use crate::kinds::KINDS;

    /// The names of the messages in a file.
    fn names(files: &[(&str, &str)]) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for (file, text) in files {
            let read = FluentResource::try_new((*text).to_owned());
            let resource = read.unwrap_or_else(|(_, errors)| panic!("{file}: {errors:?}"));
            assert!(resource.entries().count() > 0, "{file} says nothing");
            for line in text.lines() {
                if let Some((name, _)) = line.split_once(" =")
                    && !name.starts_with(['#', ' '])
                {
                    assert!(names.insert(name.to_owned()), "{file}: {name} twice");
                }
            }
        }
        names
    }

    #[test]
    fn both_languages_say_the_same() {
        assert_eq!(names(SWEDISH), names(ENGLISH));
    }

    #[test]
    fn every_file_of_messages_is_read() {
        for language in Language::ALL {
            let folder = format!(
                "{}/messages/{}",
                env!("CARGO_MANIFEST_DIR"),
                language.code()
            );
            let found: BTreeSet<_> = fs::read_dir(folder)
                .expect("a folder")
                .map(|entry| {
                    entry
                        .expect("a file")
                        .file_name()
                        .into_string()
                        .expect("text")
                })
                .collect();
            let known: BTreeSet<_> = SWEDISH.iter().map(|(file, _)| (*file).to_owned()).collect();
            assert_eq!(found, known);
        }
    }

    #[test]
    fn every_value_of_every_enumeration_has_a_name() {
        for language in Language::ALL {
            for (kind, values) in KINDS {
                for value in *values {
                    let id = format!("{kind}-{value}");
                    assert!(Text::new(language).find(&id).is_some(), "{id}");
                }
            }
        }
    }

    /// What is asked for by name in a file: `text.say("…")` and the like.
    fn asked_for(text: &str) -> impl Iterator<Item = &str> {
        [
            "text.say(\"",
            "text.count(\"",
            "text.with(\"",
            "text.find(\"",
        ]
        .into_iter()
        .flat_map(move |call| {
            text.split(call)
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
        })
    }

    fn every_file(folder: &Path, visit: &mut impl FnMut(&Path, &str)) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => every_file(&path, visit),
                false => visit(&path, &fs::read_to_string(&path).expect("text")),
            }
        }
    }

    #[test]
    fn no_page_asks_for_a_message_that_is_missing() {
        let known = names(SWEDISH);
        let home = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut asked = 0;
        for folder in ["src", "templates"] {
            every_file(&home.join(folder), &mut |path, text| {
                let text = text.split("#[cfg(test)]").next().unwrap_or_default();
                for id in asked_for(text) {
                    assert!(known.contains(id), "{}: {id}", path.display());
                    asked += 1;
                }
            });
        }
        assert!(asked > 10, "nothing was looked at");
    }

    #[test]
    fn swedish_unless_english_is_wanted_more() {
        for (accepted, english) in [
            ("", false),
            ("sv", false),
            ("en", true),
            ("en-GB,en;q=0.9", true),
            ("sv-SE,sv;q=0.9,en;q=0.8", false),
            ("en;q=0.8, sv;q=0.9", false),
            ("de,en;q=0.5", true),
            ("de", false),
            ("en;q=x", false),
        ] {
            assert_eq!(prefers_english(accepted), english, "{accepted}");
        }
    }

    #[test]
    fn times_are_swedish_times() {
        let text = Text::new(Language::Swedish);
        let winter = "2026-01-31T23:30:00Z".parse().expect("a moment");
        let summer = "2026-07-01T12:00:00Z".parse().expect("a moment");
        assert_eq!(text.moment(&winter), "2026-02-01 00:30");
        assert_eq!(text.moment(&summer), "2026-07-01 14:00");
    }

    #[test]
    fn numbers_have_their_forms() {
        let day = |text: &str| -> NaiveDate { text.parse().expect("a day") };
        let text = Text::new(Language::Swedish);
        let today = day("2026-03-01");
        assert_eq!(text.away(&day("2026-03-01"), &today), "i dag");
        assert_eq!(text.away(&day("2026-03-02"), &today), "om 1 dag");
        assert_eq!(text.away(&day("2026-03-13"), &today), "om 12 dagar");
        assert_eq!(text.away(&day("2026-02-27"), &today), "för 2 dagar sedan");
        assert_eq!(text.size(&1_234_567), "1,2 MB");
    }
}
