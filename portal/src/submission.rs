//! What was handed in: the list, and each piece with what was said about it.

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
    file,
    form::FormView,
    html,
    kinds::*,
    list::{Asked, Filter},
    operation,
    page::{Page, may},
    visitor::Visitor,
};

operation!(Submissions, "operations/submissions.graphql");
operation!(Submission, "operations/submission.graphql");

#[derive(Template)]
#[template(path = "submissions.html")]
struct ListPage {
    page: Page,
    asked: Asked,
    filters: Vec<Filter>,
    list: submissions::SubmissionsSubmissions,
}

#[derive(Template)]
#[template(path = "submission.html")]
struct RecordPage {
    page: Page,
    record: submission::SubmissionNodeOnSubmission,
    /// The file that is shown beside what is said about it.
    shown: Option<submission::SubmissionNodeOnSubmissionRoundsContentOnSubmittedEvidenceFiles>,
    actions: Vec<FormView>,
    comment_form: Option<FormView>,
}

/// The list as a file.
pub const EXPORT: Export = Export {
    list: "submissions",
    document: (submissions::QUERY, submissions::OPERATION_NAME),
    field: "submissions",
    variables: |asked, _| json!(variables(asked)),
    columns: &[
        ("field-title", "/title", Shape::Plain),
        ("kind", "/kind", Shape::Kind("EvidenceKind")),
        ("customer", "/customer/name", Shape::Plain),
        ("supplier", "/supplier/name", Shape::Plain),
        ("area", "/serviceArea", Shape::Kind("ServiceArea")),
        ("state", "/state", Shape::Kind("ReviewState")),
        ("validity", "/validity", Shape::Kind("Validity")),
        ("field-validFrom", "/validFrom", Shape::Day),
        ("field-validUntil", "/validUntil", Shape::Day),
        ("handed-in", "/submittedAt", Shape::Moment),
    ],
};

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/submissions", get(list))
        .route("/submissions/{id}", get(show))
}

/// Lists what was handed in.
async fn list(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(asked);
    let (page, data) = portal
        .ask::<Submissions>(&visitor, variables(&asked))
        .await?;
    let view = ListPage {
        filters: filters(&page, &asked, &data),
        list: data.submissions,
        page,
        asked,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// What the page asks for, after what stands in the address.
fn variables(asked: &Asked) -> submissions::Variables {
    let filter = submissions::SubmissionFilter {
        agreement_id: asked.text("agreement"),
        customer_id: asked.text("customer"),
        kind: asked.kinds("kind"),
        service_area: asked.kinds("area"),
        state: asked.kinds("state"),
        supplier_id: asked.text("supplier"),
        title_contains: asked.text("q"),
        validity: asked.kinds("validity"),
    };
    submissions::Variables {
        filter: Some(filter),
        order: Some(order(asked)),
        after: asked.text("after"),
    }
}

/// The order that was chosen; what was changed last stands first, unless another is.
fn order(asked: &Asked) -> submissions::SubmissionOrder {
    use submissions::{OrderDirection::*, SubmissionOrderField::*};
    let (direction, field) = match asked.text("order").as_deref() {
        Some("until") => (ASC, VALID_UNTIL),
        _ => (DESC, UPDATED_AT),
    };
    submissions::SubmissionOrder { direction, field }
}

fn filters(page: &Page, asked: &Asked, data: &submissions::ResponseData) -> Vec<Filter> {
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
        asked.by_kind::<ReviewState>(text, "state", "state"),
        asked.by_kind::<Validity>(text, "validity", "validity"),
        asked.by_kind::<EvidenceKind>(text, "kind", "kind"),
        asked.by_kind::<ServiceArea>(text, "area", "area"),
    ]
}

/// Shows one.
async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(asked);
    let variables = submission::Variables {
        id,
        event: asked.text("event"),
        comment: asked.text("comment"),
    };
    let (page, data) = portal.ask::<Submission>(&visitor, variables).await?;
    let Some(submission::SubmissionNode::Submission(mut record)) = data.node else {
        return Err(Failure::not_found(&visitor));
    };
    record.rounds.reverse();
    let version = record.version.to_string();
    let known = [
        ("id", record.id.as_str()),
        ("expectedVersion", version.as_str()),
    ];
    let state = record.state;
    let waits = state == ReviewState::Submitted;
    let of_evidence = record.risk_analysis.is_none();
    let view = RecordPage {
        shown: shown(&record, asked.text("file")),
        actions: page.actions(
            &data.allowed,
            &[
                (
                    "submitSubmission",
                    of_evidence && matches!(state, ReviewState::Draft | ReviewState::Returned),
                ),
                ("approveSubmission", of_evidence && waits),
                ("returnSubmission", of_evidence && waits),
            ],
            &known,
        ),
        comment_form: may(&data.allowed, "commentOnSubmission")
            .then(|| page.form("commentOnSubmission", &[("submissionId", &record.id)]))
            .flatten(),
        page,
        record,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// The file that was asked for, if browsers show such files. None is shown unasked: each download is an event.
fn shown(
    record: &submission::SubmissionNodeOnSubmission,
    wanted: Option<String>,
) -> Option<submission::SubmissionNodeOnSubmissionRoundsContentOnSubmittedEvidenceFiles> {
    use submission::SubmissionNodeOnSubmissionRoundsContent::SubmittedEvidence;
    let rounds = record
        .rounds
        .iter()
        .filter_map(|round| match &round.content {
            SubmittedEvidence(content) => Some(&content.files),
            _ => None,
        });
    let wanted = wanted?;
    rounds
        .flatten()
        .find(|file| file.id == wanted && file::can_be_shown(&file.media_type))
        .cloned()
}
