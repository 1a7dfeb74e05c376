//! Handing in: one page, on which evidence is described, its files chosen, and the customers who shall have it.
//!
//! What always holds: whatever was done stays done. When something on the way is refused, one comes to the draft, which
//! says what is missing, and goes on from there.

use askama::Template;
use axum::{
    Form as Body,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header::ACCEPT},
    response::{IntoResponse, Redirect, Response},
};
use serde_json::{Map, Value, json};

use super::upload::{Incoming, text_of};
use crate::{
    Portal,
    api::Refusal,
    failure::{self, Failure},
    form::{FormView, Typed, find},
    html,
    kinds::*,
    operation,
    page::Page,
    visitor::Visitor,
};

operation!(HandIn, "operations/hand_in.graphql");

#[derive(Template)]
#[template(path = "hand_in.html")]
struct HandInPage {
    page: Page,
    form: FormView,
    agreements: Vec<Under>,
    request: Option<hand_in::HandInRequestOnEvidenceRequest>,
    /// What is drafted already, and only changed when this is sent again.
    draft: Option<hand_in::HandInDraftOnEvidence>,
    message: String,
}

/// An agreement under which one can hand in.
struct Under {
    id: String,
    customer: String,
    about: String,
    chosen: bool,
}

/// Shows the page, for anything or in answer to a request.
pub(super) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(given): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    portal
        .hand_in_page(&visitor, Typed::from(given), |view| (StatusCode::OK, view))
        .await
}

/// Drafts the evidence, takes its files, and hands it in. A script that sends the files by itself asks for the draft alone.
pub(super) async fn send(
    State(portal): State<Portal>,
    visitor: Visitor,
    headers: HeaderMap,
    mut form: Incoming,
) -> Result<Response, Failure> {
    let failure = |refusal| Failure::new(&visitor, refusal);
    let mut typed = Typed::default();
    let mut draft: Option<Value> = None;
    while let Some(field) = form.next().await.map_err(failure)? {
        let Some(name) = field.name().map(ToOwned::to_owned) else {
            continue;
        };
        if name != "file" {
            let text = text_of(field).await.map_err(failure)?;
            typed = typed.and(&name, text);
            continue;
        }
        // Files come last, so that everything else is known.
        let known = match draft.take() {
            Some(known) => known,
            None => match portal.draft(&visitor, &typed).await? {
                Ok(known) => known,
                Err(again) => return Ok(again),
            },
        };
        let id = id_of(&known);
        draft = Some(known);
        if let Err(refusal) = portal.receive(&visitor, &id, field).await {
            return portal.evidence_page(&visitor, id, Some(&refusal)).await;
        }
    }
    let draft = match draft {
        Some(known) => known,
        None => match portal.draft(&visitor, &typed).await? {
            Ok(known) => known,
            Err(again) => return Ok(again),
        },
    };
    let by_script = headers
        .get(ACCEPT)
        .is_some_and(|accepted| accepted == "application/json");
    if by_script {
        return Ok(axum::Json(draft).into_response());
    }
    portal.hand_in(&visitor, id_of(&draft), &typed).await
}

fn id_of(record: &Value) -> String {
    record["id"].as_str().unwrap_or_default().to_owned()
}

/// Hands in what is drafted already.
pub(super) async fn again(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
    Body(typed): Body<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    portal.hand_in(&visitor, id, &Typed::from(typed)).await
}

impl Portal {
    /// Makes the draft, or changes the one that was made before; or gives the page again, with what is wrong.
    async fn draft(
        &self,
        visitor: &Visitor,
        typed: &Typed,
    ) -> Result<Result<Value, Response>, Failure> {
        let mutation = match typed.one("id") {
            "" => "draftEvidence",
            _ => "updateEvidence",
        };
        let form = find(mutation).ok_or_else(|| Failure::of(visitor, "INTERNAL"))?;
        let text = visitor.text;
        let input = match typed.input(form) {
            Ok(input) => input,
            Err(unreadable) => {
                let wrong = |view: FormView| {
                    (
                        StatusCode::UNPROCESSABLE_ENTITY,
                        view.unreadable(text, &unreadable),
                    )
                };
                return Ok(Err(self
                    .hand_in_page(visitor, typed.clone(), wrong)
                    .await?));
            }
        };
        match self.api.change(visitor, form.mutation, input).await {
            Ok(drafted) => Ok(Ok(drafted)),
            Err(refusal) if refusal.code == "UNAUTHENTICATED" => {
                Err(Failure::new(visitor, refusal))
            }
            Err(refusal) => {
                let status = failure::status(&refusal.code);
                let wrong = |view: FormView| (status, view.refused(text, &refusal));
                Ok(Err(self
                    .hand_in_page(visitor, typed.clone(), wrong)
                    .await?))
            }
        }
    }

    /// Hands in under every agreement that was ticked, and answers the request, if it is about one.
    async fn hand_in(
        &self,
        visitor: &Visitor,
        evidence: String,
        typed: &Typed,
    ) -> Result<Response, Failure> {
        let mut handed_in = vec![];
        for agreement in typed.all("agreementId") {
            match self
                .hand_in_under(visitor, &evidence, agreement, typed.one("message"))
                .await
            {
                Ok(submission) => handed_in.push(submission),
                Err(refusal) => return self.evidence_page(visitor, evidence, Some(&refusal)).await,
            }
        }
        if let (Some(first), false) = (handed_in.first(), typed.one("request").is_empty()) {
            let answer = json!({
                "id": typed.one("request"),
                "expectedVersion": typed.one("requestVersion").parse::<i64>().unwrap_or_default(),
                "submissionId": first,
            });
            if let Err(refusal) = self
                .api
                .change(visitor, "answerEvidenceRequest", answer)
                .await
            {
                return self.evidence_page(visitor, evidence, Some(&refusal)).await;
            }
        }
        let to = match handed_in.as_slice() {
            [] => format!("/evidence/{evidence}?done=draftEvidence"),
            [one] => format!("/submissions/{one}?done=submitSubmission"),
            _ => format!("/evidence/{evidence}?done=submitSubmission"),
        };
        Ok(Redirect::to(&to).into_response())
    }

    async fn hand_in_under(
        &self,
        visitor: &Visitor,
        evidence: &str,
        agreement: &str,
        message: &str,
    ) -> Result<String, Refusal> {
        let prepare = json!({ "evidenceId": evidence, "agreementId": agreement });
        let prepared = self
            .api
            .change(visitor, "createSubmission", prepare)
            .await?;
        let mut submit = json!({ "id": prepared["id"], "expectedVersion": prepared["version"] });
        if !message.trim().is_empty() {
            submit["message"] = json!(message);
        }
        let submitted = self.api.change(visitor, "submitSubmission", submit).await?;
        Ok(submitted["id"].as_str().unwrap_or_default().to_owned())
    }

    async fn hand_in_page(
        &self,
        visitor: &Visitor,
        typed: Typed,
        told: impl FnOnce(FormView) -> (StatusCode, FormView),
    ) -> Result<Response, Failure> {
        let or_none = |id: &str| if id.is_empty() { "none" } else { id }.to_owned();
        let (request, draft) = (typed.one("request"), typed.one("id"));
        let variables = hand_in::Variables {
            request: or_none(request),
            answering: !request.is_empty(),
            draft: or_none(draft),
            drafted: !draft.is_empty(),
        };
        let (page, data) = self.ask::<HandIn>(visitor, variables).await?;
        let request = data.request.and_then(|node| match node {
            hand_in::HandInRequest::EvidenceRequest(request) => Some(request),
            _ => None,
        });
        let draft = data.draft.and_then(|node| match node {
            hand_in::HandInDraft::Evidence(draft) => Some(draft),
            _ => None,
        });
        let typed = match &request {
            Some(asked) => as_asked(typed, asked),
            None => typed,
        };
        let form = find("draftEvidence").ok_or_else(|| Failure::of(visitor, "INTERNAL"))?;
        let (status, form) = told(FormView::new(visitor.text, form, &typed, &Map::new()));
        let view = HandInPage {
            agreements: under(&page, &typed, data.agreements.nodes),
            form,
            request,
            draft,
            message: typed.one("message").to_owned(),
            page,
        };
        Ok(html::page(status, &view))
    }
}

/// What a request asks for, where nothing else was typed.
fn as_asked(typed: Typed, asked: &hand_in::HandInRequestOnEvidenceRequest) -> Typed {
    let typed = match typed.has("kind") {
        true => typed,
        false => typed
            .with("kind", asked.kind.name())
            .with("title", asked.title.clone()),
    };
    match typed.has("agreementId") {
        true => typed,
        false => typed.with("agreementId", asked.agreement.id.clone()),
    }
}

fn under(
    page: &Page,
    typed: &Typed,
    agreements: Vec<hand_in::HandInAgreementsNodes>,
) -> Vec<Under> {
    agreements
        .into_iter()
        .filter(|agreement| agreement.in_force)
        .map(|agreement| Under {
            chosen: typed
                .all("agreementId")
                .any(|chosen| chosen == agreement.id),
            about: format!(
                "{} ({})",
                page.text.kind(&agreement.service_area),
                agreement.title
            ),
            customer: agreement.customer.name,
            id: agreement.id,
        })
        .collect()
}
