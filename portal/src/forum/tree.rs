//! The forums as a tree: each below the one to which it escalates.

use super::forums::{ForumsForumsNodes as Forum, ForumsMeetingsNodes as Meeting, ResponseData};
use crate::kinds::MemberDuty;

/// A forum with those below it.
#[derive(Debug)]
pub struct Branch {
    /// The forum.
    pub forum: Forum,
    /// Its next meeting.
    pub next: Option<Meeting>,
    /// Those one level below, by name.
    pub below: Vec<Branch>,
}

impl Branch {
    /// Who leads it.
    #[must_use]
    pub fn chair(&self) -> Option<&str> {
        let chair = self
            .forum
            .members
            .iter()
            .find(|member| member.duty == MemberDuty::Chair)?;
        chair.person.as_ref().map(|person| person.name.as_str())
    }
}

/// The forums below none that is seen, from the highest level down, each with those below it.
#[must_use]
pub fn tree(data: ResponseData) -> Vec<Branch> {
    let meetings = data.meetings.nodes;
    let mut forums = data.forums.nodes;
    let ids: Vec<_> = forums.iter().map(|forum| forum.id.clone()).collect();
    let of = |forum: &Forum| forum.parent.as_ref().map(|above| above.id.clone());
    let (mut tops, mut rest): (Vec<_>, Vec<_>) = forums
        .drain(..)
        .partition(|forum| of(forum).is_none_or(|above| !ids.contains(&above)));
    tops.sort_by_key(|forum| forum.level as u8);
    tops.into_iter()
        .map(|forum| branch(forum, &mut rest, &meetings))
        .collect()
}

fn branch(forum: Forum, rest: &mut Vec<Forum>, meetings: &[Meeting]) -> Branch {
    let is_below = |it: &mut Forum| it.parent.as_ref().is_some_and(|above| above.id == forum.id);
    let below: Vec<_> = rest.extract_if(.., is_below).collect();
    Branch {
        next: meetings
            .iter()
            .find(|meeting| meeting.forum.id == forum.id)
            .cloned(),
        below: below
            .into_iter()
            .map(|it| branch(it, rest, meetings))
            .collect(),
        forum,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn a_forum(id: &str, level: &str, parent: &Value) -> Value {
        json!({
            "id": id, "name": id, "level": level, "serviceArea": null, "parent": parent,
            "customer": { "id": "org_1", "name": "c" }, "members": [], "open": { "totalCount": 0 },
            "overdue": { "totalCount": 0 },
        })
    }

    #[test]
    fn each_forum_hangs_below_the_one_above_it_and_those_without_one_stand_by_level() {
        let above = |id: &str| json!({ "id": id, "name": "ovanför" });
        let data = json!({
            "forums": { "totalCount": 4, "nodes": [
                a_forum("for_drift", "OPERATIONAL", &above("for_tactical")),
                a_forum("for_lost", "OPERATIONAL", &above("for_unseen")),
                a_forum("for_strategic", "STRATEGIC", &Value::Null),
                a_forum("for_tactical", "TACTICAL", &above("for_strategic")),
            ], "pageInfo": { "hasNextPage": false, "endCursor": null } },
            "meetings": { "nodes": [
                { "id": "mtg_1", "startsAt": "2026-01-31T08:00:00Z", "place": null, "forum": { "id": "for_drift" } },
                { "id": "mtg_2", "startsAt": "2026-02-28T08:00:00Z", "place": null, "forum": { "id": "for_drift" } },
            ] },
        });
        let mut data = data;
        data["viewer"] = json!({
            "name": "Anna", "person": null, "roles": [], "savedViews": [],
            "organisation": { "id": "org_1", "name": "c", "kind": "MUNICIPALITY" },
        });
        let found = tree(serde_json::from_value(data).expect("an answer"));
        let tops: Vec<_> = found
            .iter()
            .map(|branch| branch.forum.id.as_str())
            .collect();
        assert_eq!(tops, ["for_strategic", "for_lost"]);
        let drift = &found[0].below[0].below[0];
        assert_eq!(drift.forum.id, "for_drift");
        assert_eq!(
            drift.next.as_ref().map(|meeting| meeting.id.as_str()),
            Some("mtg_1")
        );
    }
}
