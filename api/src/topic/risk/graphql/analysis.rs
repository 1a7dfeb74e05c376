//! Risk analyses and those who take part in them, in the schema.

use std::collections::HashMap;

use async_graphql::{
    ComplexObject, Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use chrono::NaiveDate;
use entity::{
    ReviewState, ServiceArea, agreement, comment, organisation, risk, risk_analysis,
    risk_analysis_participant, submission,
};
use sea_orm::{ColumnTrait, Condition};

use super::{condition::stays_high, risk::Risk};
use crate::{
    Result,
    access::action::{CreateRiskAnalysis, ShareRiskAnalysis, UpdateRiskAnalysis},
    graphql::{
        filter::{among, contains, is, whether},
        key::{self, Key},
        loaded::{Loaded, alone, scope, session},
        page::{List, OrderDirection, Paging, Sort, list},
        scalar::{Date, DateTime},
    },
    topic::{
        agreement::graphql::Agreement,
        comment::graphql::Comment,
        event::graphql::{Event, history},
        organisation::graphql::{Organisation, Person},
        risk::{model::review_overdue, write::analysis as write},
        submission::graphql::Submission,
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
    review_on: Option<Date>,
    /// When it was begun.
    created_at: DateTime,
    /// When it was last changed; its risks tell of themselves.
    updated_at: DateTime,
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
            review_on: row.review_on.map(Date),
            created_at: DateTime(row.created_at),
            updated_at: DateTime(row.updated_at),
            version: row.version,
            row,
        }
    }
}

#[ComplexObject]
impl RiskAnalysis {
    /// Whether its date of review has passed.
    async fn review_overdue(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(review_overdue(
            self.row.review_on,
            scope(ctx).await?.today(),
        ))
    }

    /// The agreement under which it is handed in. Null for a supplier that takes part in it without
    /// being a party of that agreement.
    async fn agreement(&self, ctx: &Context<'_>) -> Result<Option<Agreement>> {
        self.row.one(ctx, risk_analysis::Column::AgreementId).await
    }

    /// The customer, who reviews it.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Organisation> {
        self.row
            .required(ctx, risk_analysis::Column::CustomerId)
            .await
    }

    /// The organisation that began it.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Organisation> {
        self.row.required(ctx, risk_analysis::Column::OwnerId).await
    }

    /// Who began it. Null when an integration did, or somebody whom you do not see.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, risk_analysis::Column::CreatedBy).await
    }

    /// The organisations that take part, its owner first.
    async fn participants(&self, ctx: &Context<'_>) -> Result<Vec<RiskAnalysisParticipant>> {
        use risk_analysis_participant::Column;
        let mut all: Vec<RiskAnalysisParticipant> = self
            .row
            .all(ctx, Column::RiskAnalysisId, Column::AddedAt)
            .await?;
        all.sort_by_key(|one| one.row.organisation_id != self.row.owner_id);
        Ok(all)
    }

    /// Its risks by number, closed ones included.
    async fn risks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Risk>> {
        let sort = Sort::by(risk::Column::Number, OrderDirection::Asc);
        let analysis = risk::Column::RiskAnalysisId;
        self.row
            .page(ctx, analysis, sort, Paging::new(first, after))
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
    async fn submissions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Submission>> {
        let sort = Sort::by(submission::Column::CreatedAt, OrderDirection::Desc);
        let analysis = submission::Column::RiskAnalysisId;
        self.row
            .page(ctx, analysis, sort, Paging::new(first, after))
            .await
    }

    /// Remarks in conversation, oldest first.
    async fn comments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Comment>> {
        let sort = Sort::by(comment::Column::CreatedAt, OrderDirection::Asc);
        let analysis = comment::Column::RiskAnalysisId;
        self.row
            .page(ctx, analysis, sort, Paging::new(first, after))
            .await
    }

    /// What happened to it, latest first; its risks, acceptances and submissions have histories of their own.
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

/// An organisation that takes part in a risk analysis, and sees it from then on.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct RiskAnalysisParticipant {
    /// Since when it takes part.
    added_at: DateTime,
    #[graphql(skip)]
    row: Loaded<risk_analysis_participant::Entity>,
}

impl From<Loaded<risk_analysis_participant::Entity>> for RiskAnalysisParticipant {
    fn from(row: Loaded<risk_analysis_participant::Entity>) -> Self {
        Self {
            added_at: DateTime(row.added_at),
            row,
        }
    }
}

#[ComplexObject]
impl RiskAnalysisParticipant {
    /// The organisation.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        self.row
            .required(ctx, risk_analysis_participant::Column::OrganisationId)
            .await
    }

    /// Who began the analysis, shared it or handed it in, and thereby made the organisation take part.
    /// Null when an integration did, or somebody whom you do not see.
    async fn added_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row
            .one(ctx, risk_analysis_participant::Column::AddedBy)
            .await
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
    /// What the list is ordered by.
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

/// Which risk analyses are listed; all conditions given must hold. What is left out narrows nothing.
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
            .add_option(among(Column::State, self.state))
            .add_option(is(Column::AgreementId, self.agreement_id))
            .add_option(is(Column::CustomerId, self.customer_id))
            .add_option(is(Column::OwnerId, self.owner_id))
            .add_option(among(Column::ServiceArea, self.service_area))
            .add_option(contains(Column::Title, self.title_contains))
            .add_option(whether(self.review_overdue, overdue))
    }
}

/// Queries of risk analyses.
#[derive(Default)]
pub(super) struct RiskAnalysisQueries;

#[Object]
impl RiskAnalysisQueries {
    /// The risk analyses in which the own organisation takes part, drafts included.
    async fn risk_analyses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when left out.")] filter: Option<RiskAnalysisFilter>,
        #[graphql(desc = "In which order; oldest first when left out.")] order: Option<
            RiskAnalysisOrder,
        >,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
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
}

/// A new risk analysis. What is left out stays empty.
#[derive(InputObject)]
pub struct CreateRiskAnalysisInput {
    /// The agreement under which it will be handed in, one of the own organisation's.
    agreement_id: Key<agreement::Entity>,
    /// What people call it: up to 200 characters.
    title: String,
    /// What is analysed and how: up to 10 000 characters.
    description: Option<String>,
    /// When it shall be looked at again.
    review_on: Option<Date>,
}

impl CreateRiskAnalysisInput {
    fn fill(self, row: &mut risk_analysis::Model) {
        row.title = self.title;
        row.description = self.description;
        row.review_on = self.review_on.map(|day| day.0);
    }
}

/// A change of a risk analysis. What is left out stays; null empties what may be empty, and leaves the rest.
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
    review_on: MaybeUndefined<Date>,
}

impl UpdateRiskAnalysisInput {
    fn fill(self, row: &mut risk_analysis::Model) {
        if let Some(title) = self.title {
            row.title = title;
        }
        self.description.update_to(&mut row.description);
        self.review_on
            .map_value(|day| day.0)
            .update_to(&mut row.review_on);
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

/// Mutations of risk analyses while they are worked out.
#[derive(Default)]
pub(super) struct RiskAnalysisMutations;

#[Object]
impl RiskAnalysisMutations {
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
}
