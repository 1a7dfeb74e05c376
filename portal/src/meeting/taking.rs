//! What is taken down at a meeting, under the point that it belongs to, and the forms to take it down with.
//!
//! What always holds: whatever is saved comes back to the point where one was.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    Record,
    meeting::{
        MeetingNodeOnMeetingActionItemsNodes as Item, MeetingNodeOnMeetingAgenda as AgendaItem,
        MeetingNodeOnMeetingDecisions as Made, MeetingPeopleNodes as Person,
    },
};
use crate::{
    form::{Choice, FormView, Typed, find},
    page::Page,
};

/// The most people who are offered below a point; above that, only the forum's members are.
const OFFERED: usize = 40;

/// A decision with the action items that carry it out.
#[derive(Debug)]
pub struct Decision {
    /// The decision.
    pub made: Made,
    /// What carries it out.
    pub items: Vec<Item>,
}

/// A point on the agenda with what was said.
#[derive(Debug)]
pub struct Point {
    /// The point.
    pub it: AgendaItem,
    /// What was decided.
    pub decisions: Vec<Decision>,
    /// To take down a decision.
    pub decide: Option<FormView>,
    /// To take down an action item.
    pub act: Option<FormView>,
}

impl Point {
    /// How many action items carry out what was decided.
    #[must_use]
    pub fn items(&self) -> usize {
        self.decisions.iter().map(|made| made.items.len()).sum()
    }
}

/// All that was taken down.
#[derive(Debug)]
pub struct Taken {
    /// By point.
    pub points: Vec<Point>,
    /// Decisions that were taken under none.
    pub decisions: Vec<Decision>,
    /// Action items that carry out no decision.
    pub items: Vec<Item>,
}

impl Taken {
    /// What of it belongs where; without forms.
    #[must_use]
    pub fn of(record: &mut Record) -> Self {
        let mut items = std::mem::take(&mut record.action_items.nodes);
        let decisions = std::mem::take(&mut record.decisions).into_iter();
        let mut decisions: Vec<_> = decisions
            .map(|made| Decision {
                items: items
                    .extract_if(.., |item| {
                        item.decision.as_ref().is_some_and(|it| it.id == made.id)
                    })
                    .collect(),
                made,
            })
            .collect();
        let points = std::mem::take(&mut record.agenda).into_iter();
        let points = points.map(|it| Point {
            decisions: decisions
                .extract_if(.., |decision| {
                    let under = decision.made.agenda_item.as_ref();
                    under.is_some_and(|point| point.id == it.id)
                })
                .collect(),
            decide: None,
            act: None,
            it,
        });
        Self {
            points: points.collect(),
            decisions,
            items,
        }
    }

    /// The same, with forms to go on with.
    #[must_use]
    pub fn with_forms(mut self, page: &Page, record: &Record, people: &[Person]) -> Self {
        let known = known(record, people);
        for point in &mut self.points {
            point.decide = decide(page, record, &point.it.id);
            point.act = act(page, record, point, &known);
        }
        self
    }

    /// How many decisions there are.
    #[must_use]
    pub fn decided(&self) -> usize {
        let under: usize = self.points.iter().map(|point| point.decisions.len()).sum();
        under + self.decisions.len()
    }

    /// How many action items there are.
    #[must_use]
    pub fn wanted(&self) -> usize {
        let under: usize = self.points.iter().map(Point::items).sum();
        let other: usize = self.decisions.iter().map(|made| made.items.len()).sum();
        under + other + self.items.len()
    }
}

/// Where to come back to: the point.
fn back(page: &Page, point: &str) -> String {
    format!("{}#point-{point}", page.back())
}

fn decide(page: &Page, record: &Record, point: &str) -> Option<FormView> {
    let given = [
        ("meetingId", record.id.as_str()),
        ("agendaItemId", point),
        ("return_to", &back(page, point)),
    ];
    FormView::about(page.text, "recordDecision", &given).map(|form| apart(form, point))
}

fn act(
    page: &Page,
    record: &Record,
    point: &Point,
    known: &Map<String, Value>,
) -> Option<FormView> {
    let back = back(page, &point.it.id);
    let mut pairs = vec![
        ("forumId", record.forum.id.as_str()),
        ("fixed-forumId", "1"),
        ("meetingId", &record.id),
        ("priority", "NORMAL"),
        ("return_to", &back),
    ];
    if let Some(risk) = &point.it.risk {
        pairs.push(("riskId", &risk.id));
    }
    let typed = pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let typed = Typed::from(typed.collect::<Vec<_>>());
    let form = FormView::new(page.text, find("createActionItem")?, &typed, known);
    let mut form = apart(form, &point.it.id);
    form.title = page.text.say("meeting-take-item").into_owned();
    choose_decision(page, &mut form, &point.decisions);
    // What is said first comes first; how it shall be done can be written down later.
    form.fields
        .sort_by_key(|field| (field.name == "description", field.name == "decisionId"));
    Some(form)
}

/// The decision that the item carries out: one of the point's, the last one unless another is chosen.
fn choose_decision(page: &Page, form: &mut FormView, decisions: &[Decision]) {
    let field = form
        .fields
        .iter_mut()
        .find(|field| field.name == "decisionId");
    let (Some(field), Some(last)) = (field, decisions.last()) else {
        return;
    };
    field.look = "choice";
    field.label = page.text.say("meeting-carries-out").into_owned();
    field.choices = decisions
        .iter()
        .map(|decision| Choice {
            value: decision.made.id.clone(),
            label: format!("{}. {}", decision.made.number, start(&decision.made.text)),
            chosen: decision.made.id == last.made.id,
        })
        .collect();
}

/// The beginning of a text, to tell it from others.
fn start(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.chars().count() {
        0..=70 => line.to_owned(),
        _ => line.chars().take(69).chain(['…']).collect(),
    }
}

/// The same form, as one of several on the page.
fn apart(mut form: FormView, point: &str) -> FormView {
    for field in &mut form.fields {
        field.id = format!("{}-{point}", field.id);
    }
    form
}

/// The same form, of which only these fields are seen.
#[must_use]
pub fn only(mut form: FormView, seen: &[&str]) -> FormView {
    for field in &mut form.fields {
        if !seen.contains(&field.name) {
            field.look = "hidden";
        }
    }
    form
}

/// Who can be asked to do something: the organisations that take part and their people, members first.
fn known(record: &Record, people: &[Person]) -> Map<String, Value> {
    let members = &record.forum.members;
    let organisations: BTreeMap<_, _> = members
        .iter()
        .map(|member| (&member.organisation.id, &member.organisation.name))
        .collect();
    let is_member = |person: &Person| {
        members.iter().any(|member| {
            let it = member.person.as_ref();
            it.is_some_and(|it| it.id == person.id)
        })
    };
    let taking_part = people
        .iter()
        .filter(|person| organisations.contains_key(&person.organisation.id));
    let (mut first, others): (Vec<_>, Vec<_>) = taking_part.partition(|person| is_member(person));
    if first.len() + others.len() <= OFFERED {
        first.extend(others);
    }
    let people = first.into_iter().map(|person| {
        json!({ "id": person.id, "name": person.name, "organisation": { "name": person.organisation.name } })
    });
    let organisations = organisations
        .into_iter()
        .map(|(id, name)| json!({ "id": id, "name": name }));
    let nodes = |records: Vec<Value>| json!({ "nodes": records });
    Map::from_iter([
        ("organisations".to_owned(), nodes(organisations.collect())),
        ("people".to_owned(), nodes(people.collect())),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_meeting() -> Record {
        let item = |id: &str, decision: Value| {
            json!({
                "id": id, "title": id, "dueOn": "2026-01-31", "overdue": false, "state": "OPEN", "decision": decision,
                "assignee": null, "assigneeOrganisation": null,
            })
        };
        let point = |id: &str, position: i64| {
            json!({
                "id": id, "version": 1, "position": position, "title": id, "notes": null, "risk": null,
                "submission": null,
            })
        };
        let member = |id: &str, organisation: &str| {
            json!({
                "id": id, "duty": "MEMBER", "person": { "id": id, "name": id },
                "organisation": { "id": organisation, "name": organisation },
            })
        };
        let meeting = json!({
            "id": "mtg_1", "version": 1, "title": "M", "state": "HELD", "startsAt": "2026-01-31T08:00:00Z",
            "endsAt": null, "place": null, "minutes": null, "heldAt": null, "signedAt": null, "minutesAsSigned": null,
            "forum": {
                "id": "for_1", "name": "F", "level": "TACTICAL", "customer": { "id": "org_1", "name": "K" },
                "members": [member("per_1", "org_1"), member("per_2", "org_2")],
            },
            "agenda": [point("agi_1", 1), point("agi_2", 2)],
            "decisions": [
                { "id": "dec_1", "number": 1, "text": "ett", "agendaItem": { "id": "agi_2" } },
                { "id": "dec_2", "number": 2, "text": "två", "agendaItem": null },
            ],
            "actionItems": { "nodes": [
                item("act_1", json!({ "id": "dec_1" })),
                item("act_2", json!({ "id": "dec_2" })),
                item("act_3", Value::Null),
            ] },
        });
        serde_json::from_value(meeting).expect("a meeting")
    }

    #[test]
    fn what_was_taken_down_stands_under_its_point_and_the_rest_at_the_end() {
        let taken = Taken::of(&mut a_meeting());
        assert_eq!(taken.points[0].decisions.len(), 0);
        assert_eq!(taken.points[1].decisions[0].items[0].id, "act_1");
        assert_eq!(taken.decisions[0].items[0].id, "act_2");
        assert_eq!(taken.items[0].id, "act_3");
        assert_eq!((taken.decided(), taken.wanted()), (2, 3));
    }

    #[test]
    fn only_those_who_take_part_are_asked_to_do_something_and_members_come_first() {
        let person = |id: &str, organisation: &str| {
            let it = json!({ "id": id, "name": id, "organisation": { "id": organisation, "name": organisation } });
            serde_json::from_value::<Person>(it).expect("a person")
        };
        let people = [
            person("per_0", "org_1"),
            person("per_1", "org_1"),
            person("per_9", "org_9"),
        ];
        let known = known(&a_meeting(), &people);
        let ids = |source: &str| -> Vec<String> {
            let nodes = known[source]["nodes"].as_array().expect("nodes");
            let ids = nodes.iter().map(|it| it["id"].as_str().expect("an id"));
            ids.map(ToOwned::to_owned).collect()
        };
        assert_eq!(ids("people"), ["per_1", "per_0"]);
        assert_eq!(ids("organisations"), ["org_1", "org_2"]);
    }

    #[test]
    fn a_decision_is_told_by_its_beginning() {
        assert_eq!(start("Kort\nmer"), "Kort");
        assert_eq!(start(&"ö".repeat(100)).chars().count(), 70);
    }
}
