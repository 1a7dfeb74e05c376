//! Lists: what is looked for stands in the address, so that it can be kept, sent and gone back to.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Europe::Stockholm;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{form::Choice, kinds::Kind, text::Text};

const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// What a list is asked for: the part of the address that follows `?`.
#[derive(Clone, Debug, Default)]
pub struct Asked(BTreeMap<String, String>);

/// One thing by which a list can be narrowed down.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Its name in the address.
    pub name: &'static str,
    /// Its label.
    pub label: String,
    /// What can be chosen; text is typed, if there is nothing to choose.
    pub choices: Vec<Choice>,
    /// What was typed.
    pub value: String,
    /// The type of the field in which it is typed.
    pub input: &'static str,
}

impl From<Vec<(String, String)>> for Asked {
    fn from(pairs: Vec<(String, String)>) -> Self {
        let given = pairs
            .into_iter()
            .filter(|(_, value)| !value.trim().is_empty());
        Self(given.collect())
    }
}

impl Asked {
    /// What is asked for under this name.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| value.trim().to_owned())
    }

    /// A day; what is none is passed over.
    #[must_use]
    pub fn day(&self, name: &str) -> Option<NaiveDate> {
        self.0.get(name)?.trim().parse().ok()
    }

    /// Whether this is ticked.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.0.get(name).map(String::as_str) {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        }
    }

    /// A value of an enumeration; one that is none is passed over.
    #[must_use]
    pub fn kind<K: Kind>(&self, name: &str) -> Option<K> {
        let wanted = self.0.get(name)?;
        K::ALL.iter().copied().find(|value| value.name() == wanted)
    }

    /// The same as the list that filters of the API are.
    #[must_use]
    pub fn kinds<K: Kind>(&self, name: &str) -> Option<Vec<K>> {
        self.kind(name).map(|value| vec![value])
    }

    /// Whether the list is in this order; a name that is none of these means the one that it has by itself, `""`.
    #[must_use]
    pub fn sorted(&self, order: &str, known: &[&str]) -> bool {
        let chosen = self.text("order").unwrap_or_default();
        order
            == if known.contains(&chosen.as_str()) {
                chosen.as_str()
            } else {
                ""
            }
    }

    /// Whether anything is asked for that narrows the list down.
    #[must_use]
    pub fn narrows(&self) -> bool {
        self.0
            .keys()
            .any(|name| !matches!(name.as_str(), "after" | "done" | "order"))
    }

    /// What else the list is asked for by, beside what these filters ask.
    #[must_use]
    pub fn beside(&self, filters: &[Filter]) -> Vec<(&str, &str)> {
        let own = |name: &str| filters.iter().any(|filter| filter.name == name);
        let pairs = self.0.iter();
        let pairs = pairs.map(|(name, value)| (name.as_str(), value.as_str()));
        pairs
            .filter(|(name, _)| !matches!(*name, "after" | "done") && !own(name))
            .collect()
    }

    /// The same list from here on.
    #[must_use]
    pub fn after(&self, path: &str, cursor: &str) -> String {
        self.with(path, "after", cursor)
    }

    /// The same list as a file of this kind.
    #[must_use]
    pub fn exported(&self, path: &str, kind: &str) -> String {
        self.with(&format!("/export{path}.{kind}"), "after", "")
    }

    /// The same list with this instead; from its beginning, unless that is what is changed.
    #[must_use]
    pub fn with(&self, path: &str, name: &str, value: &str) -> String {
        let mut pairs = self.0.clone();
        pairs.remove("done");
        pairs.remove("after");
        match value.is_empty() {
            true => pairs.remove(name),
            false => pairs.insert(name.to_owned(), value.to_owned()),
        };
        address(path, pairs.iter())
    }

    /// A filter by the values of an enumeration.
    #[must_use]
    pub fn by_kind<K: Kind>(&self, text: Text, name: &'static str, label: &str) -> Filter {
        let values = K::ALL
            .iter()
            .map(|value| (value.name().to_owned(), text.kind(value).into_owned()));
        self.by(name, text.say(label).into_owned(), values)
    }

    /// A filter by what can be chosen here.
    #[must_use]
    pub fn by(
        &self,
        name: &'static str,
        label: String,
        values: impl Iterator<Item = (String, String)>,
    ) -> Filter {
        let chosen = self.text(name).unwrap_or_default();
        Filter {
            name,
            label,
            choices: values
                .map(|(value, label)| Choice {
                    chosen: value == chosen,
                    value,
                    label,
                })
                .collect(),
            value: chosen.clone(),
            input: "text",
        }
    }

    /// A filter by yes or no.
    #[must_use]
    pub fn by_flag(&self, text: Text, name: &'static str, label: &str) -> Filter {
        let values = [("true", "yes"), ("false", "no")];
        let values = values
            .into_iter()
            .map(|(value, label)| (value.to_owned(), text.say(label).into_owned()));
        self.by(name, text.say(label).into_owned(), values)
    }

    /// A filter by a day.
    #[must_use]
    pub fn by_day(&self, text: Text, name: &'static str, label: &str) -> Filter {
        Filter {
            input: "date",
            ..self.by_text(text, name, label)
        }
    }

    /// A filter by text.
    #[must_use]
    pub fn by_text(&self, text: Text, name: &'static str, label: &str) -> Filter {
        self.by(name, text.say(label).into_owned(), std::iter::empty())
    }
}

/// The moment at which a day begins in Sweden.
#[must_use]
pub fn begins(day: NaiveDate) -> Option<DateTime<Utc>> {
    let midnight = day.and_time(NaiveTime::MIN).and_local_timezone(Stockholm);
    Some(midnight.earliest()?.to_utc())
}

/// An address with what follows `?`.
pub fn address<T: AsRef<str>, U: AsRef<str>>(
    path: &str,
    pairs: impl Iterator<Item = (T, U)>,
) -> String {
    let encoded = |value: &str| utf8_percent_encode(value, KEPT).to_string();
    let query: Vec<_> = pairs
        .map(|(name, value)| format!("{}={}", name.as_ref(), encoded(value.as_ref())))
        .collect();
    match query.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", query.join("&")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Language, kinds::ReviewState};

    fn asked(pairs: &[(&str, &str)]) -> Asked {
        let pairs = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Asked::from(pairs.collect::<Vec<_>>())
    }

    #[test]
    fn what_no_filter_asks_for_stays_when_one_is_chosen() {
        let list = asked(&[
            ("q", "x"),
            ("meeting", "mtg_1"),
            ("order", "title"),
            ("after", "c"),
        ]);
        let filters = [list.by_text(Text::new(Language::Swedish), "q", "contains")];
        let beside = list.beside(&filters);
        assert_eq!(beside, [("meeting", "mtg_1"), ("order", "title")]);
    }

    #[test]
    fn an_address_keeps_what_was_asked_for() {
        let list = asked(&[
            ("state", "SUBMITTED"),
            ("q", "å & ä"),
            ("kind", " "),
            ("done", "x"),
        ]);
        assert_eq!(list.kind("state"), Some(ReviewState::Submitted));
        assert_eq!(
            list.after("/submissions", "c=1"),
            "/submissions?after=c%3D1&q=%C3%A5%20%26%20%C3%A4&state=SUBMITTED"
        );
        assert_eq!(
            list.with("/submissions", "state", ""),
            "/submissions?q=%C3%A5%20%26%20%C3%A4"
        );
    }

    #[test]
    fn what_is_no_value_is_passed_over() {
        assert_eq!(
            asked(&[("state", "WHATEVER")]).kinds::<ReviewState>("state"),
            None
        );
        assert!(!asked(&[("after", "x")]).narrows());
    }
}
