//! What came of handing in to several customers, and of answering the request that one of them made.
//!
//! What always holds: every customer is told of, whatever came of the others.

use axum::http::StatusCode;

use super::upload::reasons;
use crate::{api::Refusal, failure, text::Text};

/// Nothing was handed in to the one who asked for it.
pub(super) const UNANSWERED: &str = "UNANSWERED";

/// What came of it so far.
#[derive(Default)]
pub(super) struct Outcome {
    tried: Vec<Tried>,
    /// Why the request is not answered; nothing where there is none.
    answered: Option<Result<(), Refusal>>,
}

struct Tried {
    agreement: String,
    customer: String,
    /// The submission.
    came: Result<String, Refusal>,
}

impl Outcome {
    /// It was handed in under an agreement, or was not.
    pub(super) fn add(&mut self, agreement: &str, customer: String, came: Result<String, Refusal>) {
        self.tried.push(Tried {
            agreement: agreement.to_owned(),
            customer,
            came,
        });
    }

    /// The request was answered, or was not.
    pub(super) fn answered(&mut self, came: Result<(), Refusal>) {
        self.answered = Some(came);
    }

    /// Whether a request was answered.
    pub(super) fn is_answered(&self) -> bool {
        matches!(self.answered, Some(Ok(())))
    }

    /// The submission under an agreement, if it was handed in.
    pub(super) fn under(&self, agreement: &str) -> Option<&str> {
        let mut tried = self.tried.iter();
        let found = tried.find(|tried| tried.agreement == agreement)?;
        found.came.as_deref().ok()
    }

    /// The status of what did not go all the way.
    pub(super) fn status(&self) -> Option<StatusCode> {
        let mut refused = self
            .tried
            .iter()
            .filter_map(|tried| tried.came.as_ref().err());
        let refusal = refused.next().or(self.unanswered())?;
        Some(match refusal.code.as_str() {
            UNANSWERED => StatusCode::UNPROCESSABLE_ENTITY,
            code => failure::status(code),
        })
    }

    /// Where one goes on when everything was done.
    pub(super) fn onward(&self, evidence: &str) -> String {
        let page = match self.tried.as_slice() {
            [Tried { came: Ok(one), .. }] => format!("/submissions/{one}"),
            _ => format!("/evidence/{evidence}"),
        };
        format!("{page}?done=submitSubmission")
    }

    /// What came of it, in words: to whom it was handed in, why it was not to others, and whether the request waits.
    pub(super) fn told(&self, text: Text) -> Vec<String> {
        let done = self.tried.iter().filter(|tried| tried.came.is_ok());
        let done: Vec<_> = done.map(|tried| tried.customer.as_str()).collect();
        let done = (!done.is_empty()).then(|| text.with("handed-in-to", done.join(", ")));
        let refused = self.refused(text).into_iter().flat_map(|(why, customers)| {
            let whom = text.with("not-handed-in-to", customers.join(", "));
            std::iter::once(whom.into_owned()).chain(why)
        });
        done.into_iter()
            .map(std::borrow::Cow::into_owned)
            .chain(refused)
            .chain(self.request(text))
            .collect()
    }

    /// The reasons, each with all customers to whom it was not handed in for them.
    fn refused(&self, text: Text) -> Vec<(Vec<String>, Vec<&str>)> {
        let mut refused: Vec<(Vec<String>, Vec<&str>)> = vec![];
        for tried in &self.tried {
            let Err(refusal) = &tried.came else {
                continue;
            };
            let why = reasons(text, refusal);
            match refused.iter_mut().find(|(known, _)| *known == why) {
                Some((_, customers)) => customers.push(&tried.customer),
                None => refused.push((why, vec![&tried.customer])),
            }
        }
        refused
    }

    fn request(&self, text: Text) -> Vec<String> {
        match self.unanswered() {
            None => vec![],
            Some(refusal) if refusal.code == UNANSWERED => {
                vec![text.say("request-unanswered").into_owned()]
            }
            Some(refusal) => {
                let mut told = vec![text.say("request-refused").into_owned()];
                told.extend(reasons(text, refusal));
                told
            }
        }
    }

    fn unanswered(&self) -> Option<&Refusal> {
        self.answered.as_ref()?.as_ref().err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::Violation, text::Language};

    fn refused(path: &str) -> Result<String, Refusal> {
        Err(Refusal {
            violations: vec![Violation {
                path: path.to_owned(),
                message: "must be filled in before a certificate is handed in".to_owned(),
            }],
            ..Refusal::coded("INVALID_INPUT")
        })
    }

    fn outcome(tried: [(&str, Result<String, Refusal>); 3]) -> Outcome {
        let mut outcome = Outcome::default();
        for (agreement, came) in tried {
            outcome.add(agreement, agreement.to_uppercase(), came);
        }
        outcome
    }

    #[test]
    fn every_customer_is_told_of_and_the_same_reason_once() {
        let done = Ok("sub_1".to_owned());
        let mut came = outcome([
            ("a", refused("standard")),
            ("b", done),
            ("c", refused("standard")),
        ]);
        came.answered(Err(Refusal::coded(UNANSWERED)));
        assert_eq!(came.status(), Some(StatusCode::UNPROCESSABLE_ENTITY));
        assert_eq!(
            came.told(Text::new(Language::English)),
            [
                "Handed in to B.",
                "Not handed in to A, C:",
                "Standard: To be filled in before a certificate is handed in.",
                "The request is not answered yet. It is answered when you hand in to the one who asked, or on the page of the request.",
            ]
        );
    }

    #[test]
    fn a_request_is_answered_with_what_was_handed_in_under_its_agreement() {
        let done = |id: &str| Ok(id.to_owned());
        let mut came = outcome([
            ("a", done("sub_1")),
            ("b", done("sub_2")),
            ("c", refused("standard")),
        ]);
        assert_eq!(
            (came.under("b"), came.under("c"), came.under("d")),
            (Some("sub_2"), None, None)
        );
        assert!(!came.is_answered());
        came.answered(Ok(()));
        assert!(came.is_answered());
    }
}
