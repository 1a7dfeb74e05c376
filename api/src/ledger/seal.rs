//! Numbers committed events without gaps and chains their hashes.
//!
//! One sealer works at a time: on SQLite because writers wait for each other, on PostgreSQL because it
//! holds a lock of the database, and within a process because the door has one, too. Every replica seals what
//! it has committed, and what another has left when it ended in between. The hash of an event is SHA-256 over the hash before it and the
//! event's canonical content: JSON with sorted keys and no white space.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use entity::{event, event_audience, ledger_seal};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Unchanged, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait,
    IntoActiveModel, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set,
    sea_query::SelectStatement,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Result;

/// The hash before the first event.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Any number will do that nothing else in the database locks by.
const LOCK: i64 = 0x5345_414c_4552;

/// How many events one pass seals at the most, so that writers do not wait long for it.
pub(crate) const BATCH: u64 = 500;

/// What a pass has done.
pub(crate) struct Pass {
    /// How many events it has sealed.
    pub(crate) sealed: u64,
    /// The number of the last event that is sealed now, by whichever process; 0 when there is none.
    pub(crate) end: i64,
}

/// Seals committed events that have no seal yet, oldest first.
///
/// # Errors
/// When the database fails; then nothing of this pass lasts.
pub(crate) async fn pass(tx: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Pass> {
    wait_for_others(tx).await?;
    let events = unsealed(tx).await?;
    let last = last(tx).await?;
    let (mut sequence, mut previous) =
        last.map_or((0, GENESIS.to_owned()), |seal| (seal.sequence, seal.hash));
    if events.is_empty() {
        let (sealed, end) = (0, sequence);
        return Ok(Pass { sealed, end });
    }
    let mut audiences = audiences(tx, &events).await?;
    let mut positions = BTreeMap::new();
    let sealed = events.len() as u64;
    let mut seals = Vec::with_capacity(events.len());
    for event in events {
        let mut told = audiences.remove(&event.id).unwrap_or_default();
        for row in &mut told {
            row.position = Some(next_position(tx, &mut positions, row.organisation_id).await?);
            let numbered = event_audience::ActiveModel {
                id: Unchanged(row.id),
                position: Set(row.position),
                ..Default::default()
            };
            event_audience::Entity::update(numbered).exec(tx).await?;
        }
        sequence += 1;
        previous = hash(&previous, sequence, &event, &told);
        let seal = ledger_seal::Model {
            id: event.id,
            sequence,
            event_id: event.id,
            hash: previous.clone(),
            sealed_at: now,
        };
        seals.push(seal.into_active_model().reset_all());
    }
    ledger_seal::Entity::insert_many(seals)
        .exec_without_returning(tx)
        .await?;
    let end = sequence;
    Ok(Pass { sealed, end })
}

/// How far sealing has come.
pub(crate) struct State {
    /// The number of the last sealed event; 0 when there is none.
    pub(crate) end: i64,
    /// How many committed events have no seal.
    pub(crate) waiting: u64,
    /// When the oldest of them was made.
    pub(crate) waiting_since: Option<DateTime<Utc>>,
}

/// Looks how far sealing has come.
///
/// # Errors
/// When the database fails.
pub(crate) async fn state(tx: &impl ConnectionTrait) -> Result<State> {
    let end = last(tx).await?.map_or(0, |seal| seal.sequence);
    let waiting = event::Entity::find()
        .filter(event::Column::Id.in_subquery(unnumbered()))
        .select_only()
        .column_as(event::Column::Id.count(), "waiting")
        .column_as(event::Column::At.min(), "since")
        .into_tuple::<(i64, Option<DateTime<Utc>>)>()
        .one(tx)
        .await?;
    let (waiting, waiting_since) = waiting.unwrap_or_default();
    Ok(State {
        end,
        waiting: u64::try_from(waiting).unwrap_or_default(),
        waiting_since,
    })
}

async fn last(tx: &impl ConnectionTrait) -> Result<Option<ledger_seal::Model>> {
    Ok(ledger_seal::Entity::find()
        .order_by(ledger_seal::Column::Sequence, Order::Desc)
        .one(tx)
        .await?)
}

/// Waits until no other process seals. Each statement after this one sees what that one has committed.
async fn wait_for_others(tx: &impl ConnectionTrait) -> Result<()> {
    if tx.get_database_backend() == DbBackend::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({LOCK})");
        tx.execute_unprepared(&lock).await?;
    }
    Ok(())
}

/// The ids of events without a seal: they have no number with those who are told of them. There is an index
/// of these, so that sealing costs the same however long the ledger is.
fn unnumbered() -> SelectStatement {
    event_audience::Entity::find()
        .select_only()
        .column(event_audience::Column::EventId)
        .filter(event_audience::Column::Position.is_null())
        .into_query()
}

async fn unsealed(tx: &impl ConnectionTrait) -> Result<Vec<event::Model>> {
    Ok(event::Entity::find()
        .filter(event::Column::Id.in_subquery(unnumbered()))
        .order_by(event::Column::At, Order::Asc)
        .order_by(event::Column::Id, Order::Asc)
        .limit(BATCH)
        .all(tx)
        .await?)
}

/// Who is told of each event, in the order of their ids.
pub(super) async fn audiences(
    tx: &impl ConnectionTrait,
    events: &[event::Model],
) -> Result<BTreeMap<Uuid, Vec<event_audience::Model>>> {
    let rows = event_audience::Entity::find()
        .filter(event_audience::Column::EventId.is_in(events.iter().map(|event| event.id)))
        .order_by(event_audience::Column::OrganisationId, Order::Asc)
        .all(tx)
        .await?;
    let mut by_event = BTreeMap::<_, Vec<_>>::new();
    for row in rows {
        by_event.entry(row.event_id).or_default().push(row);
    }
    Ok(by_event)
}

async fn next_position(
    tx: &impl ConnectionTrait,
    known: &mut BTreeMap<Uuid, i64>,
    organisation: Uuid,
) -> Result<i64> {
    let position = if let Some(position) = known.get(&organisation) {
        position + 1
    } else {
        let last = event_audience::Entity::find()
            .filter(event_audience::Column::OrganisationId.eq(organisation))
            .filter(event_audience::Column::Position.is_not_null())
            .order_by(event_audience::Column::Position, Order::Desc)
            .one(tx)
            .await?;
        last.and_then(|row| row.position).unwrap_or(0) + 1
    };
    known.insert(organisation, position);
    Ok(position)
}

/// The hash that seals an event.
pub(super) fn hash(
    previous: &str,
    sequence: i64,
    event: &event::Model,
    told: &[event_audience::Model],
) -> String {
    let audience: BTreeMap<String, Option<i64>> = told
        .iter()
        .map(|row| (row.organisation_id.to_string(), row.position))
        .collect();
    let content = json!({
        "sequence": sequence,
        "id": event.id,
        "at": event.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        "action": event.action,
        "subjectType": event.subject_type,
        "subjectId": event.subject_id,
        "topic": event.topic,
        "organisation": event.organisation_id,
        "person": event.person_id,
        "token": event.token_id,
        "serviceArea": event.service_area,
        "before": event.before,
        "after": event.after,
        "audience": audience,
    });
    let mut hasher = Sha256::new();
    hasher.update(previous.as_bytes());
    hasher.update(canonical(&content).as_bytes());
    hex::encode(hasher.finalize())
}

/// JSON with sorted keys and no white space, whatever order the parser kept.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<_, _> = map.iter().collect();
            let parts: Vec<_> = sorted
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", parts.join(","))
        }
        Value::Array(items) => {
            let parts: Vec<_> = items.iter().map(canonical).collect();
            format!("[{}]", parts.join(","))
        }
        scalar => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::canonical;

    #[test]
    fn canonical_content_does_not_depend_on_the_order_of_keys() {
        let one = json!({"b": [1, {"y": null, "x": "å\"\n"}], "a": true});
        assert_eq!(
            canonical(&one),
            r#"{"a":true,"b":[1,{"x":"å\"\n","y":null}]}"#
        );
    }
}
