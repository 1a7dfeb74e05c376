//! The states of what is handed in, and the rules of its texts. A risk analysis has the state of its
//! latest submission.

use entity::ReviewState::{self, Approved, Draft, Returned, Submitted, Superseded};

use crate::{
    topic::{Machine, Transition},
    validate::{BODY, Check},
};

/// The supplier hands it in, for the first time or again.
pub const SUBMIT: Transition<ReviewState> = Transition {
    done: "handed in",
    from: &[Draft, Returned],
    to: Submitted,
};
/// The customer approves it.
pub const APPROVE: Transition<ReviewState> = Transition {
    done: "approved",
    from: &[Submitted],
    to: Approved,
};
/// The customer sends it back with a remark.
pub const RETURN: Transition<ReviewState> = Transition {
    done: "returned",
    from: &[Submitted],
    to: Returned,
};
/// A later submission of the same kind was approved in its place.
pub const SUPERSEDE: Transition<ReviewState> = Transition {
    done: "superseded",
    from: &[Approved],
    to: Superseded,
};

impl Machine for ReviewState {
    const SUBJECT: &'static str = "A submission";
    const FIRST: Self = Draft;
    const TRANSITIONS: &'static [Transition<Self>] = &[SUBMIT, APPROVE, RETURN, SUPERSEDE];
}

/// What the supplier writes when handing in; nothing need be written.
pub fn message_rules(message: Option<&str>, check: &mut Check) {
    check.optional_text("message", message, BODY);
}

/// What the customer writes when reviewing: a return must say what to change, an approval need not.
pub fn remark_rules(review: &Transition<ReviewState>, remark: Option<&str>, check: &mut Check) {
    check.optional_text("remark", remark, BODY);
    check.require(
        "remark",
        review.to != Returned || remark.is_some(),
        "must say what to change before it is handed in again",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(review: &Transition<ReviewState>, remark: Option<&str>) -> bool {
        let mut check = Check::default();
        remark_rules(review, remark, &mut check);
        check.finish().is_ok()
    }

    #[test]
    fn a_return_must_say_why_and_an_approval_may() {
        assert!(accepts(&APPROVE, None));
        assert!(accepts(&APPROVE, Some("Fint.")));
        assert!(accepts(&RETURN, Some("Bilagan saknas.")));
        assert!(!accepts(&RETURN, None));
        assert!(!accepts(&RETURN, Some("  ")));
    }

    #[test]
    fn what_was_returned_can_be_handed_in_again() {
        let returned = RETURN.apply(Submitted).expect("a review");
        assert_eq!(SUBMIT.apply(returned).ok(), Some(Submitted));
        assert!(SUBMIT.apply(Approved).is_err());
    }
}
