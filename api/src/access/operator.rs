//! What the operator of the service may do from the command line: let tenants in.
//!
//! The operator sees no tenant's exchange. What is done here is done without an actor, leaves its
//! events in the tenant's own ledger, and is limited to organisations, their first people, how these sign in, and
//! tokens.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::{
    PersonStatus, Role, Topic, api_token, email_domain, identity_provider, linked_identity,
    organisation, person, role_assignment, support_grant,
};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, ModelTrait, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use serde::Serialize;
use uuid::Uuid;

use super::{Door, Grant, claim::Duty, reach::Reach};
use crate::{Error, Result, ledger};

/// The door as the operator uses it.
pub struct Operator<'d>(&'d Door);

impl Door {
    /// The door as the operator of the service uses it.
    #[must_use]
    pub fn as_operator(&self) -> Operator<'_> {
        Operator(self)
    }
}

impl Operator<'_> {
    /// The organisation with this number, ten digits.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn organisation(&self, number: &str) -> Result<Option<organisation::Model>> {
        let tx = self.0.on_duty(&Duty::Operate).await?;
        Ok(organisation::Entity::find()
            .filter(organisation::Column::Number.eq(number))
            .one(&tx)
            .await?)
    }

    /// The person of an organisation with this address.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn person(&self, organisation: Uuid, email: &str) -> Result<Option<person::Model>> {
        let tx = self.0.on_duty(&Duty::Operate).await?;
        Ok(person::Entity::find()
            .filter(person::Column::OrganisationId.eq(organisation))
            .filter(person::Column::Email.eq(email))
            .one(&tx)
            .await?)
    }

    /// Whether there is no organisation yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_let_nobody_in(&self) -> Result<bool> {
        let tx = self.0.on_duty(&Duty::Operate).await?;
        Ok(organisation::Entity::find().one(&tx).await?.is_none())
    }

    /// Adds an organisation.
    ///
    /// # Errors
    /// `InvalidState` when its number is taken.
    pub async fn add_organisation(&self, row: organisation::Model) -> Result<()> {
        if self.organisation(&row.number).await?.is_some() {
            return Err(Error::InvalidState(format!(
                "An organisation with the number {} has been added before.",
                row.number
            )));
        }
        let home = row.id;
        let tx = self.0.writing_on_duty(&Duty::Operate).await?;
        self.add::<organisation::Entity>(&tx, home, row, "added")
            .await?;
        self.finish(tx).await
    }

    /// Adds a person with roles.
    ///
    /// # Errors
    /// When the database refuses, such as an address that is taken.
    pub async fn add_person(&self, row: person::Model, roles: &[Grant]) -> Result<()> {
        let (home, person) = (row.organisation_id, row.id);
        let tx = self.0.writing_on_duty(&Duty::Operate).await?;
        self.add::<person::Entity>(&tx, home, row, "added").await?;
        for grant in roles {
            let held = role_assignment::Model {
                id: self.0.clock().id(),
                person_id: person,
                role: grant.role,
                service_area: grant.area,
                created_at: self.0.clock().now(),
            };
            self.add::<role_assignment::Entity>(&tx, home, held, "given")
                .await?;
        }
        self.finish(tx).await
    }

    /// Adds an API token.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_token(&self, row: api_token::Model) -> Result<()> {
        let home = row.organisation_id;
        let tx = self.0.writing_on_duty(&Duty::Operate).await?;
        // It may have been ended since it was looked at.
        if let Some(leave) = row.support_grant_id {
            let holds = support_grant::Entity::find_by_id(leave)
                .filter(support_grant::Column::RevokedAt.is_null())
                .filter(support_grant::Column::ExpiresAt.gt(self.0.clock().now()))
                .one(&tx)
                .await?;
            holds.ok_or(Error::NotFound)?;
        }
        self.add::<api_token::Entity>(&tx, home, row, "created")
            .await?;
        self.finish(tx).await
    }

    /// The leave to look at an organisation's records that holds now, if any does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn leave_of(
        &self,
        organisation: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<support_grant::Model>> {
        let tx = self.0.on_duty(&Duty::Operate).await?;
        Ok(support_grant::Entity::find()
            .filter(support_grant::Column::OrganisationId.eq(organisation))
            .filter(support_grant::Column::RevokedAt.is_null())
            .filter(support_grant::Column::ExpiresAt.gt(now))
            .order_by(support_grant::Column::ExpiresAt, Order::Desc)
            .one(&tx)
            .await?)
    }

    /// Whether anybody who may act administers an organisation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_administrator(&self, organisation: Uuid) -> Result<bool> {
        let tx = self.0.on_duty(&Duty::Operate).await?;
        let holders = role_assignment::Entity::find()
            .select_only()
            .column(role_assignment::Column::PersonId)
            .filter(role_assignment::Column::Role.eq(Role::Administrator))
            .into_query();
        let found = person::Entity::find()
            .filter(person::Column::OrganisationId.eq(organisation))
            .filter(person::Column::Status.eq(PersonStatus::Active))
            .filter(person::Column::Id.in_subquery(holders))
            .one(&tx)
            .await?;
        Ok(found.is_some())
    }

    /// The provider by which an organisation's people sign in.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn provider_of(
        &self,
        organisation: Uuid,
    ) -> Result<Option<identity_provider::Model>> {
        let tx = self.0.on_duty(&Duty::Operate).await?;
        Ok(identity_provider::Entity::find()
            .filter(identity_provider::Column::OrganisationId.eq(organisation))
            .one(&tx)
            .await?)
    }

    /// The domains that an organisation claims, in the order of the alphabet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn domains_of(&self, organisation: Uuid) -> Result<Vec<email_domain::Model>> {
        let tx = self.0.on_duty(&Duty::Operate).await?;
        Ok(email_domain::Entity::find()
            .filter(email_domain::Column::OrganisationId.eq(organisation))
            .order_by(email_domain::Column::Domain, Order::Asc)
            .all(&tx)
            .await?)
    }

    /// Sets the provider of an organisation that has none, or puts other settings in the place of those it has.
    ///
    /// Whoever says who somebody is could come as anybody. So where people of the organisation are there already, only
    /// their administrators name another issuer.
    ///
    /// # Errors
    /// `InvalidState` for another issuer then, or when the database refuses.
    pub async fn set_provider(&self, row: identity_provider::Model) -> Result<()> {
        let home = row.organisation_id;
        let before = self.provider_of(home).await?;
        let stays = before
            .as_ref()
            .is_some_and(|before| before.issuer == row.issuer);
        if !stays && self.is_taken_up(home, before.is_some()).await? {
            return Err(Error::InvalidState(
                "People of this organisation are there already, and another issuer could say of anybody that it is one of them. Have an administrator of theirs set it, with setIdentityProvider: an API token works without signing in."
                    .to_owned(),
            ));
        }
        let tx = self.0.writing_on_duty(&Duty::Operate).await?;
        match before {
            None => {
                self.add::<identity_provider::Entity>(&tx, home, row, "set")
                    .await?;
            }
            Some(before) => {
                // To another client the same people may be other subjects.
                if (&before.issuer, &before.client_id) != (&row.issuer, &row.client_id) {
                    self.unlink(&tx, home).await?;
                }
                self.replace(&tx, home, &before, row, "updated").await?;
            }
        }
        self.finish(tx).await
    }

    /// Whether people of an organisation are there already: it has an administrator, and somebody signed in by the
    /// provider that is set, or none is set, so that they come otherwise.
    async fn is_taken_up(&self, organisation: Uuid, has_provider: bool) -> Result<bool> {
        if !self.has_administrator(organisation).await? {
            return Ok(false);
        }
        let tx = self.0.on_duty(&Duty::Operate).await?;
        let signed_in = person::Entity::find()
            .filter(person::Column::OrganisationId.eq(organisation))
            .filter(person::Column::LastSignInAt.is_not_null())
            .one(&tx)
            .await?;
        Ok(!has_provider || signed_in.is_some())
    }

    /// Forgets as whom the provider knows people: each is known by the address again when coming next.
    async fn unlink(&self, tx: &DatabaseTransaction, home: Uuid) -> Result<()> {
        let linked = linked_identity::Entity::find()
            .filter(linked_identity::Column::OrganisationId.eq(home))
            .filter(linked_identity::Column::UnlinkedAt.is_null())
            .all(tx)
            .await?;
        for before in linked {
            let after = linked_identity::Model {
                unlinked_at: Some(self.0.clock().now()),
                ..before.clone()
            };
            self.replace(tx, home, &before, after, "unlinked").await?;
        }
        Ok(())
    }

    /// Confirms that a domain is an organisation's, so that its addresses lead to the organisation's provider.
    ///
    /// # Errors
    /// `InvalidState` when it was confirmed as another's.
    pub async fn confirm_domain(&self, organisation: Uuid, domain: &str) -> Result<()> {
        let tx = self.0.writing_on_duty(&Duty::Operate).await?;
        let claims = email_domain::Entity::find()
            .filter(email_domain::Column::Domain.eq(domain))
            .all(&tx)
            .await?;
        let now = self.0.clock().now();
        let others = |row: &email_domain::Model| row.organisation_id != organisation;
        if claims
            .iter()
            .any(|row| others(row) && row.confirmed_at.is_some())
        {
            return Err(Error::InvalidState(format!(
                "{domain} was confirmed as another organisation's. Have that one give it up first, with setIdentityProvider."
            )));
        }
        match claims.into_iter().find(|row| !others(row)) {
            Some(row) if row.confirmed_at.is_some() => return Ok(()),
            Some(before) => {
                let after = email_domain::Model {
                    confirmed_at: Some(now),
                    ..before.clone()
                };
                self.replace(&tx, organisation, &before, after, "confirmed")
                    .await?;
            }
            None => {
                let row = email_domain::Model {
                    id: self.0.clock().id(),
                    organisation_id: organisation,
                    domain: domain.to_owned(),
                    claimed_at: now,
                    confirmed_at: Some(now),
                };
                self.add::<email_domain::Entity>(&tx, organisation, row, "confirmed")
                    .await?;
            }
        }
        self.finish(tx).await
    }

    async fn replace<M, E>(
        &self,
        tx: &DatabaseTransaction,
        home: Uuid,
        before: &M,
        after: M,
        verb: &str,
    ) -> Result<()>
    where
        M: ModelTrait<Entity = E> + Serialize + IntoActiveModel<E::ActiveModel> + Sync,
        E: EntityTrait<Model = M>,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        let change = ledger::Change::changed::<E>(verb, before, &after)?;
        E::update(after.into_active_model().reset_all())
            .exec(tx)
            .await?;
        self.record(tx, home, change).await
    }

    async fn add<E>(
        &self,
        tx: &DatabaseTransaction,
        home: Uuid,
        row: E::Model,
        verb: &str,
    ) -> Result<()>
    where
        E: EntityTrait,
        E::Model: Serialize + IntoActiveModel<E::ActiveModel> + Sync,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        let change = ledger::Change::created::<E>(verb, &row)?;
        E::insert(row.into_active_model().reset_all())
            .exec_without_returning(tx)
            .await?;
        self.record(tx, home, change).await
    }

    async fn record(
        &self,
        tx: &DatabaseTransaction,
        home: Uuid,
        change: ledger::Change,
    ) -> Result<()> {
        let reach = Reach {
            audience: BTreeSet::from([home]),
            topic: Topic::Administration,
            area: None,
        };
        let clock = self.0.clock();
        ledger::write(tx, clock.id(), clock.now(), None, change, reach).await
    }

    async fn finish(&self, tx: DatabaseTransaction) -> Result<()> {
        tx.commit().await?;
        self.0.committed().await;
        Ok(())
    }
}
