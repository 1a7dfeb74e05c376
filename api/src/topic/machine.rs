//! The one shape of all state machines: a table of transitions that the code obeys, the tests walk
//! and an auditor can print.
//!
//! A state changes only through [`Transition::apply`]. To add a machine, write its transitions as
//! constants in the topic's `model.rs`, implement [`Machine`] with them, and name it in the tests
//! below.

use sea_orm::ActiveEnum;

use crate::error::{Error, Result};

/// The states of a kind of record, and every way from one to another.
pub trait Machine: ActiveEnum<Value = String> + Copy + PartialEq + 'static {
    /// What has these states, as a sentence begins: "An action item".
    const SUBJECT: &'static str;
    /// The state that a new record has.
    const FIRST: Self;
    /// Everything that can be done.
    const TRANSITIONS: &'static [Transition<Self>];

    /// The whole table, one line for each way: what is done, from which state, to which.
    fn table() -> impl Iterator<Item = (&'static str, Self, Self)> {
        Self::TRANSITIONS
            .iter()
            .flat_map(|t| t.from.iter().map(|from| (t.done, *from, t.to)))
    }

    /// Whether nothing can be done any more.
    fn is_final(self) -> bool {
        Self::table().all(|(_, from, _)| from != self)
    }
}

/// One thing that can be done with a record, and what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transition<S: 'static> {
    /// What is done, as the record suffers it: "reported done".
    pub done: &'static str,
    /// The states that allow it.
    pub from: &'static [S],
    /// The state it leads to.
    pub to: S,
}

impl<S: Machine> Transition<S> {
    /// The state after it, if the present one allows it.
    pub fn apply(&self, state: S) -> Result<S> {
        allowed(self.done, self.from, state).map(|()| self.to)
    }
}

/// Refuses what the present state does not allow; for changes that leave the state as it is.
pub fn allowed<S: Machine>(done: &str, from: &[S], state: S) -> Result<()> {
    if from.contains(&state) {
        return Ok(());
    }
    let states: Vec<_> = from.iter().map(ActiveEnum::to_value).collect();
    Err(Error::InvalidState(format!(
        "{} that is {} cannot be {done}; that is possible from {}.",
        S::SUBJECT,
        state.to_value(),
        states.join(", "),
    )))
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use entity::{
        AcceptanceState, ActionItemState, EvidenceRequestState, MeetingState, ReviewState,
    };
    use proptest::{prelude::*, sample::Index};

    use super::*;
    use crate::topic::action_item::model::REPORT_DONE;

    fn printed<S: Machine>() -> Vec<String> {
        S::table()
            .map(|(done, from, to)| format!("{done}: {} → {}", from.to_value(), to.to_value()))
            .collect()
    }

    #[test]
    fn the_tables_an_auditor_reads() {
        assert_eq!(
            printed::<ReviewState>(),
            [
                "handed in: DRAFT → SUBMITTED",
                "handed in: RETURNED → SUBMITTED",
                "approved: SUBMITTED → APPROVED",
                "returned: SUBMITTED → RETURNED",
                "superseded: APPROVED → SUPERSEDED",
            ]
        );
        assert_eq!(
            printed::<EvidenceRequestState>(),
            [
                "answered: OPEN → ANSWERED",
                "fulfilled: ANSWERED → FULFILLED",
                "opened again: ANSWERED → OPEN",
                "withdrawn: OPEN → WITHDRAWN",
            ]
        );
        assert_eq!(
            printed::<AcceptanceState>(),
            [
                "accepted: REQUESTED → ACCEPTED",
                "declined: REQUESTED → DECLINED",
            ]
        );
        assert_eq!(
            printed::<MeetingState>(),
            ["marked as held: PLANNED → HELD", "signed: HELD → SIGNED"]
        );
        assert_eq!(
            printed::<ActionItemState>(),
            [
                "started: OPEN → IN_PROGRESS",
                "reported done: OPEN → REPORTED_DONE",
                "reported done: IN_PROGRESS → REPORTED_DONE",
                "verified: REPORTED_DONE → VERIFIED",
                "sent back: REPORTED_DONE → IN_PROGRESS",
                "cancelled: OPEN → CANCELLED",
                "cancelled: IN_PROGRESS → CANCELLED",
                "cancelled: REPORTED_DONE → CANCELLED",
            ]
        );
    }

    #[test]
    fn a_refusal_says_what_would_be_possible() {
        let Err(error) = REPORT_DONE.apply(ActionItemState::Verified) else {
            panic!("must be refused");
        };
        assert_eq!(error.code(), "INVALID_STATE");
        assert_eq!(
            error.to_string(),
            "An action item that is VERIFIED cannot be reported done; that is possible from OPEN, IN_PROGRESS."
        );
    }

    /// Tries the chosen verbs one after another, whatever the state: each either is a line of the
    /// table or changes nothing, and a final state stays.
    fn walk<S: Machine + Debug>(choices: &[Index]) {
        let mut state = S::FIRST;
        for choice in choices {
            let verb = choice.get(S::TRANSITIONS);
            let in_table = S::table().any(|line| line == (verb.done, state, verb.to));
            match verb.apply(state) {
                Ok(next) => {
                    assert!(in_table && !state.is_final(), "{} {state:?}", verb.done);
                    state = next;
                }
                Err(error) => {
                    assert!(!in_table, "{} {state:?}: {error}", verb.done);
                }
            }
        }
    }

    /// Every state can be reached from the first one, and no way stands in the table twice.
    fn is_whole<S: Machine + Debug>() {
        let mut reached = vec![S::FIRST];
        let mut next = 0;
        while let Some(state) = reached.get(next).copied() {
            let ways: Vec<_> = S::table().filter(|(_, from, _)| *from == state).collect();
            for (done, _, to) in &ways {
                assert_eq!(ways.iter().filter(|(d, _, _)| d == done).count(), 1);
                if !reached.contains(to) {
                    reached.push(*to);
                }
            }
            next += 1;
        }
        for state in S::iter() {
            assert!(reached.contains(&state), "{state:?} cannot be reached");
        }
    }

    #[test]
    fn every_machine_is_whole() {
        is_whole::<ReviewState>();
        is_whole::<EvidenceRequestState>();
        is_whole::<AcceptanceState>();
        is_whole::<MeetingState>();
        is_whole::<ActionItemState>();
    }

    proptest! {
        #[test]
        fn any_sequence_of_verbs_keeps_to_the_table(choices: Vec<Index>) {
            walk::<ReviewState>(&choices);
            walk::<EvidenceRequestState>(&choices);
            walk::<AcceptanceState>(&choices);
            walk::<MeetingState>(&choices);
            walk::<ActionItemState>(&choices);
        }
    }
}
