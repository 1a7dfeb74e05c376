//! Rows that were loaded together, so that what belongs to them is loaded together too.
//!
//! A row of a page knows its siblings. The first of them that is asked for a related record loads it
//! for all of them in one statement, and the records loaded so are siblings in turn. A page of 100
//! rows therefore costs as many statements as a page of 10, however deep the query goes, without
//! timers and without anybody having to announce what will be asked.

use std::{
    any::{Any, TypeId},
    collections::{BTreeSet, HashMap},
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::Context;
use sea_orm::{ColumnTrait, EntityTrait, IdenStatic, ModelTrait, Value};
use tokio::sync::OnceCell;
use tracing::Instrument;
use uuid::Uuid;

use crate::{
    Error, Result,
    access::{Scope, Session, id_of, visible::Visible},
    telemetry::{TRACE, is_traced},
};

/// The session of the request.
///
/// # Errors
/// `Internal` when a request was executed without one.
pub fn session<'a>(ctx: &Context<'a>) -> Result<&'a Session> {
    ctx.data::<Session>()
        .map_err(|error| Error::internal(anyhow::anyhow!("no session: {}", error.message)))
}

/// The scope of the request.
///
/// # Errors
/// `Unauthenticated` when nobody is known to be calling.
pub async fn scope(ctx: &Context<'_>) -> Result<Arc<Scope>> {
    session(ctx)?.scope().await
}

/// A row, and the rows that were loaded with it.
pub struct Loaded<E: Visible> {
    siblings: Arc<Siblings<E>>,
    index: usize,
}

struct Siblings<E: Visible> {
    rows: Vec<E::Model>,
    related: Mutex<HashMap<Relation, Arc<OnceCell<Answer>>>>,
}

/// A row without siblings.
pub fn alone<M>(row: M) -> Loaded<M::Entity>
where
    M: ModelTrait<Entity: Visible<Model = M>>,
{
    Loaded {
        siblings: Arc::new(Siblings {
            rows: vec![row],
            related: Mutex::default(),
        }),
        index: 0,
    }
}

/// What was asked for: the kind of answer, and what tells it from others of that kind.
type Relation = (TypeId, String);

/// What was found, for all rows.
type Answer = Arc<dyn Any + Send + Sync>;

impl<E: Visible> Clone for Loaded<E> {
    fn clone(&self) -> Self {
        Self {
            siblings: self.siblings.clone(),
            index: self.index,
        }
    }
}

impl<E: Visible> Deref for Loaded<E> {
    type Target = E::Model;

    fn deref(&self) -> &E::Model {
        &self.siblings.rows[self.index]
    }
}

impl<E: Visible> Loaded<E> {
    /// Rows that are siblings of each other.
    pub fn together(rows: Vec<E::Model>) -> Vec<Self> {
        let count = rows.len();
        let siblings = Arc::new(Siblings {
            rows,
            related: Mutex::default(),
        });
        (0..count)
            .map(|index| Self {
                siblings: siblings.clone(),
                index,
            })
            .collect()
    }

    /// Works something out for all siblings at once, the first time one of them asks.
    ///
    /// # Errors
    /// Whatever `work` fails with.
    pub async fn for_all<T, F>(&self, what: String, work: F) -> Result<Arc<T>>
    where
        T: Send + Sync + 'static,
        F: AsyncFnOnce(&[E::Model]) -> Result<T>,
    {
        let traced_as = is_traced().then(|| {
            let relation = what.split('/').next().unwrap_or_default();
            format!("{}.{relation}", E::default().table_name())
        });
        let cell = self
            .siblings
            .related
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry((TypeId::of::<T>(), what))
            .or_default()
            .clone();
        let answer = cell
            .get_or_try_init(async || {
                let rows = &self.siblings.rows;
                let span = tracing::info_span!(
                    target: TRACE,
                    "relation",
                    otel.name = traced_as,
                    samsyn.rows = rows.len(),
                );
                let answer: Answer = Arc::new(work(rows).instrument(span).await?);
                Ok::<_, Error>(answer)
            })
            .await?;
        Arc::downcast(answer.clone())
            .map_err(|_| Error::internal(anyhow::anyhow!("a relation of two kinds")))
    }
}

/// The id that a row holds in a column, if it holds one.
pub(super) fn uuid_in<M: ModelTrait>(
    row: &M,
    column: <M::Entity as EntityTrait>::Column,
) -> Option<Uuid> {
    match row.get(column) {
        Value::Uuid(id) => id,
        _ => None,
    }
}

impl<E: Visible> Loaded<E> {
    /// The record that a column refers to, as a row or as the object it makes; none when it refers to
    /// none, or to one that the actor may not see.
    ///
    /// # Errors
    /// `Forbidden` when the actor may not read of the record's topic.
    pub async fn one<T, P>(&self, ctx: &Context<'_>, column: E::Column) -> Result<Option<T>>
    where
        T: From<Loaded<P>>,
        P: Visible,
    {
        let Some(id) = uuid_in(&**self, column) else {
            return Ok(None);
        };
        let scope = scope(ctx).await?;
        let found = self
            .for_all(column.as_str().to_owned(), async |rows: &[E::Model]| {
                let ids: BTreeSet<Uuid> =
                    rows.iter().filter_map(|row| uuid_in(row, column)).collect();
                let parents = scope
                    .find::<P>()?
                    .filter(id_of::<P>().is_in(ids))
                    .all()
                    .await?;
                Ok(by_id::<P>(parents))
            })
            .await?;
        Ok(found.get(&id).cloned().map(T::from))
    }

    /// The record that a column refers to, where the actor sees it whenever it sees this row.
    ///
    /// # Errors
    /// `NotFound` when the actor may not see it after all.
    pub async fn required<T, P>(&self, ctx: &Context<'_>, column: E::Column) -> Result<T>
    where
        T: From<Loaded<P>>,
        P: Visible,
    {
        self.one(ctx, column).await?.ok_or(Error::NotFound)
    }

    /// All records whose `column` refers to this row, in the order of `sort`: for relations that are
    /// short by nature, such as the rounds of a submission.
    ///
    /// # Errors
    /// `Forbidden` when the actor may not read of the records' topic.
    pub async fn all<T, C>(
        &self,
        ctx: &Context<'_>,
        column: C::Column,
        sort: C::Column,
    ) -> Result<Vec<T>>
    where
        T: From<Loaded<C>>,
        C: Visible,
    {
        let scope = scope(ctx).await?;
        let what = format!("{}/{}", column.as_str(), sort.as_str());
        let found = self
            .for_all(what, async |rows: &[E::Model]| {
                let ids = rows.iter().filter_map(|row| uuid_in(row, id_of::<E>()));
                let children = scope
                    .find::<C>()?
                    .filter(column.is_in(ids))
                    .order(
                        sea_orm::sea_query::Expr::col(sort.as_column_ref()),
                        sea_orm::Order::Asc,
                    )
                    .order(
                        sea_orm::sea_query::Expr::col(id_of::<C>().as_column_ref()),
                        sea_orm::Order::Asc,
                    )
                    .all()
                    .await?;
                Ok(Loaded::<C>::together(children))
            })
            .await?;
        let own = uuid_in(&**self, id_of::<E>());
        Ok(found
            .iter()
            .filter(|child| uuid_in(&***child, column) == own)
            .cloned()
            .map(T::from)
            .collect())
    }
}

fn by_id<E: Visible>(rows: Vec<E::Model>) -> HashMap<Uuid, Loaded<E>> {
    Loaded::<E>::together(rows)
        .into_iter()
        .filter_map(|row| Some((uuid_in(&*row, id_of::<E>())?, row)))
        .collect()
}
