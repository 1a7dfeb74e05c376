//! Who is calling: API tokens.
//!
//! A token's secret is shown once, when it is made. The database keeps its SHA-256: the secret has
//! 256 bits of randomness, so a slow password hash would add nothing. A token is looked up by that
//! hash, and a person's roles are read anew at every request, so that what an administrator changes
//! holds at once.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{PersonStatus, api_token, organisation, person, role_assignment, upload};
use sea_orm::{
    ActiveValue::Unchanged, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, Set,
};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{Actor, Door, Grant, TokenScope, claim::Duty};
use crate::{Error, Result, clock::Clock};

/// How seldom a token's last use is written down.
const LAST_USE_PRECISION: TimeDelta = TimeDelta::minutes(1);

/// Said for every credential that does not work, whatever the reason.
const REFUSED: &str =
    "This token is not valid: it is unknown, expired or revoked. Use a valid API token.";

/// A secret that is shown once and kept as a hash.
pub struct Secret(String);

impl Secret {
    /// A new one; `prefix` tells people and secret scanners what it is.
    #[must_use]
    pub fn new(clock: &Clock, prefix: &str) -> Self {
        Self(format!(
            "{prefix}_{}",
            URL_SAFE_NO_PAD.encode(clock.random::<32>())
        ))
    }

    /// The hash that is kept, hexadecimal.
    #[must_use]
    pub fn hash(&self) -> String {
        hash(&self.0)
    }

    /// The first characters, to recognise it by.
    #[must_use]
    pub fn hint(&self) -> String {
        self.0.chars().take(12).collect()
    }

    /// The secret itself, to be shown to its holder and nobody else.
    #[must_use]
    pub fn reveal(self) -> String {
        self.0
    }
}

/// The hash under which a secret is kept.
#[must_use]
pub fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// What a new API token shall be.
pub struct NewToken {
    /// For which organisation it acts.
    pub organisation: Uuid,
    /// As whom; none for an integration.
    pub person: Option<Uuid>,
    /// What it is for.
    pub name: String,
    /// What it is limited to.
    pub scopes: Vec<TokenScope>,
    /// The roles of an integration; empty for a person's.
    pub roles: Vec<Grant>,
    /// Who makes it; none for the operator.
    pub created_by: Option<Uuid>,
    /// From when it no longer works.
    pub expires_at: DateTime<Utc>,
}

impl NewToken {
    /// The row that keeps it, and the secret to show.
    ///
    /// # Errors
    /// `Internal` when scopes or roles cannot be written as JSON.
    pub fn make(self, clock: &Clock) -> Result<(api_token::Model, Secret)> {
        let secret = Secret::new(clock, "samsyn");
        let row = api_token::Model {
            id: clock.id(),
            organisation_id: self.organisation,
            person_id: self.person,
            name: self.name,
            hash: secret.hash(),
            hint: secret.hint(),
            scopes: serde_json::to_value(self.scopes).map_err(Error::internal)?,
            roles: serde_json::to_value(self.roles).map_err(Error::internal)?,
            created_by: self.created_by,
            created_at: clock.now(),
            expires_at: self.expires_at,
            revoked_at: None,
            last_used_at: None,
            version: 1,
        };
        Ok((row, secret))
    }
}

impl Door {
    /// The actor that a token's secret stands for.
    ///
    /// # Errors
    /// `Unauthenticated`, the same for every reason.
    pub async fn authenticate(&self, secret: &str) -> Result<Arc<Actor>> {
        let kept = hash(secret);
        let tx = self.on_duty(&Duty::Authenticate(kept.clone())).await?;
        let token = api_token::Entity::find()
            .filter(api_token::Column::Hash.eq(&kept))
            .one(&tx)
            .await?
            .filter(|token| bool::from(token.hash.as_bytes().ct_eq(kept.as_bytes())))
            .ok_or(Error::Unauthenticated(REFUSED))?;
        let actor = self.actor_of(&tx, &token).await?;
        // Who holds a connection must not wait for another.
        drop(tx);
        self.note_use(&token).await?;
        Ok(actor)
    }

    /// The same actor with roles and token as they stand now; one without a token stays as it is.
    ///
    /// # Errors
    /// `Unauthenticated` when the token no longer works, or the person may no longer act.
    pub async fn renew(&self, actor: &Arc<Actor>) -> Result<Arc<Actor>> {
        match actor.token {
            Some(token) => self.holder(token).await,
            None => Ok(actor.clone()),
        }
    }

    /// The actor that a token stands for, known by its id.
    pub(super) async fn holder(&self, token: Uuid) -> Result<Arc<Actor>> {
        let tx = self.on_duty(&Duty::Authenticate(token.to_string())).await?;
        let token = api_token::Entity::find_by_id(token)
            .one(&tx)
            .await?
            .ok_or(Error::Unauthenticated(REFUSED))?;
        self.actor_of(&tx, &token).await
    }

    async fn actor_of(
        &self,
        tx: &DatabaseTransaction,
        token: &api_token::Model,
    ) -> Result<Arc<Actor>> {
        if token.revoked_at.is_some() || token.expires_at <= self.clock().now() {
            return Err(Error::Unauthenticated(REFUSED));
        }
        let organisation = organisation::Entity::find_by_id(token.organisation_id)
            .one(tx)
            .await?
            .ok_or(Error::Unauthenticated(REFUSED))?;
        let tenant = (organisation.id, organisation.kind);
        let actor = match token.person_id {
            Some(person) => person_actor(tx, tenant, person).await?,
            None => Actor::new(tenant, None, token.name.clone(), grants(token)?),
        };
        let actor = actor.with_token(token.id, scopes(token)?);
        Ok(Arc::new(actor.until(token.expires_at)))
    }

    /// Who may send bytes to an upload URL: whoever asked for it, as far as that one still may. Returns the
    /// upload too.
    ///
    /// # Errors
    /// `NotFound` when there is no such upload, or its time is over.
    pub async fn uploader(&self, secret: &str) -> Result<(Arc<Actor>, upload::Model)> {
        let kept = hash(secret);
        let tx = self.on_duty(&Duty::Authenticate(kept.clone())).await?;
        let upload = upload::Entity::find()
            .filter(upload::Column::Hash.eq(kept))
            .one(&tx)
            .await?
            .filter(|upload| upload.expires_at > self.clock().now())
            .ok_or(Error::NotFound)?;
        drop(tx);
        let token = upload.token_id.ok_or(Error::NotFound)?;
        Ok((self.holder(token).await?, upload))
    }

    async fn note_use(&self, token: &api_token::Model) -> Result<()> {
        let now = self.clock().now();
        if token
            .last_used_at
            .is_some_and(|last| now - last < LAST_USE_PRECISION)
        {
            return Ok(());
        }
        let used = api_token::ActiveModel {
            id: Unchanged(token.id),
            last_used_at: Set(Some(now)),
            ..Default::default()
        };
        let duty = Duty::Authenticate(token.hash.clone());
        let tx = self.writing_on_duty(&duty).await?;
        api_token::Entity::update(used).exec(&tx).await?;
        Ok(tx.commit().await?)
    }
}

async fn person_actor(
    tx: &DatabaseTransaction,
    tenant: (Uuid, entity::OrganisationKind),
    id: Uuid,
) -> Result<Actor> {
    let person = person::Entity::find_by_id(id)
        .one(tx)
        .await?
        .filter(|person| person.status == PersonStatus::Active)
        .ok_or(Error::Unauthenticated(REFUSED))?;
    let grants = role_assignment::Entity::find()
        .filter(role_assignment::Column::PersonId.eq(id))
        .all(tx)
        .await?
        .into_iter()
        .map(|held| Grant {
            role: held.role,
            area: held.service_area,
        })
        .collect();
    Ok(Actor::new(tenant, Some(id), person.name, grants))
}

/// The scopes that a token is limited to.
///
/// # Errors
/// `Internal` when the row does not hold them.
pub fn scopes(token: &api_token::Model) -> Result<Vec<TokenScope>> {
    serde_json::from_value(token.scopes.clone()).map_err(Error::internal)
}

/// The roles of an integration's token.
///
/// # Errors
/// `Internal` when the row does not hold them.
pub fn grants(token: &api_token::Model) -> Result<Vec<Grant>> {
    serde_json::from_value(token.roles.clone()).map_err(Error::internal)
}
