//! Acceptances of risks in the schema.

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{organisation, risk, risk_acceptance, risk_analysis};
use sea_orm::{ColumnTrait, Condition};

use super::{Risk, RiskAnalysis, condition::stands};
use crate::{
    Error, Result,
    access::action::{AcceptRisk, DeclineRisk, RequestRiskAcceptance},
    graphql::{
        filter::{any_of, is},
        key::{self, Key},
        loaded::{Loaded, alone, scope, session},
        page::{List, OrderDirection, Paging, Sort, list},
        scalar::{Date, DateTime},
    },
    topic::{
        event::graphql::{Event, history},
        organisation::graphql::{Organisation, Person},
        risk::{model::AcceptanceStanding, write::acceptance as write},
        submission::{content::RiskContent, graphql::RiskSnapshot},
    },
};

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
    proposed_until: Date,
    /// When it was asked for.
    requested_at: DateTime,
    /// The last day of the acceptance. Null while it waits for decision, and when it was declined.
    accepted_until: Option<Date>,
    /// When it was decided. Null while it waits for decision.
    decided_at: Option<DateTime>,
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
            proposed_until: Date(row.proposed_until),
            requested_at: DateTime(row.requested_at),
            accepted_until: row.accepted_until.map(Date),
            decided_at: row.decided_at.map(DateTime),
            decision_note: row.decision_note.clone(),
            version: row.version,
            row,
        }
    }
}

#[ComplexObject]
impl RiskAcceptance {
    /// Where it stands today.
    async fn state(&self, ctx: &Context<'_>) -> Result<AcceptanceStanding> {
        Ok(standing(&self.row, scope(ctx).await?.today()))
    }

    /// The risk as it stood when it was decided; while that waits, as it stood when it was asked for.
    async fn risk_as_it_stood(&self) -> Result<RiskSnapshot> {
        let content: RiskContent =
            serde_json::from_value(self.row.risk_as_it_stood.clone()).map_err(Error::internal)?;
        Ok(content.into())
    }

    /// Whether the risk has been changed or closed since it stood as `riskAsItStood` tells.
    async fn outdated(&self, ctx: &Context<'_>) -> Result<bool> {
        let risk: Loaded<risk::Entity> = self
            .row
            .required(ctx, risk_acceptance::Column::RiskId)
            .await?;
        Ok(risk.version != self.row.risk_version)
    }

    /// The risk as it is now.
    async fn risk(&self, ctx: &Context<'_>) -> Result<Risk> {
        self.row
            .required(ctx, risk_acceptance::Column::RiskId)
            .await
    }

    /// The analysis in which the risk stands.
    async fn risk_analysis(&self, ctx: &Context<'_>) -> Result<RiskAnalysis> {
        self.row
            .required(ctx, risk_acceptance::Column::RiskAnalysisId)
            .await
    }

    /// Who asked for it. Null when an integration did, or somebody whom you do not see.
    async fn requested_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row
            .one(ctx, risk_acceptance::Column::RequestedBy)
            .await
    }

    /// The organisation on whose behalf it was asked for.
    async fn requested_by_organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        self.row
            .required(ctx, risk_acceptance::Column::RequestedOrganisationId)
            .await
    }

    /// Who decided on it. Null while it waits for decision, and when you do not see that person.
    async fn decided_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, risk_acceptance::Column::DecidedBy).await
    }

    /// What happened to it, latest first.
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

pub(super) fn standing(row: &risk_acceptance::Model, today: NaiveDate) -> AcceptanceStanding {
    AcceptanceStanding::on(today, row.state, row.accepted_until)
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
    /// What the list is ordered by.
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

/// Which risk acceptances are listed; all conditions given must hold. What is left out narrows nothing.
#[derive(InputObject, Default)]
pub struct RiskAcceptanceFilter {
    /// In one of these states today.
    state: Option<Vec<AcceptanceStanding>>,
    /// Of this risk.
    risk_id: Option<Key<risk::Entity>>,
    /// Of risks in this analysis.
    risk_analysis_id: Option<Key<risk_analysis::Entity>>,
    /// Asked for by this organisation.
    requested_by_organisation_id: Option<Key<organisation::Entity>>,
    /// Whose last day comes before this day.
    accepted_until_before: Option<Date>,
}

impl RiskAcceptanceFilter {
    fn condition(self, today: NaiveDate) -> Condition {
        use risk_acceptance::Column;
        Condition::all()
            .add_option(any_of(self.state, |standing| stands(standing, today)))
            .add_option(is(Column::RiskId, self.risk_id))
            .add_option(is(Column::RiskAnalysisId, self.risk_analysis_id))
            .add_option(is(
                Column::RequestedOrganisationId,
                self.requested_by_organisation_id,
            ))
            .add_option(
                self.accepted_until_before
                    .map(|day| Column::AcceptedUntil.lt(day.0)),
            )
    }
}

/// Queries of acceptances.
#[derive(Default)]
pub(super) struct RiskAcceptanceQueries;

#[Object]
impl RiskAcceptanceQueries {
    /// Requests to accept risks, and what was decided.
    async fn risk_acceptances(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when left out.")] filter: Option<RiskAcceptanceFilter>,
        #[graphql(desc = "In which order; oldest first when left out.")] order: Option<
            RiskAcceptanceOrder,
        >,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
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

/// Which risk should be accepted, why, and until when.
#[derive(InputObject)]
pub struct RequestRiskAcceptanceInput {
    /// Which risk.
    risk_id: Key<risk::Entity>,
    /// Why it should be accepted: up to 10 000 characters.
    justification: String,
    /// The last day of the acceptance asked for: from today to a year ahead.
    proposed_until: Date,
}

/// Which request to grant, and until when.
#[derive(InputObject)]
pub struct AcceptRiskInput {
    /// The request: a risk acceptance that waits for decision.
    id: Key<risk_acceptance::Entity>,
    /// The version that is decided on.
    expected_version: i32,
    /// The last day of the acceptance: from today to a year ahead.
    accepted_until: Date,
    /// What to say with the decision: up to 10 000 characters; nothing when left out.
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

/// Mutations of acceptances.
#[derive(Default)]
pub(super) struct RiskAcceptanceMutations;

#[Object]
impl RiskAcceptanceMutations {
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
        let row = write::request(permit, input.justification, input.proposed_until.0).await?;
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
        let row = write::accept(permit, input.accepted_until.0, input.note).await?;
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
