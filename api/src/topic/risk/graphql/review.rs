//! Handing in and reviewing risk analyses, in the schema.

use async_graphql::{Context, InputObject, Object};
use entity::risk_analysis;

use super::RiskAnalysis;
use crate::{
    Result,
    access::action::{
        ApproveRiskAnalysis, ReturnRiskAnalysis, ReviseRiskAnalysis, SubmitRiskAnalysis,
    },
    graphql::{
        key::Key,
        loaded::{alone, session},
    },
    topic::risk::write::review as write,
};

/// Which risk analysis to hand in.
#[derive(InputObject)]
pub struct SubmitRiskAnalysisInput {
    /// Which analysis.
    id: Key<risk_analysis::Entity>,
    /// The version that is handed in.
    expected_version: i32,
    /// What to say to the reviewer: up to 10 000 characters; nothing when left out.
    message: Option<String>,
}

/// Which risk analysis to open for changes.
#[derive(InputObject)]
pub struct ReviseRiskAnalysisInput {
    /// Which analysis.
    id: Key<risk_analysis::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
}

/// Which risk analysis to approve.
#[derive(InputObject)]
pub struct ApproveRiskAnalysisInput {
    /// Which analysis.
    id: Key<risk_analysis::Entity>,
    /// The version that the change is made on: the one that was reviewed.
    expected_version: i32,
    /// What to say to those who take part: up to 10 000 characters; nothing when left out.
    remark: Option<String>,
}

/// Which risk analysis to return, and why.
#[derive(InputObject)]
pub struct ReturnRiskAnalysisInput {
    /// Which analysis.
    id: Key<risk_analysis::Entity>,
    /// The version that the change is made on: the one that was reviewed.
    expected_version: i32,
    /// What must be changed: up to 10 000 characters.
    remark: String,
}

/// Mutations that hand in, review and reopen risk analyses.
#[derive(Default)]
pub(super) struct RiskReviewMutations;

#[Object]
impl RiskReviewMutations {
    /// Hands in a risk analysis with all its risks as they stand now, for the first time or again. The
    /// customer reviews it, and takes part from now on. It needs at least one open risk.
    async fn submit_risk_analysis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: SubmitRiskAnalysisInput,
    ) -> Result<RiskAnalysis> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<SubmitRiskAnalysis>(input.id.id, expected)
            .await?;
        Ok(alone(write::submit(permit, input.message).await?).into())
    }

    /// Opens an approved risk analysis for changes: it becomes DRAFT, to be handed in anew. What was
    /// approved stands until the new submission is approved; then it becomes SUPERSEDED.
    async fn revise_risk_analysis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ReviseRiskAnalysisInput,
    ) -> Result<RiskAnalysis> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<ReviseRiskAnalysis>(input.id.id, expected)
            .await?;
        Ok(alone(write::revise(permit).await?).into())
    }

    /// Approves a risk analysis as it was handed in. Who handed it in does not approve it.
    async fn approve_risk_analysis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ApproveRiskAnalysisInput,
    ) -> Result<RiskAnalysis> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<ApproveRiskAnalysis>(input.id.id, expected)
            .await?;
        Ok(alone(write::approve(permit, input.remark).await?).into())
    }

    /// Returns a risk analysis, with a remark that says what must be changed. It and its risks can then be
    /// changed and handed in again.
    async fn return_risk_analysis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: ReturnRiskAnalysisInput,
    ) -> Result<RiskAnalysis> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<ReturnRiskAnalysis>(input.id.id, expected)
            .await?;
        Ok(alone(write::send_back(permit, input.remark).await?).into())
    }
}
