//! Leave to do one action on one record, and the only way to write.
//!
//! A permit holds a writing transaction. Whatever it creates or changes leaves an event in the same
//! transaction; nothing lasts until [`Permit::commit`]. Dropping a permit undoes everything.

use std::{
    ops::Deref,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use entity::{action_item, api_token, organisation, person, session};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, ModelTrait,
    QueryFilter, Value, sea_query::IntoCondition,
};
use serde::Serialize;
use uuid::Uuid;

use super::{
    Act, Door, Scope, Secret,
    action::{CreateAgreement, EscalateActionItem},
    claim::{self, Duty},
    idempotency,
    reach::Recorded,
    scope::id_of,
    visible::Visible,
};
use crate::{Error, Result, clock::Clock, ledger};

/// What a request has changed, as its permits tell.
#[derive(Default)]
pub(super) struct Outcome {
    /// Whether anything was committed, or may have been.
    pub(super) changed: AtomicBool,
    /// The idempotency key that a change spends, by its reservation.
    pub(super) key: OnceLock<Uuid>,
}

/// Leave to do the action `A` on the record it was asked for.
pub struct Permit<A: Act> {
    scope: Scope,
    door: Door,
    outcome: Arc<Outcome>,
    /// The record, as it was loaded when the permit was given.
    pub resource: A::Resource,
}

/// Reads go through the scope of the same transaction.
impl<A: Act> Deref for Permit<A> {
    type Target = Scope;

    fn deref(&self) -> &Scope {
        &self.scope
    }
}

impl<A: Act> Permit<A> {
    pub(super) fn new(door: Door, scope: Scope, resource: A::Resource) -> Self {
        Self {
            scope,
            door,
            outcome: Arc::default(),
            resource,
        }
    }

    /// The same permit, which tells the request when something may have been committed, and spends its key.
    pub(super) fn telling(self, outcome: Arc<Outcome>) -> Self {
        Self { outcome, ..self }
    }

    /// A new id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.door.clock().id()
    }

    /// A new secret; `prefix` tells what it is for.
    #[must_use]
    pub fn secret(&self, prefix: &str) -> Secret {
        Secret::new(self.door.clock(), prefix)
    }

    /// Where time and ids come from.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.door.clock()
    }

    /// Adds a row and records that it was `verb` (`drafted`, `requested`…).
    ///
    /// # Errors
    /// `Internal` when the database refuses the row.
    pub async fn create<E>(&self, row: E::Model, verb: &str) -> Result<E::Model>
    where
        E: Recorded,
        E::Model: Serialize + IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        let row = self.insert::<E>(row).await?;
        let reach = E::reach(&row, self).await?;
        let change = ledger::Change::created::<E>(verb, &row)?;
        self.record(change, reach).await?;
        Ok(row)
    }

    /// Replaces a row by a later version of itself and records that it was `verb`.
    ///
    /// # Errors
    /// `Conflict` when somebody else has changed the row meanwhile.
    pub async fn change<E>(
        &self,
        before: &E::Model,
        after: E::Model,
        verb: &str,
    ) -> Result<E::Model>
    where
        E: Recorded,
        E::Model: Serialize + IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        let after = self.update::<E>(before, after).await?;
        self.tell_of::<E>(before, after, verb).await
    }

    /// Records that a row was replaced by a later version of itself.
    async fn tell_of<E>(&self, before: &E::Model, after: E::Model, verb: &str) -> Result<E::Model>
    where
        E: Recorded,
        E::Model: Serialize,
    {
        let mut reach = E::reach(&after, self).await?;
        reach.widen(E::reach(before, self).await?);
        let change = ledger::Change::changed::<E>(verb, before, &after)?;
        self.record(change, reach).await?;
        Ok(after)
    }

    /// Takes away a row that only joins others, and records that it was `verb`.
    ///
    /// # Errors
    /// `Internal` when the database refuses.
    pub async fn remove<E>(&self, row: &E::Model, verb: &str) -> Result<()>
    where
        E: Recorded,
        E::Model: Serialize,
    {
        let reach = E::reach(row, self).await?;
        self.scope.count_statement();
        let id = id_of::<E>();
        E::delete_many()
            .filter(id.eq(row.get(id)))
            .exec(&self.scope.tx)
            .await?;
        self.record(ledger::Change::removed::<E>(verb, row)?, reach)
            .await
    }

    /// Records something that happened to a row without changing it, such as a download.
    ///
    /// # Errors
    /// `Internal` when the database refuses.
    pub async fn note<E>(&self, row: &E::Model, verb: &str) -> Result<()>
    where
        E: Recorded,
        E::Model: Serialize,
    {
        let reach = E::reach(row, self).await?;
        self.record(ledger::Change::noted::<E>(verb, row)?, reach)
            .await
    }

    /// Adds a row that belongs to a record whose event already tells of it.
    ///
    /// # Errors
    /// `Internal` when the database refuses the row.
    pub async fn insert<E>(&self, row: E::Model) -> Result<E::Model>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        self.scope.count_statement();
        // Not returned by the database: who adds a row need not be able to see it, such as the first of a
        // new supplier.
        E::insert(row.clone().into_active_model().reset_all())
            .exec_without_returning(&self.scope.tx)
            .await?;
        Ok(row)
    }

    /// Replaces a row by a later version of itself, which another event already tells of.
    ///
    /// # Errors
    /// `Conflict` when somebody else has changed the row meanwhile.
    pub async fn update<E>(&self, before: &E::Model, mut after: E::Model) -> Result<E::Model>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        let (id, version) = (id_of::<E>(), column::<E>("version"));
        let mut expected = sea_orm::Condition::all().add(id.eq(before.get(id)));
        if let Some(version) = version {
            let Value::Int(Some(current)) = before.get(version) else {
                return Err(Error::internal(anyhow::anyhow!(
                    "a version that is not an integer"
                )));
            };
            after.try_set(version, (current + 1).into())?;
            expected = expected.add(version.eq(current));
        }
        if let Some(updated_at) = column::<E>("updated_at") {
            after.try_set(updated_at, self.now().into())?;
        }
        self.scope.count_statement();
        let rows = E::update_many()
            .set(after.clone().into_active_model().reset_all())
            .filter(expected)
            .exec(&self.scope.tx)
            .await?;
        match (rows.rows_affected, version) {
            (0, Some(version)) => Err(self.conflict::<E>(before, version).await?),
            _ => Ok(after),
        }
    }

    /// Takes away rows that exist for the actor and that no event tells of: pieces of what is under way.
    ///
    /// # Errors
    /// `Internal` when the database refuses.
    pub async fn clear<E: Visible>(&self, which: impl IntoCondition) -> Result<()> {
        self.scope.count_statement();
        E::delete_many()
            .filter(E::visible(self.actor()))
            .filter(which.into_condition())
            .exec(&self.scope.tx)
            .await?;
        Ok(())
    }

    async fn conflict<E: EntityTrait>(
        &self,
        before: &E::Model,
        version: E::Column,
    ) -> Result<Error> {
        let id = id_of::<E>();
        let row = E::find()
            .filter(id.eq(before.get(id)))
            .one(&self.scope.tx)
            .await?
            .ok_or(Error::NotFound)?;
        match row.get(version) {
            Value::Int(Some(current)) => Ok(Error::Conflict { current }),
            _ => Ok(Error::NotFound),
        }
    }

    async fn record(&self, change: ledger::Change, reach: super::reach::Reach) -> Result<()> {
        self.scope.count_statement();
        let (id, actor) = (self.id(), self.actor());
        ledger::write(&self.scope.tx, id, self.now(), Some(actor), change, reach).await
    }

    /// Makes everything last, and has the ledger seal it.
    ///
    /// # Errors
    /// `Internal` when the database cannot commit; `KeyInProgress` when the request took so long that its
    /// idempotency key was given to another. Then nothing has happened.
    pub async fn commit(self) -> Result<()> {
        if let Some(key) = self.outcome.key.get() {
            idempotency::spend(&self.scope.tx, *key).await?;
        }
        // A commit that fails may have been carried out all the same, unless the database says that not.
        let changed = &self.outcome.changed;
        let before = changed.swap(true, Ordering::Relaxed);
        if let Err(error) = self.scope.tx.commit().await.map_err(Error::from) {
            let undone = matches!(error, Error::Disturbed);
            changed.store(before || !undone, Ordering::Relaxed);
            return Err(error);
        }
        self.door.committed().await;
        Ok(())
    }
}

impl Permit<CreateAgreement> {
    /// The organisation with this number, whether the actor sees it or not: the only place where a
    /// tenant is looked up outside the scope. What is found must not be told apart from what is not.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub(crate) async fn organisation_numbered(
        &self,
        number: &str,
    ) -> Result<Option<organisation::Model>> {
        self.scope.count_statement();
        let found = organisation::Entity::find()
            .filter(organisation::Column::Number.eq(number))
            .one(&self.scope.tx);
        let duty = Duty::Invite(number.to_owned());
        claim::beyond(&self.scope.tx, &duty, async { Ok(found.await?) }).await
    }
}

impl Permit<EscalateActionItem> {
    /// Replaces an action item as [`Permit::change`] does, whether the actor sees the forum that follows it
    /// from then on or not: an item is handed up also out of sight.
    ///
    /// # Errors
    /// As [`Permit::change`].
    pub(crate) async fn change_out_of_sight(
        &self,
        before: &action_item::Model,
        after: action_item::Model,
        verb: &str,
    ) -> Result<action_item::Model> {
        let after = claim::beyond(
            &self.scope.tx,
            &Duty::HandOn(before.id),
            self.update::<action_item::Entity>(before, after),
        )
        .await?;
        self.tell_of::<action_item::Entity>(before, after, verb)
            .await
    }
}

impl<A: Act<Resource = person::Model>> Permit<A> {
    /// Ends every session and every API token of a person, whether the actor's own token lets it read of them or not:
    /// whoever is let in again later begins anew.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub(crate) async fn end_access(&self, of: Uuid) -> Result<()> {
        let tx = &self.scope.tx;
        let work = async {
            let sessions = session::Entity::find()
                .filter(session::Column::PersonId.eq(of))
                .filter(session::Column::RevokedAt.is_null())
                .all(tx)
                .await?;
            let tokens = api_token::Entity::find()
                .filter(api_token::Column::PersonId.eq(of))
                .filter(api_token::Column::RevokedAt.is_null())
                .all(tx)
                .await?;
            let revoked_at = Some(self.now());
            let mut ended = (vec![], vec![]);
            for before in sessions {
                let after = session::Model {
                    revoked_at,
                    ..before.clone()
                };
                let after = self.update::<session::Entity>(&before, after).await?;
                ended.0.push((before, after));
            }
            for before in tokens {
                let after = api_token::Model {
                    revoked_at,
                    ..before.clone()
                };
                let after = self.update::<api_token::Entity>(&before, after).await?;
                ended.1.push((before, after));
            }
            Ok(ended)
        };
        let (sessions, tokens) = claim::beyond(tx, &Duty::Deactivate(of), work).await?;
        for (before, after) in sessions {
            self.tell_of::<session::Entity>(&before, after, "revoked")
                .await?;
        }
        for (before, after) in tokens {
            self.tell_of::<api_token::Entity>(&before, after, "revoked")
                .await?;
        }
        Ok(())
    }
}

/// The column of this name, if the table has it.
fn column<E: EntityTrait>(name: &str) -> Option<E::Column> {
    <E::Column as std::str::FromStr>::from_str(name).ok()
}
