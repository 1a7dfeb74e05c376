//! The organisation's own evidence: its list, each piece in its working copy, and when all that was approved holds.
//!
//! Handing in is [`hand_in`]; sending files is [`upload`].

mod hand_in;
mod outcome;
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
    form::{FieldView, FormView, Typed},
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
    /// Whether any agreement is in force.
    agreed: bool,
    /// Those under which it is not handed in already.
    agreements: Vec<Under>,
    actions: Vec<FormView>,
    hands_in: bool,
    changes: bool,
    uploads: bool,
    told: Told,
}

/// An agreement under which one can hand in.
struct Under {
    id: String,
    customer: String,
    about: String,
    chosen: bool,
}

/// What came of what was sent to a piece of evidence, and what was typed, to be sent again.
#[derive(Default)]
struct Told {
    status: StatusCode,
    problems: Vec<String>,
    typed: Typed,
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
    portal.evidence_page(&visitor, id, Told::default()).await
}

impl Portal {
    /// The page of the evidence, with why something did not go all the way.
    async fn stopped(
        &self,
        visitor: &Visitor,
        id: String,
        refusal: &Refusal,
        typed: Typed,
    ) -> Result<Response, Failure> {
        if refusal.code == "UNAUTHENTICATED" {
            let visitor = visitor.clone().at(format!("/evidence/{id}"));
            return Err(Failure::new(&visitor, refusal.clone()));
        }
        let told = Told {
            status: match refusal.code.as_str() {
                // Nothing was chosen to be sent.
                "NONE" => StatusCode::UNPROCESSABLE_ENTITY,
                code => failure::status(code),
            },
            problems: upload::problems(visitor.text, refusal),
            typed,
        };
        self.evidence_page(visitor, id, told).await
    }

    /// A piece of evidence, with what came of what was sent. What leads back here leads to the page of the evidence,
    /// wherever the form was sent.
    async fn evidence_page(
        &self,
        visitor: &Visitor,
        id: String,
        told: Told,
    ) -> Result<Response, Failure> {
        let event = visitor.asked().text("event");
        let visitor = &match told.status {
            StatusCode::OK => visitor.clone(),
            _ => visitor.clone().at(format!("/evidence/{id}")),
        };
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
            agreed: data.agreements.nodes.iter().any(|under| under.in_force),
            agreements: open_agreements(&page, &record, data.agreements.nodes, &told.typed),
            actions: page.actions(&data.allowed, &[("archiveEvidence", live)], &known),
            hands_in: live && may(&data.allowed, "createSubmission"),
            changes: live && may(&data.allowed, "updateEvidence"),
            uploads: live && may(&data.allowed, "createEvidenceUpload"),
            told,
            page,
            record,
        };
        Ok(html::page(view.told.status, &view))
    }
}

/// The agreements in force under which it is not handed in already. Those that were chosen are, and otherwise those for
/// which that was only prepared, to be gone on with.
fn open_agreements(
    page: &Page,
    record: &evidence_record::EvidenceRecordNodeOnEvidence,
    agreements: Vec<evidence_record::EvidenceRecordAgreementsNodes>,
    typed: &Typed,
) -> Vec<Under> {
    let state = |agreement: &str| standing(record, agreement);
    let open = agreements.into_iter().filter(|agreement| {
        agreement.in_force && matches!(state(&agreement.id), None | Some(ReviewState::Draft))
    });
    open.map(|agreement| Under {
        chosen: match typed.has("agreementId") {
            true => typed.all("agreementId").any(|id| id == agreement.id),
            false => state(&agreement.id).is_some(),
        },
        about: under(page, &agreement.service_area, &agreement.title),
        customer: agreement.customer.name,
        id: agreement.id,
    })
    .collect()
}

/// What an agreement is about.
fn under(page: &Page, area: &ServiceArea, title: &str) -> String {
    format!("{} ({title})", page.text.kind(area))
}

/// How far it has come under an agreement, where it is being handed in.
fn standing(
    record: &evidence_record::EvidenceRecordNodeOnEvidence,
    agreement: &str,
) -> Option<ReviewState> {
    let mut open = record.submissions.nodes.iter().filter(|submission| {
        matches!(
            submission.state,
            ReviewState::Draft | ReviewState::Submitted | ReviewState::Returned
        )
    });
    let found = open.find(|submission| {
        let under = submission.agreement.as_ref();
        under.is_some_and(|under| under.id == agreement)
    });
    found.map(|submission| submission.state)
}
