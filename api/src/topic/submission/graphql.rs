//! Submissions in the schema.

mod content;
mod subscription;

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    EvidenceKind, ReviewOutcome, ReviewState, ServiceArea, agreement, comment, evidence,
    organisation, submission, submission_round,
};
use sea_orm::{ColumnTrait, Condition};

pub use content::{RiskSnapshot, SubmissionContent};
pub use subscription::{SubmissionChange, SubmissionSubscription};

use super::write;
use crate::{
    Result,
    access::action::{ApproveSubmission, CreateSubmission, ReturnSubmission, SubmitSubmission},
    graphql::{
        filter::{among, any_of, contains, is},
        key::{self, Key},
        loaded::{Loaded, alone, scope, session},
        page::{List, OrderDirection, Paging, Sort, list},
        scalar::{Date, DateTime},
    },
    topic::{
        agreement::graphql::Agreement,
        comment::graphql::Comment,
        event::graphql::{Event, history},
        evidence::{
            graphql::Evidence,
            model::{Validity, horizon},
        },
        organisation::graphql::{Organisation, Person},
        risk::graphql::RiskAnalysis,
    },
};

/// One piece of evidence or one risk analysis, handed in under one agreement and reviewed by that
/// customer. The same evidence is uploaded once and handed in under several agreements. The customer
/// sees a submission from when it is first handed in; what it then sees is the round's content as it
/// stood, never the supplier's later work.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Submission {
    /// Identifies the submission.
    pub id: ID,
    /// Where it stands.
    state: ReviewState,
    /// The title of what was last handed in, or of the draft.
    title: String,
    /// The kind of the evidence. Null for a risk analysis.
    kind: Option<EvidenceKind>,
    /// The service area of the agreement.
    service_area: ServiceArea,
    /// First day of validity of what was last handed in. Null when it names none.
    valid_from: Option<Date>,
    /// Last day of validity of what was last handed in. Null when it does not expire.
    valid_until: Option<Date>,
    /// The remark of the latest review. Null when there was none, or it has been handed in again since.
    remark: Option<String>,
    /// When it was prepared.
    created_at: DateTime,
    /// When it was last handed in. Null while it is a draft.
    submitted_at: Option<DateTime>,
    /// When it was last reviewed. Null while it has not been.
    reviewed_at: Option<DateTime>,
    /// When it was last changed.
    updated_at: DateTime,
    /// Counts its changes; pass it as `expectedVersion` when changing it.
    version: i32,
    #[graphql(skip)]
    row: Loaded<submission::Entity>,
}

impl From<Loaded<submission::Entity>> for Submission {
    fn from(row: Loaded<submission::Entity>) -> Self {
        Self {
            id: key::id::<submission::Entity>(row.id),
            state: row.state,
            title: row.title.clone(),
            kind: row.kind,
            service_area: row.service_area,
            valid_from: row.valid_from.map(Date),
            valid_until: row.valid_until.map(Date),
            remark: row.remark.clone(),
            created_at: DateTime(row.created_at),
            submitted_at: row.submitted_at.map(DateTime),
            reviewed_at: row.reviewed_at.map(DateTime),
            updated_at: DateTime(row.updated_at),
            version: row.version,
            row,
        }
    }
}

#[ComplexObject]
impl Submission {
    /// Whether what was last handed in is valid today, told by its dates.
    async fn validity(&self, ctx: &Context<'_>) -> Result<Validity> {
        let today = scope(ctx).await?.today();
        Ok(Validity::on(
            today,
            self.row.valid_from,
            self.row.valid_until,
        ))
    }

    /// The agreement under which it is handed in. Null for a supplier that takes part in a risk
    /// analysis under an agreement of its own.
    async fn agreement(&self, ctx: &Context<'_>) -> Result<Option<Agreement>> {
        self.row.one(ctx, submission::Column::AgreementId).await
    }

    /// The customer who reviews it.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Organisation> {
        self.row.required(ctx, submission::Column::CustomerId).await
    }

    /// The supplier of the agreement. Null for a supplier that takes part in a risk analysis under an
    /// agreement of its own.
    async fn supplier(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        self.row.one(ctx, submission::Column::SupplierId).await
    }

    /// The evidence in the supplier's workspace. Null for a risk analysis, and for everybody but the
    /// supplier: others see the content of the rounds.
    async fn evidence(&self, ctx: &Context<'_>) -> Result<Option<Evidence>> {
        self.row.one(ctx, submission::Column::EvidenceId).await
    }

    /// The risk analysis. Null for evidence.
    async fn risk_analysis(&self, ctx: &Context<'_>) -> Result<Option<RiskAnalysis>> {
        self.row.one(ctx, submission::Column::RiskAnalysisId).await
    }

    /// Who prepared it. Null when an integration did.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, submission::Column::CreatedBy).await
    }

    /// Who last handed it in. Null while it is a draft, and when an integration did.
    async fn submitted_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, submission::Column::SubmittedBy).await
    }

    /// Who last reviewed it. Null while it has not been.
    async fn reviewed_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, submission::Column::ReviewedBy).await
    }

    /// Every time it was handed in, oldest first, with the content as it then stood.
    async fn rounds(&self, ctx: &Context<'_>) -> Result<Vec<SubmissionRound>> {
        use submission_round::Column;
        self.row
            .all(ctx, Column::SubmissionId, Column::Number)
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
        let submission = comment::Column::SubmissionId;
        self.row
            .page(ctx, submission, sort, Paging::new(first, after))
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

/// One time that something was handed in: the content as it then stood, and the review of it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct SubmissionRound {
    /// Identifies the round.
    pub id: ID,
    /// The round, from 1.
    number: i32,
    /// What the supplier wrote with it. Null when nothing.
    message: Option<String>,
    /// When it was handed in.
    submitted_at: DateTime,
    /// What was decided. Null while it waits for review.
    outcome: Option<ReviewOutcome>,
    /// The reviewer's remark. Null when there was none.
    remark: Option<String>,
    /// When it was reviewed. Null while it waits for review.
    reviewed_at: Option<DateTime>,
    #[graphql(skip)]
    row: Loaded<submission_round::Entity>,
}

impl From<Loaded<submission_round::Entity>> for SubmissionRound {
    fn from(row: Loaded<submission_round::Entity>) -> Self {
        Self {
            id: key::id::<submission_round::Entity>(row.id),
            number: row.number,
            message: row.message.clone(),
            submitted_at: DateTime(row.submitted_at),
            outcome: row.outcome,
            remark: row.remark.clone(),
            reviewed_at: row.reviewed_at.map(DateTime),
            row,
        }
    }
}

#[ComplexObject]
impl SubmissionRound {
    /// What was handed in, as it then stood.
    async fn content(&self) -> Result<SubmissionContent> {
        SubmissionContent::of(&self.row)
    }

    /// Who handed it in. Null when an integration did.
    async fn submitted_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row
            .one(ctx, submission_round::Column::SubmittedBy)
            .await
    }

    /// Who reviewed it. Null while it waits for review.
    async fn reviewed_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row
            .one(ctx, submission_round::Column::ReviewedBy)
            .await
    }
}

/// By what submissions are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum SubmissionOrderField {
    /// When it was prepared.
    #[default]
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
    /// Its last day of validity; what does not expire comes after all dates.
    ValidUntil,
}

/// In which order submissions are listed.
#[derive(InputObject, Default)]
pub struct SubmissionOrder {
    /// What the list is ordered by.
    #[graphql(default)]
    field: SubmissionOrderField,
    /// In which direction.
    #[graphql(default)]
    direction: OrderDirection,
}

impl SubmissionOrder {
    fn sort(&self) -> Sort<submission::Entity> {
        let column = match self.field {
            SubmissionOrderField::CreatedAt => submission::Column::CreatedAt,
            SubmissionOrderField::UpdatedAt => submission::Column::UpdatedAt,
            SubmissionOrderField::ValidUntil => submission::Column::ValidUntil,
        };
        Sort::by(column, self.direction)
    }
}

/// Which submissions are listed; all conditions given must hold. What is left out narrows nothing.
#[derive(InputObject, Default)]
pub struct SubmissionFilter {
    /// In one of these states.
    state: Option<Vec<ReviewState>>,
    /// Of evidence of one of these kinds.
    kind: Option<Vec<EvidenceKind>>,
    /// Under this agreement.
    agreement_id: Option<Key<agreement::Entity>>,
    /// Of this supplier.
    supplier_id: Option<Key<organisation::Entity>>,
    /// To this customer.
    customer_id: Option<Key<organisation::Entity>>,
    /// In one of these service areas.
    service_area: Option<Vec<ServiceArea>>,
    /// Whose title contains this text, whatever its case.
    title_contains: Option<String>,
    /// That have one of these validities today.
    validity: Option<Vec<Validity>>,
}

impl SubmissionFilter {
    fn condition(self, today: NaiveDate) -> Condition {
        use submission::Column;
        Condition::all()
            .add_option(among(Column::State, self.state))
            .add_option(among(Column::Kind, self.kind))
            .add_option(is(Column::AgreementId, self.agreement_id))
            .add_option(is(Column::SupplierId, self.supplier_id))
            .add_option(is(Column::CustomerId, self.customer_id))
            .add_option(among(Column::ServiceArea, self.service_area))
            .add_option(contains(Column::Title, self.title_contains))
            .add_option(any_of(self.validity, |validity| {
                has_validity(validity, today)
            }))
    }
}

/// The condition that a submission's dates give it this validity: [`Validity::on`] in SQL.
pub fn has_validity(validity: Validity, today: NaiveDate) -> Condition {
    use submission::Column;
    let begun = Condition::any()
        .add(Column::ValidFrom.is_null())
        .add(Column::ValidFrom.lte(today));
    let horizon = horizon(today);
    match validity {
        Validity::Upcoming => Condition::all().add(Column::ValidFrom.gt(today)),
        Validity::Valid => Condition::all().add(begun).add(
            Condition::any()
                .add(Column::ValidUntil.is_null())
                .add(Column::ValidUntil.gt(horizon)),
        ),
        Validity::Expiring => Condition::all()
            .add(begun)
            .add(Column::ValidUntil.between(today, horizon)),
        Validity::Expired => Condition::all()
            .add(begun)
            .add(Column::ValidUntil.lt(today)),
    }
}

/// Queries of submissions.
#[derive(Default)]
pub struct SubmissionQuery;

#[Object]
impl SubmissionQuery {
    /// What was handed in: for a supplier its own, drafts included; for a customer what was handed in to it.
    async fn submissions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when left out.")] filter: Option<SubmissionFilter>,
        #[graphql(desc = "In which order; oldest first when left out.")] order: Option<
            SubmissionOrder,
        >,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<Submission>> {
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

/// Which evidence to prepare for handing in, and under which agreement.
#[derive(InputObject)]
pub struct CreateSubmissionInput {
    /// The evidence.
    evidence_id: Key<evidence::Entity>,
    /// The agreement, one of the own organisation's.
    agreement_id: Key<agreement::Entity>,
}

/// Which submission to hand in.
#[derive(InputObject)]
pub struct SubmitSubmissionInput {
    /// Which submission.
    id: Key<submission::Entity>,
    /// The version that the change is made on.
    expected_version: i32,
    /// What to say to the reviewer: up to 10 000 characters; nothing when left out.
    message: Option<String>,
}

/// Which submission to approve.
#[derive(InputObject)]
pub struct ApproveSubmissionInput {
    /// Which submission.
    id: Key<submission::Entity>,
    /// The version that the change is made on: the one that was reviewed.
    expected_version: i32,
    /// What to say to the supplier: up to 10 000 characters; nothing when left out.
    remark: Option<String>,
}

/// Which submission to return, and why.
#[derive(InputObject)]
pub struct ReturnSubmissionInput {
    /// Which submission.
    id: Key<submission::Entity>,
    /// The version that the change is made on: the one that was reviewed.
    expected_version: i32,
    /// What must be changed: up to 10 000 characters.
    remark: String,
}

/// Mutations of submissions.
#[derive(Default)]
pub struct SubmissionMutation;

#[Object]
impl SubmissionMutation {
    /// Prepares a piece of evidence for handing in under an agreement. The customer does not see it yet.
    async fn create_submission(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which evidence, under which agreement.")] input: CreateSubmissionInput,
    ) -> Result<Submission> {
        let permit = session(ctx)?
            .permit::<CreateSubmission>(input.evidence_id.id, None)
            .await?;
        Ok(alone(write::create(permit, input.agreement_id.id).await?).into())
    }

    /// Hands in a submission, for the first time or after it was returned: the evidence and its current
    /// files as they stand now. From then on the customer sees it.
    async fn submit_submission(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: SubmitSubmissionInput,
    ) -> Result<Submission> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<SubmitSubmission>(input.id.id, expected)
            .await?;
        Ok(alone(write::submit(permit, input.message).await?).into())
    }

    /// Approves what was handed in. An earlier approved submission of the same evidence under the same
    /// agreement becomes SUPERSEDED.
    async fn approve_submission(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ApproveSubmissionInput,
    ) -> Result<Submission> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<ApproveSubmission>(input.id.id, expected)
            .await?;
        Ok(alone(write::approve(permit, input.remark).await?).into())
    }

    /// Returns what was handed in, with a remark that says what must be changed.
    async fn return_submission(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: ReturnSubmissionInput,
    ) -> Result<Submission> {
        let expected = Some(input.expected_version);
        let permit = session(ctx)?
            .permit::<ReturnSubmission>(input.id.id, expected)
            .await?;
        Ok(alone(write::send_back(permit, input.remark).await?).into())
    }
}
