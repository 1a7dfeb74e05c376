//! Agreements in the schema.

use async_graphql::{
    ComplexObject, Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use chrono::NaiveDate;
use entity::{ServiceArea, agreement, evidence_request, organisation, submission};
use sea_orm::{ColumnTrait, Condition};

use super::{
    model,
    write::{self, NewAgreement},
};
use crate::{
    Result,
    access::action::{CreateAgreement, UpdateAgreement},
    graphql::{
        filter::{among, is, whether},
        key::{self, Key},
        loaded::{Loaded, alone, scope, session},
        page::{List, OrderDirection, Paging, Sort, list},
        scalar::{Date, DateTime},
    },
    topic::{
        event::graphql::{Event, history},
        organisation::graphql::Organisation,
        request::graphql::EvidenceRequest,
        submission::graphql::Submission,
    },
};

/// An agreement of a customer with a supplier about a service area: the boundary of exchange. What is
/// shared is shared to an agreement.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Agreement {
    /// Identifies the agreement.
    pub id: ID,
    /// What people call it.
    title: String,
    /// The customer's registry number (diarienummer) or the like.
    reference: String,
    /// What it is about.
    service_area: ServiceArea,
    /// First day in force.
    starts_on: Date,
    /// Last day in force. Null when it runs until further notice.
    ends_on: Option<Date>,
    /// When it was recorded.
    created_at: DateTime,
    /// When it was last changed.
    updated_at: DateTime,
    /// Counts its changes; pass it as `expectedVersion` when changing it.
    version: i32,
    #[graphql(skip)]
    row: Loaded<agreement::Entity>,
}

impl From<Loaded<agreement::Entity>> for Agreement {
    fn from(row: Loaded<agreement::Entity>) -> Self {
        Self {
            id: key::id::<agreement::Entity>(row.id),
            title: row.title.clone(),
            reference: row.reference.clone(),
            service_area: row.service_area,
            starts_on: Date(row.starts_on),
            ends_on: row.ends_on.map(Date),
            created_at: DateTime(row.created_at),
            updated_at: DateTime(row.updated_at),
            version: row.version,
            row,
        }
    }
}

#[ComplexObject]
impl Agreement {
    /// Whether it is in force today.
    async fn in_force(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(model::in_force(&self.row, scope(ctx).await?.today()))
    }

    /// The municipality.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Organisation> {
        self.row.required(ctx, agreement::Column::CustomerId).await
    }

    /// The supplier.
    async fn supplier(&self, ctx: &Context<'_>) -> Result<Organisation> {
        self.row.required(ctx, agreement::Column::SupplierId).await
    }

    /// What was handed in under it, latest first.
    async fn submissions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Submission>> {
        let sort = Sort::by(submission::Column::CreatedAt, OrderDirection::Desc);
        let agreement = submission::Column::AgreementId;
        self.row
            .page(ctx, agreement, sort, Paging::new(first, after))
            .await
    }

    /// What was asked for under it, the most urgent first.
    async fn evidence_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<EvidenceRequest>> {
        let sort = Sort::by(evidence_request::Column::DueOn, OrderDirection::Asc);
        let agreement = evidence_request::Column::AgreementId;
        self.row
            .page(ctx, agreement, sort, Paging::new(first, after))
            .await
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

/// By what agreements are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum AgreementOrderField {
    /// When it was recorded.
    #[default]
    CreatedAt,
    /// Its first day in force.
    StartsOn,
    /// Its last day in force; those until further notice come after all dates.
    EndsOn,
    /// Its title.
    Title,
}

/// In which order agreements are listed.
#[derive(InputObject, Default)]
pub struct AgreementOrder {
    /// What the list is ordered by.
    #[graphql(default)]
    field: AgreementOrderField,
    /// In which direction.
    #[graphql(default)]
    direction: OrderDirection,
}

impl AgreementOrder {
    fn sort(&self) -> Sort<agreement::Entity> {
        let column = match self.field {
            AgreementOrderField::CreatedAt => agreement::Column::CreatedAt,
            AgreementOrderField::StartsOn => agreement::Column::StartsOn,
            AgreementOrderField::EndsOn => agreement::Column::EndsOn,
            AgreementOrderField::Title => agreement::Column::Title,
        };
        Sort::by(column, self.direction)
    }
}

/// Which agreements are listed; all conditions given must hold. What is left out narrows nothing.
#[derive(InputObject, Default)]
pub struct AgreementFilter {
    /// With this supplier.
    supplier_id: Option<Key<organisation::Entity>>,
    /// Of this customer.
    customer_id: Option<Key<organisation::Entity>>,
    /// In one of these service areas.
    service_area: Option<Vec<ServiceArea>>,
    /// True for those in force today, false for those that are not.
    in_force: Option<bool>,
}

impl AgreementFilter {
    fn condition(self, today: NaiveDate) -> Condition {
        use agreement::Column;
        Condition::all()
            .add_option(whether(self.in_force, in_force(today)))
            .add_option(is(Column::SupplierId, self.supplier_id))
            .add_option(is(Column::CustomerId, self.customer_id))
            .add_option(among(Column::ServiceArea, self.service_area))
    }
}

/// The condition that an agreement is in force: [`model::in_force`] in SQL. It is never NULL, so that it can be negated.
pub fn in_force(today: NaiveDate) -> Condition {
    use agreement::Column;
    let lasts = Condition::any()
        .add(Column::EndsOn.is_null())
        .add(Column::EndsOn.gte(today));
    Condition::all().add(Column::StartsOn.lte(today)).add(lasts)
}

/// Queries of agreements.
#[derive(Default)]
pub struct AgreementQuery;

#[Object]
impl AgreementQuery {
    /// The agreements to which the own organisation is a party.
    async fn agreements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when left out.")] filter: Option<AgreementFilter>,
        #[graphql(desc = "In which order; oldest first when left out.")] order: Option<
            AgreementOrder,
        >,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Agreement>> {
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

/// A new agreement of the own municipality.
#[derive(InputObject)]
pub struct CreateAgreementInput {
    /// The supplier's Swedish organisation number, with or without hyphen.
    supplier_number: String,
    /// The supplier's registered name; used if the supplier is new to Samsyn.
    supplier_name: String,
    /// What it is about.
    service_area: ServiceArea,
    /// The registry number (diarienummer) or the like: up to 100 characters, unique among your agreements.
    reference: String,
    /// What people call it: up to 200 characters.
    title: String,
    /// First day in force.
    starts_on: Date,
    /// Last day in force; leave out when it runs until further notice.
    ends_on: Option<Date>,
}

/// A change of an agreement. What is left out stays; null leaves it, too.
#[derive(InputObject)]
pub struct UpdateAgreementInput {
    /// Which agreement.
    id: Key<agreement::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// The registry number or the like.
    reference: Option<String>,
    /// What people call it.
    title: Option<String>,
    /// Last day in force; null when it runs until further notice.
    ends_on: MaybeUndefined<Date>,
}

impl UpdateAgreementInput {
    fn fill(self, row: &mut agreement::Model) {
        if let Some(reference) = self.reference {
            row.reference = reference;
        }
        if let Some(title) = self.title {
            row.title = title;
        }
        self.ends_on
            .map_value(|day| day.0)
            .update_to(&mut row.ends_on);
    }
}

/// Mutations of agreements.
#[derive(Default)]
pub struct AgreementMutation;

#[Object]
impl AgreementMutation {
    /// Records an agreement of the own municipality with a supplier.
    async fn create_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new agreement.")] input: CreateAgreementInput,
    ) -> Result<Agreement> {
        let permit = session(ctx)?.permit_at_home::<CreateAgreement>().await?;
        let new = NewAgreement {
            supplier_number: input.supplier_number,
            supplier_name: input.supplier_name,
            service_area: input.service_area,
            reference: input.reference,
            title: input.title,
            starts_on: input.starts_on.0,
            ends_on: input.ends_on.map(|day| day.0),
        };
        Ok(alone(write::create(permit, new).await?).into())
    }

    /// Changes the reference, title or last day of an agreement.
    async fn update_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateAgreementInput,
    ) -> Result<Agreement> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<UpdateAgreement>(input.id.id, expected)
            .await?;
        let row = write::update(permit, |row| input.fill(row)).await?;
        Ok(alone(row).into())
    }
}
