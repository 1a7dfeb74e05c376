//! What a customer has with each of its suppliers, side by side.

use std::collections::BTreeSet;

use async_graphql::{Context, Object};
use entity::{
    EvidenceRequestState, ReviewState, ServiceArea, action_item, agreement, evidence_request,
    organisation, submission,
};
use sea_orm::{ColumnTrait, Condition, Order, sea_query::Expr};

use crate::{
    Result,
    access::{Found, Scope},
    graphql::{
        loaded::{Loaded, scope},
        page::{List, OrderDirection, Paging, Sort},
    },
    topic::{
        action_item::graphql::{ActionItem, is_open, is_overdue},
        agreement::graphql::in_force,
        evidence::model::Validity,
        organisation::graphql::Organisation,
        request::graphql::{self as request, EvidenceRequest},
        risk::graphql::high_risks_by_supplier,
        submission::graphql::{Submission, has_validity},
    },
};

/// What a customer has with one of its suppliers.
pub struct SupplierOverview(Loaded<organisation::Entity>);

/// What a customer has with one of its suppliers: counted, and listed as far as one asks.
#[Object]
impl SupplierOverview {
    /// The supplier.
    async fn supplier(&self) -> Organisation {
        self.0.clone().into()
    }

    /// The service areas of its agreements that are in force.
    async fn service_areas(&self, ctx: &Context<'_>) -> Result<Vec<ServiceArea>> {
        let scope = scope(ctx).await?;
        let areas = self.0.for_all("areas".to_owned(), async |_| {
            let rows = agreements(&scope)?.all().await?;
            let pairs = rows
                .into_iter()
                .map(|row| (row.supplier_id, row.service_area));
            Ok(pairs.collect::<BTreeSet<_>>())
        });
        let areas = areas.await?;
        let own = areas.iter().filter(|(supplier, _)| *supplier == self.0.id);
        Ok(own.map(|(_, area)| *area).collect())
    }

    /// Action items for it to do that are not closed, the most urgent first, overdue ones included.
    async fn open_action_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<ActionItem>> {
        self.action_items(ctx, is_open(), Paging::new(first, after))
            .await
    }

    /// Action items for it to do that are not closed and whose date has passed, the longest overdue first.
    async fn overdue_action_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<ActionItem>> {
        let overdue = is_overdue(scope(ctx).await?.today());
        self.action_items(ctx, overdue, Paging::new(first, after))
            .await
    }

    /// What it is asked for and has not answered, the most urgent first, overdue requests included.
    async fn open_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<EvidenceRequest>> {
        let open = evidence_request::Column::State.eq(EvidenceRequestState::Open);
        let open = Condition::all().add(open);
        self.requests(ctx, open, Paging::new(first, after)).await
    }

    /// What it should have answered already, the longest overdue first.
    async fn overdue_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<EvidenceRequest>> {
        let overdue = request::is_overdue(scope(ctx).await?.today());
        self.requests(ctx, overdue, Paging::new(first, after)).await
    }

    /// What it has handed in and waits for review, the longest waiting first.
    async fn submissions_to_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Submission>> {
        let sort = Sort::by(submission::Column::UpdatedAt, OrderDirection::Asc);
        let paging = Paging::new(first, after);
        self.submissions(ctx, handed_in(ReviewState::Submitted), sort, paging)
            .await
    }

    /// Its approved evidence that expires within 90 days, the soonest first.
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

    /// Its approved evidence that has expired, the longest expired first.
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

    /// How many open risks of analyses under its agreements stay HIGH or CRITICAL after treatment, accepted ones
    /// included.
    async fn high_risk_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let scope = scope(ctx).await?;
        let counts = self.0.for_all("highRiskCount".to_owned(), async |_| {
            high_risks_by_supplier(&scope).await
        });
        let counts = counts.await?;
        Ok(counts.get(&self.0.id).copied().unwrap_or_default())
    }
}

/// Agreements in force of the customer who asks.
fn agreements(scope: &Scope) -> Result<Found<'_, agreement::Entity>> {
    let own = agreement::Column::CustomerId.eq(scope.actor().organisation);
    let found = scope.find::<agreement::Entity>()?;
    Ok(found.filter(own).filter(in_force(scope.today())))
}

fn handed_in(state: ReviewState) -> Condition {
    Condition::all().add(submission::Column::State.eq(state))
}

impl SupplierOverview {
    async fn action_items(
        &self,
        ctx: &Context<'_>,
        wanted: Condition,
        paging: Paging,
    ) -> Result<List<ActionItem>> {
        use action_item::Column;
        let sort = Sort::by(Column::DueOn, OrderDirection::Asc);
        self.0
            .page_where(ctx, Column::AssigneeOrganisationId, wanted, sort, paging)
            .await
    }

    async fn requests(
        &self,
        ctx: &Context<'_>,
        wanted: Condition,
        paging: Paging,
    ) -> Result<List<EvidenceRequest>> {
        use evidence_request::Column;
        let sort = Sort::by(Column::DueOn, OrderDirection::Asc);
        self.0
            .page_where(ctx, Column::SupplierId, wanted, sort, paging)
            .await
    }

    async fn submissions(
        &self,
        ctx: &Context<'_>,
        wanted: Condition,
        sort: Sort<submission::Entity>,
        paging: Paging,
    ) -> Result<List<Submission>> {
        self.0
            .page_where(ctx, submission::Column::SupplierId, wanted, sort, paging)
            .await
    }

    async fn evidence(
        &self,
        ctx: &Context<'_>,
        validity: Validity,
        paging: Paging,
    ) -> Result<List<Submission>> {
        let wanted = handed_in(ReviewState::Approved)
            .add(submission::Column::EvidenceId.is_not_null())
            .add(has_validity(validity, scope(ctx).await?.today()));
        let sort = Sort::by(submission::Column::ValidUntil, OrderDirection::Asc);
        self.submissions(ctx, wanted, sort, paging).await
    }
}

/// The query of the overview.
#[derive(Default)]
pub struct OverviewQuery;

#[Object]
impl OverviewQuery {
    /// The suppliers with an agreement in force with your municipality, by name, each with what there is to follow up.
    /// A supplier has none.
    async fn supplier_overviews(&self, ctx: &Context<'_>) -> Result<Vec<SupplierOverview>> {
        use organisation::Column;
        let scope = scope(ctx).await?;
        let parties = agreements(&scope)?.column(agreement::Column::SupplierId);
        let rows = scope
            .find::<organisation::Entity>()?
            .filter(Column::Id.in_subquery(parties))
            .order(Expr::col(Column::Name.as_column_ref()), Order::Asc)
            .all()
            .await?;
        let suppliers = Loaded::<organisation::Entity>::together(rows);
        Ok(suppliers.into_iter().map(SupplierOverview).collect())
    }
}
