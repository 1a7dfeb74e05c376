//! What was handed in, as it then stood: kept as JSON with every round and never changed.

use chrono::NaiveDate;
use entity::{EvidenceKind, RiskTreatment, evidence, risk, risk_analysis};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The content of one round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Content {
    /// A piece of evidence.
    Evidence(EvidenceContent),
    /// A risk analysis with its risks.
    RiskAnalysis(AnalysisContent),
}

/// A piece of evidence as it stood when it was handed in. Its files are kept beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceContent {
    /// What it was.
    pub kind: EvidenceKind,
    /// Its title.
    pub title: String,
    /// What it showed.
    pub description: Option<String>,
    /// Who certified or audited.
    pub certification_body: Option<String>,
    /// The certificate's number.
    pub certificate_number: Option<String>,
    /// The standard it answered to.
    pub standard: Option<String>,
    /// What the certificate covered.
    pub scope: Option<String>,
    /// First day of validity.
    pub valid_from: Option<NaiveDate>,
    /// Last day of validity.
    pub valid_until: Option<NaiveDate>,
    /// The version of the evidence that was handed in.
    pub version: i32,
}

impl From<&evidence::Model> for EvidenceContent {
    fn from(row: &evidence::Model) -> Self {
        Self {
            kind: row.kind,
            title: row.title.clone(),
            description: row.description.clone(),
            certification_body: row.certification_body.clone(),
            certificate_number: row.certificate_number.clone(),
            standard: row.standard.clone(),
            scope: row.scope.clone(),
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            version: row.version,
        }
    }
}

/// A risk analysis as it stood when it was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnalysisContent {
    /// Its title.
    pub title: String,
    /// What was analysed and how.
    pub description: Option<String>,
    /// When it was to be looked at again.
    pub review_on: Option<NaiveDate>,
    /// Its risks, by number.
    pub risks: Vec<RiskContent>,
    /// The version of the analysis that was handed in.
    pub version: i32,
}

impl AnalysisContent {
    /// The analysis and its risks as they stand now.
    #[must_use]
    pub fn of(analysis: &risk_analysis::Model, risks: &[risk::Model]) -> Self {
        Self {
            title: analysis.title.clone(),
            description: analysis.description.clone(),
            review_on: analysis.review_on,
            risks: risks.iter().map(RiskContent::from).collect(),
            version: analysis.version,
        }
    }
}

/// A risk as it stood when it was handed in, or when somebody decided on its acceptance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskContent {
    /// The risk.
    pub id: Uuid,
    /// Its number within the analysis.
    pub number: i32,
    /// What might happen.
    pub title: String,
    /// How, and with which consequence.
    pub description: Option<String>,
    /// Likelihood, 1 to 5.
    pub likelihood: i32,
    /// Impact, 1 to 5.
    pub impact: i32,
    /// What was to be done about it.
    pub treatment: RiskTreatment,
    /// How.
    pub treatment_plan: Option<String>,
    /// Likelihood after treatment.
    pub residual_likelihood: Option<i32>,
    /// Impact after treatment.
    pub residual_impact: Option<i32>,
    /// When it was to be looked at again.
    pub review_on: Option<NaiveDate>,
    /// Whether it had been closed.
    pub closed: bool,
    /// The version of the risk.
    pub version: i32,
}

impl From<&risk::Model> for RiskContent {
    fn from(row: &risk::Model) -> Self {
        Self {
            id: row.id,
            number: row.number,
            title: row.title.clone(),
            description: row.description.clone(),
            likelihood: row.likelihood,
            impact: row.impact,
            treatment: row.treatment,
            treatment_plan: row.treatment_plan.clone(),
            residual_likelihood: row.residual_likelihood,
            residual_impact: row.residual_impact,
            review_on: row.review_on,
            closed: row.closed_at.is_some(),
            version: row.version,
        }
    }
}
