//! Who is calling, whatever is shown: what the door knows by itself, and access tokens of the organisations' own
//! providers (RFC 9068), for which their keys are needed.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Federation;
use crate::{
    Error, Result,
    access::{Actor, Door, Shown, TokenScope, sign_in::Provider},
    oidc::jwt::{self, Claims},
    topic::token::oauth::word,
};

/// Said for every token of a provider that does not work, whatever the reason; the log says more.
const REFUSED: &str = "This token is not valid here: it must be an access token (at+jwt) of your organisation's provider, addressed to this service, given to a machine client that an administrator has registered, and not to a person who uses it.";

/// What only a token says that was given to a client in somebody's name: when that person signed in, and how (RFC 9068,
/// section 2.2.1). `acr` says Keycloak of clients, too, and as whom they are known (`sub`) each provider says otherwise.
const OF_A_PERSON: [&str; 2] = ["auth_time", "amr"];

/// Finds out who is calling. Clones share it.
#[derive(Clone)]
pub struct Gatekeeper {
    door: Door,
    federation: Federation,
}

impl Gatekeeper {
    /// One for this door.
    #[must_use]
    pub fn new(door: Door, federation: Federation) -> Self {
        Self { door, federation }
    }

    /// The actor that what a request shows stands for.
    ///
    /// # Errors
    /// `Unauthenticated`, the same for every reason.
    pub async fn recognise(&self, shown: &Shown) -> Result<Arc<Actor>> {
        match shown {
            Shown::Token(token) if is_jwt(token) => self.asserted(token).await,
            other => self.door.recognise(other).await,
        }
    }

    async fn asserted(&self, token: &str) -> Result<Arc<Actor>> {
        let claims = jwt::unverified(token).unwrap_or_default();
        let issuer = jwt::text(&claims, "iss").unwrap_or_default();
        for provider in self.door.providers_of_issuer(issuer).await? {
            if let Some(actor) = self.asserted_by(&provider, token).await? {
                return Ok(actor);
            }
        }
        Err(Error::Unauthenticated(REFUSED))
    }

    /// The machine client of the provider's organisation for which the token was given; none if it is not to be
    /// trusted, for somebody else, or for a client that is not known.
    async fn asserted_by(&self, provider: &Provider, token: &str) -> Result<Option<Arc<Actor>>> {
        if !provider.row.takes_access_tokens {
            return Ok(None);
        }
        let party = self.federation.party();
        let audience = self.federation.audience_of(provider.row.organisation_id);
        let claims = match party.access(&provider.row.issuer, &audience, token).await {
            Ok(claims) => claims,
            Err(failure) => {
                tracing::info!(%failure, "an access token of a provider was refused");
                return Ok(None);
            }
        };
        if OF_A_PERSON.iter().any(|name| claims.contains_key(*name)) {
            tracing::info!("an access token of a provider was refused: it was given to a person");
            return Ok(None);
        }
        let Some(named) = jwt::text(&claims, "client_id") else {
            return Ok(None);
        };
        let organisation = provider.row.organisation_id;
        let client = self.door.machine_client_of(organisation, named).await?;
        let until =
            jwt::seconds(&claims, "exp").and_then(|at| DateTime::<Utc>::from_timestamp(at, 0));
        let Some((client, until)) = client.zip(until) else {
            return Ok(None);
        };
        self.door.note_client(&client).await;
        Ok(Some(Door::asserted(&client, scopes(&claims), until)))
    }
}

fn is_jwt(token: &str) -> bool {
    token.starts_with("ey") && token.matches('.').count() == 2
}

/// The scopes that the token names, as one text or as a list; none, if it does not say (RFC 9068, section 2.2.3).
fn scopes(claims: &Claims) -> Option<Vec<TokenScope>> {
    claims.get("scope")?;
    let named: Vec<&str> = jwt::texts(claims, "scope")
        .flat_map(str::split_ascii_whitespace)
        .collect();
    let ours = |scope: &TokenScope| named.contains(&word(*scope).as_str());
    Some(TokenScope::every().filter(ours).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_scope_that_is_said_in_any_form_is_a_limit() {
        let told = |scope: Value| {
            let claims = json!({ "scope": scope });
            scopes(claims.as_object().expect("an object"))
        };
        let read = Some(vec![TokenScope::RiskRead]);
        assert_eq!(told(json!("RISK_READ other")), read);
        assert_eq!(told(json!(["RISK_READ", "other"])), read);
        for nothing in [
            json!(""),
            json!([]),
            json!(null),
            json!(1),
            json!({ "RISK_READ": true }),
        ] {
            assert_eq!(told(nothing.clone()), Some(vec![]), "{nothing}");
        }
        assert_eq!(scopes(&Claims::new()), None);
    }
}
