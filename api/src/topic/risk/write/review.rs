//! Handing in risk analyses, reviewing them and opening them again.

use entity::{ReviewOutcome, agreement, risk_analysis, submission};

use super::analysis::welcome;
use crate::{
    Error, Result,
    access::{
        Act, Permit,
        action::{ApproveRiskAnalysis, ReturnRiskAnalysis, ReviseRiskAnalysis, SubmitRiskAnalysis},
    },
    topic::{
        risk::{
            Analysis,
            model::{editable, revisable},
            read::risks,
        },
        submission::{
            content::{AnalysisContent, Content},
            write::{Subject, conclude, hand_in, prepare},
        },
    },
};

/// Hands in the analysis with all its risks as they stand now. The customer sees it from now on: it
/// takes part before anything is told of the handing in.
///
/// # Errors
/// `InvalidState` when there is no open risk, while it is reviewed or approved, and when the agreement is not in force.
pub async fn submit(
    permit: Permit<SubmitRiskAnalysis>,
    message: Option<String>,
) -> Result<risk_analysis::Model> {
    let analysis = &permit.resource;
    let before = &analysis.row;
    let agreement = agreement_of(analysis)?;
    editable(before.state)?;
    let risks = risks(&permit, before.id).await?;
    if risks.iter().all(|risk| risk.closed_at.is_some()) {
        return Err(Error::InvalidState(
            "This risk analysis has no open risk. Add one with addRisk before it is handed in."
                .to_owned(),
        ));
    }
    let submission = match &analysis.submission {
        Some(under_way) => under_way.clone(),
        None => prepare(&permit, agreement, subject(before)).await?,
    };
    welcome(&permit, analysis, before.customer_id).await?;
    let content = Content::RiskAnalysis(AnalysisContent::of(before, &risks));
    let submission = hand_in(&permit, &submission, content, &[], message).await?;
    let row = follow(&permit, before, &submission, "submitted").await?;
    permit.commit().await?;
    Ok(row)
}

/// The agreement of the analysis, which a party of it sees.
fn agreement_of(analysis: &Analysis) -> Result<&agreement::Model> {
    analysis.agreement.as_ref().ok_or(Error::NotFound)
}

fn subject(analysis: &risk_analysis::Model) -> Subject {
    Subject {
        evidence_id: None,
        risk_analysis_id: Some(analysis.id),
        title: analysis.title.clone(),
        kind: None,
    }
}

/// Gives the analysis the state of its latest submission.
async fn follow<A: Act>(
    permit: &Permit<A>,
    before: &risk_analysis::Model,
    submission: &submission::Model,
    verb: &str,
) -> Result<risk_analysis::Model> {
    let after = risk_analysis::Model {
        state: submission.state,
        ..before.clone()
    };
    permit
        .change::<risk_analysis::Entity>(before, after, verb)
        .await
}

/// Opens an approved analysis for changes. What was approved stands until what comes of them is
/// approved in its place.
///
/// # Errors
/// `InvalidState` when it is not approved or the agreement is not in force.
pub async fn revise(permit: Permit<ReviseRiskAnalysis>) -> Result<risk_analysis::Model> {
    let before = &permit.resource.row;
    let agreement = agreement_of(&permit.resource)?;
    revisable(before.state)?;
    let submission = prepare(&permit, agreement, subject(before)).await?;
    let row = follow(&permit, before, &submission, "revised").await?;
    permit.commit().await?;
    Ok(row)
}

/// Approves the analysis as it was handed in; what was approved before is superseded.
///
/// # Errors
/// `InvalidState` when it does not wait for review.
pub async fn approve(
    permit: Permit<ApproveRiskAnalysis>,
    remark: Option<String>,
) -> Result<risk_analysis::Model> {
    review(permit, ReviewOutcome::Approved, remark, "approved").await
}

/// Returns the analysis, with a remark.
///
/// # Errors
/// `InvalidState` when it does not wait for review, `Invalid` when the remark says nothing.
pub async fn send_back(
    permit: Permit<ReturnRiskAnalysis>,
    remark: String,
) -> Result<risk_analysis::Model> {
    review(permit, ReviewOutcome::Returned, Some(remark), "returned").await
}

async fn review<A: Act<Resource = Analysis>>(
    permit: Permit<A>,
    outcome: ReviewOutcome,
    remark: Option<String>,
    verb: &str,
) -> Result<risk_analysis::Model> {
    let Analysis {
        row: before,
        submission,
        ..
    } = &permit.resource;
    let submission = submission.as_ref().ok_or_else(not_handed_in)?;
    let submission = conclude(&permit, submission, outcome, remark).await?;
    let row = follow(&permit, before, &submission, verb).await?;
    permit.commit().await?;
    Ok(row)
}

pub(super) fn not_handed_in() -> Error {
    Error::InvalidState(
        "This risk analysis has not been handed in yet. That is done with submitRiskAnalysis."
            .to_owned(),
    )
}
