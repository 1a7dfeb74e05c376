//! Risk analyses, risks and acceptances in the schema.

use std::collections::HashMap;

use async_graphql::{
    ComplexObject, Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    AcceptanceState, ReviewState, RiskTreatment, ServiceArea, agreement, comment, organisation,
    person, risk, risk_acceptance, risk_analysis, risk_analysis_participant, submission,
};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};

use super::{
    model::{
        AcceptanceStanding, HIGH_FROM, RiskLevel, acceptable, remaining_score, review_overdue,
    },
    write,
};
use crate::{
    Error, Result,
    access::{
        Scope,
        action::{
            AcceptRisk, AddRisk, ApproveRiskAnalysis, CloseRisk, CreateRiskAnalysis, DeclineRisk,
            RequestRiskAcceptance, ReturnRiskAnalysis, ReviseRiskAnalysis, ShareRiskAnalysis,
            SubmitRiskAnalysis, UpdateRisk, UpdateRiskAnalysis,
        },
    },
    graphql::{
        contains,
        key::{self, Key},
        loaded::{Loaded, alone, scope, session},
        page::{List, OrderDirection, Paging, Sort, cost, list},
    },
    topic::{
        agreement::graphql::Agreement,
        comment::graphql::Comment,
        event::graphql::{Event, history},
        organisation::graphql::{Organisation, Person},
        submission::{
            content::RiskContent,
            graphql::{RiskSnapshot, Submission},
        },
    },
};

/// A risk and vulnerability analysis that a customer and its suppliers work out together. It is its
/// owner's alone until it is shared or handed in; those who take part see it as it stands, drafts
/// included. What was handed in is kept with its submissions.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct RiskAnalysis {
    /// Identifies the analysis.
    pub id: ID,
    /// What people call it.
    title: String,
    /// What is analysed and how. Null when nobody has said.
    description: Option<String>,
    /// Where it stands: the state of its latest submission, DRAFT before the first. It and its risks can
    /// be changed while it is DRAFT or RETURNED.
    state: ReviewState,
    /// The service area of the agreement.
    service_area: ServiceArea,
    /// When it shall be looked at again. Null when no date is set.
    review_on: Option<NaiveDate>,
    /// When it was begun.
    created_at: DateTime<Utc>,
    /// When it was last changed; its risks tell of themselves.
    updated_at: DateTime<Utc>,
    /// Counts its changes; pass it as `expectedVersion` when changing it.
    version: i32,
    #[graphql(skip)]
    row: Loaded<risk_analysis::Entity>,
}

impl From<Loaded<risk_analysis::Entity>> for RiskAnalysis {
    fn from(row: Loaded<risk_analysis::Entity>) -> Self {
        Self {
            id: key::id::<risk_analysis::Entity>(row.id),
            title: row.title.clone(),
            description: row.description.clone(),
            state: row.state,
            service_area: row.service_area,
            review_on: row.review_on,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
            row,
        }
    }
}

#[ComplexObject]
impl RiskAnalysis {
    /// Whether its date of review has passed.
    async fn review_overdue(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(review_overdue(self.review_on, scope(ctx).await?.today()))
    }

    /// The agreement under which it is handed in. Null for a supplier that takes part in it without
    /// being a party of that agreement.
    async fn agreement(&self, ctx: &Context<'_>) -> Result<Option<Agreement>> {
        let agreement = risk_analysis::Column::AgreementId;
        let row = self.row.one::<agreement::Entity>(ctx, agreement).await?;
        Ok(row.map(Agreement::from))
    }

    /// The customer, who reviews it.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Organisation> {
        let customer = risk_analysis::Column::CustomerId;
        let row = self
            .row
            .required::<organisation::Entity>(ctx, customer)
            .await?;
        Ok(row.into())
    }

    /// The organisation that began it.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Organisation> {
        let owner = risk_analysis::Column::OwnerId;
        let row = self
            .row
            .required::<organisation::Entity>(ctx, owner)
            .await?;
        Ok(row.into())
    }

    /// Who began it. Null when an integration did, or somebody whom you do not see.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let row = self
            .row
            .one::<person::Entity>(ctx, risk_analysis::Column::CreatedBy)
            .await?;
        Ok(row.map(Person::from))
    }

    /// The organisations that take part, its owner first.
    async fn participants(&self, ctx: &Context<'_>) -> Result<Vec<RiskAnalysisParticipant>> {
        use risk_analysis_participant::{Column, Entity};
        let mut rows = self
            .row
            .all::<Entity>(ctx, Column::RiskAnalysisId, Column::AddedAt)
            .await?;
        rows.sort_by_key(|row| row.organisation_id != self.row.owner_id);
        Ok(rows
            .into_iter()
            .map(RiskAnalysisParticipant::from)
            .collect())
    }

    /// Its risks by number, closed ones included.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn risks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when not said.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor.")] after: Option<String>,
    ) -> Result<List<Risk>> {
        let sort = Sort::by(risk::Column::Number, OrderDirection::Asc);
        let analysis = risk::Column::RiskAnalysisId;
        self.row
            .page(
                ctx,
                analysis,
                Condition::all(),
                sort,
                Paging::new(first, after),
            )
            .await
    }

    /// How many open risks stay HIGH or CRITICAL after treatment, accepted ones included.
    async fn high_risk_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let scope = scope(ctx).await?;
        let counts = self
            .row
            .for_all(
                "high risks".to_owned(),
                async |rows: &[risk_analysis::Model]| {
                    let counts = scope
                        .find::<risk::Entity>()?
                        .filter(risk::Column::RiskAnalysisId.is_in(rows.iter().map(|row| row.id)))
                        .filter(stays_high())
                        .count_by(risk::Column::RiskAnalysisId)
                        .await?;
                    Ok(counts.into_iter().collect::<HashMap<_, _>>())
                },
            )
            .await?;
        Ok(counts.get(&self.row.id).copied().unwrap_or(0))
    }

    /// Its submissions, latest first: each keeps what was handed in as it then stood.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn submissions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when not said.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor.")] after: Option<String>,
    ) -> Result<List<Submission>> {
        let sort = Sort::by(submission::Column::CreatedAt, OrderDirection::Desc);
        let analysis = submission::Column::RiskAnalysisId;
        self.row
            .page(
                ctx,
                analysis,
                Condition::all(),
                sort,
                Paging::new(first, after),
            )
            .await
    }

    /// Remarks in conversation, oldest first.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn comments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when not said.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor.")] after: Option<String>,
    ) -> Result<List<Comment>> {
        let sort = Sort::by(comment::Column::CreatedAt, OrderDirection::Asc);
        let analysis = comment::Column::RiskAnalysisId;
        self.row
            .page(
                ctx,
                analysis,
                Condition::all(),
                sort,
                Paging::new(first, after),
            )
            .await
    }

    /// What happened to it, latest first; its risks, acceptances and submissions have histories of their own.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when not said.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor.")] after: Option<String>,
    ) -> Result<List<Event>> {
        history(ctx, &self.row, Paging::new(first, after)).await
    }
}

/// An organisation that takes part in a risk analysis, and sees it from then on.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct RiskAnalysisParticipant {
    /// Since when it takes part.
    added_at: DateTime<Utc>,
    #[graphql(skip)]
    row: Loaded<risk_analysis_participant::Entity>,
}

impl From<Loaded<risk_analysis_participant::Entity>> for RiskAnalysisParticipant {
    fn from(row: Loaded<risk_analysis_participant::Entity>) -> Self {
        Self {
            added_at: row.added_at,
            row,
        }
    }
}

#[ComplexObject]
impl RiskAnalysisParticipant {
    /// The organisation.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        let organisation = risk_analysis_participant::Column::OrganisationId;
        let row = self
            .row
            .required::<organisation::Entity>(ctx, organisation)
            .await?;
        Ok(row.into())
    }

    /// Who began the analysis, shared it or handed it in, and thereby made the organisation take part.
    /// Null when an integration did, or somebody whom you do not see.
    async fn added_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let person = risk_analysis_participant::Column::AddedBy;
        let row = self.row.one::<person::Entity>(ctx, person).await?;
        Ok(row.map(Person::from))
    }
}

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
    /// How high that is.
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
    /// How high that is. Null while not assessed.
    residual_level: Option<RiskLevel>,
    /// The score that counts when one asks what is left: after treatment if that is assessed, otherwise
    /// as it is now.
    remaining_score: i32,
    /// How high that is: a risk that stays HIGH or CRITICAL needs acceptance.
    remaining_level: RiskLevel,
    /// When it shall be looked at again. Null when no date is set.
    review_on: Option<NaiveDate>,
    /// When it was closed, because it no longer exists. Null while it is open.
    closed_at: Option<DateTime<Utc>>,
    /// When it was added.
    created_at: DateTime<Utc>,
    /// When it was last changed.
    updated_at: DateTime<Utc>,
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
            review_on: row.review_on,
            closed_at: row.closed_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
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
        Ok(self.closed_at.is_none() && review_overdue(self.review_on, today))
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
        let analysis = risk::Column::RiskAnalysisId;
        let row = self
            .row
            .required::<risk_analysis::Entity>(ctx, analysis)
            .await?;
        Ok(row.into())
    }

    /// Who answers for it. Null when nobody does yet, or somebody whom you do not see.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let row = self
            .row
            .one::<person::Entity>(ctx, risk::Column::OwnerId)
            .await?;
        Ok(row.map(Person::from))
    }

    /// Who added it. Null when an integration did, or somebody whom you do not see.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let row = self
            .row
            .one::<person::Entity>(ctx, risk::Column::CreatedBy)
            .await?;
        Ok(row.map(Person::from))
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
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when not said.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor.")] after: Option<String>,
    ) -> Result<List<Event>> {
        history(ctx, &self.row, Paging::new(first, after)).await
    }
}

impl Risk {
    async fn acceptance_rows(
        &self,
        ctx: &Context<'_>,
    ) -> Result<Vec<Loaded<risk_acceptance::Entity>>> {
        use risk_acceptance::{Column, Entity};
        self.row
            .all::<Entity>(ctx, Column::RiskId, Column::RequestedAt)
            .await
    }
}

fn standing(row: &risk_acceptance::Model, today: NaiveDate) -> AcceptanceStanding {
    AcceptanceStanding::on(today, row.state, row.accepted_until)
}

/// A request that the customer accept a risk which stays high, and what its IT manager decided: until
/// when, why, and the risk as it then stood.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct RiskAcceptance {
    /// Identifies the acceptance.
    pub id: ID,
    /// Why the risk should be accepted.
    justification: String,
    /// The last day of acceptance that was asked for.
    proposed_until: NaiveDate,
    /// When it was asked for.
    requested_at: DateTime<Utc>,
    /// The last day of the acceptance. Null while it waits for decision, and when it was declined.
    accepted_until: Option<NaiveDate>,
    /// When it was decided. Null while it waits for decision.
    decided_at: Option<DateTime<Utc>>,
    /// What was said with the decision. Null while it waits for decision, and when nothing was said.
    decision_note: Option<String>,
    /// Counts its changes; pass it as `expectedVersion` when deciding on it.
    version: i32,
    #[graphql(skip)]
    row: Loaded<risk_acceptance::Entity>,
}

impl From<Loaded<risk_acceptance::Entity>> for RiskAcceptance {
    fn from(row: Loaded<risk_acceptance::Entity>) -> Self {
        Self {
            id: key::id::<risk_acceptance::Entity>(row.id),
            justification: row.justification.clone(),
            proposed_until: row.proposed_until,
            requested_at: row.requested_at,
            accepted_until: row.accepted_until,
            decided_at: row.decided_at,
            decision_note: row.decision_note.clone(),
            version: row.version,
            row,
        }
    }
}

#[ComplexObject]
impl RiskAcceptance {
    /// Where it stands today.
    async fn standing(&self, ctx: &Context<'_>) -> Result<AcceptanceStanding> {
        Ok(standing(&self.row, scope(ctx).await?.today()))
    }

    /// The risk as it stood when it was decided; while that waits, as it stood when it was asked for.
    async fn risk_as_it_stood(&self) -> Result<RiskSnapshot> {
        let content: RiskContent =
            serde_json::from_value(self.row.risk_as_it_stood.clone()).map_err(Error::internal)?;
        Ok(content.into())
    }

    /// Whether the risk has been changed or closed since it stood so.
    async fn outdated(&self, ctx: &Context<'_>) -> Result<bool> {
        let risk = self
            .row
            .required::<risk::Entity>(ctx, risk_acceptance::Column::RiskId)
            .await?;
        Ok(risk.version != self.row.risk_version)
    }

    /// The risk as it is now.
    async fn risk(&self, ctx: &Context<'_>) -> Result<Risk> {
        let row = self
            .row
            .required::<risk::Entity>(ctx, risk_acceptance::Column::RiskId)
            .await?;
        Ok(row.into())
    }

    /// The analysis in which the risk stands.
    async fn risk_analysis(&self, ctx: &Context<'_>) -> Result<RiskAnalysis> {
        let analysis = risk_acceptance::Column::RiskAnalysisId;
        let row = self
            .row
            .required::<risk_analysis::Entity>(ctx, analysis)
            .await?;
        Ok(row.into())
    }

    /// Who asked for it. Null when an integration did, or somebody whom you do not see.
    async fn requested_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let person = risk_acceptance::Column::RequestedBy;
        let row = self.row.one::<person::Entity>(ctx, person).await?;
        Ok(row.map(Person::from))
    }

    /// The organisation that asked for it.
    async fn requested_for(&self, ctx: &Context<'_>) -> Result<Organisation> {
        let organisation = risk_acceptance::Column::RequestedOrganisationId;
        let row = self
            .row
            .required::<organisation::Entity>(ctx, organisation)
            .await?;
        Ok(row.into())
    }

    /// Who decided on it. Null while it waits for decision, and when you do not see that person.
    async fn decided_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let row = self
            .row
            .one::<person::Entity>(ctx, risk_acceptance::Column::DecidedBy)
            .await?;
        Ok(row.map(Person::from))
    }

    /// What happened to it, latest first.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when not said.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor.")] after: Option<String>,
    ) -> Result<List<Event>> {
        history(ctx, &self.row, Paging::new(first, after)).await
    }
}

/// By what risk analyses are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum RiskAnalysisOrderField {
    /// When it was begun.
    #[default]
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
    /// When it shall be looked at again; those without a date come after all dates.
    ReviewOn,
    /// Its title.
    Title,
}

/// In which order risk analyses are listed.
#[derive(InputObject, Default)]
pub struct RiskAnalysisOrder {
    /// By what.
    #[graphql(default)]
    field: RiskAnalysisOrderField,
    /// In which direction.
    #[graphql(default)]
    direction: OrderDirection,
}

impl RiskAnalysisOrder {
    fn sort(&self) -> Sort<risk_analysis::Entity> {
        let column = match self.field {
            RiskAnalysisOrderField::CreatedAt => risk_analysis::Column::CreatedAt,
            RiskAnalysisOrderField::UpdatedAt => risk_analysis::Column::UpdatedAt,
            RiskAnalysisOrderField::ReviewOn => risk_analysis::Column::ReviewOn,
            RiskAnalysisOrderField::Title => risk_analysis::Column::Title,
        };
        Sort::by(column, self.direction)
    }
}

/// Which risk analyses are listed; all conditions given must hold.
#[derive(InputObject, Default)]
pub struct RiskAnalysisFilter {
    /// In one of these states.
    state: Option<Vec<ReviewState>>,
    /// Under this agreement.
    agreement_id: Option<Key<agreement::Entity>>,
    /// For this customer.
    customer_id: Option<Key<organisation::Entity>>,
    /// Begun by this organisation.
    owner_id: Option<Key<organisation::Entity>>,
    /// In one of these service areas.
    service_area: Option<Vec<ServiceArea>>,
    /// Whose title contains this text, whatever its case.
    title_contains: Option<String>,
    /// Whether their date of review has passed.
    review_overdue: Option<bool>,
}

impl RiskAnalysisFilter {
    fn condition(self, today: NaiveDate) -> Condition {
        use risk_analysis::Column;
        let overdue = Condition::all()
            .add(Column::ReviewOn.is_not_null())
            .add(Column::ReviewOn.lt(today));
        Condition::all()
            .add_option(self.state.map(|states| Column::State.is_in(states)))
            .add_option(
                self.agreement_id
                    .map(|agreement| Column::AgreementId.eq(agreement.id)),
            )
            .add_option(
                self.customer_id
                    .map(|customer| Column::CustomerId.eq(customer.id)),
            )
            .add_option(self.owner_id.map(|owner| Column::OwnerId.eq(owner.id)))
            .add_option(
                self.service_area
                    .map(|areas| Column::ServiceArea.is_in(areas)),
            )
            .add_option(
                self.title_contains
                    .map(|text| contains(Column::Title, &text)),
            )
            .add_option(self.review_overdue.map(|wanted| whether(wanted, overdue)))
    }
}

/// The condition, or its opposite.
fn whether(wanted: bool, condition: Condition) -> Condition {
    if wanted { condition } else { condition.not() }
}

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
    /// By what.
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
    /// The lowest; 1 when not said.
    from: Option<i32>,
    /// The highest; 25 when not said.
    to: Option<i32>,
}

impl ScoreRange {
    fn condition(&self, score: &SimpleExpr) -> Condition {
        Condition::all()
            .add_option(self.from.map(|from| score.clone().gte(from)))
            .add_option(self.to.map(|to| score.clone().lte(to)))
    }
}

/// Which risks are listed; all conditions given must hold.
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
    /// With one of these treatments.
    treatment: Option<Vec<RiskTreatment>>,
    /// In this analysis.
    risk_analysis_id: Option<Key<risk_analysis::Entity>>,
    /// In analyses for this customer.
    customer_id: Option<Key<organisation::Entity>>,
    /// In analyses of one of these service areas.
    service_area: Option<Vec<ServiceArea>>,
    /// For which this person answers.
    owner_id: Option<Key<person::Entity>>,
    /// Whose title contains this text, whatever its case.
    title_contains: Option<String>,
    /// Whether they are closed; both when not said.
    closed: Option<bool>,
    /// Whether they are open and their date of review has passed.
    review_overdue: Option<bool>,
    /// With an acceptance that stands in one of these ways today. EXPIRED and DECLINED find risks only
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
        let lacking = self
            .needs_acceptance
            .map(|wanted| Ok::<_, Error>(whether(wanted, lacks_acceptance(scope)?)))
            .transpose()?;
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
            .add_option(
                self.treatment
                    .map(|treatments| Column::Treatment.is_in(treatments)),
            )
            .add_option(
                self.risk_analysis_id
                    .map(|analysis| Column::RiskAnalysisId.eq(analysis.id)),
            )
            .add_option(analyses)
            .add_option(self.owner_id.map(|owner| Column::OwnerId.eq(owner.id)))
            .add_option(
                self.title_contains
                    .map(|text| contains(Column::Title, &text)),
            )
            .add_option(self.closed.map(|closed| whether(!closed, open())))
            .add_option(self.review_overdue.map(|wanted| whether(wanted, overdue)))
            .add_option(accepted)
            .add_option(lacking))
    }

    /// The condition on the analyses in which they stand, if one is given.
    fn analyses(&mut self, scope: &Scope) -> Result<Option<SimpleExpr>> {
        use risk_analysis::Column;
        let wanted = Condition::all()
            .add_option(
                self.customer_id
                    .take()
                    .map(|customer| Column::CustomerId.eq(customer.id)),
            )
            .add_option(
                self.service_area
                    .take()
                    .map(|areas| Column::ServiceArea.is_in(areas)),
            );
        if wanted.is_empty() {
            return Ok(None);
        }
        let analyses = scope.find::<risk_analysis::Entity>()?.filter(wanted).ids();
        Ok(Some(risk::Column::RiskAnalysisId.in_subquery(analyses)))
    }
}

/// The score that is left after treatment: [`remaining_score`] in SQL.
fn remaining() -> SimpleExpr {
    let now = Expr::col(risk::Column::Score.as_column_ref());
    Expr::col(risk::Column::ResidualScore.as_column_ref()).if_null(now)
}

fn open() -> Condition {
    Condition::all().add(risk::Column::ClosedAt.is_null())
}

/// The condition that a risk can be accepted: [`acceptable`] in SQL.
fn stays_high() -> Condition {
    open().add(remaining().gte(HIGH_FROM))
}

/// The condition that a risk should be accepted and no acceptance holds today.
fn lacks_acceptance(scope: &Scope) -> Result<Condition> {
    Ok(stays_high().add(accepted_so(scope, &[AcceptanceStanding::Accepted])?.not()))
}

/// The condition that a risk has an acceptance which stands in one of these ways today.
fn accepted_so(scope: &Scope, wanted: &[AcceptanceStanding]) -> Result<Condition> {
    use AcceptanceStanding::{Accepted, Declined, Expired, Requested};
    let has = |standing| -> Result<Condition> {
        let acceptances = scope.find::<risk_acceptance::Entity>()?;
        let risks = acceptances
            .filter(stands(standing, scope.today()))
            .column(risk_acceptance::Column::RiskId);
        Ok(Condition::all().add(risk::Column::Id.in_subquery(risks)))
    };
    wanted
        .iter()
        .try_fold(Condition::any().add(Expr::val(1).eq(0)), |any, standing| {
            Ok(any.add(match standing {
                Requested | Accepted => has(*standing)?,
                Expired | Declined => has(*standing)?.add(has(Accepted)?.not()),
            }))
        })
}

/// The condition that an acceptance stands so: [`AcceptanceStanding::on`] in SQL.
fn stands(standing: AcceptanceStanding, today: NaiveDate) -> Condition {
    use risk_acceptance::Column;
    let (state, last_day) = match standing {
        AcceptanceStanding::Requested => (AcceptanceState::Requested, None),
        AcceptanceStanding::Accepted => (
            AcceptanceState::Accepted,
            Some(Column::AcceptedUntil.gte(today)),
        ),
        AcceptanceStanding::Expired => (
            AcceptanceState::Accepted,
            Some(Column::AcceptedUntil.lt(today)),
        ),
        AcceptanceStanding::Declined => (AcceptanceState::Declined, None),
    };
    Condition::all()
        .add(Column::State.eq(state))
        .add_option(last_day)
}

/// By what risk acceptances are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum RiskAcceptanceOrderField {
    /// When it was asked for.
    #[default]
    RequestedAt,
    /// The last day of the acceptance; those without one come after all dates.
    AcceptedUntil,
}

/// In which order risk acceptances are listed.
#[derive(InputObject, Default)]
pub struct RiskAcceptanceOrder {
    /// By what.
    #[graphql(default)]
    field: RiskAcceptanceOrderField,
    /// In which direction.
    #[graphql(default)]
    direction: OrderDirection,
}

impl RiskAcceptanceOrder {
    fn sort(&self) -> Sort<risk_acceptance::Entity> {
        let column = match self.field {
            RiskAcceptanceOrderField::RequestedAt => risk_acceptance::Column::RequestedAt,
            RiskAcceptanceOrderField::AcceptedUntil => risk_acceptance::Column::AcceptedUntil,
        };
        Sort::by(column, self.direction)
    }
}

/// Which risk acceptances are listed; all conditions given must hold.
#[derive(InputObject, Default)]
pub struct RiskAcceptanceFilter {
    /// That stand in one of these ways today.
    standing: Option<Vec<AcceptanceStanding>>,
    /// Of this risk.
    risk_id: Option<Key<risk::Entity>>,
    /// Of risks in this analysis.
    risk_analysis_id: Option<Key<risk_analysis::Entity>>,
    /// Asked for by this organisation.
    requested_for_id: Option<Key<organisation::Entity>>,
    /// Whose last day is this day or earlier.
    accepted_until_before: Option<NaiveDate>,
}

impl RiskAcceptanceFilter {
    fn condition(self, today: NaiveDate) -> Condition {
        use risk_acceptance::Column;
        let standing = |wanted: Vec<AcceptanceStanding>| {
            let none = Condition::any().add(Expr::val(1).eq(0));
            wanted
                .into_iter()
                .fold(none, |any, standing| any.add(stands(standing, today)))
        };
        Condition::all()
            .add_option(self.standing.map(standing))
            .add_option(self.risk_id.map(|risk| Column::RiskId.eq(risk.id)))
            .add_option(
                self.risk_analysis_id
                    .map(|analysis| Column::RiskAnalysisId.eq(analysis.id)),
            )
            .add_option(
                self.requested_for_id
                    .map(|asker| Column::RequestedOrganisationId.eq(asker.id)),
            )
            .add_option(
                self.accepted_until_before
                    .map(|day| Column::AcceptedUntil.lte(day)),
            )
    }
}

/// Queries of risk analyses, risks and acceptances.
#[derive(Default)]
pub struct RiskQuery;

#[Object]
impl RiskQuery {
    /// The risk analyses in which the own organisation takes part, drafts included.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn risk_analyses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when not said.")] filter: Option<RiskAnalysisFilter>,
        #[graphql(desc = "In which order; oldest first when not said.")] order: Option<
            RiskAnalysisOrder,
        >,
        #[graphql(desc = "How many to return: up to 100, 20 when not said.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor.")] after: Option<String>,
    ) -> Result<List<RiskAnalysis>> {
        let today = scope(ctx).await?.today();
        list(
            ctx,
            filter.unwrap_or_default().condition(today),
            order.unwrap_or_default().sort(),
            Paging::new(first, after),
        )
        .await
    }

    /// The risk register: the risks of all analyses in which the own organisation takes part.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn risks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when not said.")] filter: Option<RiskFilter>,
        #[graphql(desc = "In which order; oldest first when not said.")] order: Option<RiskOrder>,
        #[graphql(desc = "How many to return: up to 100, 20 when not said.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor.")] after: Option<String>,
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

    /// Requests to accept risks, and what was decided.
    #[graphql(complexity = "cost(first, child_complexity)")]
    async fn risk_acceptances(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when not said.")] filter: Option<RiskAcceptanceFilter>,
        #[graphql(desc = "In which order; oldest first when not said.")] order: Option<
            RiskAcceptanceOrder,
        >,
        #[graphql(desc = "How many to return: up to 100, 20 when not said.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor.")] after: Option<String>,
    ) -> Result<List<RiskAcceptance>> {
        let today = scope(ctx).await?.today();
        list(
            ctx,
            filter.unwrap_or_default().condition(today),
            order.unwrap_or_default().sort(),
            Paging::new(first, after),
        )
        .await
    }
}

/// A new risk analysis.
#[derive(InputObject)]
pub struct CreateRiskAnalysisInput {
    /// The agreement under which it will be handed in, one of the own organisation's.
    agreement_id: Key<agreement::Entity>,
    /// What people call it: up to 200 characters.
    title: String,
    /// What is analysed and how: up to 10 000 characters.
    description: Option<String>,
    /// When it shall be looked at again.
    review_on: Option<NaiveDate>,
}

impl CreateRiskAnalysisInput {
    fn fill(self, row: &mut risk_analysis::Model) {
        row.title = self.title;
        row.description = self.description;
        row.review_on = self.review_on;
    }
}

/// A change of a risk analysis. What is left out stays; null empties a field.
#[derive(InputObject)]
pub struct UpdateRiskAnalysisInput {
    /// Which analysis.
    id: Key<risk_analysis::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// What people call it.
    title: Option<String>,
    /// What is analysed and how.
    description: MaybeUndefined<String>,
    /// When it shall be looked at again.
    review_on: MaybeUndefined<NaiveDate>,
}

impl UpdateRiskAnalysisInput {
    fn fill(self, row: &mut risk_analysis::Model) {
        if let Some(title) = self.title {
            row.title = title;
        }
        self.description.update_to(&mut row.description);
        self.review_on.update_to(&mut row.review_on);
    }
}

/// Which risk analysis to share, and with whom.
#[derive(InputObject)]
pub struct ShareRiskAnalysisInput {
    /// Which analysis.
    id: Key<risk_analysis::Entity>,
    /// The version that is shared.
    expected_version: i32,
    /// The organisation: the customer of the agreement or, for an analysis that the customer began, a
    /// supplier with which the customer has an agreement.
    organisation_id: Key<organisation::Entity>,
}

/// Which risk analysis to hand in.
#[derive(InputObject)]
pub struct SubmitRiskAnalysisInput {
    /// Which analysis.
    id: Key<risk_analysis::Entity>,
    /// The version that is handed in.
    expected_version: i32,
    /// What to say to the reviewer: up to 10 000 characters.
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
    /// What to say to those who take part: up to 10 000 characters.
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

/// A new risk. Its scores and levels follow from likelihood and impact.
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
    review_on: Option<NaiveDate>,
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
        row.review_on = self.review_on;
    }
}

/// A change of a risk. What is left out stays; null empties a field.
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
    review_on: MaybeUndefined<NaiveDate>,
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
        self.review_on.update_to(&mut row.review_on);
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

/// Which risk should be accepted, why, and until when.
#[derive(InputObject)]
pub struct RequestRiskAcceptanceInput {
    /// Which risk.
    risk_id: Key<risk::Entity>,
    /// Why it should be accepted: up to 10 000 characters.
    justification: String,
    /// The last day of the acceptance asked for: from today to a year ahead.
    proposed_until: NaiveDate,
}

/// Which request to grant, and until when.
#[derive(InputObject)]
pub struct AcceptRiskInput {
    /// The request: a risk acceptance that waits for decision.
    id: Key<risk_acceptance::Entity>,
    /// The version that is decided on.
    expected_version: i32,
    /// The last day of the acceptance: from today to a year ahead.
    accepted_until: NaiveDate,
    /// What to say with the decision: up to 10 000 characters.
    note: Option<String>,
}

/// Which request to decline, and why.
#[derive(InputObject)]
pub struct DeclineRiskInput {
    /// The request: a risk acceptance that waits for decision.
    id: Key<risk_acceptance::Entity>,
    /// The version that is decided on.
    expected_version: i32,
    /// Why, and what should be done instead: up to 10 000 characters.
    note: String,
}

/// Mutations of risk analyses, risks and acceptances.
#[derive(Default)]
pub struct RiskMutation;

#[Object]
impl RiskMutation {
    /// Begins a risk analysis under an agreement. Nobody but the own organisation sees it until it is
    /// shared or handed in.
    async fn create_risk_analysis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new analysis.")] input: CreateRiskAnalysisInput,
    ) -> Result<RiskAnalysis> {
        let permit = session(ctx)?
            .permit::<CreateRiskAnalysis>(input.agreement_id.id, None)
            .await?;
        let row = write::create(permit, |row| input.fill(row)).await?;
        Ok(alone(row).into())
    }

    /// Changes what a risk analysis says of itself, while it is DRAFT or RETURNED.
    async fn update_risk_analysis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateRiskAnalysisInput,
    ) -> Result<RiskAnalysis> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<UpdateRiskAnalysis>(input.id.id, expected)
            .await?;
        let row = write::update(permit, |row| input.fill(row)).await?;
        Ok(alone(row).into())
    }

    /// Lets another organisation take part in a risk analysis of the own organisation. It sees the
    /// analysis as it stands from then on and works on it together with the others.
    async fn share_risk_analysis(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and with whom.")] input: ShareRiskAnalysisInput,
    ) -> Result<RiskAnalysis> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<ShareRiskAnalysis>(input.id.id, expected)
            .await?;
        let row = write::share(permit, input.organisation_id.id).await?;
        Ok(alone(row).into())
    }

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
        let row = write::update_risk(permit, |row| input.fill(row)).await?;
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

    /// Asks the customer's IT manager to accept an open risk that stays HIGH or CRITICAL after treatment.
    /// Its analysis must have been handed in at least once, and no other request may wait for decision.
    async fn request_risk_acceptance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which risk, why, and until when.")] input: RequestRiskAcceptanceInput,
    ) -> Result<RiskAcceptance> {
        let permit = session(ctx)?
            .permit::<RequestRiskAcceptance>(input.risk_id.id, None)
            .await?;
        let row =
            write::request_acceptance(permit, input.justification, input.proposed_until).await?;
        Ok(alone(row).into())
    }

    /// Accepts a risk until a date, and keeps it as it stands now. Who asked for it does not accept it.
    async fn accept_risk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request, and until when.")] input: AcceptRiskInput,
    ) -> Result<RiskAcceptance> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<AcceptRisk>(input.id.id, expected)
            .await?;
        let row = write::accept(permit, input.accepted_until, input.note).await?;
        Ok(alone(row).into())
    }

    /// Declines to accept a risk, which must then be treated. Who asked for it does not decline it.
    async fn decline_risk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request, and why.")] input: DeclineRiskInput,
    ) -> Result<RiskAcceptance> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<DeclineRisk>(input.id.id, expected)
            .await?;
        Ok(alone(write::decline(permit, input.note).await?).into())
    }
}
