//! Signing in: to the provider, and back.
//!
//! What is under way is kept in the browser, sealed, and counts in no other. Whatever comes to nothing is an event of the
//! provider, where it is known which.

use axum::extract::{Query, rejection::QueryRejection};
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderValue, StatusCode};
use portal::words::Message;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{Service, leave::id_token_of, unsuccessful::Unsuccessful};
use crate::{
    Error, Result,
    access::{
        Secret,
        authn::session::Browser,
        sign_in::{Provider, Unwelcome, Visitor},
    },
    cookies,
    oidc::{Answer, Failure, Identified, Pending, jwt},
    topic::{
        identity::{judge, model::mappings},
        organisation::model::Email,
    },
};

/// How long a sign-in may take.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);
/// What a pending sign-in is sealed about.
const PENDING: &str = "pending sign-in";
/// The longest name of a provider's session that is kept.
const SID: usize = 500;
/// The longest subject (OpenID Connect Core 1.0, section 2).
const SUBJECT: usize = 255;
/// The largest ID token that is kept.
const ID_TOKEN: usize = 4096;

/// What the browser keeps, sealed, while the person is at the provider.
#[derive(Serialize, Deserialize)]
struct UnderWay {
    provider: Uuid,
    until: DateTime<Utc>,
    return_to: String,
    pending: Pending,
}

impl Service {
    /// Lets in one of the demo's people.
    pub(super) async fn enter(&self, id: &str, browser: Browser) -> Result<Secret> {
        let found = self.people.iter().find(|(person, _)| person.id == id);
        let (_, token) = found.ok_or(Error::NotFound)?;
        let actor = self.door.authenticate(token).await?;
        let lifetime = self.federation.lifetime();
        self.door
            .sign_in_without_provider(&actor, browser, lifetime)
            .await
    }

    /// Where to lead somebody with this address, and what the browser keeps meanwhile; nowhere, if no provider is
    /// known for its domain.
    pub(super) async fn lead(
        &self,
        address: &Email,
        return_to: String,
    ) -> Result<Option<(String, HeaderValue)>, Unsuccessful> {
        let Some(provider) = self.door.provider_of_domain(address.domain()).await? else {
            return Ok(None);
        };
        if !self.federation.vault().has_key() {
            let refused = Unsuccessful::new(StatusCode::SERVICE_UNAVAILABLE, Message::Failed);
            return Err(refused.traced("NO_KEY", &"nobody signs in before identity.key is set"));
        }
        let begun = self.at_provider(&provider, address).await;
        let (url, pending) = match begun {
            Ok(begun) => begun,
            Err(failure) => return Err(self.failed(&provider, failure, &Browser::default()).await),
        };
        let under_way = UnderWay {
            provider: provider.row.id,
            until: self.door.clock().now() + PATIENCE,
            return_to,
            pending,
        };
        let text = serde_json::to_string(&under_way).map_err(Error::internal)?;
        let sealed = self.federation.vault().seal(PENDING, &text)?;
        let seconds = Some(PATIENCE.num_seconds());
        let cookie = cookies::keep(cookies::SIGN_IN, sealed, seconds);
        Ok(Some((url, cookie)))
    }

    async fn at_provider(
        &self,
        provider: &Provider,
        address: &Email,
    ) -> Result<(String, Pending), Failure> {
        let client = self.federation.client(&provider.row)?;
        let by_acr = provider.row.required_claim.as_deref() == Some("acr");
        let acr = provider.row.required_value.as_deref().filter(|_| by_acr);
        let begun = self
            .federation
            .party()
            .begin(&client, address.as_str(), acr);
        let (url, pending) = begun.await?;
        Ok((url.to_string(), pending))
    }

    /// Lets the person in whom the provider has identified: where to go, and the cookie of the session.
    pub(super) async fn let_in(
        &self,
        headers: &HeaderMap,
        answer: Result<Query<Answer>, QueryRejection>,
        browser: Browser,
    ) -> Result<(String, HeaderValue), Unsuccessful> {
        let expired = || Unsuccessful::new(StatusCode::BAD_REQUEST, Message::Expired);
        let under_way = self.under_way(headers).ok_or_else(expired)?;
        let Query(answer) = answer.map_err(|_| expired())?;
        let provider = self.door.provider(under_way.provider).await?;
        let provider = provider.ok_or_else(expired)?;
        let identified = match self.federation.client(&provider.row) {
            Ok(client) => {
                let by_roles = provider.row.role_claim.as_deref();
                let needed: Vec<&str> = ["email", "name"].into_iter().chain(by_roles).collect();
                let party = self.federation.party();
                party
                    .finish(&client, under_way.pending, answer, &needed)
                    .await
            }
            Err(failure) => Err(failure),
        };
        let identified = match identified {
            Ok(identified) => identified,
            Err(failure) => return Err(self.failed(&provider, failure, &browser).await),
        };
        let secret = self.welcome(&provider, identified, browser).await?;
        let cookie = cookies::keep(cookies::SESSION, secret, None);
        Ok((under_way.return_to, cookie))
    }

    fn under_way(&self, headers: &HeaderMap) -> Option<UnderWay> {
        let sealed = cookies::read(headers, cookies::SIGN_IN)?;
        let text = self.federation.vault().open(PENDING, &sealed)?;
        let under_way: UnderWay = serde_json::from_str(&text).ok()?;
        (under_way.until > self.door.clock().now()).then_some(under_way)
    }

    /// Applies the organisation's rules, and begins a session.
    async fn welcome(
        &self,
        provider: &Provider,
        identified: Identified,
        browser: Browser,
    ) -> Result<String, Unsuccessful> {
        let row = &provider.row;
        let (claim, value) = (row.required_claim.as_deref(), row.required_value.as_deref());
        if !judge::is_strong_enough(&identified.claims, claim, value) {
            let seen = json!({ "subject": identified.subject, "address": browser.address });
            self.door
                .sign_in_failed(provider, "REQUIRED_CLAIM_MISSING", seen)
                .await?;
            return Err(Unsuccessful::new(StatusCode::FORBIDDEN, Message::TooWeak));
        }
        if !is_kept(&identified.subject, SUBJECT) {
            let failure =
                Failure::Token("its subject is longer than the specification has it".to_owned());
            return Err(self.failed(provider, failure, &browser).await);
        }
        let visitor = self.visitor(provider, identified).await?;
        let lifetime = self.federation.lifetime();
        let entered = self
            .door
            .sign_in(provider, visitor, browser, lifetime)
            .await?;
        match entered {
            Ok((_, secret)) => Ok(secret.reveal()),
            Err(_) => Err(Unsuccessful::new(
                StatusCode::FORBIDDEN,
                Message::NotWelcome,
            )),
        }
    }

    /// Who comes, as far as the organisation's rules let what the provider says count.
    async fn visitor(&self, provider: &Provider, identified: Identified) -> Result<Visitor> {
        let (row, claims) = (&provider.row, &identified.claims);
        let email = match judge::address(claims, row.vouches_for_email) {
            Ok(email) => self.own_address(provider, email).await?,
            Err(unwelcome) => Err(unwelcome),
        };
        let (by_claim, mapped) = (row.role_claim.as_deref(), mappings(row)?);
        Ok(Visitor {
            email,
            name: jwt::text(claims, "name")
                .map(shortened)
                .filter(|name| !name.is_empty()),
            roles: judge::roles(claims, provider.kind, by_claim, &mapped),
            provider_session: jwt::text(claims, "sid")
                .filter(|sid| is_kept(sid, SID))
                .map(str::to_owned),
            id_token: self.sealed_id_token(provider, &identified.id_token)?,
            subject: identified.subject,
        })
    }

    /// The ID token, to be shown at signing out. One that is larger would make an address there that is too long.
    fn sealed_id_token(&self, provider: &Provider, token: &str) -> Result<Option<String>> {
        if token.len() > ID_TOKEN {
            return Ok(None);
        }
        let sealed = self
            .federation
            .vault()
            .seal(&id_token_of(provider), token)?;
        Ok(Some(sealed))
    }

    /// The address, if its domain leads to this provider.
    async fn own_address(
        &self,
        provider: &Provider,
        email: Email,
    ) -> Result<Result<String, Unwelcome>> {
        let leads_to = self.door.provider_of_domain(email.domain()).await?;
        let own = leads_to.is_some_and(|other| other.row.id == provider.row.id);
        Ok(match own {
            true => Ok(email.as_str().to_owned()),
            false => Err(Unwelcome::ForeignDomain),
        })
    }

    /// Records why a sign-in at a provider came to nothing, and says what the person is told.
    async fn failed(
        &self,
        provider: &Provider,
        failure: Failure,
        browser: &Browser,
    ) -> Unsuccessful {
        let (status, message) = match &failure {
            Failure::Provider(_) => (StatusCode::BAD_GATEWAY, Message::ProviderUnavailable),
            Failure::Refused(_) => (StatusCode::FORBIDDEN, Message::RefusedByProvider),
            Failure::State => (StatusCode::BAD_REQUEST, Message::Expired),
            Failure::Issuer | Failure::Code(_) | Failure::Token(_) => {
                (StatusCode::FORBIDDEN, Message::NotTrusted)
            }
        };
        let told = Unsuccessful::new(status, message).traced(failure.word(), &failure);
        let reference = told.reference.map(|reference| reference.to_string());
        let seen = json!({ "address": browser.address, "reference": reference });
        match self
            .door
            .sign_in_failed(provider, failure.word(), seen)
            .await
        {
            Ok(()) => told,
            Err(error) => error.into(),
        }
    }
}

fn is_kept(text: &str, longest: usize) -> bool {
    !text.is_empty() && text.chars().count() <= longest
}

fn shortened(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_control())
        .take(crate::validate::TITLE)
        .collect()
}
