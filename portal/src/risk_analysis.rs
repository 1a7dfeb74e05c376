//! Risk analyses: the list, and each with its risks, its participants, its reviews and its conversation.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
    routing::get,
};

use serde_json::json;

use crate::{
    Portal,
    export::{Export, Shape},
    failure::Failure,
    form::FormView,
    html,
    kinds::*,
    list::{Asked, Filter},
    operation,
    page::{Page, may},
    visitor::Visitor,
};

operation!(RiskAnalyses, "operations/risk_analyses.graphql");
operation!(RiskAnalysis, "operations/risk_analysis.graphql");

type Record = risk_analysis::RiskAnalysisNodeOnRiskAnalysis;

#[derive(Template)]
#[template(path = "risk_analyses.html")]
struct ListPage {
    page: Page,
    asked: Asked,
    filters: Vec<Filter>,
    list: risk_analyses::RiskAnalysesRiskAnalyses,
}

#[derive(Template)]
#[template(path = "risk_analysis.html")]
struct RecordPage {
    page: Page,
    record: Record,
    actions: Vec<FormView>,
    comment_form: Option<FormView>,
    /// The forms that stand on pages of their own: mutation, and what it is told beforehand.
    elsewhere: Vec<(&'static str, String)>,
}

/// The list as a file.
pub const EXPORT: Export = Export {
    list: "risk-analyses",
    document: (risk_analyses::QUERY, risk_analyses::OPERATION_NAME),
    field: "riskAnalyses",
    variables: |asked, _| json!(variables(asked)),
    columns: &[
        ("field-title", "/title", Shape::Plain),
        ("analysis-owner", "/owner/name", Shape::Plain),
        ("customer", "/customer/name", Shape::Plain),
        ("area", "/serviceArea", Shape::Kind("ServiceArea")),
        ("state", "/state", Shape::Kind("ReviewState")),
        ("nav-risks", "/risks/totalCount", Shape::Plain),
        ("count-high-risks", "/highRiskCount", Shape::Plain),
        ("field-reviewOn", "/reviewOn", Shape::Day),
    ],
};

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/risk-analyses", get(list))
        .route("/risk-analyses/{id}", get(show))
}

/// Lists them.
async fn list(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(asked);
    let (page, data) = portal
        .ask::<RiskAnalyses>(&visitor, variables(&asked))
        .await?;
    let view = ListPage {
        filters: filters(&page, &asked, &data),
        list: data.risk_analyses,
        page,
        asked,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// What the page asks for, after what stands in the address.
fn variables(asked: &Asked) -> risk_analyses::Variables {
    risk_analyses::Variables {
        filter: Some(risk_analyses::RiskAnalysisFilter {
            agreement_id: asked.text("agreement"),
            customer_id: asked.text("customer"),
            owner_id: asked.text("owner"),
            review_overdue: asked.flag("overdue"),
            service_area: asked.kinds("area"),
            state: asked.kinds("state"),
            title_contains: asked.text("q"),
        }),
        order: Some(order(asked)),
        after: asked.text("after"),
    }
}

fn order(asked: &Asked) -> risk_analyses::RiskAnalysisOrder {
    use risk_analyses::{OrderDirection::*, RiskAnalysisOrderField::*};
    let (direction, field) = match asked.text("order").as_deref() {
        Some("review") => (ASC, REVIEW_ON),
        Some("title") => (ASC, TITLE),
        _ => (DESC, UPDATED_AT),
    };
    risk_analyses::RiskAnalysisOrder { direction, field }
}

fn filters(page: &Page, asked: &Asked, data: &risk_analyses::ResponseData) -> Vec<Filter> {
    let text = page.text;
    let organisations = || data.organisations.nodes.iter();
    let named = |other: &risk_analyses::RiskAnalysesOrganisationsNodes| {
        (other.id.clone(), other.name.clone())
    };
    let mut filters = vec![
        asked.by_text(text, "q", "contains"),
        asked.by_kind::<ReviewState>(text, "state", "state"),
        asked.by(
            "owner",
            text.say("analysis-owner").into_owned(),
            organisations().map(named),
        ),
        asked.by_kind::<ServiceArea>(text, "area", "area"),
        asked.by_flag(text, "overdue", "review-overdue"),
    ];
    let customers: Vec<_> = organisations()
        .filter(|other| other.kind == OrganisationKind::Municipality)
        .map(named)
        .collect();
    if page.of_supplier() && customers.len() > 1 {
        filters.insert(
            2,
            asked.by(
                "customer",
                text.say("customer").into_owned(),
                customers.into_iter(),
            ),
        );
    }
    filters
}

impl ListPage {
    /// Whether this is the order of the list.
    fn sorted(&self, order: &str) -> bool {
        self.asked.sorted(order, &["review", "title"])
    }

    /// Whether the viewer begins analyses: whoever does more than read does.
    fn may_begin(&self) -> bool {
        self.page.holds(&[
            Role::ItManager,
            Role::SecurityCoordinator,
            Role::ItSecurityOfficer,
            Role::ServiceAreaManager,
            Role::SupplierManager,
            Role::SupplierContributor,
        ])
    }
}

/// Shows one.
async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(asked);
    let variables = risk_analysis::Variables {
        id,
        risk: asked.text("risk"),
        event: asked.text("event"),
        comment: asked.text("comment"),
    };
    let (page, data) = portal.ask::<RiskAnalysis>(&visitor, variables).await?;
    let Some(risk_analysis::RiskAnalysisNode::RiskAnalysis(record)) = data.node else {
        return Err(Failure::not_found(&visitor));
    };
    let allowed = &data.allowed;
    let version = record.version.to_string();
    let known = [
        ("id", record.id.as_str()),
        ("expectedVersion", version.as_str()),
    ];
    let state = record.state;
    let editable = is_editable(state);
    let waits = state == ReviewState::Submitted;
    let view = RecordPage {
        actions: page.actions(
            allowed,
            &[
                ("approveRiskAnalysis", waits),
                ("returnRiskAnalysis", waits),
                ("submitRiskAnalysis", editable),
                ("reviseRiskAnalysis", state == ReviewState::Approved),
            ],
            &known,
        ),
        comment_form: may(allowed, "commentOnRiskAnalysis")
            .then(|| page.form("commentOnRiskAnalysis", &[("riskAnalysisId", &record.id)]))
            .flatten(),
        elsewhere: elsewhere(&page, allowed, &record),
        page,
        record,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// Whether it and its risks can be changed: not while others rely on it as it stands.
fn is_editable(state: ReviewState) -> bool {
    matches!(state, ReviewState::Draft | ReviewState::Returned)
}

/// The forms with something to look up, and those that are filled with what there is.
fn elsewhere(page: &Page, allowed: &[Action], record: &Record) -> Vec<(&'static str, String)> {
    let editable = is_editable(record.state);
    // What the customer has begun is shared with suppliers; a supplier's own, with the customer alone.
    let shareable = !page.of_supplier()
        || !record
            .participants
            .iter()
            .any(|one| one.organisation.id == record.customer.id);
    [
        ("addRisk", "riskAnalysisId", editable),
        ("updateRiskAnalysis", "id", editable),
        ("shareRiskAnalysis", "id", shareable),
    ]
    .into_iter()
    .filter(|(mutation, _, fits)| *fits && may(allowed, mutation))
    .map(|(mutation, field, _)| {
        let path = format!("/do/{mutation}");
        let back = page.back();
        let pairs = [
            (field.to_owned(), record.id.clone()),
            ("return_to".to_owned(), back),
        ];
        let pairs = pairs.iter().map(|(name, value)| (name, value));
        (mutation, crate::list::address(&path, pairs))
    })
    .collect()
}

impl RecordPage {
    /// What its state means for whoever reads it.
    fn standing(&self) -> &'static str {
        match self.record.state {
            ReviewState::Draft => "analysis-is-draft",
            ReviewState::Submitted => "analysis-is-submitted",
            ReviewState::Returned => "analysis-is-returned",
            ReviewState::Approved | ReviewState::Superseded => "analysis-is-approved",
        }
    }

    /// What the latest review asks to be changed, while it has not been handed in again.
    fn remark(&self) -> Option<&String> {
        let latest = self.record.submissions.nodes.first()?;
        latest.remark.as_ref()
    }

    fn was_handed_in(&self) -> bool {
        let submissions = &self.record.submissions.nodes;
        submissions.iter().any(|one| !one.rounds.is_empty())
    }

    /// Where a form on another page is, if the viewer may use it.
    fn link(&self, mutation: &str) -> Option<&str> {
        self.elsewhere
            .iter()
            .find(|(name, _)| *name == mutation)
            .map(|(_, link)| link.as_str())
    }
}
