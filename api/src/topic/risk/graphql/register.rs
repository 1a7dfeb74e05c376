//! The risk register: lists of risks in the schema.

use std::collections::HashMap;

use async_graphql::{Context, Enum, InputObject, Object};
use entity::{RiskTreatment, ServiceArea, agreement, organisation, person, risk, risk_analysis};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};
use uuid::Uuid;

use super::{
    Risk,
    condition::{accepted_so, after_treatment, lacks_acceptance, open, remaining, stays_high},
};
use crate::{
    Error, Result,
    access::Scope,
    graphql::{
        filter::{among, contains, is, whether},
        key::Key,
        loaded::scope,
        page::{List, OrderDirection, Paging, Sort, list},
    },
    topic::risk::model::{AcceptanceStanding, RiskLevel},
};

/// By what risks are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum RiskOrderField {
    /// When it was added.
    #[default]
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
    /// Its score, as it is now.
    Score,
    /// Its score after treatment; as it is now while that is not assessed.
    RemainingScore,
    /// When it shall be looked at again; those without a date come after all dates.
    ReviewOn,
    /// Its title.
    Title,
}

/// In which order risks are listed.
#[derive(InputObject, Default)]
pub struct RiskOrder {
    /// What the list is ordered by.
    #[graphql(default)]
    field: RiskOrderField,
    /// In which direction.
    #[graphql(default)]
    direction: OrderDirection,
}

impl RiskOrder {
    fn sort(&self) -> Sort<risk::Entity> {
        let column = match self.field {
            RiskOrderField::RemainingScore => {
                return Sort::by(risk::Column::ResidualScore, self.direction)
                    .or(risk::Column::Score);
            }
            RiskOrderField::CreatedAt => risk::Column::CreatedAt,
            RiskOrderField::UpdatedAt => risk::Column::UpdatedAt,
            RiskOrderField::Score => risk::Column::Score,
            RiskOrderField::ReviewOn => risk::Column::ReviewOn,
            RiskOrderField::Title => risk::Column::Title,
        };
        Sort::by(column, self.direction)
    }
}

/// Scores from one to another, both included.
#[derive(InputObject)]
pub struct ScoreRange {
    /// The lowest; 1 when left out.
    from: Option<i32>,
    /// The highest; 25 when left out.
    to: Option<i32>,
}

impl ScoreRange {
    fn condition(&self, score: &SimpleExpr) -> Condition {
        Condition::all()
            .add_option(self.from.map(|from| score.clone().gte(from)))
            .add_option(self.to.map(|to| score.clone().lte(to)))
    }
}

/// Which risks are listed; all conditions given must hold. What is left out narrows nothing.
#[derive(InputObject, Default)]
pub struct RiskFilter {
    /// Of this level, as they are now.
    level: Option<Vec<RiskLevel>>,
    /// With a score in this range, as they are now.
    score: Option<ScoreRange>,
    /// Of this level after treatment; as they are now while that is not assessed.
    remaining_level: Option<Vec<RiskLevel>>,
    /// With a score in this range after treatment; as they are now while that is not assessed.
    remaining_score: Option<ScoreRange>,
    /// Of this likelihood, as they are now: 1 to 5.
    likelihood: Option<i32>,
    /// Of this impact, as they are now: 1 to 5.
    impact: Option<i32>,
    /// Of this likelihood after treatment; as they are now while that is not assessed.
    remaining_likelihood: Option<i32>,
    /// Of this impact after treatment; as they are now while that is not assessed.
    remaining_impact: Option<i32>,
    /// With one of these treatments.
    treatment: Option<Vec<RiskTreatment>>,
    /// In this analysis.
    risk_analysis_id: Option<Key<risk_analysis::Entity>>,
    /// In analyses for this customer.
    customer_id: Option<Key<organisation::Entity>>,
    /// In analyses under an agreement with this supplier.
    supplier_id: Option<Key<organisation::Entity>>,
    /// In analyses of one of these service areas.
    service_area: Option<Vec<ServiceArea>>,
    /// For which this person answers.
    owner_id: Option<Key<person::Entity>>,
    /// Whose title contains this text, whatever its case.
    title_contains: Option<String>,
    /// True for those that are open, false for those that are closed.
    open: Option<bool>,
    /// Whether they are open and their date of review has passed.
    review_overdue: Option<bool>,
    /// With an acceptance in one of these states today. EXPIRED and DECLINED find risks only
    /// while no other acceptance holds.
    acceptance: Option<Vec<AcceptanceStanding>>,
    /// Whether they are open, stay HIGH or CRITICAL after treatment, and no acceptance holds today.
    needs_acceptance: Option<bool>,
}

impl RiskFilter {
    fn condition(mut self, scope: &Scope) -> Result<Condition> {
        use risk::Column;
        let today = scope.today();
        let analyses = self.analyses(scope)?;
        let accepted = self
            .acceptance
            .map(|wanted| accepted_so(scope, &wanted))
            .transpose()?;
        let lacking = lacks_acceptance(scope)?;
        let overdue = open()
            .add(Column::ReviewOn.is_not_null())
            .add(Column::ReviewOn.lt(today));
        let (now, remaining) = (Expr::col(Column::Score.as_column_ref()), remaining());
        let of_level = |score: &SimpleExpr, levels: Vec<RiskLevel>| {
            score
                .clone()
                .is_in(levels.into_iter().flat_map(RiskLevel::scores))
        };
        Ok(Condition::all()
            .add_option(self.level.map(|levels| of_level(&now, levels)))
            .add_option(self.score.map(|range| range.condition(&now)))
            .add_option(
                self.remaining_level
                    .map(|levels| of_level(&remaining, levels)),
            )
            .add_option(
                self.remaining_score
                    .map(|range| range.condition(&remaining)),
            )
            .add_option(self.likelihood.map(|wanted| Column::Likelihood.eq(wanted)))
            .add_option(self.impact.map(|wanted| Column::Impact.eq(wanted)))
            .add_option(self.remaining_likelihood.map(|wanted| {
                after_treatment(Column::ResidualLikelihood, Column::Likelihood).eq(wanted)
            }))
            .add_option(
                self.remaining_impact.map(|wanted| {
                    after_treatment(Column::ResidualImpact, Column::Impact).eq(wanted)
                }),
            )
            .add_option(among(Column::Treatment, self.treatment))
            .add_option(is(Column::RiskAnalysisId, self.risk_analysis_id))
            .add_option(analyses)
            .add_option(is(Column::OwnerId, self.owner_id))
            .add_option(contains(Column::Title, self.title_contains))
            .add_option(whether(self.open, open()))
            .add_option(whether(self.review_overdue, overdue))
            .add_option(accepted)
            .add_option(whether(self.needs_acceptance, lacking)))
    }

    /// The condition on the analyses in which they stand, if one is given.
    fn analyses(&mut self, scope: &Scope) -> Result<Option<SimpleExpr>> {
        use risk_analysis::Column;
        let agreements = self.supplier_id.take().map(|supplier| {
            let with = agreement::Column::SupplierId.eq(supplier.id);
            let agreements = scope.find::<agreement::Entity>()?.filter(with);
            Ok::<_, Error>(Column::AgreementId.in_subquery(agreements.ids()))
        });
        let wanted = Condition::all()
            .add_option(agreements.transpose()?)
            .add_option(is(Column::CustomerId, self.customer_id.take()))
            .add_option(among(Column::ServiceArea, self.service_area.take()));
        if wanted.is_empty() {
            return Ok(None);
        }
        let analyses = scope.find::<risk_analysis::Entity>()?.filter(wanted).ids();
        Ok(Some(risk::Column::RiskAnalysisId.in_subquery(analyses)))
    }
}

/// How many open risks stay HIGH or CRITICAL after treatment, by the supplier under whose agreement they were analysed.
///
/// # Errors
/// `Forbidden` when the actor may not read of risks.
pub async fn high_risks_by_supplier(scope: &Scope) -> Result<HashMap<Uuid, i32>> {
    let high = scope.find::<risk::Entity>()?.filter(stays_high());
    let by_analysis = high.count_by(risk::Column::RiskAnalysisId).await?;
    let analyses = scope
        .find::<risk_analysis::Entity>()?
        .filter(risk_analysis::Column::Id.is_in(by_analysis.iter().map(|(id, _)| *id)))
        .all()
        .await?;
    let agreements = scope.find::<agreement::Entity>()?.all().await?;
    let suppliers: HashMap<_, _> = agreements
        .iter()
        .map(|row| (row.id, row.supplier_id))
        .collect();
    let agreement_of: HashMap<_, _> = analyses
        .iter()
        .map(|row| (row.id, row.agreement_id))
        .collect();
    let mut counts = HashMap::new();
    for (analysis, count) in by_analysis {
        let supplier = agreement_of.get(&analysis).and_then(|id| suppliers.get(id));
        if let Some(supplier) = supplier {
            *counts.entry(*supplier).or_default() += i32::try_from(count).unwrap_or(i32::MAX);
        }
    }
    Ok(counts)
}

/// Queries of risks.
#[derive(Default)]
pub(super) struct RiskQueries;

#[Object]
impl RiskQueries {
    /// The risk register: the risks of all analyses in which the own organisation takes part.
    async fn risks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when left out.")] filter: Option<RiskFilter>,
        #[graphql(desc = "In which order; oldest first when left out.")] order: Option<RiskOrder>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Risk>> {
        let condition = filter.unwrap_or_default().condition(&*scope(ctx).await?)?;
        list(
            ctx,
            condition,
            order.unwrap_or_default().sort(),
            Paging::new(first, after),
        )
        .await
    }
}
