//! Who is calling: API tokens.
//!
//! A token's secret is shown once, when it is made. The database keeps its SHA-256: the secret has
//! 256 bits of randomness, so a slow password hash would add nothing. A token is looked up by that
//! hash, and a person's roles are read anew at every request, so that what an administrator changes
//! holds at once.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{OrganisationKind, PersonStatus, Role, ServiceArea, api_token, upload};
use sea_orm::{
    ActiveValue::Unchanged, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, Set,
    prelude::Json,
};
use serde::de::DeserializeOwned;
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

/// A token and who acts with it: one row for each role of a person, or one in all.
#[derive(Clone, Debug, FromQueryResult)]
struct Acting {
    id: Uuid,
    hash: String,
    name: String,
    scopes: Json,
    roles: Json,
    expires_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    organisation_id: Uuid,
    organisation_kind: OrganisationKind,
    person_id: Option<Uuid>,
    person_name: Option<String>,
    person_status: Option<PersonStatus>,
    role: Option<Role>,
    service_area: Option<ServiceArea>,
}

/// On PostgreSQL a function looks, as only the owner of the tables may before anybody is known
/// (`migration/src/m0009_row_security.rs`). It looks for the same.
const ON_POSTGRES: &str = "SELECT * FROM acting($1, $2)";
const ON_SQLITE: &str = "SELECT t.id, t.hash, t.name, t.scopes, t.roles, t.expires_at, \
    t.revoked_at, t.last_used_at, t.organisation_id, o.kind AS organisation_kind, t.person_id, \
    p.name AS person_name, p.status AS person_status, r.role, r.service_area \
    FROM api_token t JOIN organisation o ON o.id = t.organisation_id \
    LEFT JOIN person p ON p.id = t.person_id LEFT JOIN role_assignment r ON r.person_id = t.person_id \
    WHERE t.hash = $1 OR t.id = $2";

impl Door {
    /// The actor that a token's secret stands for.
    ///
    /// # Errors
    /// `Unauthenticated`, the same for every reason.
    pub async fn authenticate(&self, secret: &str) -> Result<Arc<Actor>> {
        let kept = hash(secret);
        let rows = self.acting(Some(&kept), None).await?;
        let token = rows
            .first()
            .filter(|token| bool::from(token.hash.as_bytes().ct_eq(kept.as_bytes())))
            .ok_or(Error::Unauthenticated(REFUSED))?;
        let actor = self.actor_of(&rows)?;
        if self.note_use(token).await.is_err() {
            tracing::warn!("the use of a token could not be noted; it works all the same");
        }
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
        self.actor_of(&self.acting(None, Some(token)).await?)
    }

    async fn acting(&self, hash: Option<&str>, id: Option<Uuid>) -> Result<Vec<Acting>> {
        let rows = self
            .look(ON_POSTGRES, ON_SQLITE, [hash.into(), id.into()])
            .await?;
        let rows = rows.iter().map(|row| Acting::from_query_result(row, ""));
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn actor_of(&self, rows: &[Acting]) -> Result<Arc<Actor>> {
        let refused = Error::Unauthenticated(REFUSED);
        let Some(token) = rows.first() else {
            return Err(refused);
        };
        let works = token.revoked_at.is_none() && token.expires_at > self.clock().now();
        let may_act = token
            .person_status
            .is_none_or(|status| status == PersonStatus::Active);
        if !works || !may_act {
            return Err(refused);
        }
        let (name, grants) = match &token.person_name {
            Some(person) => (
                person.clone(),
                rows.iter().filter_map(Acting::grant).collect(),
            ),
            None => (token.name.clone(), from_json(&token.roles)?),
        };
        let tenant = (token.organisation_id, token.organisation_kind);
        let actor = Actor::new(tenant, token.person_id, name, grants);
        let actor = actor.with_token(token.id, from_json(&token.scopes)?);
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

    async fn note_use(&self, token: &Acting) -> Result<()> {
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

impl Acting {
    fn grant(&self) -> Option<Grant> {
        let area = self.service_area;
        self.role.map(|role| Grant { role, area })
    }
}

fn from_json<T: DeserializeOwned>(json: &Json) -> Result<T> {
    T::deserialize(json).map_err(Error::internal)
}

/// The scopes that a token is limited to.
///
/// # Errors
/// `Internal` when the row does not hold them.
pub fn scopes(token: &api_token::Model) -> Result<Vec<TokenScope>> {
    from_json(&token.scopes)
}

/// The roles of an integration's token.
///
/// # Errors
/// `Internal` when the row does not hold them.
pub fn grants(token: &api_token::Model) -> Result<Vec<Grant>> {
    from_json(&token.roles)
}
