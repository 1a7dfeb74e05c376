//! Requests for evidence: what customers ask of suppliers, by when, and how it was answered.

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

operation!(Requests, "operations/requests.graphql");
operation!(Request, "operations/request.graphql");

/// Who asks suppliers for evidence.
const ASKS: &[Role] = &[
    Role::ItManager,
    Role::SecurityCoordinator,
    Role::ItSecurityOfficer,
    Role::ServiceAreaManager,
];

#[derive(Template)]
#[template(path = "requests.html")]
struct ListPage {
    page: Page,
    asked: Asked,
    filters: Vec<Filter>,
    list: requests::RequestsEvidenceRequests,
}

#[derive(Template)]
#[template(path = "request.html")]
struct RecordPage {
    page: Page,
    record: request::RequestNodeOnEvidenceRequest,
    answers: bool,
    changes: bool,
    actions: Vec<FormView>,
    comment_form: Option<FormView>,
}

/// The list as a file.
pub const EXPORT: Export = Export {
    list: "requests",
    document: (requests::QUERY, requests::OPERATION_NAME),
    field: "evidenceRequests",
    variables: |asked, _| json!(variables(asked)),
    columns: &[
        ("field-title", "/title", Shape::Plain),
        ("kind", "/kind", Shape::Kind("EvidenceKind")),
        ("customer", "/customer/name", Shape::Plain),
        ("supplier", "/supplier/name", Shape::Plain),
        ("area", "/serviceArea", Shape::Kind("ServiceArea")),
        ("state", "/state", Shape::Kind("EvidenceRequestState")),
        ("field-dueOn", "/dueOn", Shape::Day),
        ("count-overdue", "/overdue", Shape::Flag),
    ],
};

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/requests", get(list))
        .route("/requests/{id}", get(show))
}

async fn list(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(asked);
    let (page, data) = portal.ask::<Requests>(&visitor, variables(&asked)).await?;
    let view = ListPage {
        filters: filters(&page, &asked, &data),
        list: data.evidence_requests,
        page,
        asked,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// What the page asks for, after what stands in the address.
fn variables(asked: &Asked) -> requests::Variables {
    let filter = requests::EvidenceRequestFilter {
        agreement_id: asked.text("agreement"),
        customer_id: asked.text("customer"),
        due_before: asked.day("before"),
        kind: asked.kinds("kind"),
        open: asked.flag("open"),
        overdue: asked.flag("overdue"),
        service_area: asked.kinds("area"),
        state: asked.kinds("state"),
        supplier_id: asked.text("supplier"),
        title_contains: asked.text("q"),
    };
    requests::Variables {
        filter: Some(filter),
        after: asked.text("after"),
    }
}

fn filters(page: &Page, asked: &Asked, data: &requests::ResponseData) -> Vec<Filter> {
    let text = page.text;
    let (name, kind) = match page.of_supplier() {
        true => ("customer", OrganisationKind::Municipality),
        false => ("supplier", OrganisationKind::Supplier),
    };
    let others = data
        .organisations
        .nodes
        .iter()
        .filter(|other| other.kind == kind);
    let others = others.map(|other| (other.id.clone(), other.name.clone()));
    vec![
        asked.by_text(text, "q", "contains"),
        asked.by(name, text.say(name).into_owned(), others),
        asked.by_kind::<EvidenceRequestState>(text, "state", "state"),
        asked.by_kind::<EvidenceKind>(text, "kind", "kind"),
        asked.by_kind::<ServiceArea>(text, "area", "area"),
        asked.by_flag(text, "open", "requests-open"),
        asked.by_flag(text, "overdue", "requests-overdue"),
        asked.by_day(text, "before", "due-before"),
    ]
}

async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(asked);
    let variables = request::Variables {
        id,
        event: asked.text("event"),
        comment: asked.text("comment"),
    };
    let (page, data) = portal.ask::<Request>(&visitor, variables).await?;
    let Some(request::RequestNode::EvidenceRequest(record)) = data.node else {
        return Err(Failure::not_found(&visitor));
    };
    let version = record.version.to_string();
    let known = [
        ("id", record.id.as_str()),
        ("expectedVersion", version.as_str()),
    ];
    let (open, answered) = (
        record.state == EvidenceRequestState::Open,
        record.state == EvidenceRequestState::Answered,
    );
    let view = RecordPage {
        answers: open && may(&data.allowed, "answerEvidenceRequest"),
        changes: (open || answered) && may(&data.allowed, "updateEvidenceRequest"),
        actions: page.actions(
            &data.allowed,
            &[
                ("fulfilEvidenceRequest", answered),
                ("reopenEvidenceRequest", answered),
                ("withdrawEvidenceRequest", open),
            ],
            &known,
        ),
        comment_form: may(&data.allowed, "commentOnEvidenceRequest")
            .then(|| {
                page.form(
                    "commentOnEvidenceRequest",
                    &[("evidenceRequestId", &record.id)],
                )
            })
            .flatten(),
        page,
        record,
    };
    Ok(html::page(StatusCode::OK, &view))
}
