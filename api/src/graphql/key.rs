//! Ids as clients see them: `act_0192f3…`, the kind of record and its UUID.
//!
//! Clients treat them as opaque. An id of another kind, or one that is no id at all, names no record
//! and is answered like the id of a record that does not exist.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{ID, InputType, InputValueError, InputValueResult, Value, registry::Registry};
use sea_orm::EntityTrait;
use uuid::Uuid;

/// A table whose rows have ids that clients see.
pub trait Keyed: EntityTrait {
    /// The letters before the underscore.
    const PREFIX: &'static str;
}

macro_rules! keyed {
    ($($table:ident: $prefix:literal),* $(,)?) => {
        $(impl Keyed for entity::$table::Entity {
            const PREFIX: &'static str = $prefix;
        })*
    };
}

keyed! {
    action_item: "act",
    action_item_step: "stp",
    agenda_item: "agi",
    agreement: "agr",
    api_token: "tok",
    comment: "cmt",
    decision: "dec",
    event: "evt",
    evidence: "evd",
    evidence_file: "fil",
    evidence_request: "req",
    forum: "for",
    forum_membership: "mbr",
    identity_provider: "idp",
    meeting: "mtg",
    organisation: "org",
    person: "per",
    risk: "rsk",
    risk_acceptance: "acc",
    risk_analysis: "ana",
    saved_view: "viw",
    session: "ses",
    submission: "sub",
    submission_round: "rnd",
    support_grant: "sup",
}

/// The id of a row, as an argument of the API. It has the type `ID` in the schema.
pub struct Key<E: Keyed> {
    /// The row's id; the nil UUID, which no row has, when the argument was no id of this table.
    pub id: Uuid,
    table: PhantomData<fn() -> E>,
}

impl<E: Keyed> Clone for Key<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E: Keyed> Copy for Key<E> {}

impl<E: Keyed> From<Uuid> for Key<E> {
    fn from(id: Uuid) -> Self {
        Self {
            id,
            table: PhantomData,
        }
    }
}

/// The id of a row as clients see it.
#[must_use]
pub fn id<E: Keyed>(id: Uuid) -> ID {
    ID(format!("{}_{}", E::PREFIX, id.simple()))
}

/// Splits an id into the kind of record and its UUID.
#[must_use]
pub fn parse(id: &str) -> Option<(&str, Uuid)> {
    let (prefix, uuid) = id.split_once('_')?;
    Some((prefix, Uuid::try_parse(uuid).ok()?))
}

impl<E: Keyed> InputType for Key<E> {
    type RawValueType = Uuid;

    fn type_name() -> Cow<'static, str> {
        <ID as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let text = match value {
            Some(Value::String(text)) => text,
            // A client may write an `ID` as a whole number; no record has such a one.
            Some(Value::Number(number)) if !number.is_f64() => number.to_string(),
            other => return Err(InputValueError::expected_type(other.unwrap_or_default())),
        };
        let uuid = parse(&text)
            .filter(|(prefix, _)| *prefix == E::PREFIX)
            .map_or(Uuid::nil(), |(_, uuid)| uuid);
        Ok(uuid.into())
    }

    fn to_value(&self) -> Value {
        Value::String(id::<E>(self.id).0)
    }

    fn as_raw_value(&self) -> Option<&Uuid> {
        Some(&self.id)
    }
}
