//! API tokens: for programs, of people and of integrations.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::{OrganisationKind, PersonStatus, Role, ServiceArea, TokenUsage, api_token};
use sea_orm::{ActiveValue::Unchanged, EntityTrait, FromQueryResult, Set, prelude::Json};
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{LAST_USE_PRECISION, Secret, grant, hash};
use crate::{
    Error, Result,
    access::{Actor, Door, Grant, TokenScope, claim::Duty},
    clock::Clock,
};

/// Said for every token that does not work, whatever the reason.
const REFUSED: &str =
    "This token is not valid: it is unknown, expired or revoked. Use a valid API token.";

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
    /// The leave under which the operator makes it, if it is for support.
    pub support: Option<Uuid>,
    /// How its secret is used.
    pub usage: TokenUsage,
    /// What a machine client proves itself by beside its secret.
    pub proof: ClientProof,
}

/// By what a machine client proves itself beside its secret.
#[derive(Clone, Debug, Default)]
pub struct ClientProof {
    /// Its public keys, as a JSON Web Key Set.
    pub public_keys: Option<Json>,
    /// The client at the organisation's own provider whose access tokens are taken for its own.
    pub provider_client: Option<String>,
}

impl NewToken {
    /// The row that keeps it, and the secret to show.
    ///
    /// # Errors
    /// `Internal` when scopes or roles cannot be written as JSON.
    pub fn make(self, clock: &Clock) -> Result<(api_token::Model, Secret)> {
        let prefix = match self.usage {
            TokenUsage::Bearer => "samsyn",
            TokenUsage::ClientCredentials => "client",
            TokenUsage::Provisioning => "scim",
            TokenUsage::Calendar => "cal",
        };
        let secret = Secret::new(clock, prefix);
        let row = api_token::Model {
            id: clock.id(),
            organisation_id: self.organisation,
            person_id: self.person,
            name: self.name,
            usage: self.usage,
            hash: secret.hash(),
            hint: secret.hint(),
            public_keys: self.proof.public_keys,
            provider_client: self.proof.provider_client,
            scopes: serde_json::to_value(self.scopes).map_err(Error::internal)?,
            roles: serde_json::to_value(self.roles).map_err(Error::internal)?,
            support_grant_id: self.support,
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
pub(super) struct Acting {
    pub(super) id: Uuid,
    pub(super) usage: TokenUsage,
    pub(super) hash: String,
    pub(super) name: String,
    pub(super) public_keys: Option<Json>,
    pub(super) scopes: Json,
    roles: Json,
    expires_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    pub(super) organisation_id: Uuid,
    pub(super) organisation_kind: OrganisationKind,
    person_id: Option<Uuid>,
    person_name: Option<String>,
    person_status: Option<PersonStatus>,
    role: Option<Role>,
    service_area: Option<ServiceArea>,
}

/// On PostgreSQL a function looks, as only the owner of the tables may before anybody is known
/// (`migration/src/m0009_row_security.rs`). It looks for the same.
const ON_POSTGRES: &str = "SELECT * FROM acting($1, $2)";
const ON_SQLITE: &str = "SELECT t.id, t.usage, t.hash, t.name, t.public_keys, t.scopes, t.roles, t.expires_at, \
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
        self.authenticate_used_as(secret, TokenUsage::Bearer).await
    }

    /// The person whose calendar is at an address with this secret, limited to what a calendar shows. It is for the
    /// route of calendars alone to let it read.
    ///
    /// # Errors
    /// `Unauthenticated`, the same for every reason.
    pub async fn authenticate_calendar(&self, secret: &str) -> Result<Arc<Actor>> {
        self.authenticate_used_as(secret, TokenUsage::Calendar)
            .await
    }

    async fn authenticate_used_as(&self, secret: &str, usage: TokenUsage) -> Result<Arc<Actor>> {
        let rows = self.by_secret(secret, usage).await?;
        let actor = self.actor_of(&rows)?;
        if let Some(token) = rows.first()
            && self.note_use(token).await.is_err()
        {
            tracing::warn!("the use of a token could not be noted; it works all the same");
        }
        Ok(actor)
    }

    /// The directory of an organisation that keeps its people up to date with this secret. It administers, and that is
    /// for its routes alone to let it do.
    ///
    /// # Errors
    /// `Unauthenticated`, the same for every reason.
    pub async fn authenticate_provisioning(&self, secret: &str) -> Result<Arc<Actor>> {
        let actor = self
            .authenticate_used_as(secret, TokenUsage::Provisioning)
            .await?;
        let administers = Grant {
            role: Role::Administrator,
            area: None,
        };
        let own = Actor::new(
            (actor.organisation, actor.kind),
            None,
            actor.name.clone(),
            vec![administers],
        );
        let scopes = vec![
            TokenScope::AdministrationRead,
            TokenScope::AdministrationWrite,
        ];
        let own = match actor.token() {
            Some(token) => own.with_token(token, scopes),
            None => own.limited(scopes),
        };
        Ok(Arc::new(own))
    }

    /// The rows of the token with this secret, if it is used so.
    async fn by_secret(&self, secret: &str, usage: TokenUsage) -> Result<Vec<Acting>> {
        let kept = hash(secret);
        let rows = self.acting(Some(&kept), None).await?;
        let right = rows.first().is_some_and(|token| {
            token.usage == usage && bool::from(token.hash.as_bytes().ct_eq(kept.as_bytes()))
        });
        match right {
            true => Ok(rows),
            false => Err(Error::Unauthenticated(REFUSED)),
        }
    }

    /// The actor that a token stands for, known by its id.
    pub(super) async fn holder_of_token(&self, id: Uuid) -> Result<Arc<Actor>> {
        self.actor_of(&self.acting(None, Some(id)).await?)
    }

    pub(super) async fn acting(&self, hash: Option<&str>, id: Option<Uuid>) -> Result<Vec<Acting>> {
        let rows = self
            .look(ON_POSTGRES, ON_SQLITE, [hash.into(), id.into()])
            .await?;
        let rows = rows.iter().map(|row| Acting::from_query_result(row, ""));
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub(super) fn actor_of(&self, rows: &[Acting]) -> Result<Arc<Actor>> {
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
                rows.iter()
                    .filter_map(|row| grant(row.role, row.service_area))
                    .collect(),
            ),
            None => (token.name.clone(), from_json(&token.roles)?),
        };
        let tenant = (token.organisation_id, token.organisation_kind);
        let actor = Actor::new(tenant, token.person_id, name, grants);
        let actor = actor.with_token(token.id, from_json(&token.scopes)?);
        Ok(Arc::new(actor.until(token.expires_at)))
    }

    pub(super) async fn note_use(&self, token: &Acting) -> Result<()> {
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

pub(super) fn from_json<T: DeserializeOwned>(json: &Json) -> Result<T> {
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
