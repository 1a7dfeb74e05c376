//! Evidence requests in the schema.

use async_graphql::{
    ComplexObject, Context, Enum, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use chrono::NaiveDate;
use entity::{
    EvidenceKind, EvidenceRequestState, ServiceArea, agreement, comment, evidence_request,
    organisation, submission,
};
use sea_orm::{ColumnTrait, Condition};

use super::{
    model::{self, CHANGEABLE},
    write::{self, Wanted},
};
use crate::{
    Result,
    access::action::{
        AnswerEvidenceRequest, CreateEvidenceRequest, FulfilEvidenceRequest, ReopenEvidenceRequest,
        UpdateEvidenceRequest, WithdrawEvidenceRequest,
    },
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
        submission::graphql::Submission,
    },
};

/// A customer asks the supplier of an agreement for evidence, by a date. The supplier answers with
/// something it has handed in under that agreement; the customer fulfils the request, or opens it again
/// with a remark.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct EvidenceRequest {
    /// Identifies the request.
    pub id: ID,
    /// Where it stands.
    state: EvidenceRequestState,
    /// The kind of evidence that is asked for.
    kind: EvidenceKind,
    /// What people call it.
    title: String,
    /// What exactly is wanted. Null when nobody has said.
    description: Option<String>,
    /// The service area of the agreement.
    service_area: ServiceArea,
    /// By when it shall be answered.
    due_on: Date,
    /// Why it was opened again or withdrawn. Null when it was neither, when nothing was said, and when
    /// it has been answered again since.
    remark: Option<String>,
    /// When it was asked.
    created_at: DateTime,
    /// When it was last answered. Null until it is answered.
    answered_at: Option<DateTime>,
    /// When it was fulfilled or withdrawn. Null while it is neither.
    closed_at: Option<DateTime>,
    /// When it was last changed.
    updated_at: DateTime,
    /// Counts its changes; pass it as `expectedVersion` when changing it.
    version: i32,
    #[graphql(skip)]
    row: Loaded<evidence_request::Entity>,
}

impl From<Loaded<evidence_request::Entity>> for EvidenceRequest {
    fn from(row: Loaded<evidence_request::Entity>) -> Self {
        Self {
            id: key::id::<evidence_request::Entity>(row.id),
            state: row.state,
            kind: row.kind,
            title: row.title.clone(),
            description: row.description.clone(),
            service_area: row.service_area,
            due_on: Date(row.due_on),
            remark: row.remark.clone(),
            created_at: DateTime(row.created_at),
            answered_at: row.answered_at.map(DateTime),
            closed_at: row.closed_at.map(DateTime),
            updated_at: DateTime(row.updated_at),
            version: row.version,
            row,
        }
    }
}

#[ComplexObject]
impl EvidenceRequest {
    /// Whether the supplier is late: the date has passed and the request waits for an answer. While the
    /// answer waits for the customer, the request is not overdue.
    async fn overdue(&self, ctx: &Context<'_>) -> Result<bool> {
        let today = scope(ctx).await?.today();
        Ok(model::overdue(self.state, self.due_on.0, today))
    }

    /// The agreement under which it is asked.
    async fn agreement(&self, ctx: &Context<'_>) -> Result<Agreement> {
        self.row
            .required(ctx, evidence_request::Column::AgreementId)
            .await
    }

    /// The customer who asks.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Organisation> {
        self.row
            .required(ctx, evidence_request::Column::CustomerId)
            .await
    }

    /// The supplier who is asked.
    async fn supplier(&self, ctx: &Context<'_>) -> Result<Organisation> {
        self.row
            .required(ctx, evidence_request::Column::SupplierId)
            .await
    }

    /// What was handed in as the latest answer; on a request that is OPEN again, the answer that was not
    /// enough. Null until it is first answered, and when your roles or token do not let you read the
    /// answer.
    async fn answer(&self, ctx: &Context<'_>) -> Result<Option<Submission>> {
        self.row.one(ctx, evidence_request::Column::AnswerId).await
    }

    /// Who asked. Null when an integration did.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, evidence_request::Column::CreatedBy).await
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
        let request = comment::Column::EvidenceRequestId;
        self.row
            .page(ctx, request, sort, Paging::new(first, after))
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

/// By what evidence requests are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum EvidenceRequestOrderField {
    /// By when it shall be answered.
    #[default]
    DueOn,
    /// When it was asked.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
}

/// In which order evidence requests are listed.
#[derive(InputObject, Default)]
pub struct EvidenceRequestOrder {
    /// What the list is ordered by.
    #[graphql(default)]
    field: EvidenceRequestOrderField,
    /// In which direction.
    #[graphql(default)]
    direction: OrderDirection,
}

impl EvidenceRequestOrder {
    fn sort(&self) -> Sort<evidence_request::Entity> {
        let column = match self.field {
            EvidenceRequestOrderField::DueOn => evidence_request::Column::DueOn,
            EvidenceRequestOrderField::CreatedAt => evidence_request::Column::CreatedAt,
            EvidenceRequestOrderField::UpdatedAt => evidence_request::Column::UpdatedAt,
        };
        Sort::by(column, self.direction)
    }
}

/// Which evidence requests are listed; all conditions given must hold. What is left out narrows nothing.
#[derive(InputObject, Default)]
pub struct EvidenceRequestFilter {
    /// In one of these states.
    state: Option<Vec<EvidenceRequestState>>,
    /// True for those that are not closed (OPEN or ANSWERED), false for those that are.
    open: Option<bool>,
    /// True for those that are overdue today, false for those that are not.
    overdue: Option<bool>,
    /// Of one of these kinds of evidence.
    kind: Option<Vec<EvidenceKind>>,
    /// Due before this day.
    due_before: Option<Date>,
    /// Under this agreement.
    agreement_id: Option<Key<agreement::Entity>>,
    /// To this supplier.
    supplier_id: Option<Key<organisation::Entity>>,
    /// From this customer.
    customer_id: Option<Key<organisation::Entity>>,
    /// In one of these service areas.
    service_area: Option<Vec<ServiceArea>>,
    /// Whose title contains this text, whatever its case.
    title_contains: Option<String>,
}

impl EvidenceRequestFilter {
    fn condition(self, today: NaiveDate) -> Condition {
        use evidence_request::Column;
        Condition::all()
            .add_option(among(Column::State, self.state))
            .add_option(self.open.map(|open| match open {
                true => Column::State.is_in(CHANGEABLE.to_vec()),
                false => Column::State.is_not_in(CHANGEABLE.to_vec()),
            }))
            .add_option(whether(self.overdue, is_overdue(today)))
            .add_option(among(Column::Kind, self.kind))
            .add_option(self.due_before.map(|day| Column::DueOn.lt(day.0)))
            .add_option(is(Column::AgreementId, self.agreement_id))
            .add_option(is(Column::SupplierId, self.supplier_id))
            .add_option(is(Column::CustomerId, self.customer_id))
            .add_option(among(Column::ServiceArea, self.service_area))
            .add_option(contains(Column::Title, self.title_contains))
    }
}

/// The condition that a request is overdue: [`model::overdue`] in SQL.
pub fn is_overdue(today: NaiveDate) -> Condition {
    use evidence_request::Column;
    Condition::all()
        .add(Column::State.eq(EvidenceRequestState::Open))
        .add(Column::DueOn.lt(today))
}

/// Queries of evidence requests.
#[derive(Default)]
pub struct RequestQuery;

#[Object]
impl RequestQuery {
    /// What was asked for: for a customer what it asks, for a supplier what it is asked.
    async fn evidence_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when left out.")] filter: Option<
            EvidenceRequestFilter,
        >,
        #[graphql(desc = "In which order; the earliest due first when left out.")] order: Option<
            EvidenceRequestOrder,
        >,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<EvidenceRequest>> {
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

/// A new request for evidence. What is left out stays empty.
#[derive(InputObject)]
pub struct CreateEvidenceRequestInput {
    /// The agreement whose supplier is asked; it must be in force.
    agreement_id: Key<agreement::Entity>,
    /// The kind of evidence that is asked for.
    kind: EvidenceKind,
    /// What people call it: up to 200 characters.
    title: String,
    /// What exactly is wanted: up to 10 000 characters.
    description: Option<String>,
    /// By when it shall be answered: today or later.
    due_on: Date,
}

impl From<CreateEvidenceRequestInput> for Wanted {
    fn from(input: CreateEvidenceRequestInput) -> Self {
        Self {
            kind: input.kind,
            title: input.title,
            description: input.description,
            due_on: input.due_on.0,
        }
    }
}

/// A change of an evidence request. What is left out stays; null empties what may be empty, and leaves the rest.
#[derive(InputObject)]
pub struct UpdateEvidenceRequestInput {
    /// Which request.
    id: Key<evidence_request::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// What people call it.
    title: Option<String>,
    /// What exactly is wanted.
    description: MaybeUndefined<String>,
    /// By when it shall be answered: today or later.
    due_on: Option<Date>,
}

impl UpdateEvidenceRequestInput {
    fn fill(self, row: &mut evidence_request::Model) {
        if let Some(title) = self.title {
            row.title = title;
        }
        self.description.update_to(&mut row.description);
        row.due_on = self.due_on.map_or(row.due_on, |day| day.0);
    }
}

/// Which request to answer, and with what.
#[derive(InputObject)]
pub struct AnswerEvidenceRequestInput {
    /// Which request.
    id: Key<evidence_request::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// The answer: a submission that has been handed in under the agreement of the request.
    submission_id: Key<submission::Entity>,
}

/// Which request to fulfil.
#[derive(InputObject)]
pub struct FulfilEvidenceRequestInput {
    /// Which request.
    id: Key<evidence_request::Entity>,
    /// The version that the change is made on: the one whose answer was looked at.
    expected_version: i32,
}

/// Which request to open again, and why.
#[derive(InputObject)]
pub struct ReopenEvidenceRequestInput {
    /// Which request.
    id: Key<evidence_request::Entity>,
    /// The version that the change is made on: the one whose answer was looked at.
    expected_version: i32,
    /// What the answer lacks: up to 10 000 characters.
    remark: String,
}

/// Which request to withdraw.
#[derive(InputObject)]
pub struct WithdrawEvidenceRequestInput {
    /// Which request.
    id: Key<evidence_request::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// Why it is no longer asked for: up to 10 000 characters; nothing when left out.
    remark: Option<String>,
}

/// Mutations of evidence requests.
#[derive(Default)]
pub struct RequestMutation;

#[Object]
impl RequestMutation {
    /// Asks the supplier of an agreement for evidence, by a date. The supplier sees it at once.
    async fn create_evidence_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: CreateEvidenceRequestInput,
    ) -> Result<EvidenceRequest> {
        let agreement = input.agreement_id.id;
        let permit = session(ctx)?
            .permit::<CreateEvidenceRequest>(agreement, None)
            .await?;
        Ok(EvidenceRequest::from(alone(
            write::create(permit, input.into()).await?,
        )))
    }

    /// Changes what is asked for, or by when, until the request is fulfilled or withdrawn.
    async fn update_evidence_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateEvidenceRequestInput,
    ) -> Result<EvidenceRequest> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<UpdateEvidenceRequest>(input.id.id, expected)
            .await?;
        let row = write::update(permit, |row| input.fill(row)).await?;
        Ok(EvidenceRequest::from(alone(row)))
    }

    /// Answers an open request with something that was handed in under its agreement. The answer is
    /// reviewed as any other submission; the request waits for the customer.
    async fn answer_evidence_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and with what.")] input: AnswerEvidenceRequestInput,
    ) -> Result<EvidenceRequest> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<AnswerEvidenceRequest>(input.id.id, expected)
            .await?;
        Ok(EvidenceRequest::from(alone(
            write::answer(permit, input.submission_id.id).await?,
        )))
    }

    /// Closes an answered request, because the answer is enough.
    async fn fulfil_evidence_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: FulfilEvidenceRequestInput,
    ) -> Result<EvidenceRequest> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<FulfilEvidenceRequest>(input.id.id, expected)
            .await?;
        Ok(EvidenceRequest::from(alone(write::fulfil(permit).await?)))
    }

    /// Opens an answered request again, with a remark that says what the answer lacks. The supplier can
    /// then answer anew.
    async fn reopen_evidence_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: ReopenEvidenceRequestInput,
    ) -> Result<EvidenceRequest> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<ReopenEvidenceRequest>(input.id.id, expected)
            .await?;
        Ok(EvidenceRequest::from(alone(
            write::reopen(permit, input.remark).await?,
        )))
    }

    /// Closes an open request, because the evidence is no longer asked for.
    async fn withdraw_evidence_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: WithdrawEvidenceRequestInput,
    ) -> Result<EvidenceRequest> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<WithdrawEvidenceRequest>(input.id.id, expected)
            .await?;
        Ok(EvidenceRequest::from(alone(
            write::withdraw(permit, input.remark).await?,
        )))
    }
}
