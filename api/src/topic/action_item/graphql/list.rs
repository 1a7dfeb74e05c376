//! Lists of action items in the schema.

use async_graphql::{Context, Enum, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    ActionItemState, Priority, ServiceArea, action_item, forum, organisation, person, risk,
};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use super::ActionItem;
use crate::{
    Result,
    access::Scope,
    graphql::{
        filter::{among, contains, is, whether},
        key::Key,
        loaded::scope,
        page::{List, OrderDirection, Paging, Sort, list},
        scalar::Date,
    },
    topic::action_item::model::OPEN_STATES,
};

/// By what action items are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ActionItemOrderField {
    /// By when it shall be done.
    #[default]
    DueOn,
    /// When it was taken down.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
}

/// In which order action items are listed.
#[derive(InputObject, Default)]
pub struct ActionItemOrder {
    /// What the list is ordered by.
    #[graphql(default)]
    field: ActionItemOrderField,
    /// In which direction.
    #[graphql(default)]
    direction: OrderDirection,
}

impl ActionItemOrder {
    fn sort(&self) -> Sort<action_item::Entity> {
        let column = match self.field {
            ActionItemOrderField::DueOn => action_item::Column::DueOn,
            ActionItemOrderField::CreatedAt => action_item::Column::CreatedAt,
            ActionItemOrderField::UpdatedAt => action_item::Column::UpdatedAt,
        };
        Sort::by(column, self.direction)
    }
}

/// Which action items are listed; all conditions given must hold. What is left out narrows nothing.
#[derive(InputObject, Default)]
pub struct ActionItemFilter {
    /// In one of these states.
    state: Option<Vec<ActionItemState>>,
    /// Whether something remains to be done, by the assignee or by the customer.
    open: Option<bool>,
    /// Whether they are open and past their due date.
    overdue: Option<bool>,
    /// That this forum follows now.
    forum_id: Option<Key<forum::Entity>>,
    /// That this organisation shall do.
    assignee_organisation_id: Option<Key<organisation::Entity>>,
    /// That this person shall do.
    assignee_id: Option<Key<person::Entity>>,
    /// Only those that you shall do yourself; an integration has none.
    #[graphql(default = false)]
    assigned_to_me: bool,
    /// Only those that your organisation shall do.
    #[graphql(default = false)]
    assigned_to_us: bool,
    /// That treat this risk.
    risk_id: Option<Key<risk::Entity>>,
    /// That shall be done before this day.
    due_before: Option<Date>,
    /// Of one of these priorities.
    priority: Option<Vec<Priority>>,
    /// That concern one of these service areas.
    service_area: Option<Vec<ServiceArea>>,
    /// Whose title contains this text, whatever its case.
    title_contains: Option<String>,
}

impl ActionItemFilter {
    /// The filter as a condition on rows, for whom and on the day that the scope was opened.
    pub fn condition(self, scope: &Scope) -> Condition {
        use action_item::Column;
        // No record has the nil id: nothing is assigned to an integration.
        let me = scope.actor().person.unwrap_or(Uuid::nil());
        let us = scope.actor().organisation;
        Condition::all()
            .add_option(among(Column::State, self.state))
            .add_option(whether(self.open, is_open()))
            .add_option(whether(self.overdue, is_overdue(scope.today())))
            .add_option(is(Column::ForumId, self.forum_id))
            .add_option(is(
                Column::AssigneeOrganisationId,
                self.assignee_organisation_id,
            ))
            .add_option(is(Column::AssigneeId, self.assignee_id))
            .add_option(self.assigned_to_me.then(|| Column::AssigneeId.eq(me)))
            .add_option(
                self.assigned_to_us
                    .then(|| Column::AssigneeOrganisationId.eq(us)),
            )
            .add_option(is(Column::RiskId, self.risk_id))
            .add_option(self.due_before.map(|day| Column::DueOn.lt(day.0)))
            .add_option(among(Column::Priority, self.priority))
            .add_option(among(Column::ServiceArea, self.service_area))
            .add_option(contains(Column::Title, self.title_contains))
    }
}

/// [`is_open`](crate::topic::action_item::model::is_open) in SQL.
#[must_use]
pub fn is_open() -> Condition {
    Condition::all().add(action_item::Column::State.is_in(OPEN_STATES.iter().copied()))
}

/// [`overdue`](crate::topic::action_item::model::overdue) in SQL.
#[must_use]
pub fn is_overdue(today: NaiveDate) -> Condition {
    is_open().add(action_item::Column::DueOn.lt(today))
}

/// Queries of action items.
#[derive(Default)]
pub struct ActionItemQuery;

#[Object]
impl ActionItemQuery {
    /// The action items of the own municipality; for a supplier what it shall do, and what the forums that
    /// it belongs to follow.
    async fn action_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when left out.")] filter: Option<ActionItemFilter>,
        #[graphql(desc = "In which order; the most urgent first when left out.")] order: Option<
            ActionItemOrder,
        >,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<ActionItem>> {
        let wanted = filter.unwrap_or_default().condition(&*scope(ctx).await?);
        list(
            ctx,
            wanted,
            order.unwrap_or_default().sort(),
            Paging::new(first, after),
        )
        .await
    }
}
