//! The briefing in the schema, and the overview of suppliers.

mod overview;

use async_graphql::{Context, MergedObject, Object};
use entity::{action_item, event, forum, meeting, organisation, risk, risk_acceptance, submission};
use sea_orm::{ColumnTrait, Order, sea_query::Expr};

use super::read::Following;
use crate::{
    Result,
    graphql::{
        key::Key,
        loaded::{Loaded, alone, scope},
        page::{List, OrderDirection, Paging, Sort, list},
        scalar::DateTime,
    },
    topic::{
        action_item::graphql::ActionItem,
        event::graphql::Event,
        evidence::model::Validity,
        forum::graphql::{Forum, Meeting},
        organisation::graphql::Organisation,
        risk::graphql::{Risk, RiskAcceptance},
        submission::graphql::{Submission, has_validity},
    },
};

/// What a forum needs to have before it when it meets: one query brings all of it.
pub struct Briefing(Following);

/// What a forum needs to have before it when it meets: one query brings all of it. It covers the forum
/// and those below it, the suppliers that take part, and the forum's service area.
#[Object]
impl Briefing {
    /// The forum.
    async fn forum(&self) -> Forum {
        alone(self.0.forum.clone()).into()
    }

    /// The next meeting that is planned. Null when none is.
    async fn next_meeting(&self) -> Option<Meeting> {
        meeting_of(self.0.next_meeting.as_ref())
    }

    /// The last meeting that was held. Null when none was.
    async fn last_meeting(&self) -> Option<Meeting> {
        meeting_of(self.0.last_meeting.as_ref())
    }

    /// From when `changes` tells: the beginning of the last meeting. Null before the first one, when it
    /// tells everything.
    async fn since(&self) -> Option<DateTime> {
        self.0.since().map(DateTime)
    }

    /// Action items that are not closed, the most urgent first, overdue ones included.
    async fn open_action_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "True for those whose date has passed, false for those whose date has not; both when left out."
        )]
        overdue: Option<bool>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<ActionItem>> {
        let sort = Sort::by(action_item::Column::DueOn, OrderDirection::Asc);
        list(
            ctx,
            self.0.open_action_items(overdue),
            sort,
            Paging::new(first, after),
        )
        .await
    }

    /// Action items that are not closed and whose date has passed, the longest overdue first.
    async fn overdue_action_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<ActionItem>> {
        let sort = Sort::by(action_item::Column::DueOn, OrderDirection::Asc);
        list(
            ctx,
            self.0.open_action_items(Some(true)),
            sort,
            Paging::new(first, after),
        )
        .await
    }

    /// The suppliers that take part, each with its approved evidence that has expired or soon will.
    async fn suppliers(&self, ctx: &Context<'_>) -> Result<Vec<SupplierBriefing>> {
        let rows = scope(ctx)
            .await?
            .find::<organisation::Entity>()?
            .filter(organisation::Column::Id.is_in(self.0.suppliers.clone()))
            .order(
                Expr::col(organisation::Column::Name.as_column_ref()),
                Order::Asc,
            )
            .all()
            .await?;
        let briefings = Loaded::<organisation::Entity>::together(rows)
            .into_iter()
            .map(|supplier| SupplierBriefing {
                supplier,
                following: self.0.clone(),
            });
        Ok(briefings.collect())
    }

    /// Open risks that are HIGH or CRITICAL as they are now, the highest first.
    async fn high_risks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Risk>> {
        let condition = self.0.high_risks();
        let sort = Sort::by(risk::Column::Score, OrderDirection::Desc);
        list(ctx, condition, sort, Paging::new(first, after)).await
    }

    /// Open risks that should have been looked at again, the longest overdue first.
    async fn risks_past_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Risk>> {
        let condition = self.0.risks_past_review();
        let sort = Sort::by(risk::Column::ReviewOn, OrderDirection::Asc);
        list(ctx, condition, sort, Paging::new(first, after)).await
    }

    /// Acceptances whose time has passed, of risks that are still open and not accepted anew.
    async fn expired_acceptances(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<RiskAcceptance>> {
        let condition = self.0.expired_acceptances(&*scope(ctx).await?)?;
        let sort = Sort::by(risk_acceptance::Column::AcceptedUntil, OrderDirection::Asc);
        list(ctx, condition, sort, Paging::new(first, after)).await
    }

    /// What was handed in and waits for review, the longest waiting first.
    async fn submissions_to_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Submission>> {
        let sort = Sort::by(submission::Column::UpdatedAt, OrderDirection::Asc);
        list(
            ctx,
            self.0.submissions_to_review(),
            sort,
            Paging::new(first, after),
        )
        .await
    }

    /// What happened since the last meeting, latest first.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Event>> {
        let sort = Sort::by(event::Column::At, OrderDirection::Desc);
        list(ctx, self.0.changes(), sort, Paging::new(first, after)).await
    }
}

fn meeting_of(row: Option<&meeting::Model>) -> Option<Meeting> {
    row.map(|row| alone(row.clone()).into())
}

/// A supplier's part of a briefing.
pub struct SupplierBriefing {
    supplier: Loaded<organisation::Entity>,
    following: Following,
}

/// A supplier's part of a briefing.
#[Object]
impl SupplierBriefing {
    /// The supplier.
    async fn supplier(&self) -> Organisation {
        self.supplier.clone().into()
    }

    /// Approved evidence that has expired, the longest expired first.
    async fn expired(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Submission>> {
        self.evidence(ctx, Validity::Expired, Paging::new(first, after))
            .await
    }

    /// Approved evidence that expires within 90 days, the soonest first.
    async fn expiring(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Submission>> {
        self.evidence(ctx, Validity::Expiring, Paging::new(first, after))
            .await
    }
}

impl SupplierBriefing {
    async fn evidence(
        &self,
        ctx: &Context<'_>,
        validity: Validity,
        paging: Paging,
    ) -> Result<List<Submission>> {
        let today = scope(ctx).await?.today();
        let condition = self
            .following
            .approved_evidence()
            .add(has_validity(validity, today));
        let sort = Sort::by(submission::Column::ValidUntil, OrderDirection::Asc);
        self.supplier
            .page_where(ctx, submission::Column::SupplierId, condition, sort, paging)
            .await
    }
}

/// Queries of what one prepares with.
#[derive(MergedObject, Default)]
pub struct BriefingQuery(BriefingQueries, overview::OverviewQuery);

/// The query of the briefing.
#[derive(Default)]
pub struct BriefingQueries;

#[Object]
impl BriefingQueries {
    /// What a forum needs to have before it when it meets. Suppliers that take part see their own part.
    async fn briefing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The forum.")] forum_id: Key<forum::Entity>,
    ) -> Result<Briefing> {
        Ok(Briefing(
            Following::of(&*scope(ctx).await?, forum_id.id).await?,
        ))
    }
}
