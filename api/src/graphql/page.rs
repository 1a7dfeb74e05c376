//! Pages of a list: Relay connections over keysets.
//!
//! A page begins after a cursor, which holds the sort value and the id of the last row seen, and is
//! found by comparing the pair as one value: no offset is counted, nothing is skipped or shown twice
//! while others write. Within a list of parents the pages of all of them are read by one statement.

use std::{borrow::Cow, collections::HashMap, ops::RangeInclusive, sync::Arc};

use async_graphql::{Context, Enum, Object, OutputType, SimpleObject, TypeName};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use futures::future::BoxFuture;
use sea_orm::{
    ColumnTrait, ColumnType, Condition, EntityTrait, IdenStatic, ModelTrait, Order, Value,
    sea_query::{
        Asterisk, Expr, ExprTrait, OrderedStatement, Query, SelectStatement, SimpleExpr,
        WindowStatement,
    },
};
use serde::{Deserialize, Serialize};
use tracing::Instrument;
use uuid::Uuid;

use super::loaded::{Loaded, scope, uuid_in};
use crate::{
    Error, Result,
    access::{Scope, id_of, visible::Visible},
    telemetry::TRACE,
};

/// How many rows a page has when the client does not say.
pub const DEFAULT_PAGE: i32 = 20;
/// How many rows a page has at the most.
pub const LARGEST_PAGE: i32 = 100;

/// In which direction a list is ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Enum)]
pub enum OrderDirection {
    /// Smallest, earliest, or first in the alphabet comes first.
    #[default]
    Asc,
    /// Largest, latest, or last in the alphabet comes first.
    Desc,
}

/// By what a list is ordered; rows that are equal in it are ordered by id.
pub struct Sort<E: EntityTrait> {
    column: E::Column,
    otherwise: Option<E::Column>,
    direction: OrderDirection,
}

impl<E: EntityTrait> Clone for Sort<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: EntityTrait> Copy for Sort<E> {}

/// Stands for a date that is not set, so that "until further notice" comes after every date.
const NO_DATE: NaiveDate = NaiveDate::MAX;

impl<E: EntityTrait> Sort<E> {
    /// By this column, which holds a date, an instant, a text or a whole number.
    pub fn by(column: E::Column, direction: OrderDirection) -> Self {
        Self {
            column,
            otherwise: None,
            direction,
        }
    }

    /// By this column, of the same kind and never empty, where the first is empty.
    #[must_use]
    pub fn or(self, otherwise: E::Column) -> Self {
        Self {
            otherwise: Some(otherwise),
            ..self
        }
    }

    fn expr(self) -> SimpleExpr {
        let column = Expr::col(self.column.as_column_ref());
        if let Some(otherwise) = self.otherwise {
            return column.if_null(Expr::col(otherwise.as_column_ref()));
        }
        let def = self.column.def();
        // Only dates are sorted by that may be missing; PostgreSQL compares a date with nothing else.
        if def.is_null() && matches!(def.get_column_type(), ColumnType::Date) {
            return column.if_null(far_future());
        }
        column
    }

    fn order(self) -> Order {
        match self.direction {
            OrderDirection::Asc => Order::Asc,
            OrderDirection::Desc => Order::Desc,
        }
    }

    fn cursor(self, row: &E::Model) -> Result<Cursor> {
        Ok(Cursor {
            by: self.name(),
            value: SortValue::of(self.value(row))?,
            id: uuid_in(row, id_of::<E>()).unwrap_or_default(),
        })
    }

    fn value(self, row: &E::Model) -> Value {
        let value = row.get(self.column);
        match self.otherwise {
            Some(otherwise) if value == value.as_null() => row.get(otherwise),
            _ => value,
        }
    }

    fn name(self) -> String {
        let direction = match self.direction {
            OrderDirection::Asc => "",
            OrderDirection::Desc => "-",
        };
        format!("{direction}{}", self.column.as_str())
    }

    /// The rows that come after the cursor.
    fn after(self, cursor: &str) -> Result<SimpleExpr> {
        let cursor = Cursor::decode(cursor)
            .filter(|cursor| {
                cursor.by == self.name() && cursor.value.fits(self.column.def().get_column_type())
            })
            .ok_or_else(no_cursor)?;
        let row = Expr::tuple([self.expr(), Expr::col(id_of::<E>().as_column_ref())]);
        let seen = Expr::tuple([Expr::val(cursor.value.into_value()), Expr::val(cursor.id)]);
        Ok(match self.direction {
            OrderDirection::Asc => row.gt(seen),
            OrderDirection::Desc => row.lt(seen),
        })
    }
}

fn far_future() -> NaiveDate {
    NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NO_DATE)
}

#[derive(Serialize, Deserialize)]
struct Cursor {
    by: String,
    value: SortValue,
    id: Uuid,
}

#[derive(Serialize, Deserialize)]
enum SortValue {
    Date(NaiveDate),
    Time(DateTime<Utc>),
    Text(String),
    Int(i64),
}

impl SortValue {
    fn of(value: Value) -> Result<Self> {
        match value {
            Value::ChronoDate(date) => Ok(Self::Date(date.unwrap_or_else(far_future))),
            Value::ChronoDateTimeUtc(Some(time)) => Ok(Self::Time(time)),
            Value::String(Some(text)) => Ok(Self::Text(text)),
            Value::Int(Some(number)) => Ok(Self::Int(number.into())),
            Value::BigInt(Some(number)) => Ok(Self::Int(number)),
            other => Err(Error::internal(anyhow::anyhow!(
                "cannot order by {other:?}"
            ))),
        }
    }

    /// Whether a column of this type may hold it. Cursors are not signed: one that a client made up must not
    /// bring the database to compare what it cannot compare, or holds no values of.
    fn fits(&self, column: &ColumnType) -> bool {
        match self {
            Self::Date(date) => matches!(column, ColumnType::Date) && YEARS.contains(&date.year()),
            Self::Time(time) => {
                matches!(column, ColumnType::TimestampWithTimeZone) && can_be_kept(*time)
            }
            Self::Text(text) => {
                matches!(column, ColumnType::String(_) | ColumnType::Text) && !text.contains('\0')
            }
            Self::Int(_) => matches!(column, ColumnType::Integer | ColumnType::BigInteger),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Self::Date(date) => date.into(),
            Self::Time(time) => time.into(),
            Self::Text(text) => text.into(),
            Self::Int(number) => number.into(),
        }
    }
}

impl Cursor {
    fn encode(&self) -> Result<String> {
        encode(self)
    }

    fn decode(text: &str) -> Option<Self> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }
}

/// Which page: how many rows, after which cursor.
#[derive(Clone, Debug)]
pub struct Paging {
    first: Option<i32>,
    after: Option<String>,
}

impl Paging {
    /// From the arguments of a field.
    #[must_use]
    pub fn new(first: Option<i32>, after: Option<String>) -> Self {
        Self { first, after }
    }

    /// After which cursor.
    #[must_use]
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// How many rows.
    ///
    /// # Errors
    /// `Invalid` when that is out of bounds.
    pub fn size(&self) -> Result<u64> {
        let first = self.first.unwrap_or(DEFAULT_PAGE);
        u64::try_from(first)
            .ok()
            .filter(|_| first <= LARGEST_PAGE)
            .ok_or_else(|| {
                Error::invalid(
                    "first",
                    format!("must be from 0 to {LARGEST_PAGE}; read further with `after`"),
                )
            })
    }
}

type Counter = Box<dyn Fn(Arc<Scope>) -> BoxFuture<'static, Result<i64>> + Send + Sync>;

/// A page of a list.
pub struct List<T> {
    edges: Vec<Edge<T>>,
    paged: bool,
    more: bool,
    counter: Counter,
}

/// Where a page stands in its list.
#[derive(SimpleObject)]
struct PageInfo {
    /// Whether records come after the page: ask for them with `after: endCursor`.
    has_next_page: bool,
    /// Whether the page was asked for with `after`, and so is not the first.
    has_previous_page: bool,
    /// The cursor of the page's first record. Null when the page is empty.
    start_cursor: Option<String>,
    /// The cursor of the page's last record: pass it as `after` to go on. Null when the page is empty.
    end_cursor: Option<String>,
}

/// A row of a page, with its cursor.
pub struct Edge<T> {
    cursor: String,
    node: T,
}

impl<T: OutputType> TypeName for List<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

impl<T: OutputType> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::type_name()).into()
    }
}

/// A page of a list.
#[Object(name_type)]
impl<T: OutputType> List<T> {
    /// The records of the page.
    async fn nodes(&self) -> Vec<&T> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// The records of the page, each with its cursor.
    async fn edges(&self) -> &[Edge<T>] {
        &self.edges
    }

    /// Whether there is more, and where to go on.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_previous_page: self.paged,
            has_next_page: self.more,
            start_cursor: self.edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: self.edges.last().map(|edge| edge.cursor.clone()),
        }
    }

    /// How many records there are on all pages together, after filtering. Counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let whole = !self.paged && !self.more;
        if whole {
            return i64::try_from(self.edges.len()).map_err(Error::internal);
        }
        (self.counter)(scope(ctx).await?).await
    }
}

/// A record of a page, with its cursor.
#[Object(name_type)]
impl<T: OutputType> Edge<T> {
    /// The record.
    async fn node(&self) -> &T {
        &self.node
    }

    /// Its place in the list: pass it as `after` to go on behind it.
    async fn cursor(&self) -> &str {
        &self.cursor
    }
}

impl<T> List<T> {
    /// A page of a list with an order of its own: what was found, each with its cursor, and one more than the page
    /// holds where there is more.
    ///
    /// # Errors
    /// `Invalid` for a page size that is out of bounds.
    pub fn of<F>(
        edges: Vec<(String, T)>,
        paging: &Paging,
        counter: impl Fn(Arc<Scope>) -> F + Send + Sync + 'static,
    ) -> Result<Self>
    where
        F: Future<Output = Result<i64>> + Send + 'static,
    {
        let size = usize::try_from(paging.size()?).map_err(Error::internal)?;
        let more = edges.len() > size;
        let edges = edges.into_iter().take(size);
        Ok(Self {
            edges: edges.map(|(cursor, node)| Edge { cursor, node }).collect(),
            paged: paging.after.is_some(),
            more,
            counter: Box::new(move |scope| Box::pin(counter(scope))),
        })
    }
}

/// A cursor that holds this place.
///
/// # Errors
/// `Internal` when it cannot be written.
pub fn encode(place: &impl Serialize) -> Result<String> {
    let json = serde_json::to_vec(place).map_err(Error::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

/// The place that a cursor of such a list holds.
///
/// # Errors
/// `Invalid` when it is none.
pub fn decode<P: serde::de::DeserializeOwned>(cursor: &str) -> Result<P> {
    let place = URL_SAFE_NO_PAD.decode(cursor).ok();
    let place = place.and_then(|json| serde_json::from_slice(&json).ok());
    place.ok_or_else(no_cursor)
}

/// The refusal of a cursor that the list has not given.
pub fn no_cursor() -> Error {
    Error::invalid("after", NO_CURSOR)
}

/// Whether databases hold this instant. Cursors are not signed.
pub fn can_be_kept(time: DateTime<Utc>) -> bool {
    YEARS.contains(&time.year())
}

const YEARS: RangeInclusive<i32> = 1..=9999;

const NO_CURSOR: &str =
    "is not a cursor of this list in this order; use a `cursor` or `endCursor` that it gave you";

/// A page of the rows that satisfy the condition.
///
/// # Errors
/// `Invalid` for a page size or cursor that is out of bounds; `Forbidden` when the actor may not read
/// of the table's topic.
pub async fn list<T, E>(
    ctx: &Context<'_>,
    condition: Condition,
    sort: Sort<E>,
    paging: Paging,
) -> Result<List<T>>
where
    T: OutputType + From<Loaded<E>>,
    E: Visible,
{
    let size = paging.size()?;
    let scope = scope(ctx).await?;
    let mut found = scope.find::<E>()?.filter(condition.clone());
    if let Some(after) = &paging.after {
        found = found.filter(Condition::all().add(sort.after(after)?));
    }
    let span = tracing::info_span!(target: TRACE, "list", otel.name = E::default().table_name());
    let rows = found
        .order(sort.expr(), sort.order())
        .order(Expr::col(id_of::<E>().as_column_ref()), sort.order())
        .limit(size + 1)
        .all()
        .instrument(span)
        .await?;
    let counter: Counter = Box::new(move |scope: Arc<Scope>| {
        let condition = condition.clone();
        Box::pin(async move {
            let count = scope.find::<E>()?.filter(condition).count().await?;
            i64::try_from(count).map_err(Error::internal)
        })
    });
    page_of(Loaded::<E>::together(rows), size, sort, &paging, counter)
}

fn page_of<T, E>(
    mut rows: Vec<Loaded<E>>,
    size: u64,
    sort: Sort<E>,
    paging: &Paging,
    counter: Counter,
) -> Result<List<T>>
where
    T: OutputType + From<Loaded<E>>,
    E: Visible,
{
    let size = usize::try_from(size).map_err(Error::internal)?;
    let more = rows.len() > size;
    rows.truncate(size);
    let edge = |row: Loaded<E>| {
        Ok(Edge {
            cursor: sort.cursor(&row)?.encode()?,
            node: T::from(row),
        })
    };
    Ok(List {
        edges: rows.into_iter().map(edge).collect::<Result<_>>()?,
        paged: paging.after.is_some(),
        more,
        counter,
    })
}

impl<E: Visible> Loaded<E> {
    /// A page of the records whose `column` refers to this row; for all its siblings at once.
    ///
    /// # Errors
    /// As [`list`].
    pub async fn page<T, C>(
        &self,
        ctx: &Context<'_>,
        column: C::Column,
        sort: Sort<C>,
        paging: Paging,
    ) -> Result<List<T>>
    where
        T: OutputType + From<Loaded<C>>,
        C: Visible,
    {
        self.page_where(ctx, column, Condition::all(), sort, paging)
            .await
    }

    /// A page of those of them that satisfy the condition.
    ///
    /// # Errors
    /// As [`list`].
    pub async fn page_where<T, C>(
        &self,
        ctx: &Context<'_>,
        column: C::Column,
        condition: Condition,
        sort: Sort<C>,
        paging: Paging,
    ) -> Result<List<T>>
    where
        T: OutputType + From<Loaded<C>>,
        C: Visible,
    {
        let size = paging.size()?;
        let scope = scope(ctx).await?;
        let mut wanted = condition.clone();
        if let Some(after) = &paging.after {
            wanted = wanted.add(sort.after(after)?);
        }
        let own = uuid_in(&**self, id_of::<E>()).unwrap_or_default();
        let what = format!("{}/{}/{size}/{wanted:?}", column.as_str(), sort.name());
        let pages = self
            .for_all(what, async |rows: &[E::Model]| {
                let parents = rows.iter().filter_map(|row| uuid_in(row, id_of::<E>()));
                let children = scope
                    .find::<C>()?
                    .filter(column.is_in(parents))
                    .filter(wanted)
                    .rewritten(|statement| first_of_each(statement, column, sort, size + 1))
                    .await?;
                Ok(Loaded::<C>::together(children))
            })
            .await?;
        let rows = pages
            .iter()
            .filter(|row| uuid_in(&***row, column) == Some(own))
            .cloned()
            .collect();
        let parent = self.clone();
        let counter: Counter = Box::new(move |scope| {
            let (parent, condition) = (parent.clone(), condition.clone());
            Box::pin(async move { parent.count::<C>(&scope, column, condition, own).await })
        });
        page_of(rows, size, sort, &paging, counter)
    }

    async fn count<C>(
        &self,
        scope: &Scope,
        column: C::Column,
        condition: Condition,
        own: Uuid,
    ) -> Result<i64>
    where
        C: Visible,
    {
        let what = format!("{}/count/{condition:?}", column.as_str());
        let counts = self
            .for_all(what, async |rows: &[E::Model]| {
                let parents = rows.iter().filter_map(|row| uuid_in(row, id_of::<E>()));
                let counts = scope
                    .find::<C>()?
                    .filter(column.is_in(parents))
                    .filter(condition)
                    .count_by(column)
                    .await?;
                Ok(counts.into_iter().collect::<HashMap<_, _>>())
            })
            .await?;
        Ok(counts.get(&own).copied().unwrap_or(0))
    }
}

/// What a row's place among its parent's is called: a name that no table has for a column.
const RANK: &str = "rank_within_parent";

/// The first rows of each parent, in order.
fn first_of_each<C: EntityTrait>(
    mut rows: SelectStatement,
    parent: C::Column,
    sort: Sort<C>,
    most: u64,
) -> SelectStatement {
    let mut window = WindowStatement::partition_by(parent.as_column_ref());
    OrderedStatement::order_by_expr(&mut window, sort.expr(), sort.order());
    let id = Expr::col(id_of::<C>().as_column_ref());
    OrderedStatement::order_by_expr(&mut window, id, sort.order());
    rows.expr_window_as(Expr::cust("ROW_NUMBER()"), window, RANK);
    Query::select()
        .column(Asterisk)
        .from_subquery(rows, "ranked")
        .and_where(Expr::col(RANK).lte(most))
        .order_by(RANK, Order::Asc)
        .to_owned()
}
