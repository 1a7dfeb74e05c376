//! Handing in and reviewing: one course for evidence and for risk analyses.

use entity::{
    EvidenceKind, ReviewOutcome, ReviewState, agreement, evidence, evidence_file, submission,
    submission_file, submission_round,
};
use sea_orm::ColumnTrait;
use uuid::Uuid;

use super::{
    content::{Content, EvidenceContent},
    model::{APPROVE, RETURN, SUBMIT, SUPERSEDE, message_rules, remark_rules},
};
use crate::{
    Error, Result,
    access::{
        Act, Permit,
        action::{ApproveSubmission, CreateSubmission, ReturnSubmission, SubmitSubmission},
    },
    topic::{
        Machine,
        agreement::model::in_force,
        evidence::{model::ready_to_hand_in, write::current_files},
    },
    validate::Check,
};

/// What a submission is of, and under which agreement.
pub struct Subject {
    /// The evidence, if it is evidence.
    pub evidence_id: Option<Uuid>,
    /// The risk analysis, if it is one.
    pub risk_analysis_id: Option<Uuid>,
    /// Its title.
    pub title: String,
    /// The kind of the evidence.
    pub kind: Option<EvidenceKind>,
}

/// Prepares a piece of evidence for handing in under an agreement of the supplier.
///
/// # Errors
/// `NotFound` when there is no such agreement for the supplier, `InvalidState` when the agreement is
/// not in force or the evidence is already being handed in under it.
pub async fn create(permit: Permit<CreateSubmission>, under: Uuid) -> Result<submission::Model> {
    let evidence = &permit.resource;
    let agreement = permit.get::<agreement::Entity>(under).await?;
    let under_way = permit
        .find::<submission::Entity>()?
        .filter(submission::Column::EvidenceId.eq(evidence.id))
        .filter(submission::Column::AgreementId.eq(under))
        .filter(submission::Column::State.is_in([
            ReviewState::Draft,
            ReviewState::Submitted,
            ReviewState::Returned,
        ]))
        .one()
        .await?;
    if under_way.is_some() {
        return Err(Error::InvalidState(
            "This evidence is already being handed in under this agreement. Go on with that submission."
                .to_owned(),
        ));
    }
    let subject = Subject {
        evidence_id: Some(evidence.id),
        risk_analysis_id: None,
        title: evidence.title.clone(),
        kind: Some(evidence.kind),
    };
    let row = prepare(&permit, &agreement, subject).await?;
    permit.commit().await?;
    Ok(row)
}

/// Makes the draft of a submission.
///
/// # Errors
/// `InvalidState` when the agreement is not in force today.
pub async fn prepare<A: Act>(
    permit: &Permit<A>,
    agreement: &agreement::Model,
    subject: Subject,
) -> Result<submission::Model> {
    if !in_force(agreement, permit.today()) {
        return Err(Error::InvalidState(
            "This agreement is not in force today, so nothing can be handed in under it."
                .to_owned(),
        ));
    }
    let now = permit.now();
    let row = submission::Model {
        id: permit.id(),
        agreement_id: agreement.id,
        customer_id: agreement.customer_id,
        supplier_id: agreement.supplier_id,
        service_area: agreement.service_area,
        evidence_id: subject.evidence_id,
        risk_analysis_id: subject.risk_analysis_id,
        state: ReviewState::FIRST,
        title: subject.title,
        kind: subject.kind,
        valid_from: None,
        valid_until: None,
        rounds: 0,
        remark: None,
        created_by: permit.actor().person,
        created_at: now,
        submitted_by: None,
        submitted_at: None,
        reviewed_by: None,
        reviewed_at: None,
        updated_at: now,
        version: 1,
    };
    permit.create::<submission::Entity>(row, "prepared").await
}

/// Hands in the evidence as it stands now, with its current files.
///
/// # Errors
/// `Invalid` naming everything the evidence still lacks, `InvalidState` when it is with the customer.
pub async fn submit(
    permit: Permit<SubmitSubmission>,
    message: Option<String>,
) -> Result<submission::Model> {
    let before = permit.resource.clone();
    let evidence = permit
        .get::<evidence::Entity>(evidence_of(&before)?)
        .await?;
    let files = current_files(&permit, evidence.id).await?;
    SUBMIT.apply(before.state)?;
    ready_to_hand_in(&evidence, files.len())?;
    let content = Content::Evidence(EvidenceContent::from(&evidence));
    let row = hand_in(&permit, &before, content, &files, message).await?;
    permit.commit().await?;
    Ok(row)
}

fn evidence_of(submission: &submission::Model) -> Result<Uuid> {
    submission.evidence_id.ok_or_else(|| {
        Error::InvalidState(
            "This submission is of a risk analysis. Use the mutations of the risk analysis itself."
                .to_owned(),
        )
    })
}

/// Keeps one round with its content and moves the submission to the customer.
///
/// # Errors
/// `InvalidState` when it is with the customer already.
pub async fn hand_in<A: Act>(
    permit: &Permit<A>,
    before: &submission::Model,
    content: Content,
    files: &[evidence_file::Model],
    message: Option<String>,
) -> Result<submission::Model> {
    let mut check = Check::default();
    message_rules(message.as_deref(), &mut check);
    check.finish()?;
    let now = permit.now();
    let mut after = submission::Model {
        state: SUBMIT.apply(before.state)?,
        rounds: before.rounds + 1,
        remark: None,
        submitted_by: permit.actor().person,
        submitted_at: Some(now),
        reviewed_by: None,
        reviewed_at: None,
        ..before.clone()
    };
    match &content {
        Content::Evidence(evidence) => {
            after.title.clone_from(&evidence.title);
            after.kind = Some(evidence.kind);
            after.valid_from = evidence.valid_from;
            after.valid_until = evidence.valid_until;
        }
        Content::RiskAnalysis(analysis) => after.title.clone_from(&analysis.title),
    }
    let round = submission_round::Model {
        id: permit.id(),
        submission_id: before.id,
        number: after.rounds,
        content: serde_json::to_value(content).map_err(Error::internal)?,
        message,
        submitted_by: permit.actor().person,
        submitted_at: now,
        outcome: None,
        remark: None,
        reviewed_by: None,
        reviewed_at: None,
    };
    let round = permit.insert::<submission_round::Entity>(round).await?;
    for file in files {
        let joined = submission_file::Model {
            id: permit.id(),
            round_id: round.id,
            submission_id: before.id,
            file_id: file.id,
        };
        permit.insert::<submission_file::Entity>(joined).await?;
    }
    permit
        .change::<submission::Entity>(before, after, "submitted")
        .await
}

/// Approves what was handed in. An earlier approved submission of the same evidence under the same
/// agreement is superseded.
///
/// # Errors
/// `InvalidState` when it does not wait for review.
pub async fn approve(
    permit: Permit<ApproveSubmission>,
    remark: Option<String>,
) -> Result<submission::Model> {
    evidence_of(&permit.resource)?;
    let row = conclude(&permit, &permit.resource, ReviewOutcome::Approved, remark).await?;
    permit.commit().await?;
    Ok(row)
}

/// Returns what was handed in, with a remark.
///
/// # Errors
/// `InvalidState` when it does not wait for review, `Invalid` when the remark says nothing.
pub async fn send_back(
    permit: Permit<ReturnSubmission>,
    remark: String,
) -> Result<submission::Model> {
    evidence_of(&permit.resource)?;
    let row = conclude(
        &permit,
        &permit.resource,
        ReviewOutcome::Returned,
        Some(remark),
    )
    .await?;
    permit.commit().await?;
    Ok(row)
}

/// Keeps the outcome of the review with the round and moves the submission on.
///
/// # Errors
/// `InvalidState` when it does not wait for review, `Invalid` when a return says nothing.
pub async fn conclude<A: Act>(
    permit: &Permit<A>,
    before: &submission::Model,
    outcome: ReviewOutcome,
    remark: Option<String>,
) -> Result<submission::Model> {
    let (transition, verb) = match outcome {
        ReviewOutcome::Approved => (&APPROVE, "approved"),
        ReviewOutcome::Returned => (&RETURN, "returned"),
    };
    let state = transition.apply(before.state)?;
    let mut check = Check::default();
    remark_rules(transition, remark.as_deref(), &mut check);
    check.finish()?;
    let now = permit.now();
    let round = current_round(permit, before).await?;
    let reviewed = submission_round::Model {
        outcome: Some(outcome),
        remark: remark.clone(),
        reviewed_by: permit.actor().person,
        reviewed_at: Some(now),
        ..round.clone()
    };
    permit
        .update::<submission_round::Entity>(&round, reviewed)
        .await?;
    if outcome == ReviewOutcome::Approved {
        supersede_earlier(permit, before).await?;
    }
    let after = submission::Model {
        state,
        remark,
        reviewed_by: permit.actor().person,
        reviewed_at: Some(now),
        ..before.clone()
    };
    permit
        .change::<submission::Entity>(before, after, verb)
        .await
}

async fn current_round<A: Act>(
    permit: &Permit<A>,
    of: &submission::Model,
) -> Result<submission_round::Model> {
    permit
        .find::<submission_round::Entity>()?
        .filter(submission_round::Column::SubmissionId.eq(of.id))
        .filter(submission_round::Column::Number.eq(of.rounds))
        .one()
        .await?
        .ok_or_else(|| Error::internal(anyhow::anyhow!("submission {} lacks its round", of.id)))
}

async fn supersede_earlier<A: Act>(permit: &Permit<A>, by: &submission::Model) -> Result<()> {
    use submission::Column;
    let same = match (by.evidence_id, by.risk_analysis_id) {
        (Some(evidence), _) => Column::EvidenceId.eq(evidence),
        (None, analysis) => Column::RiskAnalysisId.eq(analysis),
    };
    let earlier = permit
        .find::<submission::Entity>()?
        .filter(same)
        .filter(Column::AgreementId.eq(by.agreement_id))
        .filter(Column::State.eq(ReviewState::Approved))
        .all()
        .await?;
    for row in earlier {
        let after = submission::Model {
            state: SUPERSEDE.apply(row.state)?,
            ..row.clone()
        };
        permit
            .change::<submission::Entity>(&row, after, "superseded")
            .await?;
    }
    Ok(())
}
