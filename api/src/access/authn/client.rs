//! Machine clients: integrations that exchange their credentials for access tokens (RFC 6749, section 4.4).
//!
//! What always holds:
//! - A machine client is an API token that is used so: its roles and scopes are those of an integration, and events
//!   are known by it, whichever access token it used.
//! - Its own secret opens nothing but the endpoint where access tokens are given. An access token has no scope that
//!   the client lacks, works for minutes, and for no longer than the client.
//! - An assertion counts once.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{TokenUsage, Topic, access_token, api_token};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Unchanged, ColumnTrait, EntityTrait, FromQueryResult,
    IntoActiveModel, QueryFilter, Set, prelude::Json,
};
use serde_json::json;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{
    Secret, hash,
    token::{Acting, from_json},
};
use crate::{
    Error, Result,
    access::{
        Actor, Credential, Door, TokenScope,
        claim::{Claim, Duty},
        reach::Reach,
    },
    ledger,
};

/// How long an access token works.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// For how long one that no longer works is kept, so that an assertion is not taken again.
const KEPT: TimeDelta = TimeDelta::days(1);

/// Said for every access token that does not work, whatever the reason.
const REFUSED: &str = "This access token is not valid: it is unknown, expired or revoked. Get a new one at /oauth/token.";

/// A machine client that may be given access tokens.
pub struct MachineClient {
    acting: Acting,
    actor: Arc<Actor>,
}

/// What was given to a machine client.
#[derive(Clone, Debug, FromQueryResult)]
struct Given {
    id: Uuid,
    client_id: Uuid,
    hash: String,
    scopes: Json,
    expires_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
}

/// What an access token is, as its client may know (RFC 7662, section 2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introspected {
    /// What it is limited to.
    pub scopes: Vec<TokenScope>,
    /// From when it no longer works.
    pub expires_at: DateTime<Utc>,
}

const GIVEN_ON_POSTGRES: &str = "SELECT * FROM granted($1, $2)";
const GIVEN_ON_SQLITE: &str = "SELECT id, client_id, hash, scopes, expires_at, revoked_at \
    FROM access_token WHERE hash = $1 OR id = $2";
const CLIENT_ON_POSTGRES: &str = "SELECT * FROM clients_of($1, $2)";
const CLIENT_ON_SQLITE: &str =
    "SELECT id FROM api_token WHERE provider_client = $1 AND organisation_id = $2";

impl MachineClient {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.acting.id
    }

    /// Whether this is its secret.
    #[must_use]
    pub fn has_secret(&self, secret: &str) -> bool {
        let shown = hash(secret);
        shown.as_bytes().ct_eq(self.acting.hash.as_bytes()).into()
    }

    /// Its public keys, as a JSON Web Key Set.
    #[must_use]
    pub fn public_keys(&self) -> Option<&Json> {
        self.acting.public_keys.as_ref()
    }

    /// What it may ask for.
    #[must_use]
    pub fn scopes(&self) -> &[TokenScope] {
        self.actor.scopes().unwrap_or_default()
    }
}

impl Door {
    /// The machine client with this id, if it may act.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn machine_client(&self, id: Uuid) -> Result<Option<MachineClient>> {
        let rows = self.acting(None, Some(id)).await?;
        let Some(acting) = rows.first().cloned() else {
            return Ok(None);
        };
        if acting.usage != TokenUsage::ClientCredentials {
            return Ok(None);
        }
        match self.actor_of(&rows) {
            Ok(actor) => Ok(Some(MachineClient { acting, actor })),
            Err(Error::Unauthenticated(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The machine client of an organisation for which tokens of its own provider's client are taken.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn machine_client_of(
        &self,
        organisation: Uuid,
        provider_client: &str,
    ) -> Result<Option<MachineClient>> {
        let values = [provider_client.into(), organisation.into()];
        let found = self
            .look(CLIENT_ON_POSTGRES, CLIENT_ON_SQLITE, values)
            .await?;
        match found.first() {
            Some(row) => self.machine_client(row.try_get("", "id")?).await,
            None => Ok(None),
        }
    }

    /// Gives a machine client an access token with these scopes, which must be among its own.
    ///
    /// # Errors
    /// `InvalidState` when the assertion was taken before.
    pub async fn give_access(
        &self,
        client: &MachineClient,
        scopes: &[TokenScope],
        assertion: Option<String>,
    ) -> Result<(Secret, DateTime<Utc>)> {
        let (clock, now) = (self.clock(), self.clock().now());
        let secret = Secret::new(clock, "access");
        let end = client.actor.expires_at().unwrap_or(now);
        let row = access_token::Model {
            id: clock.id(),
            client_id: client.id(),
            organisation_id: client.acting.organisation_id,
            hash: secret.hash(),
            scopes: serde_json::to_value(scopes).map_err(Error::internal)?,
            assertion_id: assertion,
            created_at: now,
            expires_at: end.min(now + LIFETIME),
            revoked_at: None,
        };
        let change = ledger::Change::created::<access_token::Entity>("given", &row)?;
        let expires_at = row.expires_at;
        let tx = self.begin_for(client).await?;
        access_token::Entity::insert(row.into_active_model().reset_all())
            .exec_without_returning(&tx)
            .await?;
        self.record(&tx, client, change).await?;
        tx.commit().await?;
        self.committed().await;
        self.note_client(client).await;
        Ok((secret, expires_at))
    }

    /// Takes an assertion by which a client has proved itself for something else than an access token. It is kept where
    /// those are kept for which a token was given, with one that nobody has and that never works.
    ///
    /// # Errors
    /// `InvalidState` when the assertion was taken before.
    pub async fn use_up(&self, client: &MachineClient, assertion: String) -> Result<()> {
        let (clock, now) = (self.clock(), self.clock().now());
        let row = access_token::Model {
            id: clock.id(),
            client_id: client.id(),
            organisation_id: client.acting.organisation_id,
            hash: Secret::new(clock, "access").hash(),
            scopes: json!([]),
            assertion_id: Some(assertion),
            created_at: now,
            expires_at: now,
            revoked_at: Some(now),
        };
        let tx = self.begin_for(client).await?;
        access_token::Entity::insert(row.into_active_model().reset_all())
            .exec_without_returning(&tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Records that a machine client was not given what it asked for, and why.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refuse_access(&self, client: &MachineClient, why: &str) -> Result<()> {
        let told = json!({ "reason": why });
        let change = ledger::Change::told::<api_token::Entity>("access_refused", client.id(), told);
        let tx = self.begin_for(client).await?;
        self.record(&tx, client, change).await?;
        tx.commit().await?;
        self.committed().await;
        Ok(())
    }

    /// What an access token of this client is; none if it is not one that works.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn introspect(
        &self,
        client: &MachineClient,
        secret: &str,
    ) -> Result<Option<Introspected>> {
        let given = self.given(Some(&hash(secret)), None).await?;
        let own = given.filter(|given| given.client_id == client.id() && self.works(given));
        own.map(|given| {
            Ok(Introspected {
                scopes: from_json(&given.scopes)?,
                expires_at: given.expires_at,
            })
        })
        .transpose()
    }

    /// Ends an access token of this client, if it is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_access(&self, client: &MachineClient, secret: &str) -> Result<()> {
        let given = self.given(Some(&hash(secret)), None).await?;
        let own = given.filter(|given| given.client_id == client.id() && self.works(given));
        let Some(given) = own else {
            return Ok(());
        };
        let now = self.clock().now();
        let change = ledger::Change::told::<access_token::Entity>(
            "revoked",
            given.id,
            json!({ "revoked_at": now }),
        );
        let ended = access_token::ActiveModel {
            id: Unchanged(given.id),
            revoked_at: Set(Some(now)),
            ..Default::default()
        };
        let tx = self.begin_for(client).await?;
        access_token::Entity::update(ended).exec(&tx).await?;
        self.record(&tx, client, change).await?;
        tx.commit().await?;
        self.committed().await;
        Ok(())
    }

    /// The actor that an access token stands for.
    ///
    /// # Errors
    /// `Unauthenticated`, the same for every reason.
    pub(super) async fn authenticate_access(&self, secret: &str) -> Result<Arc<Actor>> {
        let kept = hash(secret);
        let given = self.given(Some(&kept), None).await?;
        let given = given.filter(|given| given.hash.as_bytes().ct_eq(kept.as_bytes()).into());
        self.actor_with(given).await
    }

    /// The actor that an access token stands for, known by its id.
    pub(super) async fn holder_of_access(&self, id: Uuid) -> Result<Arc<Actor>> {
        self.actor_with(self.given(None, Some(id)).await?).await
    }

    /// A machine client acting with a token of its organisation's own provider, which has been verified: limited to
    /// these scopes, as far as the client has them, until then.
    #[must_use]
    pub fn asserted(
        client: &MachineClient,
        scopes: Option<Vec<TokenScope>>,
        until: DateTime<Utc>,
    ) -> Arc<Actor> {
        let own = client.scopes();
        let scopes = match scopes {
            Some(wanted) => own
                .iter()
                .filter(|one| wanted.contains(one))
                .copied()
                .collect(),
            None => own.to_vec(),
        };
        let end = client
            .actor
            .expires_at()
            .map_or(until, |end| end.min(until));
        let actor = Actor::clone(&client.actor).limited(scopes);
        let actor = actor.with(Credential::Asserted {
            client: client.id(),
        });
        Arc::new(actor.until(end))
    }

    /// Notes that a machine client was there: that it got a token, or came with one of its organisation's own provider.
    pub async fn note_client(&self, client: &MachineClient) {
        if self.note_use(&client.acting).await.is_err() {
            tracing::warn!("the use of a machine client could not be noted; it works all the same");
        }
    }

    /// The same machine client, as long as its provider's token and itself work.
    pub(super) async fn still_asserted(&self, actor: &Actor, client: Uuid) -> Result<Arc<Actor>> {
        let refused = Error::Unauthenticated(REFUSED);
        let until = actor
            .expires_at()
            .filter(|until| *until > self.clock().now());
        let (Some(until), Some(client)) = (until, self.machine_client(client).await?) else {
            return Err(refused);
        };
        Ok(Self::asserted(
            &client,
            actor.scopes().map(<[_]>::to_vec),
            until,
        ))
    }

    async fn actor_with(&self, given: Option<Given>) -> Result<Arc<Actor>> {
        let refused = Error::Unauthenticated(REFUSED);
        let given = given
            .filter(|given| self.works(given))
            .ok_or(refused.clone())?;
        let client = self.machine_client(given.client_id).await?.ok_or(refused)?;
        let actor = Actor::clone(&client.actor).limited(from_json(&given.scopes)?);
        let credential = Credential::Access {
            id: given.id,
            client: given.client_id,
        };
        Ok(Arc::new(actor.with(credential).until(given.expires_at)))
    }

    fn works(&self, given: &Given) -> bool {
        given.revoked_at.is_none() && given.expires_at > self.clock().now()
    }

    async fn given(&self, hash: Option<&str>, id: Option<Uuid>) -> Result<Option<Given>> {
        let values = [hash.into(), id.into()];
        let rows = self
            .look(GIVEN_ON_POSTGRES, GIVEN_ON_SQLITE, values)
            .await?;
        let given = rows.first().map(|row| Given::from_query_result(row, ""));
        Ok(given.transpose()?)
    }

    async fn begin_for(&self, client: &MachineClient) -> Result<sea_orm::DatabaseTransaction> {
        let tx = self.begin_writing().await?;
        let organisation = (
            client.acting.organisation_id,
            client.acting.organisation_kind,
        );
        Claim::to_sign_in(organisation).make_to_write(&tx).await?;
        Ok(tx)
    }

    async fn record(
        &self,
        tx: &sea_orm::DatabaseTransaction,
        client: &MachineClient,
        change: ledger::Change,
    ) -> Result<()> {
        let organisation = client.acting.organisation_id;
        let reach = Reach::new(Topic::Administration, None, [organisation]);
        let clock = self.clock();
        ledger::write(
            tx,
            clock.id(),
            clock.now(),
            Some(&client.actor),
            change,
            reach,
        )
        .await
    }

    /// Forgets access tokens that have not worked for a day. Returns how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_access_tokens(&self) -> Result<u64> {
        let tx = self.writing_on_duty(&Duty::Sweep).await?;
        let over = access_token::Column::ExpiresAt.lte(self.clock().now() - KEPT);
        let gone = access_token::Entity::delete_many()
            .filter(over)
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(gone.rows_affected)
    }
}
