//! Handing in: one page, on which evidence is described, its files chosen, and the customers who shall have it.
//!
//! What always holds: whatever was done stays done. When something on the way is refused, one comes to the draft, which
//! says what is missing and for whom, and goes on from there with what was typed. What cannot be sent for want of a
//! session is kept.

use askama::Template;
use axum::{
    Form as Body,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde_json::{Map, Value, json};

use super::{
    Told, Under,
    outcome::{Outcome, UNANSWERED},
    under,
    upload::{Incoming, text_of},
};
use crate::{
    Portal,
    api::Refusal,
    failure::{self, Failure},
    form::{
        Form, FormView, Typed, find,
        page::{beside, kept},
    },
    html,
    kinds::*,
    operation,
    page::Page,
    visitor::Visitor,
};

operation!(HandIn, "operations/hand_in.graphql");

type Request = hand_in::HandInRequestOnEvidenceRequest;
type Draft = hand_in::HandInEvidenceOnEvidence;
type Submission = hand_in::HandInEvidenceOnEvidenceSubmissionsNodes;

#[derive(Template)]
#[template(path = "hand_in.html")]
struct HandInPage {
    page: Page,
    form: FormView,
    agreements: Vec<Under>,
    request: Option<Request>,
    message: String,
}

/// Shows the page, for anything or in answer to a request. No address leads to a draft: what is empty here would empty that.
pub(super) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(mut given): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    given.retain(|(name, _)| !matches!(name.as_str(), "id" | "expectedVersion"));
    portal
        .hand_in_page(&visitor, Typed::from(given), |view| (StatusCode::OK, view))
        .await
}

/// Drafts the evidence, takes its files, and hands it in. A script that sends the files by itself asks for the draft alone.
pub(super) async fn send(
    State(portal): State<Portal>,
    visitor: Visitor,
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
        if let Err(refusal) = portal.receive(&visitor, &id, field).await {
            if refusal.code == "UNAUTHENTICATED" {
                let typed = of_draft(typed, &known);
                let form = form_of(&typed).ok_or_else(|| Failure::of(&visitor, "INTERNAL"))?;
                return Ok(kept_with_files(&visitor, form, &typed));
            }
            return portal.stopped(&visitor, id, &refusal, typed).await;
        }
        draft = Some(known);
    }
    let draft = match draft {
        Some(known) => known,
        None => match portal.draft(&visitor, &typed).await? {
            Ok(known) => known,
            Err(again) => return Ok(again),
        },
    };
    if visitor.by_script {
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
        let form = form_of(typed).ok_or_else(|| Failure::of(visitor, "INTERNAL"))?;
        match self.drafted(visitor, form, typed).await {
            Err(failure) if failure.is_for_sign_in() => {
                Ok(Err(kept_with_files(visitor, form, typed)))
            }
            came => came,
        }
    }

    async fn drafted(
        &self,
        visitor: &Visitor,
        form: &Form,
        typed: &Typed,
    ) -> Result<Result<Value, Response>, Failure> {
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
                let theirs = match refusal.code.as_str() {
                    "CONFLICT" => Some(self.known(visitor, form, typed).await?.1),
                    _ => None,
                };
                let wrong = |view: FormView| {
                    let view = view.refused(text, &refusal);
                    match &theirs {
                        Some(known) => (status, beside(text, form, view, known)),
                        None => (status, view),
                    }
                };
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
        let action = format!("/evidence/{evidence}/hand-in");
        match self.handed_in(visitor, evidence, typed).await {
            Err(failure) if failure.is_for_sign_in() => {
                let form =
                    find("submitSubmission").ok_or_else(|| Failure::of(visitor, "INTERNAL"))?;
                Ok(kept(visitor, form, typed, action, false))
            }
            came => came,
        }
    }

    async fn handed_in(
        &self,
        visitor: &Visitor,
        evidence: String,
        typed: &Typed,
    ) -> Result<Response, Failure> {
        if typed.all("agreementId").next().is_none() {
            let to = format!("/evidence/{evidence}?done=draftEvidence");
            return Ok(Redirect::to(&to).into_response());
        }
        let variables = variables(typed, Some(&evidence));
        let (page, known) = self.ask::<HandIn>(visitor, variables).await?;
        let mut outcome = Outcome::default();
        for agreement in typed.all("agreementId") {
            let came = self
                .hand_in_under(visitor, &evidence, agreement, &known, typed.one("message"))
                .await;
            if let Some(failure) = ended(visitor, &came) {
                return Err(failure);
            }
            outcome.add(agreement, customer(&page, &known, agreement), came);
        }
        if let Some(request) = request(&known) {
            let came = self.answer(visitor, typed, request, &outcome).await;
            outcome.answered(came);
        }
        let Some(status) = outcome.status() else {
            let to = outcome.onward(&evidence);
            return Ok(Redirect::to(&to).into_response());
        };
        let told = Told {
            status,
            problems: outcome.told(visitor.text),
            typed: match outcome.is_answered() {
                true => typed.clone().with("request", ""),
                false => typed.clone(),
            },
        };
        self.evidence_page(visitor, evidence, told).await
    }

    /// Answers the request with what was handed in to the one who asked.
    async fn answer(
        &self,
        visitor: &Visitor,
        typed: &Typed,
        request: &Request,
        outcome: &Outcome,
    ) -> Result<(), Refusal> {
        let Some(submission) = outcome.under(&request.agreement.id) else {
            return Err(Refusal::coded(UNANSWERED));
        };
        let answer = json!({
            "id": request.id,
            "expectedVersion": typed.one("requestVersion").parse::<i64>().unwrap_or_default(),
            "submissionId": submission,
        });
        let answered = self.api.change(visitor, "answerEvidenceRequest", answer);
        answered.await.map(|_| ())
    }

    async fn hand_in_under(
        &self,
        visitor: &Visitor,
        evidence: &str,
        agreement: &str,
        known: &hand_in::ResponseData,
        message: &str,
    ) -> Result<String, Refusal> {
        let draft = draft(known);
        if let Some(done) = draft.and_then(|draft| done_under(draft, agreement)) {
            return Ok(done.id.clone());
        }
        let prepared = match draft.and_then(|draft| draft_under(draft, agreement)) {
            Some(draft) => json!({ "id": draft.id, "version": draft.version }),
            None => {
                let prepare = json!({ "evidenceId": evidence, "agreementId": agreement });
                self.api
                    .change(visitor, "createSubmission", prepare)
                    .await?
            }
        };
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
        let variables = variables(&typed, None);
        let (page, data) = self.ask::<HandIn>(visitor, variables).await?;
        let request = request(&data).cloned();
        let typed = match &request {
            Some(asked) => as_asked(typed, asked),
            None => typed,
        };
        let form = form_of(&typed).ok_or_else(|| Failure::of(visitor, "INTERNAL"))?;
        let (status, form) = told(FormView::new(visitor.text, form, &typed, &Map::new()));
        let view = HandInPage {
            agreements: agreements(&page, &typed, data.agreements.nodes),
            form,
            request,
            message: typed.one("message").to_owned(),
            page,
        };
        Ok(html::page(status, &view))
    }
}

/// What drafts the evidence, or changes what is drafted already.
fn form_of(typed: &Typed) -> Option<&'static Form> {
    find(match typed.one("id") {
        "" => "draftEvidence",
        _ => "updateEvidence",
    })
}

/// What was typed, for the draft that was made of it.
fn of_draft(typed: Typed, draft: &Value) -> Typed {
    typed
        .with("id", id_of(draft))
        .with("expectedVersion", draft["version"].to_string())
}

/// What was typed by somebody whose session ended before all files had come, which have to be chosen again.
fn kept_with_files(visitor: &Visitor, form: &Form, typed: &Typed) -> Response {
    kept(visitor, form, typed, "/evidence/new".to_owned(), true)
}

/// What a request asks for, where nothing else was typed.
fn as_asked(typed: Typed, asked: &Request) -> Typed {
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

fn agreements(
    page: &Page,
    typed: &Typed,
    agreements: Vec<hand_in::HandInAgreementsNodes>,
) -> Vec<Under> {
    let in_force = agreements
        .into_iter()
        .filter(|agreement| agreement.in_force);
    in_force
        .map(|agreement| Under {
            chosen: typed.all("agreementId").any(|id| id == agreement.id),
            about: under(page, &agreement.service_area, &agreement.title),
            customer: agreement.customer.name,
            id: agreement.id,
        })
        .collect()
}

/// What handing in asks for: about the request, and about the evidence where it is drafted.
fn variables(typed: &Typed, evidence: Option<&str>) -> hand_in::Variables {
    let request = Some(typed.one("request")).filter(|id| !id.is_empty());
    let id = |id: Option<&str>| id.unwrap_or("none").to_owned();
    hand_in::Variables {
        request: id(request),
        answering: request.is_some(),
        evidence: id(evidence),
        drafted: evidence.is_some(),
    }
}

fn request(known: &hand_in::ResponseData) -> Option<&Request> {
    match known.request.as_ref()? {
        hand_in::HandInRequest::EvidenceRequest(request) => Some(request),
        _ => None,
    }
}

fn draft(known: &hand_in::ResponseData) -> Option<&Draft> {
    match known.evidence.as_ref()? {
        hand_in::HandInEvidence::Evidence(draft) => Some(draft),
        _ => None,
    }
}

/// The session has ended.
fn ended<T>(visitor: &Visitor, came: &Result<T, Refusal>) -> Option<Failure> {
    let refusal = came.as_ref().err()?;
    (refusal.code == "UNAUTHENTICATED").then(|| Failure::new(visitor, refusal.clone()))
}

/// What was prepared under an agreement and not handed in, because that was refused.
fn draft_under<'a>(draft: &'a Draft, agreement: &'a str) -> Option<&'a Submission> {
    let mut under = under_agreement(draft, agreement);
    under.find(|submission| submission.state == ReviewState::Draft)
}

/// What was handed in under an agreement just as it stands: it is sent again by whoever did not see what came of it.
fn done_under<'a>(draft: &'a Draft, agreement: &'a str) -> Option<&'a Submission> {
    let files = draft.files.iter().map(|file| file.uploaded_at);
    let latest = files.fold(draft.updated_at, Ord::max);
    let mut under = under_agreement(draft, agreement);
    under.find(|submission| {
        submission.state == ReviewState::Submitted && submission.submitted_at >= Some(latest)
    })
}

fn under_agreement<'a>(
    draft: &'a Draft,
    agreement: &'a str,
) -> impl Iterator<Item = &'a Submission> {
    draft.submissions.nodes.iter().filter(move |submission| {
        let under = submission.agreement.as_ref();
        under.is_some_and(|under| under.id == agreement)
    })
}

/// The customer of an agreement, and what that is about.
fn customer(page: &Page, known: &hand_in::ResponseData, agreement: &str) -> String {
    let mut all = known.agreements.nodes.iter();
    match all.find(|known| known.id == agreement) {
        Some(known) => {
            let area = page.text.kind(&known.service_area);
            format!("{} ({area})", known.customer.name)
        }
        None => agreement.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_handed_in_as_it_stands_is_not_handed_in_again() {
        let done = |state: &str, file: &str| {
            let submission = json!({
                "id": "sub_1", "version": 2, "state": state, "submittedAt": "2026-03-01T08:00:00Z",
                "agreement": { "id": "agr_1" },
            });
            let draft = json!({
                "updatedAt": "2026-03-01T07:00:00Z", "files": [{ "uploadedAt": file }],
                "submissions": { "nodes": [submission] },
            });
            let draft: Draft = serde_json::from_value(draft).expect("a draft");
            ["agr_1", "agr_2"].map(|agreement| done_under(&draft, agreement).is_some())
        };
        let (before, after) = ("2026-03-01T07:30:00Z", "2026-03-01T08:30:00Z");
        assert_eq!(done("SUBMITTED", before), [true, false]);
        assert_eq!(done("SUBMITTED", after), [false, false]);
        assert_eq!(done("RETURNED", before), [false, false]);
        // What was approved can be handed in anew.
        assert_eq!(done("APPROVED", before), [false, false]);
    }
}
