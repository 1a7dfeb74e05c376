//! The organisation's own evidence: its list, each piece in its working copy, and when all that was approved holds.
//!
//! Handing in is [`hand_in`]; sending files is [`upload`].

mod hand_in;
mod timeline;
mod upload;

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, Query, State},
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

use serde_json::json;

use crate::{
    Portal,
    api::Refusal,
    export::{Export, Shape},
    failure::{self, Failure},
    form::{FieldView, FormView},
    html,
    kinds::*,
    list::{Asked, Filter},
    operation,
    page::{Page, may},
    visitor::Visitor,
};

pub use timeline::VALIDITY;

operation!(EvidenceList, "operations/evidence_list.graphql");
operation!(EvidenceRecord, "operations/evidence_record.graphql");

#[derive(Template)]
#[template(path = "evidence_list.html")]
struct ListPage {
    page: Page,
    asked: Asked,
    filters: Vec<Filter>,
    list: evidence_list::EvidenceListEvidence,
}

#[derive(Template)]
#[template(path = "evidence_record.html")]
struct RecordPage {
    page: Page,
    record: evidence_record::EvidenceRecordNodeOnEvidence,
    /// Agreements in force under which it is not being handed in already.
    agreements: Vec<evidence_record::EvidenceRecordAgreementsNodes>,
    actions: Vec<FormView>,
    hands_in: bool,
    changes: bool,
    uploads: bool,
    problems: Vec<String>,
}

/// The list as a file.
pub const EXPORT: Export = Export {
    list: "evidence",
    document: (evidence_list::QUERY, evidence_list::OPERATION_NAME),
    field: "evidence",
    variables: |asked, _| json!(variables(asked)),
    columns: &[
        ("field-title", "/title", Shape::Plain),
        ("kind", "/kind", Shape::Kind("EvidenceKind")),
        ("validity", "/validity", Shape::Kind("Validity")),
        ("field-validUntil", "/validUntil", Shape::Day),
        ("changed-archivedAt", "/archivedAt", Shape::Moment),
    ],
};

/// The routes. What files may measure is the API's to say.
pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/evidence", get(list))
        .route("/evidence/new", get(hand_in::show).post(hand_in::send))
        .route("/evidence/{id}", get(show))
        .route("/evidence/{id}/add-files", post(upload::send))
        .route("/evidence/{id}/hand-in", post(hand_in::again))
        .route("/validity", get(timeline::show))
        .layer(DefaultBodyLimit::disable())
}

/// What is asked for first when something is handed in; the rest can be unfolded.
fn asked_first(field: &FieldView) -> bool {
    field.required
        || matches!(
            field.name,
            "standard" | "certificationBody" | "certificateNumber" | "validFrom" | "validUntil"
        )
}

async fn list(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(asked);
    let (page, data) = portal
        .ask::<EvidenceList>(&visitor, variables(&asked))
        .await?;
    let yes = ("true".to_owned(), page.text.say("yes").into_owned());
    let archived = page.text.say("with-archived").into_owned();
    let view = ListPage {
        filters: vec![
            asked.by_text(page.text, "q", "contains"),
            asked.by_kind::<EvidenceKind>(page.text, "kind", "kind"),
            asked.by_day(page.text, "before", "valid-until-before"),
            asked.by("archived", archived, std::iter::once(yes)),
        ],
        list: data.evidence,
        page,
        asked,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// What the page asks for, after what stands in the address.
fn variables(asked: &Asked) -> evidence_list::Variables {
    let filter = evidence_list::EvidenceFilter {
        include_archived: asked.flag("archived").unwrap_or_default(),
        kind: asked.kinds("kind"),
        title_contains: asked.text("q"),
        valid_until_before: asked.day("before"),
    };
    evidence_list::Variables {
        filter: Some(filter),
        order: Some(order(asked)),
        after: asked.text("after"),
    }
}

/// The order that was chosen; what was changed last stands first, unless another is.
fn order(asked: &Asked) -> evidence_list::EvidenceOrder {
    use evidence_list::{EvidenceOrderField::*, OrderDirection::*};
    let (direction, field) = match asked.text("order").as_deref() {
        Some("title") => (ASC, TITLE),
        Some("until") => (ASC, VALID_UNTIL),
        _ => (DESC, UPDATED_AT),
    };
    evidence_list::EvidenceOrder { direction, field }
}

async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    portal.evidence_page(&visitor, id, None).await
}

impl Portal {
    /// A piece of evidence, with why something did not go all the way. What leads back here leads to the page of the
    /// evidence, wherever the form was sent.
    async fn evidence_page(
        &self,
        visitor: &Visitor,
        id: String,
        refusal: Option<&Refusal>,
    ) -> Result<Response, Failure> {
        let event = visitor.asked().text("event");
        let visitor = &match refusal {
            Some(_) => visitor.clone().at(format!("/evidence/{id}")),
            None => visitor.clone(),
        };
        if let Some(refusal) = refusal.filter(|refusal| refusal.code == "UNAUTHENTICATED") {
            return Err(Failure::new(visitor, refusal.clone()));
        }
        let (page, data) = self
            .ask::<EvidenceRecord>(visitor, evidence_record::Variables { id, event })
            .await?;
        let Some(evidence_record::EvidenceRecordNode::Evidence(record)) = data.node else {
            return Err(Failure::not_found(visitor));
        };
        let version = record.version.to_string();
        let known = [
            ("id", record.id.as_str()),
            ("expectedVersion", version.as_str()),
        ];
        let live = record.archived_at.is_none();
        let view = RecordPage {
            agreements: data
                .agreements
                .nodes
                .into_iter()
                .filter(|agreement| agreement.in_force && !is_under_way(&record, &agreement.id))
                .collect(),
            actions: page.actions(&data.allowed, &[("archiveEvidence", live)], &known),
            hands_in: live && may(&data.allowed, "createSubmission"),
            changes: live && may(&data.allowed, "updateEvidence"),
            uploads: live && may(&data.allowed, "createEvidenceUpload"),
            problems: refusal.map_or_else(Vec::new, |refusal| upload::problems(page.text, refusal)),
            page,
            record,
        };
        let status = match refusal {
            // Nothing was chosen to be sent.
            Some(refusal) if refusal.code == "NONE" => StatusCode::UNPROCESSABLE_ENTITY,
            Some(refusal) => failure::status(&refusal.code),
            None => StatusCode::OK,
        };
        Ok(html::page(status, &view))
    }
}

/// Whether it is being handed in under this agreement already.
fn is_under_way(record: &evidence_record::EvidenceRecordNodeOnEvidence, agreement: &str) -> bool {
    record.submissions.nodes.iter().any(|submission| {
        let open = matches!(
            submission.state,
            ReviewState::Draft | ReviewState::Submitted | ReviewState::Returned
        );
        open && submission
            .agreement
            .as_ref()
            .is_some_and(|under| under.id == agreement)
    })
}
