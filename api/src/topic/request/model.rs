//! The states of a request for evidence, its rules, and when it is overdue.

use chrono::NaiveDate;
use entity::{
    EvidenceRequestState::{self, Answered, Fulfilled, Open, Withdrawn},
    evidence_request,
};

use crate::{
    topic::{Machine, Transition},
    validate::{BODY, Check, TITLE},
};

/// The supplier hands in an answer.
pub const ANSWER: Transition<EvidenceRequestState> = Transition {
    done: "answered",
    from: &[Open],
    to: Answered,
};
/// The customer is content with the answer.
pub const FULFIL: Transition<EvidenceRequestState> = Transition {
    done: "fulfilled",
    from: &[Answered],
    to: Fulfilled,
};
/// The customer is not content, and asks again.
pub const REOPEN: Transition<EvidenceRequestState> = Transition {
    done: "opened again",
    from: &[Answered],
    to: Open,
};
/// The customer no longer asks for it.
pub const WITHDRAW: Transition<EvidenceRequestState> = Transition {
    done: "withdrawn",
    from: &[Open],
    to: Withdrawn,
};

/// The states in which the customer may still say otherwise what is asked for, and by when.
pub const CHANGEABLE: &[EvidenceRequestState] = &[Open, Answered];

impl Machine for EvidenceRequestState {
    const SUBJECT: &'static str = "An evidence request";
    const FIRST: Self = Open;
    const TRANSITIONS: &'static [Transition<Self>] = &[ANSWER, FULFIL, REOPEN, WITHDRAW];
}

/// The rules of a request's row.
pub fn rules(request: &evidence_request::Model, check: &mut Check) {
    check.text("title", &request.title, TITLE);
    check.optional_text("description", request.description.as_deref(), BODY);
    check.optional_text("remark", request.remark.as_deref(), BODY);
    check.date("dueOn", Some(request.due_on));
}

/// Whether the supplier is late: the date has passed and the request waits for an answer. While it
/// waits for the customer it is not overdue.
#[must_use]
pub fn overdue(state: EvidenceRequestState, due_on: NaiveDate, today: NaiveDate) -> bool {
    state == Open && due_on < today
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_overdue_the_day_after_while_it_waits_for_the_supplier() {
        let due_on: NaiveDate = "2026-03-31".parse().expect("a date");
        let next_day: NaiveDate = "2026-04-01".parse().expect("a date");
        assert!(!overdue(Open, due_on, due_on));
        assert!(overdue(Open, due_on, next_day));
        for state in [Answered, Fulfilled, Withdrawn] {
            assert!(!overdue(state, due_on, next_day));
        }
    }

    #[test]
    fn it_can_be_asked_and_answered_over_again_until_it_is_closed() {
        let answered = ANSWER.apply(Open).expect("an answer");
        assert_eq!(REOPEN.apply(answered).ok(), Some(Open));
        assert!(WITHDRAW.apply(answered).is_err());
        assert!(Fulfilled.is_final() && Withdrawn.is_final());
    }
}
