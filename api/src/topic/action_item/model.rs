//! The states of an action item, its rules, and when it is overdue.

use chrono::NaiveDate;
use entity::{
    ActionItemState::{self, Cancelled, InProgress, Open, ReportedDone, Verified},
    action_item, action_item_step,
};

use crate::{
    error::Result,
    topic::{Machine, Transition, allowed},
    validate::{BODY, Check, TITLE},
};

/// The states in which something remains to be done, by the assignee or by the customer.
pub const OPEN_STATES: &[ActionItemState] = &[Open, InProgress, ReportedDone];

/// The assignee begins.
pub const START: Transition<ActionItemState> = Transition {
    done: "started",
    from: &[Open],
    to: InProgress,
};
/// The assignee says that it is done.
pub const REPORT_DONE: Transition<ActionItemState> = Transition {
    done: "reported done",
    from: &[Open, InProgress],
    to: ReportedDone,
};
/// The customer has seen that it is done.
pub const VERIFY: Transition<ActionItemState> = Transition {
    done: "verified",
    from: &[ReportedDone],
    to: Verified,
};
/// The customer finds that it is not done.
pub const SEND_BACK: Transition<ActionItemState> = Transition {
    done: "sent back",
    from: &[ReportedDone],
    to: InProgress,
};
/// The customer no longer wants it done.
pub const CANCEL: Transition<ActionItemState> = Transition {
    done: "cancelled",
    from: OPEN_STATES,
    to: Cancelled,
};

impl Machine for ActionItemState {
    const SUBJECT: &'static str = "An action item";
    const FIRST: Self = Open;
    const TRANSITIONS: &'static [Transition<Self>] =
        &[START, REPORT_DONE, VERIFY, SEND_BACK, CANCEL];
}

/// Whether something remains to be done.
#[must_use]
pub fn is_open(state: ActionItemState) -> bool {
    OPEN_STATES.contains(&state)
}

/// Whether it is open past its due date. What was reported done counts until the customer has
/// verified it: its state tells whom it waits for.
#[must_use]
pub fn overdue(state: ActionItemState, due_on: NaiveDate, today: NaiveDate) -> bool {
    is_open(state) && due_on < today
}

/// Refuses to change a closed item.
pub fn changeable(state: ActionItemState) -> Result<()> {
    allowed("changed", OPEN_STATES, state)
}

/// Refuses to move a closed item to another forum.
pub fn movable(state: ActionItemState) -> Result<()> {
    allowed("moved", OPEN_STATES, state)
}

/// The rules of an action item's row.
pub fn rules(item: &action_item::Model, check: &mut Check) {
    check.text("title", &item.title, TITLE);
    check.optional_text("description", item.description.as_deref(), BODY);
    check.optional_text("report", item.report.as_deref(), BODY);
    check.optional_text("remark", item.remark.as_deref(), BODY);
    check.date("dueOn", Some(item.due_on));
}

/// The rules of a step's row.
pub fn step_rules(step: &action_item_step::Model, check: &mut Check) {
    check.optional_text("reason", step.reason.as_deref(), BODY);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sea_orm::Iterable;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn open_are_the_states_that_something_can_be_done_in() {
        for state in ActionItemState::iter() {
            assert_eq!(is_open(state), !state.is_final(), "{state:?}");
            assert_eq!(movable(state).is_ok(), is_open(state), "{state:?}");
            assert_eq!(changeable(state).is_ok(), is_open(state), "{state:?}");
        }
    }

    #[test]
    fn it_is_overdue_the_day_after_while_it_is_open() {
        let due_on = day("2026-03-31");
        for state in ActionItemState::iter() {
            assert!(!overdue(state, due_on, due_on));
            assert_eq!(overdue(state, due_on, day("2026-04-01")), is_open(state));
        }
    }

    #[test]
    fn the_assignees_word_is_not_the_customers() {
        let reported = REPORT_DONE.apply(Open).expect("a report");
        assert_eq!(SEND_BACK.apply(reported).ok(), Some(InProgress));
        assert_eq!(VERIFY.apply(reported).ok(), Some(Verified));
        assert!(VERIFY.apply(InProgress).is_err());
    }

    proptest! {
        #[test]
        fn an_overdue_item_stays_overdue_until_it_is_closed(late in 1_u64..5_000, more in 0_u64..5_000) {
            let due_on = day("2026-03-31");
            let today = due_on + chrono::Days::new(late);
            let later = today + chrono::Days::new(more);
            for state in OPEN_STATES {
                prop_assert!(overdue(*state, due_on, today) && overdue(*state, due_on, later));
            }
        }
    }
}
