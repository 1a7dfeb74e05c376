//! Risks in the schema.

use async_graphql::{
    ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use entity::{AcceptanceState, RiskTreatment, person, risk, risk_acceptance, risk_analysis};

use super::{RiskAcceptance, RiskAnalysis, acceptance::standing};
use crate::{
    Result,
    access::action::{AddRisk, CloseRisk, UpdateRisk},
    graphql::{
        key::{self, Key},
        loaded::{Loaded, alone, scope, session},
        page::{List, Paging},
        scalar::{Date, DateTime},
    },
    topic::{
        event::graphql::{Event, history},
        organisation::graphql::Person,
        risk::{
            model::{AcceptanceStanding, RiskLevel, acceptable, remaining_score, review_overdue},
            write::risk as write,
        },
    },
};

/// A risk in an analysis, as it is now and as it will be after treatment. Scores are likelihood × impact,
/// from 1 to 25: LOW up to 4, MODERATE from 5, HIGH from 10, CRITICAL from 15.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Risk {
    /// Identifies the risk.
    pub id: ID,
    /// Its number within the analysis, from 1.
    number: i32,
    /// What may happen.
    title: String,
    /// How, and with which consequence. Null when nobody has said.
    description: Option<String>,
    /// How likely it is now: 1 (rare) to 5 (almost certain).
    likelihood: i32,
    /// How bad it would be now: 1 (negligible) to 5 (disastrous).
    impact: i32,
    /// Likelihood × impact, as it is now.
    score: i32,
    /// How serious it is as it is now, by its score.
    level: RiskLevel,
    /// What is done about it.
    treatment: RiskTreatment,
    /// How it is treated. Null when nobody has said.
    treatment_plan: Option<String>,
    /// Likelihood after treatment, 1 to 5. Null while not assessed.
    residual_likelihood: Option<i32>,
    /// Impact after treatment, 1 to 5. Null while not assessed.
    residual_impact: Option<i32>,
    /// Residual likelihood × residual impact. Null while not assessed.
    residual_score: Option<i32>,
    /// How serious it is after treatment, by its residual score. Null while not assessed.
    residual_level: Option<RiskLevel>,
    /// The score that counts when one asks what is left: after treatment if that is assessed, otherwise
    /// as it is now.
    remaining_score: i32,
    /// How serious it is by its remaining score: a risk that stays HIGH or CRITICAL needs acceptance.
    remaining_level: RiskLevel,
    /// When it shall be looked at again. Null when no date is set.
    review_on: Option<Date>,
    /// When it was closed, because it no longer exists. Null while it is open.
    closed_at: Option<DateTime>,
    /// When it was added.
    created_at: DateTime,
    /// When it was last changed.
    updated_at: DateTime,
    /// Counts its changes; pass it as `expectedVersion` when changing it.
    version: i32,
    #[graphql(skip)]
    row: Loaded<risk::Entity>,
}

impl From<Loaded<risk::Entity>> for Risk {
    fn from(row: Loaded<risk::Entity>) -> Self {
        let remaining = remaining_score(&row);
        Self {
            id: key::id::<risk::Entity>(row.id),
            number: row.number,
            title: row.title.clone(),
            description: row.description.clone(),
            likelihood: row.likelihood,
            impact: row.impact,
            score: row.score,
            level: RiskLevel::of(row.score),
            treatment: row.treatment,
            treatment_plan: row.treatment_plan.clone(),
            residual_likelihood: row.residual_likelihood,
            residual_impact: row.residual_impact,
            residual_score: row.residual_score,
            residual_level: row.residual_score.map(RiskLevel::of),
            remaining_score: remaining,
            remaining_level: RiskLevel::of(remaining),
            review_on: row.review_on.map(Date),
            closed_at: row.closed_at.map(DateTime),
            created_at: DateTime(row.created_at),
            updated_at: DateTime(row.updated_at),
            version: row.version,
            row,
        }
    }
}

#[ComplexObject]
impl Risk {
    /// Whether it is open and its date of review has passed.
    async fn review_overdue(&self, ctx: &Context<'_>) -> Result<bool> {
        let today = scope(ctx).await?.today();
        Ok(self.closed_at.is_none() && review_overdue(self.row.review_on, today))
    }

    /// Whether it is open, stays HIGH or CRITICAL after treatment, and no acceptance holds today.
    async fn needs_acceptance(&self, ctx: &Context<'_>) -> Result<bool> {
        if acceptable(&self.row).is_err() {
            return Ok(false);
        }
        let today = scope(ctx).await?.today();
        let rows = self.acceptance_rows(ctx).await?;
        Ok(!rows
            .iter()
            .any(|row| standing(row, today) == AcceptanceStanding::Accepted))
    }

    /// The analysis it stands in.
    async fn risk_analysis(&self, ctx: &Context<'_>) -> Result<RiskAnalysis> {
        self.row.required(ctx, risk::Column::RiskAnalysisId).await
    }

    /// Who answers for it. Null when nobody does yet, or somebody whom you do not see.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, risk::Column::OwnerId).await
    }

    /// Who added it. Null when an integration did, or somebody whom you do not see.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, risk::Column::CreatedBy).await
    }

    /// Every time that its acceptance was asked for, oldest first.
    async fn acceptances(&self, ctx: &Context<'_>) -> Result<Vec<RiskAcceptance>> {
        let rows = self.acceptance_rows(ctx).await?;
        Ok(rows.into_iter().map(RiskAcceptance::from).collect())
    }

    /// The latest acceptance that was not declined: asked for, in force or expired. Null when there is
    /// none.
    async fn current_acceptance(&self, ctx: &Context<'_>) -> Result<Option<RiskAcceptance>> {
        let mut rows = self.acceptance_rows(ctx).await?;
        rows.retain(|row| row.state != AcceptanceState::Declined);
        Ok(rows.pop().map(RiskAcceptance::from))
    }

    /// What happened to it, latest first; its acceptances have histories of their own.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Event>> {
        history(ctx, &self.row, Paging::new(first, after)).await
    }
}

impl Risk {
    async fn acceptance_rows(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Vec<Loaded<risk_acceptance::Entity>>> {
        use risk_acceptance::Column;
        self.row.all(ctx, Column::RiskId, Column::RequestedAt).await
    }
}

/// A new risk. Its scores and levels follow from likelihood and impact. What is left out stays empty.
#[derive(InputObject)]
pub struct AddRiskInput {
    /// The analysis that it is added to.
    risk_analysis_id: Key<risk_analysis::Entity>,
    /// What may happen: up to 200 characters.
    title: String,
    /// How, and with which consequence: up to 10 000 characters.
    description: Option<String>,
    /// How likely it is now: 1 (rare) to 5 (almost certain).
    likelihood: i32,
    /// How bad it would be now: 1 (negligible) to 5 (disastrous).
    impact: i32,
    /// What is done about it.
    treatment: RiskTreatment,
    /// How it is treated: up to 10 000 characters.
    treatment_plan: Option<String>,
    /// Likelihood after treatment, 1 to 5; together with `residualImpact`.
    residual_likelihood: Option<i32>,
    /// Impact after treatment, 1 to 5; together with `residualLikelihood`.
    residual_impact: Option<i32>,
    /// Who answers for it: an active person of an organisation that takes part.
    owner_id: Option<Key<person::Entity>>,
    /// When it shall be looked at again.
    review_on: Option<Date>,
}

impl AddRiskInput {
    fn fill(self, row: &mut risk::Model) {
        row.title = self.title;
        row.description = self.description;
        row.likelihood = self.likelihood;
        row.impact = self.impact;
        row.treatment_plan = self.treatment_plan;
        row.residual_likelihood = self.residual_likelihood;
        row.residual_impact = self.residual_impact;
        row.owner_id = self.owner_id.map(|owner| owner.id);
        row.review_on = self.review_on.map(|day| day.0);
    }
}

/// A change of a risk. What is left out stays; null empties what may be empty, and leaves the rest.
#[derive(InputObject)]
pub struct UpdateRiskInput {
    /// Which risk.
    id: Key<risk::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// What may happen.
    title: Option<String>,
    /// How, and with which consequence.
    description: MaybeUndefined<String>,
    /// How likely it is now: 1 (rare) to 5 (almost certain).
    likelihood: Option<i32>,
    /// How bad it would be now: 1 (negligible) to 5 (disastrous).
    impact: Option<i32>,
    /// What is done about it.
    treatment: Option<RiskTreatment>,
    /// How it is treated.
    treatment_plan: MaybeUndefined<String>,
    /// Likelihood after treatment, 1 to 5; with an impact, or both null.
    residual_likelihood: MaybeUndefined<i32>,
    /// Impact after treatment, 1 to 5; with a likelihood, or both null.
    residual_impact: MaybeUndefined<i32>,
    /// Who answers for it: an active person of an organisation that takes part.
    owner_id: MaybeUndefined<Key<person::Entity>>,
    /// When it shall be looked at again.
    review_on: MaybeUndefined<Date>,
}

impl UpdateRiskInput {
    fn fill(self, row: &mut risk::Model) {
        if let Some(title) = self.title {
            row.title = title;
        }
        row.likelihood = self.likelihood.unwrap_or(row.likelihood);
        row.impact = self.impact.unwrap_or(row.impact);
        row.treatment = self.treatment.unwrap_or(row.treatment);
        self.description.update_to(&mut row.description);
        self.treatment_plan.update_to(&mut row.treatment_plan);
        self.residual_likelihood
            .update_to(&mut row.residual_likelihood);
        self.residual_impact.update_to(&mut row.residual_impact);
        self.owner_id
            .map_value(|owner| owner.id)
            .update_to(&mut row.owner_id);
        self.review_on
            .map_value(|day| day.0)
            .update_to(&mut row.review_on);
    }
}

/// Which risk to close.
#[derive(InputObject)]
pub struct CloseRiskInput {
    /// Which risk.
    id: Key<risk::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
}

/// Mutations of risks.
#[derive(Default)]
pub(super) struct RiskMutations;

#[Object]
impl RiskMutations {
    /// Adds a risk to an analysis that is DRAFT or RETURNED.
    async fn add_risk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new risk.")] input: AddRiskInput,
    ) -> Result<Risk> {
        let permit = session(ctx)?
            .permit::<AddRisk>(input.risk_analysis_id.id, None)
            .await?;
        let row = write::add(permit, input.treatment, |row| input.fill(row)).await?;
        Ok(alone(row).into())
    }

    /// Changes a risk of an analysis that is DRAFT or RETURNED. An acceptance keeps the risk as it stood
    /// when it was decided, and tells that it is outdated.
    async fn update_risk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateRiskInput,
    ) -> Result<Risk> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<UpdateRisk>(input.id.id, expected)
            .await?;
        let row = write::update(permit, |row| input.fill(row)).await?;
        Ok(alone(row).into())
    }

    /// Closes a risk that no longer exists, in an analysis that is DRAFT or RETURNED.
    async fn close_risk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: CloseRiskInput,
    ) -> Result<Risk> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<CloseRisk>(input.id.id, expected)
            .await?;
        Ok(alone(write::close(permit).await?).into())
    }
}
