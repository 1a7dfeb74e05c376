//! Risk analyses, risks and acceptances in the schema.

mod acceptance;
mod analysis;
mod condition;
mod register;
mod review;
mod risk;

use async_graphql::MergedObject;

pub use acceptance::RiskAcceptance;
pub use analysis::{RiskAnalysis, RiskAnalysisParticipant};
pub use register::high_risks_by_supplier;
pub use risk::Risk;

/// Queries of risk analyses, risks and acceptances.
#[derive(MergedObject, Default)]
pub struct RiskQuery(
    analysis::RiskAnalysisQueries,
    register::RiskQueries,
    acceptance::RiskAcceptanceQueries,
);

/// Mutations of risk analyses, risks and acceptances.
#[derive(MergedObject, Default)]
pub struct RiskMutation(
    analysis::RiskAnalysisMutations,
    risk::RiskMutations,
    review::RiskReviewMutations,
    acceptance::RiskAcceptanceMutations,
);
