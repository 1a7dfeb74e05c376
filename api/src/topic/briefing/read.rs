//! What a forum follows, as conditions on the lists of the other topics.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    AcceptanceState, MeetingState, ReviewState, ServiceArea, action_item, agreement, event, forum,
    forum_membership, meeting, risk, risk_acceptance, submission,
};
use sea_orm::{
    ColumnTrait, Condition, Order,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::{Result, access::Scope, topic::risk::model::HIGH_FROM};

/// How many levels there are below a strategic forum: tactical and operational.
const LEVELS_BELOW: usize = 2;

/// What a forum follows.
#[derive(Clone, Debug)]
pub struct Following {
    /// The forum.
    pub forum: forum::Model,
    /// The forum and those below it.
    forums: Vec<Uuid>,
    /// The suppliers that take part in any of them.
    pub suppliers: Vec<Uuid>,
    /// The last meeting that was held.
    pub last_meeting: Option<meeting::Model>,
    /// The next meeting that is planned.
    pub next_meeting: Option<meeting::Model>,
    today: NaiveDate,
}

impl Following {
    /// What the forum with this id follows.
    ///
    /// # Errors
    /// `NotFound` when the actor does not see the forum, `Forbidden` when it may not read of meetings.
    pub async fn of(scope: &Scope, id: Uuid) -> Result<Self> {
        let forum = scope.get::<forum::Entity>(id).await?;
        let forums = with_those_below(scope, id).await?;
        let suppliers = suppliers(scope, &forum, &forums).await?;
        let following = Self {
            last_meeting: last_meeting(scope, id).await?,
            next_meeting: next_meeting(scope, id).await?,
            today: scope.today(),
            forum,
            forums,
            suppliers,
        };
        // What it follows is bounded by dates, of which PostgreSQL has to know how much they leave.
        scope.plan_by_values().await?;
        Ok(following)
    }

    /// From when changes are told: the last meeting that was held.
    #[must_use]
    pub fn since(&self) -> Option<DateTime<Utc>> {
        self.last_meeting.as_ref().map(|meeting| meeting.starts_at)
    }

    /// Action items that are not closed; those alone whose date has passed, or has not, if it is said.
    #[must_use]
    pub fn open_action_items(&self, overdue: Option<bool>) -> Condition {
        use action_item::Column;
        let due = overdue.map(|overdue| match overdue {
            true => Column::DueOn.lt(self.today),
            false => Column::DueOn.gte(self.today),
        });
        Condition::all()
            .add(Column::ForumId.is_in(self.forums.clone()))
            .add(Column::ClosedAt.is_null())
            .add_option(due)
    }

    /// Submissions of the suppliers that take part, in the forum's area.
    fn submissions(&self, state: ReviewState) -> Condition {
        use submission::Column;
        self.of_customer(Column::CustomerId, Column::ServiceArea)
            .add(Column::SupplierId.is_in(self.suppliers.clone()))
            .add(Column::State.eq(state))
    }

    /// Submissions that wait for the customer's review.
    #[must_use]
    pub fn submissions_to_review(&self) -> Condition {
        self.submissions(ReviewState::Submitted)
    }

    /// Evidence that was approved.
    #[must_use]
    pub fn approved_evidence(&self) -> Condition {
        self.submissions(ReviewState::Approved)
            .add(submission::Column::EvidenceId.is_not_null())
    }

    /// The customer's in the forum's area, by the columns that tell so.
    fn of_customer(&self, customer: impl ColumnTrait, area: impl ColumnTrait) -> Condition {
        Condition::all()
            .add(customer.eq(self.forum.customer_id))
            .add_option(self.forum.service_area.map(|only| area.eq(only)))
    }

    /// Risks that are not closed, of the customer in the forum's area.
    fn open_risks(&self) -> Condition {
        use risk::Column;
        self.of_customer(Column::CustomerId, Column::ServiceArea)
            .add(Column::ClosedAt.is_null())
    }

    /// Risks that are high as they are now.
    #[must_use]
    pub fn high_risks(&self) -> Condition {
        self.open_risks().add(risk::Column::Score.gte(HIGH_FROM))
    }

    /// Risks that should have been looked at again.
    #[must_use]
    pub fn risks_past_review(&self) -> Condition {
        self.open_risks().add(risk::Column::ReviewOn.lt(self.today))
    }

    /// Acceptances whose time has passed, of risks that are still open and that no other acceptance
    /// covers today.
    ///
    /// # Errors
    /// `Forbidden` when the actor may not read of risks.
    pub fn expired_acceptances(&self, scope: &Scope) -> Result<Condition> {
        use risk_acceptance::Column;
        let open = scope
            .find::<risk::Entity>()?
            .filter(risk::Column::ClosedAt.is_null())
            .ids();
        // Said so, PostgreSQL looks for them once. As a part of the whole it expects next to none, and compares each
        // with each.
        let is_open = Expr::expr(Column::RiskId.in_subquery(open)).eq(true);
        let covered = scope
            .find::<risk_acceptance::Entity>()?
            .filter(Column::State.eq(AcceptanceState::Accepted))
            .filter(Column::AcceptedUntil.gte(self.today))
            .column(Column::RiskId);
        Ok(self
            .of_customer(Column::CustomerId, Column::ServiceArea)
            .add(Column::State.eq(AcceptanceState::Accepted))
            .add(Column::AcceptedUntil.lt(self.today))
            .add(is_open)
            .add(Column::RiskId.not_in_subquery(covered)))
    }

    /// What happened since the last meeting; before the first, everything.
    #[must_use]
    pub fn changes(&self) -> Condition {
        use event::Column;
        let area = |area: ServiceArea| {
            Condition::any()
                .add(Column::ServiceArea.eq(area))
                .add(Column::ServiceArea.is_null())
        };
        Condition::all()
            .add_option(self.since().map(|since| Column::At.gte(since)))
            .add_option(self.forum.service_area.map(area))
            .add(Column::Topic.ne(entity::Topic::Administration))
    }
}

async fn with_those_below(scope: &Scope, id: Uuid) -> Result<Vec<Uuid>> {
    let mut all = vec![id];
    let mut level = vec![id];
    for _ in 0..LEVELS_BELOW {
        let below = scope
            .find::<forum::Entity>()?
            .filter(forum::Column::ParentId.is_in(level))
            .all()
            .await?;
        level = below.iter().map(|forum| forum.id).collect();
        all.extend(&level);
    }
    Ok(all)
}

/// The suppliers with an agreement in the forum's area that take part in one of the forums.
async fn suppliers(scope: &Scope, forum: &forum::Model, forums: &[Uuid]) -> Result<Vec<Uuid>> {
    let members = scope
        .find::<forum_membership::Entity>()?
        .filter(forum_membership::Column::ForumId.is_in(forums.to_vec()))
        .column(forum_membership::Column::OrganisationId);
    let agreements = scope
        .find::<agreement::Entity>()?
        .filter(agreement::Column::CustomerId.eq(forum.customer_id))
        .filter(agreement::Column::SupplierId.in_subquery(members))
        .filter(
            Condition::all().add_option(
                forum
                    .service_area
                    .map(|area| agreement::Column::ServiceArea.eq(area)),
            ),
        )
        .all()
        .await?;
    let unique: BTreeSet<_> = agreements.into_iter().map(|one| one.supplier_id).collect();
    Ok(unique.into_iter().collect())
}

async fn last_meeting(scope: &Scope, forum: Uuid) -> Result<Option<meeting::Model>> {
    use meeting::Column;
    scope
        .find::<meeting::Entity>()?
        .filter(Column::ForumId.eq(forum))
        .filter(Column::State.ne(MeetingState::Planned))
        .order(Expr::col(Column::StartsAt.as_column_ref()), Order::Desc)
        .one()
        .await
}

async fn next_meeting(scope: &Scope, forum: Uuid) -> Result<Option<meeting::Model>> {
    use meeting::Column;
    scope
        .find::<meeting::Entity>()?
        .filter(Column::ForumId.eq(forum))
        .filter(Column::State.eq(MeetingState::Planned))
        .order(Expr::col(Column::StartsAt.as_column_ref()), Order::Asc)
        .one()
        .await
}
