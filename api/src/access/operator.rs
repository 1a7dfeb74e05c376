//! What the operator of the service may do from the command line: let tenants in.
//!
//! The operator sees no tenant's exchange. What is done here is done without an actor, leaves its
//! events in the tenant's own ledger, and is limited to organisations, their first people, and tokens.

use std::collections::BTreeSet;

use entity::{Topic, api_token, organisation, person, role_assignment};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryFilter,
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
        self.add::<api_token::Entity>(&tx, home, row, "created")
            .await?;
        self.finish(tx).await
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
