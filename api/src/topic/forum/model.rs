//! The levels of forums, the states of meetings, and the rules of both.

use entity::{
    ActionItemStepKind,
    ForumLevel::{self, Operational, Strategic, Tactical},
    MeetingState::{self, Held, Planned, Signed},
    MemberDuty, agenda_item, decision, forum, forum_membership, meeting,
};
use sea_orm::ActiveEnum;

use crate::{
    error::{Error, Result},
    topic::{Machine, Transition},
    validate::{BODY, Check, TITLE},
};

/// The meeting has taken place; its minutes are being finished.
pub const HOLD: Transition<MeetingState> = Transition {
    done: "marked as held",
    from: &[Planned],
    to: Held,
};
/// The chair signs the minutes.
pub const SIGN: Transition<MeetingState> = Transition {
    done: "signed",
    from: &[Held],
    to: Signed,
};

impl Machine for MeetingState {
    const SUBJECT: &'static str = "A meeting";
    const FIRST: Self = Planned;
    const TRANSITIONS: &'static [Transition<Self>] = &[HOLD, SIGN];
}

/// Refuses changes of a meeting, its agenda and its decisions once the minutes are signed.
pub fn changeable(state: MeetingState) -> Result<()> {
    if state == Signed {
        return Err(Error::InvalidState(
            "The minutes are signed, and nothing in them changes any more. Take up what needs correcting at the next meeting."
                .to_owned(),
        ));
    }
    Ok(())
}

/// The level just above, if there is one.
#[must_use]
pub fn above(level: ForumLevel) -> Option<ForumLevel> {
    match level {
        Strategic => None,
        Tactical => Some(Strategic),
        Operational => Some(Tactical),
    }
}

/// The level just below, if there is one.
#[must_use]
pub fn below(level: ForumLevel) -> Option<ForumLevel> {
    match level {
        Strategic => Some(Tactical),
        Tactical => Some(Operational),
        Operational => None,
    }
}

/// What it is called to move an action item from a forum of one level to one of another; `path` is
/// the input that named the latter. Only the level just above or below can be moved to.
pub fn step(path: &str, from: ForumLevel, to: ForumLevel) -> Result<ActionItemStepKind> {
    if above(from) == Some(to) {
        return Ok(ActionItemStepKind::Escalated);
    }
    match (from, to) {
        (Strategic, Tactical) => Ok(ActionItemStepKind::Cascaded),
        (Tactical, Operational) => Ok(ActionItemStepKind::Delegated),
        _ => Err(Error::invalid(
            path,
            format!(
                "must be a forum one level up or down: from {} that is {}",
                from.to_value(),
                neighbours(from),
            ),
        )),
    }
}

fn neighbours(level: ForumLevel) -> String {
    let levels: Vec<_> = [above(level), below(level)]
        .iter()
        .flatten()
        .map(ActiveEnum::to_value)
        .collect();
    levels.join(" or ")
}

/// The rules of a forum's row; `parent` is the forum above it, if it has one. As a forum about one area
/// never stands above one about more, what is escalated keeps the area it concerns.
pub fn rules(forum: &forum::Model, parent: Option<&forum::Model>, check: &mut Check) {
    check.text("name", &forum.name, TITLE);
    check.optional_text("description", forum.description.as_deref(), BODY);
    let Some(parent) = parent else {
        return;
    };
    check.require(
        "parentId",
        parent.customer_id == forum.customer_id,
        "must be one of your own forums",
    );
    check.require(
        "parentId",
        Some(parent.level) == above(forum.level),
        match above(forum.level) {
            None => "must be left out: no forum is above a STRATEGIC one".to_owned(),
            Some(level) => format!("must be a {} forum, the level just above", level.to_value()),
        },
    );
    check.require(
        "parentId",
        parent.service_area.is_none() || parent.service_area == forum.service_area,
        "must be about all service areas, or about the same as the forum itself",
    );
}

/// The rules of a membership's row.
pub fn membership_rules(membership: &forum_membership::Model, check: &mut Check) {
    check.require(
        "personId",
        membership.duty == MemberDuty::Member || membership.person_id.is_some(),
        "must be given: the chair and the secretary are certain people",
    );
}

/// The rules of a meeting's row.
pub fn meeting_rules(meeting: &meeting::Model, check: &mut Check) {
    check.text("title", &meeting.title, TITLE);
    check.optional_text("place", meeting.place.as_deref(), TITLE);
    check.optional_text("minutes", meeting.minutes.as_deref(), BODY);
    check.date("startsAt", Some(meeting.starts_at.date_naive()));
    check.date("endsAt", meeting.ends_at.map(|end| end.date_naive()));
    check.require(
        "endsAt",
        meeting.ends_at.is_none_or(|end| meeting.starts_at < end),
        "must be later than startsAt",
    );
}

/// The rules of an agenda item's row.
pub fn agenda_item_rules(item: &agenda_item::Model, check: &mut Check) {
    check.text("title", &item.title, TITLE);
    check.optional_text("notes", item.notes.as_deref(), BODY);
}

/// The rules of a decision's row.
pub fn decision_rules(decision: &decision::Model, check: &mut Check) {
    check.text("text", &decision.text, BODY);
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use entity::ServiceArea;
    use proptest::{prelude::*, sample::select};
    use sea_orm::Iterable;
    use uuid::Uuid;

    use super::*;

    fn a_forum(level: ForumLevel) -> forum::Model {
        forum::Model {
            id: Uuid::nil(),
            customer_id: Uuid::nil(),
            level,
            name: "Forum".to_owned(),
            description: None,
            service_area: None,
            parent_id: None,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            version: 1,
        }
    }

    fn fits(forum: &forum::Model, parent: Option<&forum::Model>) -> bool {
        let mut check = Check::default();
        rules(forum, parent, &mut check);
        check.finish().is_ok()
    }

    #[test]
    fn a_move_has_the_name_the_forums_use() {
        for (from, to, expected) in [
            (Strategic, Tactical, ActionItemStepKind::Cascaded),
            (Tactical, Operational, ActionItemStepKind::Delegated),
            (Operational, Tactical, ActionItemStepKind::Escalated),
            (Tactical, Strategic, ActionItemStepKind::Escalated),
        ] {
            assert_eq!(step("toForumId", from, to).ok(), Some(expected));
        }
    }

    #[test]
    fn a_move_past_a_level_tells_where_it_could_go() {
        let error = step("toForumId", Strategic, Operational).expect_err("must be refused");
        assert!(
            error
                .to_string()
                .contains("from STRATEGIC that is TACTICAL"),
            "{error}"
        );
        let error = step("toForumId", Tactical, Tactical).expect_err("must be refused");
        assert!(
            error.to_string().contains("STRATEGIC or OPERATIONAL"),
            "{error}"
        );
    }

    #[test]
    fn the_forum_above_is_of_the_level_just_above() {
        for level in ForumLevel::iter() {
            assert!(fits(&a_forum(level), None));
            for parent in ForumLevel::iter() {
                assert_eq!(
                    fits(&a_forum(level), Some(&a_forum(parent))),
                    above(level) == Some(parent),
                    "{level:?} under {parent:?}"
                );
            }
        }
    }

    #[test]
    fn the_forum_above_is_about_as_much_or_more() {
        let about = |level, service_area| forum::Model {
            service_area,
            ..a_forum(level)
        };
        let (network, clients) = (Some(ServiceArea::Network), Some(ServiceArea::Clients));
        for (below, above, expected) in [
            (network, None, true),
            (network, network, true),
            (None, None, true),
            (network, clients, false),
            (None, network, false),
        ] {
            let (tactical, strategic) = (about(Tactical, below), about(Strategic, above));
            assert_eq!(
                fits(&tactical, Some(&strategic)),
                expected,
                "{below:?} under {above:?}"
            );
        }
    }

    #[test]
    fn the_forum_above_is_the_same_customers() {
        let another = forum::Model {
            customer_id: Uuid::max(),
            ..a_forum(Strategic)
        };
        assert!(!fits(&a_forum(Tactical), Some(&another)));
    }

    #[test]
    fn a_signed_meeting_does_not_change() {
        assert!(changeable(Planned).is_ok());
        assert!(changeable(Held).is_ok());
        let error = changeable(Signed).expect_err("must be refused");
        assert!(
            error.to_string().starts_with("The minutes are signed"),
            "{error}"
        );
    }

    fn any_level() -> impl Strategy<Value = ForumLevel> {
        select(ForumLevel::iter().collect::<Vec<_>>())
    }

    proptest! {
        #[test]
        fn above_and_below_are_each_others_way_back(one in any_level(), other in any_level()) {
            prop_assert_eq!(above(one) == Some(other), below(other) == Some(one));
        }

        #[test]
        fn a_step_leads_to_a_neighbour_and_back(from in any_level(), to in any_level()) {
            let neighbours = above(from) == Some(to) || below(from) == Some(to);
            prop_assert_eq!(step("toForumId", from, to).is_ok(), neighbours);
            prop_assert_eq!(step("toForumId", to, from).is_ok(), neighbours);
        }

        #[test]
        fn only_a_step_up_is_an_escalation(from in any_level(), to in any_level()) {
            let escalated = matches!(step("toForumId", from, to), Ok(ActionItemStepKind::Escalated));
            prop_assert_eq!(escalated, above(from) == Some(to));
        }
    }
}
