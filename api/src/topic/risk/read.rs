//! Loading risk analyses, risks and acceptances for an action.

use entity::{
    agreement, risk, risk_acceptance, risk_analysis, risk_analysis_participant, submission,
};
use sea_orm::{ColumnTrait, Order, sea_query::Expr};
use uuid::Uuid;

use crate::{
    Result,
    access::{Facts, Resource, Scope},
};

/// A risk analysis and those who take part in it.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// The analysis.
    pub row: risk_analysis::Model,
    /// The organisations that take part, its owner included.
    pub participants: Vec<Uuid>,
    /// Its agreement; none for who takes part without being a party of it.
    pub agreement: Option<agreement::Model>,
    /// Its latest submission: who handed that in does not review it.
    pub submission: Option<submission::Model>,
}

impl Resource for Analysis {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        let row = scope.get::<risk_analysis::Entity>(id).await?;
        let taking_part = scope
            .find::<risk_analysis_participant::Entity>()?
            .filter(risk_analysis_participant::Column::RiskAnalysisId.eq(id))
            .all()
            .await?;
        Ok(Self {
            agreement: scope.maybe::<agreement::Entity>(row.agreement_id).await?,
            row,
            participants: taking_part.iter().map(|one| one.organisation_id).collect(),
            submission: current_submission(scope, id).await?,
        })
    }

    fn facts(&self) -> Facts {
        Facts {
            owner: Some(self.row.owner_id),
            customer: Some(self.row.customer_id),
            supplier: self.agreement.as_ref().map(|one| one.supplier_id),
            participants: self.participants.clone(),
            area: Some(self.row.service_area),
            by: self.submission.as_ref().and_then(|one| one.submitted_by),
            ..Facts::default()
        }
    }

    fn version(&self) -> Option<i32> {
        Some(self.row.version)
    }
}

/// The latest submission of a risk analysis, whether it has been handed in or is being prepared.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn current_submission(
    scope: &Scope,
    analysis: Uuid,
) -> Result<Option<submission::Model>> {
    use submission::{Column, Entity};
    scope
        .find::<Entity>()?
        .filter(Column::RiskAnalysisId.eq(analysis))
        .order(Expr::col(Column::CreatedAt.as_column_ref()), Order::Desc)
        .one()
        .await
}

/// The risks of an analysis, by number.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn risks(scope: &Scope, analysis: Uuid) -> Result<Vec<risk::Model>> {
    use risk::{Column, Entity};
    scope
        .find::<Entity>()?
        .filter(Column::RiskAnalysisId.eq(analysis))
        .order(Expr::col(Column::Number.as_column_ref()), Order::Asc)
        .all()
        .await
}

/// A risk and the analysis it stands in.
#[derive(Clone, Debug)]
pub struct AnalysedRisk {
    /// The risk.
    pub row: risk::Model,
    /// Its analysis.
    pub analysis: Analysis,
}

impl Resource for AnalysedRisk {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        let row = scope.get::<risk::Entity>(id).await?;
        let analysis = Analysis::load(scope, row.risk_analysis_id).await?;
        Ok(Self { row, analysis })
    }

    fn facts(&self) -> Facts {
        self.analysis.facts()
    }

    fn version(&self) -> Option<i32> {
        Some(self.row.version)
    }
}

/// A request to accept a risk, and the risk.
#[derive(Clone, Debug)]
pub struct AskedAcceptance {
    /// The request.
    pub row: risk_acceptance::Model,
    /// The risk.
    pub risk: AnalysedRisk,
}

impl Resource for AskedAcceptance {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        let row = scope.get::<risk_acceptance::Entity>(id).await?;
        let risk = AnalysedRisk::load(scope, row.risk_id).await?;
        Ok(Self { row, risk })
    }

    fn facts(&self) -> Facts {
        Facts {
            by: self.row.requested_by,
            ..self.risk.facts()
        }
    }

    fn version(&self) -> Option<i32> {
        Some(self.row.version)
    }
}
