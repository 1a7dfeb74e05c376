//! Reading what is one's own, and what is new.

use entity::{event, event_audience, event_mark, saved_view};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Order, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, SimpleExpr, SubQueryStatement},
};
use uuid::Uuid;

use super::model::{LOOKED_THROUGH, MOST, MOST_UNSEEN, UNTOLD};
use crate::{
    Result,
    access::{Facts, Resource, Scope},
};

impl Resource for saved_view::Model {
    async fn load(scope: &Scope, id: Uuid) -> Result<Self> {
        scope.get::<saved_view::Entity>(id).await
    }

    fn facts(&self) -> Facts {
        Facts {
            owner: Some(self.organisation_id),
            ..Facts::default()
        }
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

/// One's own views, by page and name.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn views(scope: &Scope) -> Result<Vec<saved_view::Model>> {
    use saved_view::Column;
    scope
        .find::<saved_view::Entity>()?
        .order(Expr::col(Column::Page.as_column_ref()), Order::Asc)
        .order(Expr::col(Column::Name.as_column_ref()), Order::Asc)
        .limit(MOST)
        .all()
        .await
}

/// The latest of the events that one may read, that others have done, and that one has not seen: by one statement,
/// which looks neither further back than what has been seen nor through more than so many events.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn unseen(scope: &Scope, person: Uuid) -> Result<Vec<event_audience::Model>> {
    use event_audience::Column;
    let of_others = event::Entity::find()
        .select_only()
        .column(event::Column::Id)
        .filter(
            Condition::any()
                .add(event::Column::PersonId.is_null())
                .add(event::Column::PersonId.ne(person)),
        )
        .filter(event::Column::Action.is_not_in(UNTOLD.iter().copied()))
        .into_query();
    let seen = event_mark::Entity::find()
        .select_only()
        .column(event_mark::Column::Position)
        .filter(event_mark::Column::Id.eq(person))
        .into_query();
    let last = event_audience::Entity::find()
        .select_only()
        .column_as(Column::Position.max(), "last")
        .filter(Column::OrganisationId.eq(scope.actor().organisation))
        .into_query();
    let value = |query: sea_orm::sea_query::SelectStatement| {
        SimpleExpr::SubQuery(None, Box::new(SubQueryStatement::SelectStatement(query)))
    };
    let position = || Expr::col(Column::Position.as_column_ref());
    scope
        .find::<event_audience::Entity>()?
        .filter(Condition::all().add(position().gt(value(seen).if_null(0))))
        .filter(Condition::all().add(position().gt(value(last).sub(LOOKED_THROUGH))))
        .filter(Column::EventId.in_subquery(of_others))
        .order(position(), Order::Desc)
        .limit(MOST_UNSEEN)
        .all()
        .await
}
