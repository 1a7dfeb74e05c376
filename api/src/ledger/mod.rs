//! The ledger: every change leaves one event, in the transaction of the change itself.
//!
//! What always holds:
//! - An event says who, when, what, and the record before and after. It is never changed or removed.
//! - Committed events are sealed in order ([`seal`]): each gets the next number of the whole ledger,
//!   the next number of every organisation that is told of it, and a hash that includes the hash of
//!   the event before. What is read out of the ledger is what has been sealed, so that
//!   `events(after:)` never skips an event, whatever the order in which transactions commit.
//! - [`verify`] recomputes the chain and names the first event that was altered, removed or reordered.
//!
//! The numbers of an organisation are its own: from them nobody can tell how much others do.

pub mod seal;
mod search;
pub mod verify;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::{event, event_audience};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait, Set, Value,
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    Error, Result,
    access::{Actor, reach::Reach},
};

/// What happened to a record.
pub struct Change {
    action: String,
    subject_type: String,
    subject_id: Uuid,
    before: Option<serde_json::Value>,
    after: Option<serde_json::Value>,
    /// Whether these are the record itself.
    is_record: bool,
}

impl Change {
    pub(crate) fn created<E: EntityTrait>(verb: &str, row: &E::Model) -> Result<Self>
    where
        E::Model: Serialize,
    {
        Self::of::<E>(verb, row, None, Some(json(row)?))
    }

    pub(crate) fn changed<E: EntityTrait>(
        verb: &str,
        before: &E::Model,
        after: &E::Model,
    ) -> Result<Self>
    where
        E::Model: Serialize,
    {
        Self::of::<E>(verb, after, Some(json(before)?), Some(json(after)?))
    }

    pub(crate) fn removed<E: EntityTrait>(verb: &str, row: &E::Model) -> Result<Self>
    where
        E::Model: Serialize,
    {
        Self::of::<E>(verb, row, Some(json(row)?), None)
    }

    /// Something that happened about a record without changing it, with what is told of it.
    pub(crate) fn told<E: EntityTrait>(verb: &str, id: Uuid, told: serde_json::Value) -> Self {
        let table = E::default().table_name().to_owned();
        Self {
            action: format!("{table}.{verb}"),
            subject_type: table,
            subject_id: id,
            before: None,
            after: Some(told),
            is_record: false,
        }
    }

    pub(crate) fn noted<E: EntityTrait>(verb: &str, row: &E::Model) -> Result<Self>
    where
        E::Model: Serialize,
    {
        Self::of::<E>(verb, row, None, None)
    }

    fn of<E: EntityTrait>(
        verb: &str,
        row: &E::Model,
        before: Option<serde_json::Value>,
        after: Option<serde_json::Value>,
    ) -> Result<Self> {
        let table = E::default().table_name().to_owned();
        let Value::Uuid(Some(subject_id)) = row.get(crate::access::id_of::<E>()) else {
            return Err(Error::internal(anyhow::anyhow!(
                "{table}: an id that is not a UUID"
            )));
        };
        Ok(Self {
            action: format!("{table}.{verb}"),
            subject_type: table,
            subject_id,
            before,
            after,
            is_record: true,
        })
    }
}

fn json(row: &impl Serialize) -> Result<serde_json::Value> {
    serde_json::to_value(row).map_err(Error::internal)
}

/// Writes the event of a change into the transaction of the change, and has the record be found by the words
/// that it now says. Without an actor the operator
/// made it, from the command line. The actor's own organisation is always told.
pub(crate) async fn write(
    tx: &impl ConnectionTrait,
    id: Uuid,
    now: DateTime<Utc>,
    actor: Option<&Actor>,
    change: Change,
    reach: Reach,
) -> Result<()> {
    search::keep(tx, now, &change).await?;
    let event = event::Model {
        id,
        at: now,
        action: change.action,
        subject_type: change.subject_type,
        subject_id: change.subject_id,
        topic: reach.topic,
        organisation_id: actor.map(|actor| actor.organisation),
        person_id: actor.and_then(|actor| actor.person),
        token_id: actor.and_then(Actor::token),
        service_area: reach.area,
        before: change.before,
        after: change.after,
    };
    event::Entity::insert(event.into_active_model().reset_all())
        .exec_without_returning(tx)
        .await?;
    let told: BTreeSet<Uuid> = actor
        .map(|actor| actor.organisation)
        .into_iter()
        .chain(reach.audience)
        .collect();
    let rows = told
        .into_iter()
        .map(|organisation| event_audience::ActiveModel {
            id: Set(audience_id(id, organisation)),
            event_id: Set(id),
            organisation_id: Set(organisation),
            position: Set(None),
        });
    event_audience::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// The row's id follows from what it joins, so that it needs no randomness of its own.
fn audience_id(event: Uuid, organisation: Uuid) -> Uuid {
    Uuid::new_v5(&event, organisation.as_bytes())
}
