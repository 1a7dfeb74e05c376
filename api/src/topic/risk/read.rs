//! Loading risk analyses, risks and acceptances for an action.

use entity::{risk, risk_acceptance, risk_analysis, risk_analysis_participant};
use sea_orm::ColumnTrait;
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
    /// Who handed it in last: that person does not review it.
    pub submitted_by: Option<Uuid>,
}

impl Resource for Analysis {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        let row = scope.get::<risk_analysis::Entity>(id).await?;
        let invited = scope
            .find::<risk_analysis_participant::Entity>()?
            .filter(risk_analysis_participant::Column::RiskAnalysisId.eq(id))
            .all()
            .await?;
        let mut participants: Vec<_> = invited.iter().map(|one| one.organisation_id).collect();
        participants.push(row.owner_id);
        let submission = current_submission(scope, id).await?;
        Ok(Self {
            row,
            participants,
            submitted_by: submission.and_then(|submission| submission.submitted_by),
        })
    }

    fn facts(&self) -> Facts {
        Facts {
            owner: Some(self.row.owner_id),
            customer: Some(self.row.customer_id),
            participants: self.participants.clone(),
            area: Some(self.row.service_area),
            by: self.submitted_by,
            ..Facts::default()
        }
    }

    fn version(&self) -> Option<i32> {
        Some(self.row.version)
    }
}

/// The submission that a risk analysis was last handed in with.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn current_submission(
    scope: &Scope,
    analysis: Uuid,
) -> Result<Option<entity::submission::Model>> {
    use entity::submission::{Column, Entity};
    scope
        .find::<Entity>()?
        .filter(Column::RiskAnalysisId.eq(analysis))
        .order(
            sea_orm::sea_query::Expr::col(Column::CreatedAt.as_column_ref()),
            sea_orm::Order::Desc,
        )
        .one()
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
