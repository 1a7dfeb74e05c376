//! Who is in the room when a briefing is projected.
//!
//! What always holds: the municipality sees every supplier's part, and a supplier in the room may not see another's. What
//! is projected is therefore only what all members see, unless somebody says who is there.

use super::{Briefing, Record, forum};
use crate::kinds::OrganisationKind;

/// Who is in the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Several suppliers: what every member of the forum sees.
    Common,
    /// One supplier: that, and its own part.
    Supplier(String),
    /// Those who see all of it.
    Everything,
}

/// Keeps of a list what is seen. How many there are else is not told: that would tell of others.
macro_rules! keep {
    ($list:expr, $seen:expr) => {
        $list.nodes.retain($seen);
        $list.total_count = $list.nodes.len().try_into().unwrap_or(i64::MAX);
        $list.page_info.has_next_page = false;
    };
}

impl Audience {
    /// What the address asks for; `several` is whether there is anything to hide from somebody.
    #[must_use]
    pub fn of(asked: Option<&str>, several: bool) -> Self {
        match asked {
            _ if !several => Self::Everything,
            Some("all") => Self::Everything,
            Some(id) if id.starts_with("org_") => Self::Supplier(id.to_owned()),
            _ => Self::Common,
        }
    }

    /// Its name in the address.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Common => "common",
            Self::Supplier(id) => id,
            Self::Everything => "all",
        }
    }

    /// Leaves what this audience sees.
    pub fn narrow(&self, briefing: &mut Briefing, forum: &str) {
        if *self == Self::Everything {
            return;
        }
        let own = |supplier: Option<&String>| self.is(supplier.map(String::as_str));
        keep!(briefing.overdue, |item| self.sees(item, forum));
        keep!(briefing.open, |item| self.sees(item, forum));
        keep!(briefing.to_review, |it| own(it
            .supplier
            .as_ref()
            .map(|supplier| &supplier.id)));
        keep!(briefing.high_risks, |risk| own(of(risk)));
        keep!(briefing.past_review, |risk| own(of(risk)));
        keep!(briefing.expired_acceptances, |it| own(of(&it.risk)));
        briefing
            .suppliers
            .retain(|part| self.is(Some(&part.supplier.id)));
        // What an event tells is not said to be anybody's.
        briefing.changes.nodes.clear();
    }

    /// Whether this audience sees an action item: all members of the forum see what it follows.
    fn sees(&self, item: &forum::BriefedItem, forum: &str) -> bool {
        let followed = item.forum.as_ref().is_some_and(|it| it.id == forum);
        let doer = item.assignee_organisation.as_ref();
        followed || self.is(doer.map(|doer| doer.id.as_str()))
    }

    fn is(&self, supplier: Option<&str>) -> bool {
        matches!((self, supplier), (Self::Supplier(own), Some(other)) if own == other)
    }
}

/// The supplier whose agreement a risk is about.
fn of(risk: &forum::BriefedRisk) -> Option<&String> {
    let agreement = risk.risk_analysis.agreement.as_ref()?;
    Some(&agreement.supplier.id)
}

/// The suppliers that take part: id and name.
#[must_use]
pub fn suppliers(record: &Record) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = vec![];
    for member in &record.members {
        let it = &member.organisation;
        let known = found.iter().any(|(id, _)| *id == it.id);
        if it.kind == OrganisationKind::Supplier && !known {
            found.push((it.id.clone(), it.name.clone()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn an_item(forum: &str, doer: &str) -> Value {
        json!({
            "id": "act_1", "title": "t", "dueOn": "2026-01-01", "overdue": true, "state": "OPEN", "priority": "LOW",
            "forum": { "id": forum, "name": "f", "level": "TACTICAL" }, "assignee": null,
            "assigneeOrganisation": { "id": doer, "name": "d" },
        })
    }

    fn a_risk(supplier: &str) -> Value {
        json!({
            "id": "rsk_1", "number": 1, "title": "t", "remainingScore": 20, "remainingLevel": "HIGH", "score": 20,
            "level": "HIGH", "reviewOn": null,
            "riskAnalysis": { "id": "ana_1", "title": "a", "agreement": { "supplier": { "id": supplier, "name": "s" } } },
        })
    }

    fn some(nodes: &Value) -> Value {
        json!({ "totalCount": 20 + nodes.as_array().map_or(0, Vec::len), "nodes": nodes, "pageInfo": { "hasNextPage": false, "endCursor": null } })
    }

    fn a_briefing() -> Briefing {
        let items = json!([
            an_item("for_1", "org_a"),
            an_item("for_below", "org_a"),
            an_item("for_below", "org_b"),
        ]);
        let part = |id: &str| json!({ "supplier": { "id": id, "name": id }, "expired": some(&json!([])), "expiring": some(&json!([])) });
        let change = json!([{ "id": "evt_1", "at": "2026-01-31T08:00:00Z", "action": "x", "person": null, "organisation": null, "subject": null }]);
        let briefing = json!({
            "since": null, "lastMeeting": null, "nextMeeting": null,
            "overdue": some(&items), "open": some(&items), "toReview": some(&json!([])),
            "highRisks": some(&json!([a_risk("org_a"), a_risk("org_b")])), "pastReview": some(&json!([])),
            "expiredAcceptances": some(&json!([{ "id": "acc_1", "acceptedUntil": null, "risk": a_risk("org_b") }])),
            "suppliers": [part("org_a"), part("org_b")],
            "changes": some(&change),
        });
        serde_json::from_value(briefing).expect("a briefing")
    }

    /// How much is left: items, risks, acceptances, suppliers, changes.
    fn left(audience: &Audience) -> [i64; 5] {
        let mut briefing = a_briefing();
        audience.narrow(&mut briefing, "for_1");
        [
            briefing.overdue.total_count,
            briefing.high_risks.total_count,
            briefing.expired_acceptances.total_count,
            briefing.suppliers.len() as i64,
            briefing.changes.nodes.len() as i64,
        ]
    }

    #[test]
    fn a_supplier_in_the_room_sees_nothing_of_another() {
        assert_eq!(left(&Audience::Common), [1, 0, 0, 0, 0]);
        assert_eq!(
            left(&Audience::Supplier("org_a".to_owned())),
            [2, 1, 0, 1, 0]
        );
        assert_eq!(left(&Audience::Everything), [23, 22, 21, 2, 1]);
    }

    #[test]
    fn with_several_suppliers_only_what_all_see_is_shown_unless_said_otherwise() {
        assert_eq!(Audience::of(None, true), Audience::Common);
        assert_eq!(Audience::of(Some("whatever"), true), Audience::Common);
        assert_eq!(Audience::of(Some("all"), true), Audience::Everything);
        assert_eq!(Audience::of(None, false), Audience::Everything);
    }
}
