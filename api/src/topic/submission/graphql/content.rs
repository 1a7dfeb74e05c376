//! What was handed in, as it then stood, in the schema.

use async_graphql::{Context, ID, Object, SimpleObject, Union};
use entity::{EvidenceKind, RiskTreatment, risk, submission_file, submission_round};

use crate::{
    Error, Result,
    graphql::{key, loaded::Loaded, scalar::Date},
    topic::{
        evidence::graphql::EvidenceFile,
        risk::model::RiskLevel,
        submission::content::{AnalysisContent, Content, EvidenceContent, RiskContent},
    },
};

/// What was handed in, as it then stood.
#[derive(Union)]
pub enum SubmissionContent {
    /// A piece of evidence.
    Evidence(SubmittedEvidence),
    /// A risk analysis with its risks.
    RiskAnalysis(SubmittedRiskAnalysis),
}

impl SubmissionContent {
    /// What was handed in with this round.
    pub(super) fn of(round: &Loaded<submission_round::Entity>) -> Result<Self> {
        let content = serde_json::from_value(round.content.clone()).map_err(Error::internal)?;
        Ok(match content {
            Content::Evidence(content) => Self::Evidence(SubmittedEvidence {
                content,
                round: round.clone(),
            }),
            Content::RiskAnalysis(content) => Self::RiskAnalysis(content.into()),
        })
    }
}

/// A piece of evidence as it stood when it was handed in.
pub struct SubmittedEvidence {
    content: EvidenceContent,
    round: Loaded<submission_round::Entity>,
}

/// A piece of evidence as it stood when it was handed in.
#[Object]
impl SubmittedEvidence {
    /// What it was.
    async fn kind(&self) -> EvidenceKind {
        self.content.kind
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.content.title
    }

    /// What it showed. Null when nobody had said.
    async fn description(&self) -> Option<&str> {
        self.content.description.as_deref()
    }

    /// Who certified or audited. Null for evidence that is not certified.
    async fn certification_body(&self) -> Option<&str> {
        self.content.certification_body.as_deref()
    }

    /// The certificate's number. Null for evidence that is not certified.
    async fn certificate_number(&self) -> Option<&str> {
        self.content.certificate_number.as_deref()
    }

    /// The standard it answered to. Null when it answered to none.
    async fn standard(&self) -> Option<&str> {
        self.content.standard.as_deref()
    }

    /// What the certificate covered. Null when nobody had said.
    async fn scope(&self) -> Option<&str> {
        self.content.scope.as_deref()
    }

    /// First day of validity. Null when it named none.
    async fn valid_from(&self) -> Option<Date> {
        self.content.valid_from.map(Date)
    }

    /// Last day of validity. Null when it did not expire.
    async fn valid_until(&self) -> Option<Date> {
        self.content.valid_until.map(Date)
    }

    /// The files that were handed in.
    async fn files(&self, ctx: &Context<'_>) -> Result<Vec<EvidenceFile>> {
        use submission_file::{Column, Entity};
        let joined: Vec<Loaded<Entity>> = self.round.all(ctx, Column::RoundId, Column::Id).await?;
        let mut files = Vec::with_capacity(joined.len());
        for row in joined {
            files.push(row.required(ctx, Column::FileId).await?);
        }
        Ok(files)
    }
}

/// A risk analysis as it stood when it was handed in.
#[derive(SimpleObject)]
pub struct SubmittedRiskAnalysis {
    /// Its title.
    title: String,
    /// What was analysed and how. Null when nobody had said.
    description: Option<String>,
    /// When it was to be looked at again. Null when no date was set.
    review_on: Option<Date>,
    /// Its risks, by number.
    risks: Vec<RiskSnapshot>,
}

impl From<AnalysisContent> for SubmittedRiskAnalysis {
    fn from(content: AnalysisContent) -> Self {
        Self {
            title: content.title,
            description: content.description,
            review_on: content.review_on.map(Date),
            risks: content.risks.into_iter().map(RiskSnapshot::from).collect(),
        }
    }
}

/// A risk as it stood when it was handed in, or when its acceptance was decided.
#[derive(SimpleObject)]
pub struct RiskSnapshot {
    /// The id of the risk, which may look different now.
    risk_id: ID,
    /// Its number within the analysis.
    number: i32,
    /// What might happen.
    title: String,
    /// How, and with which consequence. Null when nobody had said.
    description: Option<String>,
    /// Likelihood, 1 to 5.
    likelihood: i32,
    /// Impact, 1 to 5.
    impact: i32,
    /// Likelihood × impact, 1 to 25.
    score: i32,
    /// How serious the risk was, by its score.
    level: RiskLevel,
    /// What was to be done about it.
    treatment: RiskTreatment,
    /// How it was to be treated. Null when nobody had said.
    treatment_plan: Option<String>,
    /// Likelihood after treatment, 1 to 5. Null when not assessed.
    residual_likelihood: Option<i32>,
    /// Impact after treatment, 1 to 5. Null when not assessed.
    residual_impact: Option<i32>,
    /// When it was to be looked at again. Null when no date was set.
    review_on: Option<Date>,
    /// Whether it had been closed.
    closed: bool,
    /// The version of the risk that this is.
    version: i32,
}

impl From<RiskContent> for RiskSnapshot {
    fn from(risk: RiskContent) -> Self {
        let score = risk.likelihood * risk.impact;
        Self {
            risk_id: key::id::<risk::Entity>(risk.id),
            number: risk.number,
            title: risk.title,
            description: risk.description,
            likelihood: risk.likelihood,
            impact: risk.impact,
            score,
            level: RiskLevel::of(score),
            treatment: risk.treatment,
            treatment_plan: risk.treatment_plan,
            residual_likelihood: risk.residual_likelihood,
            residual_impact: risk.residual_impact,
            review_on: risk.review_on.map(Date),
            closed: risk.closed,
            version: risk.version,
        }
    }
}
