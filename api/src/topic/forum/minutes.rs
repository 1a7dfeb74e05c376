//! The minutes as the chair signed them: kept as JSON with the meeting and never changed. People and
//! organisations stand in them by name, as they were called then.

use std::collections::HashMap;

use async_graphql::SimpleObject;
use entity::{MemberDuty, action_item, agenda_item, decision};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ForumMeeting;
use crate::graphql::scalar::{Date, DateTime};

/// The minutes of a meeting as they stood when the chair signed them. People and organisations stand in
/// them by the names they had then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
pub struct SignedMinutes {
    /// The forum's name.
    forum: String,
    /// The meeting's title.
    title: String,
    /// When it began.
    starts_at: DateTime,
    /// When it ended. Null when nobody had said.
    ends_at: Option<DateTime>,
    /// Where it was held. Null when nobody had said.
    place: Option<String>,
    /// What was said, beside the agenda's notes and the decisions. Null when nothing was taken down.
    minutes: Option<String>,
    /// The forum's members at that time.
    members: Vec<SignedMember>,
    /// The agenda with the notes, in order.
    agenda: Vec<SignedAgendaItem>,
    /// The decisions, by number.
    decisions: Vec<SignedDecision>,
    /// The action items that the forum had raised at the meeting, the most urgent first.
    action_items: Vec<SignedActionItem>,
    /// Who signed.
    signed_by: String,
}

/// A member of the forum when the minutes were signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
pub struct SignedMember {
    /// The organisation.
    organisation: String,
    /// The person. Null when the organisation as such was the member.
    person: Option<String>,
    /// What the member did in the forum.
    duty: MemberDuty,
}

/// A point on the agenda as it stood when the minutes were signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
pub struct SignedAgendaItem {
    /// Its place, from 1.
    position: i32,
    /// What it was about.
    title: String,
    /// What was said. Null when nothing was noted.
    notes: Option<String>,
}

/// A decision as it stood when the minutes were signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
pub struct SignedDecision {
    /// Its number within the meeting, from 1.
    number: i32,
    /// What was decided.
    text: String,
    /// The place on the agenda of the point it was taken under. Null when it was taken under none.
    agenda_position: Option<i32>,
}

/// An action item as it stood when the minutes were signed. It is told in words alone: it may have been
/// handed on to where not every member of this forum sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
pub struct SignedActionItem {
    /// What was to be done.
    title: String,
    /// The organisation that was to do it. Null when it had been handed on to one outside the forum.
    assignee_organisation: Option<String>,
    /// The person who was to do it. Null when the organisation was to decide, or was outside the forum.
    assignee: Option<String>,
    /// By when it was to be done.
    due_on: Date,
}

/// What was taken down at a meeting.
pub struct Taken {
    /// Its agenda, in order.
    pub agenda: Vec<agenda_item::Model>,
    /// Its decisions, by number.
    pub decisions: Vec<decision::Model>,
    /// The action items that it raised.
    pub action_items: Vec<action_item::Model>,
}

/// What organisations and people are called.
pub struct Names {
    /// Organisations by id.
    pub organisations: HashMap<Uuid, String>,
    /// People by id.
    pub people: HashMap<Uuid, String>,
}

impl Names {
    fn organisation(&self, id: Uuid) -> String {
        self.organisations.get(&id).cloned().unwrap_or_default()
    }

    fn person(&self, id: Option<Uuid>) -> Option<String> {
        self.people.get(&id?).cloned()
    }
}

impl SignedMinutes {
    /// The minutes as they stand now.
    #[must_use]
    pub fn of(meeting: &ForumMeeting, taken: &Taken, names: &Names, signed_by: String) -> Self {
        let position = |id: Uuid| {
            let item = taken.agenda.iter().find(|item| item.id == id);
            item.map(|item| item.position)
        };
        let members = meeting.forum.members.iter().map(|member| SignedMember {
            organisation: names.organisation(member.organisation_id),
            person: names.person(member.person_id),
            duty: member.duty,
        });
        let agenda = taken.agenda.iter().map(|item| SignedAgendaItem {
            position: item.position,
            title: item.title.clone(),
            notes: item.notes.clone(),
        });
        let decisions = taken.decisions.iter().map(|decision| SignedDecision {
            number: decision.number,
            text: decision.text.clone(),
            agenda_position: decision.agenda_item_id.and_then(position),
        });
        // Who shall do what has been handed on is not shared with all members of this forum.
        let participants = meeting.forum.participants();
        let action_items = taken.action_items.iter().map(|item| {
            let assignee = item.assignee_organisation_id;
            let inside = participants.contains(&assignee);
            SignedActionItem {
                title: item.title.clone(),
                assignee_organisation: inside.then(|| names.organisation(assignee)),
                assignee: names.person(item.assignee_id.filter(|_| inside)),
                due_on: Date(item.due_on),
            }
        });
        Self {
            forum: meeting.forum.row.name.clone(),
            title: meeting.row.title.clone(),
            starts_at: DateTime(meeting.row.starts_at),
            ends_at: meeting.row.ends_at.map(DateTime),
            place: meeting.row.place.clone(),
            minutes: meeting.row.minutes.clone(),
            members: members.collect(),
            agenda: agenda.collect(),
            decisions: decisions.collect(),
            action_items: action_items.collect(),
            signed_by,
        }
    }
}

#[cfg(test)]
mod tests {
    use entity::{
        ActionItemState, ForumLevel, MeetingState, Priority, forum, forum_membership, meeting,
    };

    use super::*;
    use crate::topic::forum::ForumWithMembers;

    const NOW: chrono::DateTime<chrono::Utc> = chrono::DateTime::UNIX_EPOCH;
    const THE_MUNICIPALITY: Uuid = Uuid::from_u128(1);
    const THE_NETWORK_SUPPLIER: Uuid = Uuid::from_u128(2);
    const THE_CLIENTS_SUPPLIER: Uuid = Uuid::from_u128(3);

    /// A meeting of a forum to which the municipality and the network supplier belong.
    fn the_meeting() -> ForumMeeting {
        let row = forum::Model {
            id: Uuid::nil(),
            customer_id: THE_MUNICIPALITY,
            level: ForumLevel::Strategic,
            name: "Strategiskt forum".to_owned(),
            description: None,
            service_area: None,
            parent_id: None,
            created_at: NOW,
            updated_at: NOW,
            version: 1,
        };
        let supplier = forum_membership::Model {
            id: Uuid::nil(),
            forum_id: row.id,
            organisation_id: THE_NETWORK_SUPPLIER,
            person_id: None,
            duty: MemberDuty::Member,
            created_at: NOW,
        };
        ForumMeeting {
            row: meeting::Model {
                id: Uuid::nil(),
                forum_id: row.id,
                title: "Mars".to_owned(),
                starts_at: NOW,
                ends_at: None,
                place: None,
                state: MeetingState::Held,
                minutes: None,
                minutes_as_signed: None,
                held_at: Some(NOW),
                signed_by: None,
                signed_at: None,
                created_by: None,
                created_at: NOW,
                updated_at: NOW,
                version: 2,
            },
            forum: ForumWithMembers {
                row,
                members: vec![supplier],
            },
        }
    }

    fn an_action_item_for(organisation: Uuid) -> action_item::Model {
        action_item::Model {
            id: Uuid::nil(),
            customer_id: THE_MUNICIPALITY,
            forum_id: Uuid::nil(),
            raised_in_id: Uuid::nil(),
            meeting_id: None,
            decision_id: None,
            risk_id: None,
            service_area: None,
            title: "Byt brandvägg".to_owned(),
            description: None,
            state: ActionItemState::Open,
            priority: Priority::Normal,
            due_on: NOW.date_naive(),
            assignee_organisation_id: organisation,
            assignee_id: None,
            report: None,
            reported_by: None,
            reported_at: None,
            verified_by: None,
            closed_at: None,
            remark: None,
            created_by: None,
            created_at: NOW,
            updated_at: NOW,
            version: 1,
        }
    }

    #[test]
    fn they_do_not_name_who_does_what_was_handed_on_outside_the_forum() {
        let taken = Taken {
            agenda: vec![],
            decisions: vec![],
            action_items: vec![
                an_action_item_for(THE_NETWORK_SUPPLIER),
                an_action_item_for(THE_CLIENTS_SUPPLIER),
            ],
        };
        let names = Names {
            organisations: HashMap::from([
                (THE_NETWORK_SUPPLIER, "Nätbolaget".to_owned()),
                (THE_CLIENTS_SUPPLIER, "Klientbolaget".to_owned()),
            ]),
            people: HashMap::new(),
        };
        let minutes = SignedMinutes::of(&the_meeting(), &taken, &names, "Karin".to_owned());
        let assignees: Vec<_> = minutes
            .action_items
            .iter()
            .map(|item| item.assignee_organisation.as_deref())
            .collect();
        assert_eq!(assignees, [Some("Nätbolaget"), None]);
        let kept = serde_json::to_value(&minutes).expect("JSON");
        assert_eq!(
            serde_json::from_value::<SignedMinutes>(kept).ok(),
            Some(minutes)
        );
    }
}
