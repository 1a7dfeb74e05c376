//! A reading transaction of one actor: every statement carries the rule of visibility.
//!
//! There is no other way to a row. [`Scope::find`] refuses when the actor may not read of the topic
//! at all; rows that the actor may not see simply are not there.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, NaiveDate, Utc};
use entity::{SearchKind, search_entry, search_word};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, FromQueryResult,
    Iterable, Order, PaginatorTrait, PrimaryKeyToColumn, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
    sea_query::{IntoCondition, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use super::{
    Actor,
    action::unreadable,
    visible::{self, Visible},
};
use crate::{Error, Result, clock};

/// A reading transaction of one actor.
pub struct Scope {
    pub(super) tx: DatabaseTransaction,
    actor: Arc<Actor>,
    now: DateTime<Utc>,
    statements: Arc<AtomicU64>,
}

impl Scope {
    pub(super) fn new(
        tx: DatabaseTransaction,
        actor: Arc<Actor>,
        now: DateTime<Utc>,
        statements: Arc<AtomicU64>,
    ) -> Self {
        Self {
            tx,
            actor,
            now,
            statements,
        }
    }

    /// Whose scope it is.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The instant at which the scope was opened.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The day on which the scope was opened.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        clock::day(self.now)
    }

    /// The rows of a table that exist for the actor.
    ///
    /// # Errors
    /// `Forbidden` when roles or token do not let the actor read of the table's topic at all.
    pub fn find<E: Visible>(&self) -> Result<Found<'_, E>> {
        let topics = E::topics();
        if !topics.iter().any(|topic| self.actor.may_read(*topic)) {
            return Err(unreadable(&self.actor, topics[0]));
        }
        Ok(Found {
            scope: self,
            select: E::find().filter(E::visible(&self.actor)),
        })
    }

    /// The entries of these kinds among those that `said` names, of the records that exist for the actor. Visibility is
    /// judged of what is said alone: there is too much of everything that an actor sees.
    pub fn entries(
        &self,
        kinds: &[SearchKind],
        said: &SelectStatement,
    ) -> Found<'_, search_entry::Entity> {
        let seen = visible::entries(&self.actor, kinds, Some(said));
        Found {
            scope: self,
            select: search_entry::Entity::find().filter(seen),
        }
    }

    /// The kinds of which there are entries with such words, whoever sees them: for these, and no others, it is worth
    /// asking whether the actor does.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn kinds_with(&self, words: SimpleExpr) -> Result<Vec<SearchKind>> {
        self.count_statement();
        let kinds = search_word::Entity::find()
            .select_only()
            .column(search_word::Column::Kind)
            .distinct()
            .filter(words)
            .into_tuple()
            .all(&self.tx)
            .await?;
        Ok(kinds)
    }

    /// The row with this id.
    ///
    /// # Errors
    /// `NotFound` when it does not exist for the actor.
    pub async fn get<E: Visible>(&self, id: Uuid) -> Result<E::Model> {
        self.maybe::<E>(id).await?.ok_or(Error::NotFound)
    }

    /// The row with this id, if it exists for the actor.
    ///
    /// # Errors
    /// `Forbidden` as [`Scope::find`].
    pub async fn maybe<E: Visible>(&self, id: Uuid) -> Result<Option<E::Model>> {
        self.find::<E>()?.filter(id_of::<E>().eq(id)).one().await
    }

    /// The number of the latest event that the actor's organisation is told of, whether the actor may read
    /// it or not; 0 when there is none.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn last_position(&self) -> Result<i64> {
        use entity::event_audience::{Column, Entity};
        self.count_statement();
        let last: Option<Option<i64>> = Entity::find()
            .select_only()
            .column(Column::Position)
            .filter(Column::OrganisationId.eq(self.actor.organisation))
            .filter(Column::Position.is_not_null())
            .order_by(Column::Position, Order::Desc)
            .into_tuple()
            .one(&self.tx)
            .await?;
        Ok(last.flatten().unwrap_or(0))
    }

    /// Has PostgreSQL plan what is asked from here on by the values that are asked for, each time anew. By itself it
    /// settles on one plan for all values, which is dear where most rows are old and the recent ones are wanted. For
    /// what looks at much: planning costs more than a look at a single row.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn plan_by_values(&self) -> Result<()> {
        if self.tx.get_database_backend() == DbBackend::Postgres {
            self.count_statement();
            let setting = "SET LOCAL plan_cache_mode = force_custom_plan";
            self.tx.execute_unprepared(setting).await?;
        }
        Ok(())
    }

    pub(super) fn count_statement(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }
}

/// The column of a table's primary key; it is called `id` in every table.
pub(crate) fn id_of<E: EntityTrait>() -> E::Column {
    let mut keys = E::PrimaryKey::iter();
    match keys.next() {
        Some(key) => key.into_column(),
        None => unreachable!("every entity has a primary key"),
    }
}

/// A statement over the rows of a table that exist for the actor.
#[must_use]
pub struct Found<'s, E: EntityTrait> {
    scope: &'s Scope,
    select: Select<E>,
}

impl<E: Visible> Found<'_, E> {
    /// Only the rows that satisfy the condition too.
    pub fn filter(mut self, condition: impl IntoCondition) -> Self {
        self.select = self.select.filter(condition.into_condition());
        self
    }

    /// In this order, after any order given before.
    pub fn order(mut self, by: impl Into<SimpleExpr>, direction: Order) -> Self {
        self.select = self.select.order_by(by.into(), direction);
        self
    }

    /// Without the first so many.
    pub fn skip(mut self, first: u64) -> Self {
        self.select = self.select.offset(first);
        self
    }

    /// At most this many.
    pub fn limit(mut self, most: u64) -> Self {
        self.select = self.select.limit(most);
        self
    }

    /// All the rows.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn all(self) -> Result<Vec<E::Model>> {
        self.scope.count_statement();
        Ok(self.select.all(&self.scope.tx).await?)
    }

    /// The first row.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn one(self) -> Result<Option<E::Model>> {
        self.scope.count_statement();
        Ok(self.select.one(&self.scope.tx).await?)
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn count(self) -> Result<u64> {
        self.scope.count_statement();
        Ok(self.select.count(&self.scope.tx).await?)
    }

    /// How many rows there are for each value of `column`.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn count_by(self, column: E::Column) -> Result<Vec<(Uuid, i64)>> {
        self.scope.count_statement();
        let rows = self
            .select
            .select_only()
            .column(column)
            .column_as(id_of::<E>().count(), "count")
            .group_by(column)
            .into_tuple()
            .all(&self.scope.tx)
            .await?;
        Ok(rows)
    }

    /// The ids alone, as a subquery for another condition.
    #[must_use]
    pub fn ids(self) -> SelectStatement {
        self.column(id_of::<E>())
    }

    /// The values of one column, as a subquery for another condition.
    #[must_use]
    pub fn column(self, column: E::Column) -> SelectStatement {
        self.select.select_only().column(column).into_query()
    }

    /// Runs the statement after it has been rewritten, keeping its conditions: for paging within
    /// each of several parents.
    pub(crate) async fn rewritten(
        self,
        rewrite: impl FnOnce(SelectStatement) -> SelectStatement + Send,
    ) -> Result<Vec<E::Model>> {
        self.scope.count_statement();
        let statement = rewrite(self.select.into_query());
        let builder = self.scope.tx.get_database_backend();
        let rows = E::Model::find_by_statement(builder.build(&statement))
            .all(&self.scope.tx)
            .await?;
        Ok(rows)
    }
}
