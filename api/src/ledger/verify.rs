//! The auditor's proof: walks the whole chain and names the first event that does not fit.

use std::collections::BTreeMap;

use entity::{event, event_audience, ledger_seal};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use serde::Serialize;
use uuid::Uuid;

use super::seal::{GENESIS, audiences, hash};
use crate::Result;

/// How many seals are read at a time.
const BATCH: u64 = 1000;

/// What the walk found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "camelCase")]
pub enum Verdict {
    /// Nothing was altered, removed or reordered.
    Whole {
        /// How many events the chain holds.
        events: i64,
        /// The hash of the last one. Kept elsewhere, it proves later that no end was cut off.
        head: String,
        /// Events that are committed but not sealed yet.
        unsealed: u64,
    },
    /// The first event that does not fit.
    Broken {
        /// Its number in the ledger.
        sequence: i64,
        /// Its id, if its seal still tells.
        event: Option<Uuid>,
        /// What does not fit.
        problem: String,
    },
}

/// Walks the chain from its beginning.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn walk(tx: &impl ConnectionTrait) -> Result<Verdict> {
    let mut previous = GENESIS.to_owned();
    let mut sequence = 0;
    let mut positions = BTreeMap::new();
    loop {
        let seals = ledger_seal::Entity::find()
            .filter(ledger_seal::Column::Sequence.gt(sequence))
            .order_by(ledger_seal::Column::Sequence, Order::Asc)
            .limit(BATCH)
            .all(tx)
            .await?;
        if seals.is_empty() {
            break;
        }
        let (mut events, mut told) = contents(tx, &seals).await?;
        for seal in seals {
            sequence += 1;
            let event = events.remove(&seal.event_id);
            let told = told.remove(&seal.event_id).unwrap_or_default();
            let expected = event
                .as_ref()
                .map(|event| hash(&previous, sequence, event, &told));
            if let Some(problem) = misfit(&seal, sequence, expected, &told, &mut positions) {
                return Ok(broken(sequence, Some(seal.event_id), problem));
            }
            previous = seal.hash;
        }
    }
    end(tx, sequence, previous).await
}

/// The events of these seals and who was told of them.
async fn contents(
    tx: &impl ConnectionTrait,
    seals: &[ledger_seal::Model],
) -> Result<(
    BTreeMap<Uuid, event::Model>,
    BTreeMap<Uuid, Vec<event_audience::Model>>,
)> {
    let events = event::Entity::find()
        .filter(event::Column::Id.is_in(seals.iter().map(|seal| seal.event_id)))
        .all(tx)
        .await?;
    let told = audiences(tx, &events).await?;
    Ok((
        events.into_iter().map(|event| (event.id, event)).collect(),
        told,
    ))
}

fn misfit(
    seal: &ledger_seal::Model,
    sequence: i64,
    expected: Option<String>,
    told: &[event_audience::Model],
    positions: &mut BTreeMap<Uuid, i64>,
) -> Option<&'static str> {
    if seal.sequence != sequence {
        return Some("a number is missing: the seal that had it was removed or moved");
    }
    match expected {
        None => return Some("the event was removed"),
        Some(hash) if hash != seal.hash => {
            return Some(
                "the event, who was told of it, or its seal was altered, or its order changed",
            );
        }
        Some(_) => {}
    }
    let in_order = told.iter().all(|row| {
        let last = positions.entry(row.organisation_id).or_insert(0);
        *last += 1;
        row.position == Some(*last)
    });
    (!in_order).then_some("the numbers of an organisation have a gap")
}

fn broken(sequence: i64, event: Option<Uuid>, problem: &str) -> Verdict {
    Verdict::Broken {
        sequence,
        event,
        problem: problem.to_owned(),
    }
}

/// After the last seal: an event that claims to have been told, without a seal, lost its seal.
async fn end(tx: &impl ConnectionTrait, events: i64, head: String) -> Result<Verdict> {
    let sealed = ledger_seal::Entity::find()
        .select_only()
        .column(ledger_seal::Column::EventId)
        .into_query();
    let told = event_audience::Entity::find()
        .filter(event_audience::Column::Position.is_not_null())
        .filter(event_audience::Column::EventId.not_in_subquery(sealed))
        .order_by(event_audience::Column::Position, Order::Asc)
        .one(tx)
        .await?;
    if let Some(row) = told {
        return Ok(broken(
            events + 1,
            Some(row.event_id),
            "the event's seal was removed",
        ));
    }
    let all = event::Entity::find().count(tx).await?;
    Ok(Verdict::Whole {
        events,
        head,
        unsealed: all.saturating_sub(u64::try_from(events).unwrap_or_default()),
    })
}
