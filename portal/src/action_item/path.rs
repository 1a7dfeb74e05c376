//! An action item's way between the levels of forums, as a path to be drawn.
//!
//! What always holds: a forum that the viewer does not see is a stop without a name. Its level is told by how the item
//! came there and went on, so that the path can be drawn, and nothing else of it is.

use chrono::{DateTime, Utc};

use super::action_item::{
    ActionItemNodeOnActionItem as Record, ActionItemNodeOnActionItemPath as Step,
};
use crate::kinds::{ActionItemStepKind, ForumLevel};

/// A forum on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// How the item came here; it was raised in the first one.
    pub kind: Option<ActionItemStepKind>,
    /// The level.
    pub level: ForumLevel,
    /// The level it came from.
    pub from: Option<ForumLevel>,
    /// The forum's id and name; none if it is not one of the viewer's.
    pub forum: Option<(String, String)>,
    /// When it came here.
    pub at: DateTime<Utc>,
    /// Who brought it.
    pub by: Option<String>,
    /// Why.
    pub why: Option<String>,
    /// Whether it is followed here now.
    pub now: bool,
}

impl Stop {
    /// Where its dot is across the drawing.
    #[must_use]
    pub fn x(&self) -> u32 {
        lane(self.level)
    }

    /// The line from the stop before.
    #[must_use]
    pub fn line(&self) -> Option<String> {
        let (from, to) = (lane(self.from?), self.x());
        Some(format!("M{from} 0C{from} 18 {to} 8 {to} 26"))
    }
}

/// Where the line of a level is.
fn lane(level: ForumLevel) -> u32 {
    match level {
        ForumLevel::Strategic => 17,
        ForumLevel::Tactical => 51,
        ForumLevel::Operational => 85,
    }
}

/// The stops of an item, from the forum that raised it to the one that follows it now. None for whoever sees no forum
/// of it and no move.
#[must_use]
pub fn stops(record: &Record) -> Vec<Stop> {
    let raised = record.raised_in.as_ref();
    let first = record.path.first();
    let start = raised.map(|forum| (forum.level, forum.id.clone(), forum.name.clone()));
    let start_level = start
        .as_ref()
        .map(|(level, ..)| *level)
        .or_else(|| first.map(|step| left(step.kind)));
    let Some(start_level) = start_level else {
        return vec![];
    };
    let mut stops = vec![Stop {
        kind: None,
        level: start_level,
        from: None,
        forum: start.map(|(_, id, name)| (id, name)),
        at: record.created_at,
        by: record.created_by.as_ref().map(|person| person.name.clone()),
        why: None,
        now: false,
    }];
    for step in &record.path {
        let from = stops.last().map_or(start_level, |stop| stop.level);
        stops.push(moved(step, from));
    }
    if let Some(last) = stops.last_mut() {
        last.now = true;
    }
    stops
}

fn moved(step: &Step, from: ForumLevel) -> Stop {
    let to = step.to_forum.as_ref();
    Stop {
        kind: Some(step.kind),
        level: to.map_or_else(|| reached(step.kind, from), |forum| forum.level),
        from: Some(from),
        forum: to.map(|forum| (forum.id.clone(), forum.name.clone())),
        at: step.moved_at,
        by: step.moved_by.as_ref().map(|person| person.name.clone()),
        why: step.reason.clone(),
        now: false,
    }
}

/// The level that a first step of this kind left.
fn left(kind: ActionItemStepKind) -> ForumLevel {
    match kind {
        ActionItemStepKind::Cascaded => ForumLevel::Strategic,
        ActionItemStepKind::Delegated => ForumLevel::Tactical,
        ActionItemStepKind::Escalated => ForumLevel::Operational,
    }
}

/// The level that a step of this kind leads to.
fn reached(kind: ActionItemStepKind, from: ForumLevel) -> ForumLevel {
    match (kind, from) {
        (ActionItemStepKind::Cascaded, _) => ForumLevel::Tactical,
        (ActionItemStepKind::Delegated, _) => ForumLevel::Operational,
        (ActionItemStepKind::Escalated, ForumLevel::Operational) => ForumLevel::Tactical,
        (ActionItemStepKind::Escalated, _) => ForumLevel::Strategic,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn an_item(raised_in: &Value, path: &Value) -> Record {
        let none = json!({ "nodes": [], "pageInfo": { "hasNextPage": false, "endCursor": null } });
        let item = json!({
            "id": "act_1", "version": 1, "title": "t", "description": null, "dueOn": "2026-01-01", "overdue": false,
            "state": "OPEN", "priority": "NORMAL", "serviceArea": null, "report": null, "reportedAt": null,
            "reportedBy": null, "remark": null, "closedAt": null, "verifiedBy": null,
            "createdAt": "2026-01-01T08:00:00Z", "createdBy": null, "customer": { "id": "org_1", "name": "c" },
            "assignee": null, "assigneeOrganisation": null, "raisedIn": raised_in, "forum": null, "meeting": null,
            "decision": null, "risk": null, "path": path, "evidence": [], "comments": none, "history": none,
        });
        serde_json::from_value(item).expect("an item")
    }

    fn step(kind: &str, to: &Value) -> Value {
        json!({
            "number": 1, "kind": kind, "movedAt": "2026-01-02T08:00:00Z", "movedBy": { "name": "Anna" },
            "reason": "brådskar", "fromForum": null, "toForum": to,
        })
    }

    #[test]
    fn it_goes_down_through_the_levels_and_up_again() {
        let strategic = json!({ "id": "for_s", "name": "S", "level": "STRATEGIC" });
        let tactical = json!({ "id": "for_t", "name": "T", "level": "TACTICAL" });
        let path = json!([step("CASCADED", &tactical), step("ESCALATED", &strategic)]);
        let stops = stops(&an_item(&strategic, &path));
        let levels: Vec<_> = stops.iter().map(|stop| stop.level).collect();
        assert_eq!(
            levels,
            [
                ForumLevel::Strategic,
                ForumLevel::Tactical,
                ForumLevel::Strategic
            ]
        );
        assert_eq!(stops.iter().filter(|stop| stop.now).count(), 1);
        assert!(stops[2].now && stops[0].line().is_none() && stops[1].line().is_some());
    }

    #[test]
    fn a_forum_that_is_not_seen_has_a_level_and_no_name() {
        let tactical = json!({ "id": "for_t", "name": "T", "level": "TACTICAL" });
        let path = json!([
            step("CASCADED", &tactical),
            step("DELEGATED", &Value::Null),
            step("ESCALATED", &Value::Null),
            step("ESCALATED", &Value::Null),
        ]);
        let stops = stops(&an_item(&Value::Null, &path));
        let levels: Vec<_> = stops.iter().map(|stop| stop.level).collect();
        assert_eq!(
            levels,
            [
                ForumLevel::Strategic,
                ForumLevel::Tactical,
                ForumLevel::Operational,
                ForumLevel::Tactical,
                ForumLevel::Strategic
            ]
        );
        assert_eq!(stops.iter().filter(|stop| stop.forum.is_some()).count(), 1);
    }

    #[test]
    fn who_sees_no_forum_and_no_move_sees_no_path() {
        assert_eq!(stops(&an_item(&Value::Null, &json!([]))), []);
    }
}
