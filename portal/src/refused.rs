//! What the API refuses, in the visitor's language.
//!
//! The API tells its users in English what is wrong and what to do. What a person can meet has its words in `messages/`,
//! by the table in `refused/table.rs`; what it does not know is shown as the API says it, marked as English.

use std::{borrow::Cow, iter::once};

use crate::{api::Refusal, kinds::names_of, text::Text};

mod table;
#[cfg(test)]
mod tests;

use table::WORDS;

/// One broken rule, in words.
#[must_use]
pub fn violation(text: Text, message: &str) -> String {
    in_words(text, message).unwrap_or_else(|| message.to_owned())
}

/// A refusal as a whole: in the visitor's words, and what the API adds in its own, which are English.
#[must_use]
pub fn message(text: Text, refusal: &Refusal) -> (String, Option<String>) {
    if let Some(words) = in_words(text, &refusal.message) {
        return (words, None);
    }
    let said = text.find(&format!("refused-{}", refusal.code));
    let said = said.unwrap_or_else(|| text.say("refused-INTERNAL"));
    let rules = refusal.violations.iter();
    let rules = rules.filter_map(|broken| in_words(text, &broken.message));
    let reference = refusal.reference.iter();
    let reference = reference.map(|reference| text.with("reference-is", reference).into_owned());
    let all: Vec<_> = once(said.into_owned())
        .chain(rules)
        .chain(reference)
        .collect();
    // What the state or the roles do not let through is explained by the API alone.
    let explained = matches!(
        refusal.code.as_str(),
        "INVALID_STATE" | "FORBIDDEN" | "LIMIT_EXCEEDED"
    );
    let english = (explained && !refusal.message.is_empty()).then(|| refusal.message.clone());
    (all.join(" "), english)
}

/// What the API says, in the visitor's words.
fn in_words(text: Text, message: &str) -> Option<String> {
    let (id, parts) = row(message)?;
    let values: Vec<_> = parts
        .into_iter()
        .filter(|(kind, _)| *kind != "_")
        .map(|(kind, value)| called(text, kind, value))
        .collect();
    Some(text.filled(id, &values).into_owned())
}

/// What stands in place of a pattern's placeholder: what it is, and its value.
type Part<'a> = (&'static str, &'a str);

/// The message that says the same, and what differs in this text.
fn row(message: &str) -> Option<(&'static str, Vec<Part<'_>>)> {
    WORDS
        .iter()
        .find_map(|(pattern, id)| Some((*id, matched(pattern, message)?)))
}

/// What stands where the pattern has placeholders, if the message begins as the pattern does.
fn matched<'a>(pattern: &'static str, message: &'a str) -> Option<Vec<Part<'a>>> {
    let mut pieces = pattern.split('{');
    let mut rest = message.strip_prefix(pieces.next()?)?;
    let mut parts = vec![];
    for piece in pieces {
        let (kind, after) = piece.split_once('}')?;
        let (value, behind) = match after {
            "" => (rest, ""),
            _ => rest.split_once(after)?,
        };
        parts.push((kind, value));
        rest = behind;
    }
    Some(parts)
}

/// What a value is called that stands for such a placeholder.
fn called(text: Text, kind: &str, value: &str) -> String {
    match (kind, value.parse()) {
        ("bytes", Ok(bytes)) => text.size(&bytes),
        _ => alternatives(text, names(text, kind, value)),
    }
}

/// What the values of an enumeration are called; anything else stays as it is.
fn names<'a>(text: Text, kind: &str, value: &'a str) -> Vec<Cow<'a, str>> {
    let known = names_of(kind);
    if known.is_empty() {
        return vec![value.into()];
    }
    let values = value.split(", ").flat_map(|part| part.split(" or "));
    values
        .map(|name| match known.contains(&name) {
            true => text.named(kind, name),
            false => name.into(),
        })
        .collect()
}

/// “One, another or a third”.
fn alternatives(text: Text, mut names: Vec<Cow<'_, str>>) -> String {
    let last = names.pop().unwrap_or_default();
    match names.is_empty() {
        true => last.into_owned(),
        false => format!("{} {} {last}", names.join(", "), text.say("or")),
    }
}
