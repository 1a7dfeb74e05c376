//! Events in the schema.

use std::collections::BTreeSet;

use async_graphql::{
    ComplexObject, Context, ID, InputObject, Json, Object, SimpleObject, Subscription,
};
use entity::{ServiceArea, Topic, event, event_audience};
use futures::Stream;
use sea_orm::{ColumnTrait, Condition};
use serde_json::Value;

use super::follow::Wanted;
use crate::{
    Result,
    access::{Scope, visible::Visible},
    graphql::{
        filter::among,
        key,
        loaded::{Loaded, session},
        node::{Node, node_of},
        page::{List, OrderDirection, Paging, Sort, list},
        scalar::{DateTime, Long},
    },
    topic::organisation::graphql::{Organisation, Person},
};

/// One change: who did what to which record, when, and what it changed.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Event {
    /// Identifies the event.
    pub id: ID,
    /// When it happened.
    at: DateTime,
    /// What happened, as `subject.verb`: `submission.returned`, `action_item.escalated`.
    action: String,
    /// The part of the exchange it belongs to.
    topic: Topic,
    /// The service area it concerns. Null when it concerns all, or none in particular.
    service_area: Option<ServiceArea>,
    #[graphql(skip)]
    row: Loaded<event::Entity>,
}

impl From<Loaded<event::Entity>> for Event {
    fn from(row: Loaded<event::Entity>) -> Self {
        Self {
            id: key::id::<event::Entity>(row.id),
            at: DateTime(row.at),
            action: row.action.clone(),
            topic: row.topic,
            service_area: row.service_area,
            row,
        }
    }
}

#[ComplexObject]
impl Event {
    /// The organisation that acted. Null when the operator of Samsyn did, or one that you do not see.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        self.row.one(ctx, event::Column::OrganisationId).await
    }

    /// Who acted. Null when an integration or the operator did, or somebody whom you do not see.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        self.row.one(ctx, event::Column::PersonId).await
    }

    /// The record. Null when it is not one that can be read by itself, or you no longer see it.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        let subject = (self.row.subject_type.as_str(), event::Column::SubjectId);
        node_of(ctx, &self.row, subject).await
    }

    /// The fields that changed, by name. References to other records are left out: read them from the
    /// record.
    async fn changes(&self) -> Vec<FieldChange> {
        changes(self.row.before.as_ref(), self.row.after.as_ref())
    }
}

/// A field of a record, before and after.
#[derive(SimpleObject)]
pub struct FieldChange {
    /// The field's name.
    field: String,
    /// Its value before. Null when it had none, or the record did not exist.
    before: Option<Json<Value>>,
    /// Its value after. Null when it has none, or the record was removed.
    after: Option<Json<Value>>,
}

/// What differs between two states of a record, leaving out references and bookkeeping.
fn changes(before: Option<&Value>, after: Option<&Value>) -> Vec<FieldChange> {
    let fields: BTreeSet<&String> = [before, after]
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .flat_map(serde_json::Map::keys)
        .collect();
    let of = |record: Option<&Value>, field: &str| {
        record
            .and_then(|record| record.get(field))
            .filter(|value| !value.is_null())
            .cloned()
    };
    fields
        .into_iter()
        .filter(|field| !is_reference(field))
        .map(|field| (field, of(before, field), of(after, field)))
        .filter(|(_, before, after)| before != after)
        .map(|(field, before, after)| FieldChange {
            field: camel_case(field),
            before: before.map(Json),
            after: after.map(Json),
        })
        .collect()
}

fn is_reference(field: &str) -> bool {
    field == "id"
        || field.ends_with("_id")
        || field.ends_with("_by")
        || matches!(
            field,
            "version" | "updated_at" | "hint" | "minutes_as_signed" | "risk_as_it_stood"
        )
}

fn camel_case(column: &str) -> String {
    let mut parts = column.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| {
        let mut letters = part.chars();
        let head = letters.next().map(|letter| letter.to_ascii_uppercase());
        name + &head.into_iter().chain(letters).collect::<String>()
    })
}

/// What happened to a record, latest first.
///
/// # Errors
/// `Invalid` for a page size or cursor that is out of bounds.
pub async fn history<E: Visible>(
    ctx: &Context<'_>,
    row: &Loaded<E>,
    paging: Paging,
) -> Result<List<Event>> {
    let condition = Condition::all().add(event::Column::SubjectType.eq(E::default().table_name()));
    let sort = Sort::by(event::Column::At, OrderDirection::Desc);
    row.page_where(ctx, event::Column::SubjectId, condition, sort, paging)
        .await
}

/// An event at its place in the own organisation's feed.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct FeedEntry {
    /// Its number among the events that the own organisation is told of. Numbers of events that your
    /// roles or token do not let you read are missing.
    position: Long,
    #[graphql(skip)]
    row: Loaded<event_audience::Entity>,
}

impl From<Loaded<event_audience::Entity>> for FeedEntry {
    fn from(row: Loaded<event_audience::Entity>) -> Self {
        Self {
            position: Long(row.position.unwrap_or_default()),
            row,
        }
    }
}

#[ComplexObject]
impl FeedEntry {
    /// The event.
    async fn event(&self, ctx: &Context<'_>) -> Result<Event> {
        self.row
            .required(ctx, event_audience::Column::EventId)
            .await
    }
}

impl FeedEntry {
    /// The record that the event tells of, as it stands now, read together with those of its sibling
    /// events; none when the actor does not see it.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn record<T, E>(&self, ctx: &Context<'_>) -> Result<Option<T>>
    where
        T: From<Loaded<E>>,
        E: Visible,
    {
        let event = self.event(ctx).await?;
        event.row.one(ctx, event::Column::SubjectId).await
    }
}

/// Which events are listed; all conditions given must hold. What is left out narrows nothing.
#[derive(InputObject, Default)]
pub struct EventFilter {
    /// Of one of these topics.
    topic: Option<Vec<Topic>>,
    /// With one of these actions, such as `submission.returned`.
    action: Option<Vec<String>>,
    /// That happened at this instant or later.
    since: Option<DateTime>,
}

impl EventFilter {
    fn condition(self, scope: &Scope) -> Result<Condition> {
        use event::Column;
        let events = Condition::all()
            .add_option(among(Column::Topic, self.topic))
            .add_option(among(Column::Action, self.action))
            .add_option(self.since.map(|since| Column::At.gte(since.0)));
        let sealed = Condition::all().add(event_audience::Column::Position.is_not_null());
        if events.is_empty() {
            return Ok(sealed);
        }
        let ids = scope.find::<event::Entity>()?.filter(events).ids();
        Ok(sealed.add(event_audience::Column::EventId.in_subquery(ids)))
    }
}

/// Queries of events.
#[derive(Default)]
pub struct EventQuery;

#[Object]
impl EventQuery {
    /// The feed of the own organisation: every event that one may see, numbered without gaps as they were
    /// sealed. Oldest first, keep the last `endCursor` and ask for what comes `after` it: nothing is skipped
    /// and nothing comes twice.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which to list; all when left out.")] filter: Option<EventFilter>,
        #[graphql(
            default_with = "OrderDirection::Asc",
            desc = "Oldest first, as they are followed; or, to look at them, latest first: then what is new comes before the first page."
        )]
        direction: OrderDirection,
        #[graphql(desc = "How many to return: up to 100, 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Return those after this cursor; the first ones when left out.")]
        after: Option<String>,
    ) -> Result<List<FeedEntry>> {
        let scope = session(ctx)?.scope().await?;
        let sort = Sort::by(event_audience::Column::Position, direction);
        list(
            ctx,
            filter.unwrap_or_default().condition(&scope)?,
            sort,
            Paging::new(first, after),
        )
        .await
    }
}

/// Subscriptions to events.
#[derive(Default)]
pub struct EventSubscription;

#[Subscription]
impl EventSubscription {
    /// The feed of the own organisation as it grows: first what has been sealed after the position `after`, then
    /// every event as it is sealed. Resume with the last position you have seen.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The last position seen; what comes after it is delivered. Only new events when left out."
        )]
        after: Option<Long>,
    ) -> Result<impl Stream<Item = Result<FeedEntry>> + use<>> {
        Wanted::all()
            .follow(session(ctx)?, after.map(|position| position.0))
            .await
    }
}
