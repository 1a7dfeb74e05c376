//! A risk: how it stands now and after treatment, who accepted it as it then stood, and what is done about it.

use std::borrow::Cow;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};

use super::matrix::{Place, STEPS, class};
use crate::{
    Portal,
    api::Viewer,
    failure::Failure,
    form::FormView,
    html,
    kinds::*,
    list::Asked,
    operation,
    page::{Page, may},
    text::Text,
    visitor::Visitor,
};

operation!(Risk, "operations/risk.graphql");

type Record = risk::RiskNodeOnRisk;
type Acceptance = risk::RiskNodeOnRiskAcceptances;

/// The side of a cell of the small matrix.
const SIDE: i64 = 34;

#[derive(Template)]
#[template(path = "risk.html")]
struct RecordPage {
    page: Page,
    record: Record,
    items: Vec<risk::RiskItemsNodes>,
    /// The acceptances, latest first, each with what has become different since.
    acceptances: Vec<(Acceptance, Vec<Difference>)>,
    actions: Vec<FormView>,
    /// What cannot be undone, and is therefore asked for twice.
    close: Option<FormView>,
    may_change: bool,
    may_take_down: bool,
}

/// What a risk was when its acceptance was decided, and is now.
#[derive(Debug, PartialEq)]
struct Difference {
    /// The message that names it.
    label: &'static str,
    then: String,
    now: String,
}

/// A cell of the small matrix.
struct Square {
    x: i64,
    y: i64,
    class: &'static str,
}

/// Where a risk stands in the small matrix.
struct Mark {
    name: &'static str,
    x: i64,
    y: i64,
    radius: i64,
}

/// Shows one.
pub async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(asked);
    let variables = risk::Variables {
        id,
        event: asked.text("event"),
    };
    let (page, data) = portal.ask::<Risk>(&visitor, variables).await?;
    let Some(risk::RiskNode::Risk(mut record)) = data.node else {
        return Err(Failure::not_found(&visitor));
    };
    let open = record.closed_at.is_none();
    let state = record.risk_analysis.state;
    let changeable = open && matches!(state, ReviewState::Draft | ReviewState::Returned);
    let actions = actions(&page, &data.allowed, &record);
    let version = record.version.to_string();
    let known = [
        ("id", record.id.as_str()),
        ("expectedVersion", version.as_str()),
    ];
    let close = page.actions(&data.allowed, &[("closeRisk", changeable)], &known);
    let acceptances = std::mem::take(&mut record.acceptances);
    let acceptances = acceptances.into_iter().rev().map(|acceptance| {
        let since = match acceptance.outdated {
            true => differences(page.text, &acceptance.risk_as_it_stood, &record),
            false => vec![],
        };
        (acceptance, since)
    });
    let view = RecordPage {
        acceptances: acceptances.collect(),
        items: data.items.nodes,
        close: close.into_iter().next(),
        may_change: changeable && may(&data.allowed, "updateRisk"),
        may_take_down: open && takes_down(&page),
        actions,
        record,
        page,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// What the viewer may do with it now.
fn actions(page: &Page, allowed: &[Action], record: &Record) -> Vec<FormView> {
    let open = record.closed_at.is_none();
    let pending = record
        .acceptances
        .iter()
        .find(|acceptance| acceptance.state == RiskAcceptanceState::Requested);
    let mut actions = vec![];
    if let Some(pending) = pending
        && decides(&page.viewer, record, pending)
    {
        let version = pending.version.to_string();
        let until = pending.proposed_until.to_string();
        let known = [
            ("id", pending.id.as_str()),
            ("expectedVersion", version.as_str()),
        ];
        if open && is_high(record.remaining_level) {
            // What was asked for is proposed, as long as it can still be granted.
            let until = match pending.proposed_until >= page.today {
                true => until.as_str(),
                false => "",
            };
            let known = [&known[..], &[("acceptedUntil", until)]].concat();
            actions.extend(page.form("acceptRisk", &known));
        }
        actions.extend(page.form("declineRisk", &known));
    }
    let submissions = &record.risk_analysis.submissions.nodes;
    let handed_in = submissions.iter().any(|one| one.submitted_at.is_some());
    let askable = open && pending.is_none() && handed_in && is_high(record.remaining_level);
    actions.extend(page.actions(
        allowed,
        &[("requestRiskAcceptance", askable)],
        &[("riskId", &record.id)],
    ));
    actions
}

fn is_high(level: RiskLevel) -> bool {
    matches!(level, RiskLevel::High | RiskLevel::Critical)
}

/// Whether the viewer decides on an acceptance: as the customer's IT manager, and never on the own request. Its id is
/// not known before it is asked for, so that it is told from the roles; the API decides.
fn decides(viewer: &Viewer, record: &Record, pending: &Acceptance) -> bool {
    let own = viewer.person.as_ref().map(|person| &person.id);
    let asked = pending.requested_by.as_ref().map(|person| &person.id);
    viewer.roles.iter().any(|held| held.role == Role::ItManager)
        && viewer.organisation.id == record.risk_analysis.customer.id
        && (own.is_none() || own != asked)
}

/// Whether the viewer takes down action items: the customer's people do, who do more than read.
fn takes_down(page: &Page) -> bool {
    page.holds(&[
        Role::ItManager,
        Role::SecurityCoordinator,
        Role::ItSecurityOfficer,
        Role::ServiceAreaManager,
    ])
}

/// What has become different since an acceptance was decided.
fn differences(
    text: Text,
    then: &risk::RiskNodeOnRiskAcceptancesRiskAsItStood,
    now: &Record,
) -> Vec<Difference> {
    let step = |scale: &str, step: i64| text.say(&format!("scale-{scale}-{step}")).into_owned();
    let maybe = |scale: &str, value: Option<i64>| {
        value.map_or_else(
            || text.say("not-assessed").into_owned(),
            |value| step(scale, value),
        )
    };
    let said = |said: &Option<String>| {
        said.clone()
            .unwrap_or_else(|| text.say("risk-not-said").into_owned())
    };
    let day = |day: &Option<chrono::NaiveDate>| {
        day.as_ref().map_or_else(
            || text.say("risk-not-said").into_owned(),
            |day| text.day(day),
        )
    };
    let standing = |closed: bool| {
        let message = if closed { "risk-closed" } else { "risk-open" };
        text.say(message).into_owned()
    };
    let all = [
        ("field-title", then.title.clone(), now.title.clone()),
        (
            "state",
            standing(then.closed),
            standing(now.closed_at.is_some()),
        ),
        (
            "field-likelihood",
            step("likelihood", then.likelihood),
            step("likelihood", now.likelihood),
        ),
        (
            "field-impact",
            step("impact", then.impact),
            step("impact", now.impact),
        ),
        (
            "field-residualLikelihood",
            maybe("likelihood", then.residual_likelihood),
            maybe("likelihood", now.residual_likelihood),
        ),
        (
            "field-residualImpact",
            maybe("impact", then.residual_impact),
            maybe("impact", now.residual_impact),
        ),
        (
            "field-treatment",
            text.kind(&then.treatment).into_owned(),
            text.kind(&now.treatment).into_owned(),
        ),
        (
            "field-treatmentPlan",
            said(&then.treatment_plan),
            said(&now.treatment_plan),
        ),
        ("field-reviewOn", day(&then.review_on), day(&now.review_on)),
        (
            "field-description",
            said(&then.description),
            said(&now.description),
        ),
    ];
    all.into_iter()
        .filter(|(_, then, now)| then != now)
        .map(|(label, then, now)| Difference { label, then, now })
        .collect()
}

impl RecordPage {
    fn now(&self) -> Place {
        Place::new(self.record.likelihood, self.record.impact)
    }

    /// Where it stands after treatment, if that is assessed.
    fn left(&self) -> Option<Place> {
        let (likelihood, impact) = (self.record.residual_likelihood, self.record.residual_impact);
        Some(Place::new(likelihood?, impact?))
    }

    /// A step of a scale, in words.
    fn step(&self, scale: &str, step: &i64) -> Cow<'static, str> {
        self.page.text.say(&format!("scale-{scale}-{step}"))
    }

    fn squares(&self) -> Vec<Square> {
        STEPS
            .flat_map(|likelihood| STEPS.map(move |impact| Place::new(likelihood, impact)))
            .map(|place| {
                let (x, y) = corner(place);
                Square {
                    x,
                    y,
                    class: class(&place.level()),
                }
            })
            .collect()
    }

    /// The ring where it stands now, and the disc where it stands after treatment; within the ring, if that is the same.
    fn marks(&self) -> Vec<Mark> {
        let mark = |name, place, radius| {
            let (x, y) = middle(place);
            Mark { name, x, y, radius }
        };
        let now = self.now();
        let left = self.left();
        let left = left.map(|left| mark("left", left, if left == now { 5 } else { 10 }));
        [mark("now", now, 10)].into_iter().chain(left).collect()
    }

    /// Whether it cannot be changed, because others rely on its analysis as it stands.
    fn is_locked(&self) -> bool {
        let state = self.record.risk_analysis.state;
        self.record.closed_at.is_none()
            && !matches!(state, ReviewState::Draft | ReviewState::Returned)
    }

    /// From where the arrow goes to where: from the one mark to the other, and not over them.
    fn arrow(&self) -> Option<(i64, i64, i64, i64)> {
        let ((from_x, from_y), (to_x, to_y)) = (middle(self.now()), middle(self.left()?));
        let (wide, high) = (to_x - from_x, to_y - from_y);
        // Marks stand on a grid, whose steps are many times the length that is cut off.
        let length = wide.abs().max(high.abs());
        let cut = |side: i64, by: i64| side * by / length.max(1);
        (length > 0).then_some((
            from_x + cut(wide, 11),
            from_y + cut(high, 11),
            to_x - cut(wide, 13),
            to_y - cut(high, 13),
        ))
    }
}

/// The upper left corner of a cell.
fn corner(place: Place) -> (i64, i64) {
    (
        18 + (place.impact - 1) * SIDE,
        2 + (5 - place.likelihood) * SIDE,
    )
}

/// The middle of a cell.
fn middle(place: Place) -> (i64, i64) {
    let (x, y) = corner(place);
    (x + (SIDE - 2) / 2, y + (SIDE - 2) / 2)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::text::Language;

    /// A risk with one acceptance, decided when it was more likely and had no plan.
    fn record() -> Record {
        let common = json!({
            "title": "Avbrott", "description": null, "likelihood": 3, "impact": 5, "score": 15, "level": "CRITICAL",
            "residualLikelihood": 2, "residualImpact": 5, "treatment": "MITIGATE", "treatmentPlan": "Ny fiber",
            "reviewOn": "2026-05-01",
        });
        let with = |other: Value| {
            let mut all = common.as_object().expect("fields").clone();
            all.extend(other.as_object().expect("fields").clone());
            Value::Object(all)
        };
        let then = with(json!({ "likelihood": 4, "treatmentPlan": null, "closed": false }));
        let record = with(json!({
            "id": "rsk_1", "version": 3, "number": 1, "residualScore": 10, "residualLevel": "HIGH",
            "remainingLevel": "HIGH", "reviewOverdue": false, "needsAcceptance": true,
            "createdAt": "2026-01-01T08:00:00Z", "createdBy": null, "updatedAt": "2026-01-01T08:00:00Z",
            "closedAt": null, "owner": null,
            "riskAnalysis": {
                "id": "ana_1", "title": "Nät", "state": "APPROVED", "serviceArea": "NETWORK",
                "customer": { "id": "org_1", "name": "Kommunen" }, "owner": { "name": "Nät AB" },
                "submissions": { "nodes": [] },
            },
            "acceptances": [{
                "id": "acc_1", "version": 1, "state": "REQUESTED", "justification": "Dyrt",
                "proposedUntil": "2026-06-01", "acceptedUntil": null, "requestedAt": "2026-02-01T08:00:00Z",
                "requestedBy": { "id": "per_2", "name": "Helena" }, "requestedByOrganisation": { "name": "Nät AB" },
                "decidedAt": null, "decidedBy": null, "decisionNote": null, "outdated": true,
                "riskAsItStood": then,
            }],
            "history": { "nodes": [], "pageInfo": { "hasNextPage": false, "endCursor": null } },
        }));
        serde_json::from_value(record).expect("a risk")
    }

    fn viewer(person: &str, organisation: &str, role: &str) -> Viewer {
        let viewer = json!({
            "name": "Anna", "person": { "id": person },
            "organisation": { "id": organisation, "name": "Kommunen", "kind": "MUNICIPALITY" },
            "roles": [{ "role": role, "serviceArea": null }],
        });
        serde_json::from_value(viewer).expect("a viewer")
    }

    #[test]
    fn what_has_become_different_is_told_and_nothing_else() {
        let record = record();
        let then = &record.acceptances[0].risk_as_it_stood;
        let since = differences(Text::new(Language::Swedish), then, &record);
        let since: Vec<_> = since
            .iter()
            .map(|part| (part.label, part.then.as_str(), part.now.as_str()))
            .collect();
        assert_eq!(
            since,
            [
                ("field-likelihood", "4 – sannolik", "3 – möjlig"),
                ("field-treatmentPlan", "Inte angivet", "Ny fiber"),
            ]
        );
    }

    #[test]
    fn the_customers_it_manager_decides_and_never_on_the_own_request() {
        let record = record();
        let decides = |person, organisation, role| {
            decides(
                &viewer(person, organisation, role),
                &record,
                &record.acceptances[0],
            )
        };
        assert!(decides("per_1", "org_1", "IT_MANAGER"));
        assert!(!decides("per_2", "org_1", "IT_MANAGER"), "who asked");
        assert!(!decides("per_1", "org_2", "IT_MANAGER"), "another customer");
        assert!(!decides("per_1", "org_1", "SERVICE_AREA_MANAGER"));
    }

    #[test]
    fn the_worst_stands_up_to_the_right() {
        let (right, top) = middle(Place::new(5, 5));
        let (left, bottom) = middle(Place::new(1, 1));
        assert!(right > left && top < bottom);
    }
}
