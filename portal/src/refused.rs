//! What the API refuses, in the visitor's language.
//!
//! The API tells its users in English what is wrong and what to do. Whatever it says often has its words in `messages/`;
//! the rest is shown as the API says it, marked as English.

use crate::{api::Refusal, text::Text};

/// What the API says of a field, and the message that says the same. `{}` stands for what differs, and is `$what`.
const VIOLATIONS: &[(&str, &str)] = &[
    ("must not be blank", "problem-missing"),
    ("must be at most {} characters long, not", "problem-long"),
    ("must not contain control characters", "problem-characters"),
    ("must be from {}, not", "problem-range"),
    ("must lie in a year from {}", "problem-year"),
    ("must be {} or later, not", "problem-early"),
    ("must be filled in before", "problem-before-handing-in"),
    ("must hold at least one uploaded file", "problem-no-file"),
    (
        "has the extension of {}, but its content",
        "file-refused-UNSUPPORTED",
    ),
    (
        "has no extension that is accepted",
        "file-refused-UNSUPPORTED",
    ),
    (
        "must be {} or earlier: a risk is accepted",
        "risk-problem-late",
    ),
    (
        "must, with residualImpact, give a score no higher",
        "risk-problem-raised",
    ),
    ("must be given together with residual", "risk-problem-half"),
    (
        "must be the customer of the agreement or",
        "risk-problem-guest",
    ),
];

/// One broken rule, in words.
#[must_use]
pub fn violation(text: Text, message: &str) -> String {
    for (pattern, id) in VIOLATIONS {
        if let Some(what) = matched(pattern, message) {
            return text.with(id, what).into_owned();
        }
    }
    message.to_owned()
}

/// What stands where the pattern has `{}`, if the message begins as the pattern does.
fn matched<'a>(pattern: &str, message: &'a str) -> Option<&'a str> {
    let Some((before, after)) = pattern.split_once("{}") else {
        return message.starts_with(pattern).then_some("");
    };
    let rest = message.strip_prefix(before)?;
    match after.is_empty() {
        true => Some(rest),
        false => rest.find(after).map(|end| &rest[..end]),
    }
}

/// A refusal as a whole: in the visitor's words, and what the API adds in its own, which are English.
#[must_use]
pub fn message(text: Text, refusal: &Refusal) -> (String, Option<String>) {
    let said = text.find(&format!("refused-{}", refusal.code));
    let said = said.unwrap_or_else(|| text.say("refused-INTERNAL"));
    match refusal.code.as_str() {
        // What the state or the roles do not let through is explained by the API alone.
        "INVALID_STATE" | "FORBIDDEN" | "LIMIT_EXCEEDED" if !refusal.message.is_empty() => {
            (said.into_owned(), Some(refusal.message.clone()))
        }
        _ => match &refusal.reference {
            Some(reference) => (
                format!("{said} {}", text.with("reference-is", reference)),
                None,
            ),
            None => (said.into_owned(), None),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn what_the_api_often_says_is_said_in_swedish() {
        let swedish = Text::new(Language::Swedish);
        assert_eq!(violation(swedish, "must not be blank"), "Fyll i det här.");
        assert!(violation(swedish, "must be at most 200 characters long, not 412").contains("200"));
        assert!(
            violation(swedish, "must be 2026-03-01 or later, not 2026-01-01")
                .contains("2026-03-01")
        );
        assert!(violation(swedish, "must be from 1 to 5, not 7").contains("1 to 5"));
        let late = "must be 2027-03-01 or earlier: a risk is accepted for a year at most, so that";
        assert!(violation(swedish, late).starts_with("Senast 2027-03-01:"));
        assert_eq!(violation(swedish, "is no key"), "is no key");
    }
}
