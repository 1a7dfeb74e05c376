//! Asking for evidence, and answering.

use chrono::NaiveDate;
use entity::{
    EvidenceKind, EvidenceRequestState, ReviewState, agreement, evidence_request, submission,
};
use uuid::Uuid;

use super::model::{ANSWER, CHANGEABLE, FULFIL, REOPEN, WITHDRAW, rules};
use crate::{
    Error, Result,
    access::{
        Permit,
        action::{
            AnswerEvidenceRequest, CreateEvidenceRequest, FulfilEvidenceRequest,
            ReopenEvidenceRequest, UpdateEvidenceRequest, WithdrawEvidenceRequest,
        },
    },
    topic::{Machine, agreement::model::in_force, allowed},
    validate::Check,
};

/// What is asked for, and by when.
pub struct Wanted {
    /// The kind of evidence.
    pub kind: EvidenceKind,
    /// What people call it.
    pub title: String,
    /// What exactly is wanted.
    pub description: Option<String>,
    /// By when.
    pub due_on: NaiveDate,
}

/// Asks the supplier of an agreement for evidence.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `InvalidState` when the agreement is not in force: then
/// nothing could be handed in as the answer.
pub async fn create(
    permit: Permit<CreateEvidenceRequest>,
    wanted: Wanted,
) -> Result<evidence_request::Model> {
    let agreement = &permit.resource;
    if !in_force(agreement, permit.today()) {
        return Err(Error::InvalidState(
            "This agreement is not in force today, so nothing can be asked for under it."
                .to_owned(),
        ));
    }
    let row = asked(&permit, agreement, wanted);
    let mut check = Check::default();
    rules(&row, &mut check);
    check.not_past("dueOn", row.due_on, permit.today());
    check.finish()?;
    let row = permit
        .create::<evidence_request::Entity>(row, "asked")
        .await?;
    permit.commit().await?;
    Ok(row)
}

fn asked(
    permit: &Permit<CreateEvidenceRequest>,
    under: &agreement::Model,
    wanted: Wanted,
) -> evidence_request::Model {
    let now = permit.now();
    evidence_request::Model {
        id: permit.id(),
        agreement_id: under.id,
        customer_id: under.customer_id,
        supplier_id: under.supplier_id,
        service_area: under.service_area,
        kind: wanted.kind,
        title: wanted.title,
        description: wanted.description,
        due_on: wanted.due_on,
        state: EvidenceRequestState::FIRST,
        answer_id: None,
        remark: None,
        created_by: permit.actor().person,
        created_at: now,
        answered_at: None,
        closed_at: None,
        updated_at: now,
        version: 1,
    }
}

/// Changes what is asked for, or by when.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `InvalidState` when the request is closed.
pub async fn update(
    permit: Permit<UpdateEvidenceRequest>,
    fill: impl FnOnce(&mut evidence_request::Model),
) -> Result<evidence_request::Model> {
    let before = &permit.resource;
    allowed("changed", CHANGEABLE, before.state)?;
    let mut after = before.clone();
    fill(&mut after);
    let mut check = Check::default();
    rules(&after, &mut check);
    if after.due_on != before.due_on {
        check.not_past("dueOn", after.due_on, permit.today());
    }
    check.finish()?;
    let row = permit
        .change::<evidence_request::Entity>(before, after, "updated")
        .await?;
    permit.commit().await?;
    Ok(row)
}

/// Answers the request with something handed in under its agreement.
///
/// # Errors
/// `NotFound` when there is no such submission for the supplier, `Invalid` when it is not handed in or
/// stands under another agreement, `InvalidState` when the request does not wait for an answer.
pub async fn answer(
    permit: Permit<AnswerEvidenceRequest>,
    with: Uuid,
) -> Result<evidence_request::Model> {
    let before = &permit.resource;
    let state = ANSWER.apply(before.state)?;
    let submission = permit.get::<submission::Entity>(with).await?;
    let mut check = Check::default();
    check.require(
        "submissionId",
        submission.agreement_id == before.agreement_id,
        "must be a submission under the agreement of the request",
    );
    check.require(
        "submissionId",
        submission.state != ReviewState::Draft,
        "must have been handed in: do so with submitSubmission first",
    );
    check.finish()?;
    let after = evidence_request::Model {
        state,
        answer_id: Some(submission.id),
        answered_at: Some(permit.now()),
        remark: None,
        ..before.clone()
    };
    let row = permit
        .change::<evidence_request::Entity>(before, after, "answered")
        .await?;
    permit.commit().await?;
    Ok(row)
}

/// Closes the request, because its answer is enough.
///
/// # Errors
/// `InvalidState` when it has no answer to be content with.
pub async fn fulfil(permit: Permit<FulfilEvidenceRequest>) -> Result<evidence_request::Model> {
    let before = &permit.resource;
    let after = evidence_request::Model {
        state: FULFIL.apply(before.state)?,
        closed_at: Some(permit.now()),
        ..before.clone()
    };
    let row = permit
        .change::<evidence_request::Entity>(before, after, "fulfilled")
        .await?;
    permit.commit().await?;
    Ok(row)
}

/// Asks again. The answer that was not enough stays on the request, for the supplier to go on from.
///
/// # Errors
/// `InvalidState` when it has not been answered, `Invalid` when the remark says nothing.
pub async fn reopen(
    permit: Permit<ReopenEvidenceRequest>,
    remark: String,
) -> Result<evidence_request::Model> {
    let before = &permit.resource;
    let after = evidence_request::Model {
        state: REOPEN.apply(before.state)?,
        remark: Some(remark),
        ..before.clone()
    };
    check(&after)?;
    let row = permit
        .change::<evidence_request::Entity>(before, after, "reopened")
        .await?;
    permit.commit().await?;
    Ok(row)
}

/// Closes the request, because it is no longer asked for.
///
/// # Errors
/// `InvalidState` when it has been answered or is closed, `Invalid` when a remark is given that says
/// nothing.
pub async fn withdraw(
    permit: Permit<WithdrawEvidenceRequest>,
    remark: Option<String>,
) -> Result<evidence_request::Model> {
    let before = &permit.resource;
    let after = evidence_request::Model {
        state: WITHDRAW.apply(before.state)?,
        remark,
        closed_at: Some(permit.now()),
        ..before.clone()
    };
    check(&after)?;
    let row = permit
        .change::<evidence_request::Entity>(before, after, "withdrawn")
        .await?;
    permit.commit().await?;
    Ok(row)
}

fn check(row: &evidence_request::Model) -> Result<()> {
    let mut check = Check::default();
    rules(row, &mut check);
    check.finish()
}
