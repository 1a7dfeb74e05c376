//! Who is calling: what a request shows, and whom it stands for.
//!
//! A secret is shown once, when it is made: to whoever asked for an API token ([`token`]), to a browser as a cookie
//! ([`session`]). The database keeps its SHA-256: the secret has 256 bits of randomness, so a slow password hash would
//! add nothing. It is looked up by that hash, and a person's roles are read anew at every request, so that what an
//! administrator changes holds at once.
//!
//! Machine clients exchange their secret for tokens that work for minutes ([`client`]).
//!
//! A session's secret is taken from the cookie alone and a token's from the header alone: neither works as the other.

pub mod client;
pub mod session;
pub mod token;

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use entity::{Role, ServiceArea, upload};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};

pub use self::{
    session::NewSession,
    token::{ClientProof, NewToken, grants, scopes},
};
use super::{Actor, Credential, Door, Grant, claim::Duty};
use crate::{Error, Result, clock::Clock};

/// How seldom the last use of a token or session is written down.
const LAST_USE_PRECISION: TimeDelta = TimeDelta::minutes(1);

/// What a request shows of who sends it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Shown {
    /// The secret of an API token.
    Token(String),
    /// The secret of a session, which a browser sends as a cookie.
    Cookie(String),
}

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

impl Door {
    /// The actor that what a request shows stands for.
    ///
    /// # Errors
    /// `Unauthenticated`, the same for every reason.
    pub async fn recognise(&self, shown: &Shown) -> Result<Arc<Actor>> {
        match shown {
            Shown::Token(secret) if secret.starts_with("access_") => {
                self.authenticate_access(secret).await
            }
            Shown::Token(secret) => self.authenticate(secret).await,
            Shown::Cookie(secret) => self.resume(secret).await,
        }
    }

    /// The same actor with roles, and token or session, as they stand now; one without stays as it is.
    ///
    /// # Errors
    /// `Unauthenticated` when the token or session no longer works, or the person may no longer act.
    pub async fn renew(&self, actor: &Arc<Actor>) -> Result<Arc<Actor>> {
        match actor.credential {
            Some(Credential::Asserted { client }) => self.still_asserted(actor, client).await,
            Some(credential) => self.holder(credential).await,
            None => Ok(actor.clone()),
        }
    }

    /// The actor that a token or session stands for, known by its id.
    pub(super) async fn holder(&self, credential: Credential) -> Result<Arc<Actor>> {
        match credential {
            Credential::Token(id) => self.holder_of_token(id).await,
            Credential::Session(id) => self.holder_of_session(id).await,
            Credential::Access { id, .. } => self.holder_of_access(id).await,
            // Of an upload, whose provider's token is not at hand: the client itself must still be one.
            Credential::Asserted { client } => self.holder_of_token(client).await,
        }
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
        let credential = match (upload.token_id, upload.session_id) {
            (Some(token), _) => Credential::Token(token),
            (None, Some(session)) => Credential::Session(session),
            (None, None) => return Err(Error::NotFound),
        };
        Ok((self.holder(credential).await?, upload))
    }
}

/// A role of a person, as one of the rows that tell who acts.
fn grant(role: Option<Role>, area: Option<ServiceArea>) -> Option<Grant> {
    role.map(|role| Grant { role, area })
}
