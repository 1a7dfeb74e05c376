//! Speaking with the OpenID providers of organisations, as a relying party (OpenID Connect Core 1.0, authorization
//! code with PKCE).
//!
//! What always holds:
//! - Who somebody is, is told by the provider that the sign-in began at, and by no other: its issuer stands in the
//!   metadata, in the answer where it says so (RFC 9207) and in the ID token, or the sign-in fails.
//! - What a sign-in is about (state, nonce, PKCE verifier, provider) stands in the browser that began it, sealed;
//!   the answer is taken from no other browser, and for ten minutes.
//! - ID tokens are signed with a public key of the provider. When it signs with a new key, the set is fetched again.
//! - Clocks may differ by a minute.
//!
//! Which person that is, and whether it may come in, is not judged here: see `topic/identity`.

pub mod http;
pub mod jwt;

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
};

use ::http::header::{ACCEPT, AUTHORIZATION};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use openidconnect::{
    AccessToken, AdditionalProviderMetadata, AsyncHttpClient, AuthType, AuthorizationCode,
    ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, EndSessionUrl, IssuerUrl,
    LogoutRequest, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    PostLogoutRedirectUrl, ProviderMetadata, RedirectUrl, Scope, SignatureVerificationError,
    TokenResponse,
    core::{
        CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient,
        CoreClientAuthMethod, CoreGrantType, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
        CoreResponseType, CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};
use url::Url;

use self::{
    http::Http,
    jwt::{Claims, Distrust},
};
use crate::clock::Clock;

/// By how much clocks may differ.
const SKEW: TimeDelta = TimeDelta::minutes(1);
/// For how long metadata and keys of a provider are taken to be as they were.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// How soon they are fetched again because of a key that is not known.
const AGAIN: TimeDelta = TimeDelta::seconds(5);
/// How many providers are remembered at most.
const MOST: usize = 1000;
/// The type of a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.4), and what older providers say.
const LOGOUT_TOKEN: [&str; 3] = ["logout+jwt", "jwt", ""];
/// The type of an access token (RFC 9068, section 2.1).
const ACCESS_TOKEN: [&str; 1] = ["at+jwt"];
/// What a logout token tells (the same).
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// As which client the service is known to a provider.
#[derive(Clone, Debug)]
pub struct Client {
    /// The provider's issuer identifier.
    pub issuer: String,
    /// The client's id.
    pub id: String,
    /// Its secret, if it has one.
    pub secret: Option<String>,
}

/// What metadata tells beside what OpenID Connect Discovery 1.0 names.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Extra {
    end_session_endpoint: Option<EndSessionUrl>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Extra {}

type Metadata = ProviderMetadata<
    Extra,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

struct Found {
    metadata: Metadata,
    at: DateTime<Utc>,
}

/// What the browser keeps, sealed, until the provider has answered.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pending {
    state: String,
    nonce: String,
    verifier: String,
}

/// What the provider sends the browser back with.
#[derive(Debug, Default, Deserialize)]
pub struct Answer {
    code: Option<String>,
    state: Option<String>,
    /// RFC 9207.
    iss: Option<String>,
    error: Option<String>,
}

/// Who has signed in, as the provider tells.
#[derive(Debug)]
pub struct Identified {
    /// As whom the provider knows the person; unique with the issuer.
    pub subject: String,
    /// All that it tells.
    pub claims: Claims,
    /// The ID token, to be shown at signing out.
    pub id_token: String,
}

/// Whose sessions have ended, as a provider tells.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// One of the provider's own.
    Session(String),
    /// All of a subject.
    Subject(String),
}

/// Why nobody has been identified.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The provider cannot be reached, or does not speak OpenID Connect as the specification has it.
    #[error("the provider cannot be used: {0:#}")]
    Provider(anyhow::Error),
    /// The provider did not let the person in, or the person broke off: its error code.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// The answer does not belong to what this browser began.
    #[error("the answer does not belong to a sign-in that this browser began")]
    State,
    /// The answer, or the token, is another issuer's.
    #[error("another issuer answered")]
    Issuer,
    /// The code is not taken by the provider: it was used before, or is old.
    #[error("the provider does not take its code: {0}")]
    Code(String),
    /// The ID token is not trusted.
    #[error("the ID token is not trusted: {0}")]
    Token(String),
}

impl Failure {
    /// In a word, for events.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Provider(_) => "PROVIDER_UNAVAILABLE",
            Self::Refused(_) => "REFUSED_BY_PROVIDER",
            Self::State => "STATE_MISMATCH",
            Self::Issuer => "WRONG_ISSUER",
            Self::Code(_) => "CODE_NOT_ACCEPTED",
            Self::Token(_) => "ID_TOKEN_NOT_TRUSTED",
        }
    }
}

/// The service as the providers know it. Clones share what is remembered of them.
#[derive(Clone)]
pub struct RelyingParty {
    http: Http,
    clock: Clock,
    redirect: RedirectUrl,
    signed_out: PostLogoutRedirectUrl,
    known: Arc<Mutex<Known>>,
}

/// What is known of the providers, by issuer.
#[derive(Default)]
struct Known {
    found: HashMap<String, Arc<Found>>,
    /// Those that are being asked, each once for all who want to know.
    asked: HashMap<String, Asking>,
}

/// What a provider will have answered. Why it has not is told to many, as a text.
type Asking = Shared<BoxFuture<'static, Result<Arc<Found>, Arc<str>>>>;

impl RelyingParty {
    /// A party that providers send browsers back to at these addresses.
    #[must_use]
    pub fn new(http: Http, clock: Clock, redirect: Url, signed_out: Url) -> Self {
        Self {
            http,
            clock,
            redirect: RedirectUrl::from_url(redirect),
            signed_out: PostLogoutRedirectUrl::from_url(signed_out),
            known: Arc::default(),
        }
    }

    /// Makes sure that there is a provider with this issuer identifier which can be used.
    ///
    /// # Errors
    /// `Provider`, if there is none.
    pub async fn look_at(&self, issuer: &str) -> Result<(), Failure> {
        let found = self.ask(issuer).await.map_err(Failure::Provider)?;
        let metadata = &found.metadata;
        if metadata.token_endpoint().is_none() {
            let missing = anyhow::anyhow!("its metadata names no token endpoint");
            return Err(Failure::Provider(missing));
        }
        Ok(())
    }

    /// Begins a sign-in: where to send the browser, and what it keeps until the answer.
    ///
    /// # Errors
    /// `Provider`.
    pub async fn begin(
        &self,
        client: &Client,
        email: &str,
        acr: Option<&str>,
    ) -> Result<(Url, Pending), Failure> {
        let found = self.find(&client.issuer).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let at_provider = core_client(&found.metadata, client);
        let request = at_provider
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .set_redirect_uri(std::borrow::Cow::Borrowed(&self.redirect))
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_login_hint(openidconnect::LoginHint::new(email.to_owned()))
            .set_pkce_challenge(challenge);
        let request = match acr {
            Some(acr) => request.add_auth_context_value(
                openidconnect::AuthenticationContextClass::new(acr.to_owned()),
            ),
            None => request,
        };
        let (url, state, nonce) = request.url();
        let pending = Pending {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        };
        Ok((url, pending))
    }

    /// Ends a sign-in: who it is, with these claims, if the provider tells them in the ID token or at its endpoint for
    /// them.
    ///
    /// # Errors
    /// Why nobody has been identified.
    pub async fn finish(
        &self,
        client: &Client,
        pending: Pending,
        answer: Answer,
        needed: &[&str],
    ) -> Result<Identified, Failure> {
        let state = answer.state.unwrap_or_default();
        if !bool::from(subtle::ConstantTimeEq::ct_eq(
            state.as_bytes(),
            pending.state.as_bytes(),
        )) {
            return Err(Failure::State);
        }
        let found = self.find(&client.issuer).await?;
        let says_issuer = found
            .metadata
            .additional_metadata()
            .authorization_response_iss_parameter_supported;
        match answer.iss {
            Some(issuer) if issuer != client.issuer => return Err(Failure::Issuer),
            None if says_issuer => return Err(Failure::Issuer),
            _ => {}
        }
        if let Some(error) = answer.error {
            return Err(Failure::Refused(error.chars().take(100).collect()));
        }
        let code = answer.code.ok_or(Failure::State)?;
        let (id_token, access_token) = self.redeem(&found, client, code, pending.verifier).await?;
        let nonce = Nonce::new(pending.nonce);
        let mut judged = self.trusted(&found, client, &id_token, &nonce);
        if matches!(judged, Err(Distrusted::UnknownKey)) {
            let renewed = self.fetch_again(found.clone()).await?;
            judged = self.trusted(&renewed, client, &id_token, &nonce);
        }
        let claims = judged;
        let claims = claims.map_err(|why| Failure::Token(why.to_string()))?;
        let subject = claims.subject().to_string();
        let id_token = id_token.to_string();
        let mut claims = jwt::unverified(&id_token).unwrap_or_default();
        if !needed.iter().all(|name| claims.contains_key(*name)) {
            self.complete(&found, &access_token, &mut claims, needed)
                .await?;
        }
        Ok(Identified {
            subject,
            claims,
            id_token,
        })
    }

    async fn redeem(
        &self,
        found: &Found,
        client: &Client,
        code: String,
        verifier: String,
    ) -> Result<(CoreIdToken, AccessToken), Failure> {
        use openidconnect::RequestTokenError::{Other, Parse, Request, ServerResponse};
        let at_provider = core_client(&found.metadata, client);
        let request = at_provider
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| Failure::Provider(error.into()))?
            .set_redirect_uri(std::borrow::Cow::Borrowed(&self.redirect))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier));
        let tokens = request.request_async(&self.http).await;
        let tokens = tokens.map_err(|error| match error {
            ServerResponse(refusal) => Failure::Code(refusal.error().to_string()),
            Request(error) => Failure::Provider(error.into()),
            Parse(error, _) => {
                Failure::Provider(anyhow::anyhow!("its answer with tokens: {error}"))
            }
            Other(text) => Failure::Provider(anyhow::anyhow!(text)),
        })?;
        let id_token = tokens.id_token().cloned();
        let id_token = id_token.ok_or_else(|| Failure::Token("there is none".to_owned()))?;
        Ok((id_token, tokens.access_token().clone()))
    }

    /// What the provider tells at its endpoint for that of the same subject, where the ID token does not say it: some
    /// tell address and name there alone (OpenID Connect Core 1.0, section 5.4).
    async fn complete(
        &self,
        found: &Found,
        token: &AccessToken,
        claims: &mut Claims,
        needed: &[&str],
    ) -> Result<(), Failure> {
        let Some(endpoint) = found.metadata.userinfo_endpoint() else {
            return Ok(());
        };
        let request = ::http::Request::get(endpoint.as_str())
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, format!("Bearer {}", token.secret()))
            .body(vec![])
            .map_err(|error| Failure::Provider(error.into()))?;
        let answer = self.http.call(request).await;
        let answer = answer.map_err(|error| Failure::Provider(error.into()))?;
        let told: Claims = serde_json::from_slice(answer.body()).unwrap_or_default();
        if jwt::text(&told, "sub") != jwt::text(claims, "sub") {
            // Nothing that can be used: signed, refused, or of somebody else.
            return Ok(());
        }
        // Whether an address was verified belongs to the address.
        for name in needed.iter().chain(&["email_verified"]) {
            if let Some(value) = told.get(*name) {
                claims.entry(*name).or_insert_with(|| value.clone());
            }
        }
        Ok(())
    }

    fn trusted<'t>(
        &self,
        found: &Found,
        client: &Client,
        token: &'t CoreIdToken,
        nonce: &Nonce,
    ) -> Result<&'t CoreIdTokenClaims, Distrusted> {
        let now = self.clock.now();
        let at_provider = core_client(&found.metadata, client);
        let verifier = at_provider
            .id_token_verifier()
            .set_allowed_algs(jwt::ALGORITHMS)
            .set_time_fn(|| now - SKEW)
            .set_issue_time_verifier_fn(|issued| match issued > now + SKEW {
                true => Err("it was issued in the future".to_owned()),
                false => Ok(()),
            });
        let claims = token.claims(&verifier, nonce)?;
        let raw = jwt::unverified(&token.to_string()).unwrap_or_default();
        let not_before = jwt::seconds(&raw, "nbf").unwrap_or_default();
        if not_before > (now + SKEW).timestamp() {
            return Err(Distrusted::Early);
        }
        Ok(claims)
    }

    /// Where the browser is sent to be signed out of the provider, too; none where it knows of no such thing.
    pub async fn sign_out(&self, client: &Client, id_token: Option<String>) -> Option<Url> {
        let found = self.find(&client.issuer).await.ok()?;
        let at = found
            .metadata
            .additional_metadata()
            .end_session_endpoint
            .clone()?;
        let request = LogoutRequest::from(at)
            .set_client_id(ClientId::new(client.id.clone()))
            .set_post_logout_redirect_uri(self.signed_out.clone());
        let hint = id_token.and_then(|token| token.parse::<CoreIdToken>().ok());
        let request = match &hint {
            Some(token) => request.set_id_token_hint(token),
            None => request,
        };
        Some(request.http_get_url())
    }

    /// What an access token of the provider says, if it is addressed to this audience (RFC 9068, section 4).
    ///
    /// # Errors
    /// `Provider` and `Token`.
    pub async fn access(
        &self,
        issuer: &str,
        audience: &str,
        token: &str,
    ) -> Result<Claims, Failure> {
        let found = self.find(issuer).await?;
        let claims = match jwt::verify(token, &ACCESS_TOKEN, found.metadata.jwks()) {
            Err(Distrust::UnknownKey) => {
                let renewed = self.fetch_again(found).await?;
                jwt::verify(token, &ACCESS_TOKEN, renewed.metadata.jwks())
            }
            judged => judged,
        };
        let claims = claims.map_err(|why| Failure::Token(why.to_string()))?;
        let now = self.clock.now();
        let expires = jwt::seconds(&claims, "exp").unwrap_or_default();
        let not_before = jwt::seconds(&claims, "nbf").unwrap_or_default();
        let in_time = expires > (now - SKEW).timestamp() && not_before <= (now + SKEW).timestamp();
        if jwt::text(&claims, "iss") != Some(issuer)
            || !jwt::has(&claims, "aud", audience)
            || !in_time
        {
            let text = "it is of another issuer, for somebody else, or not in time";
            return Err(Failure::Token(text.to_owned()));
        }
        Ok(claims)
    }

    /// Whose sessions have ended, as a logout token tells (OpenID Connect Back-Channel Logout 1.0, section 2.6).
    ///
    /// # Errors
    /// `Provider` and `Token`.
    pub async fn ended(&self, client: &Client, token: &str) -> Result<Ended, Failure> {
        let found = self.find(&client.issuer).await?;
        let claims = match jwt::verify(token, &LOGOUT_TOKEN, found.metadata.jwks()) {
            Err(Distrust::UnknownKey) => {
                let renewed = self.fetch_again(found).await?;
                jwt::verify(token, &LOGOUT_TOKEN, renewed.metadata.jwks())
            }
            judged => judged,
        };
        let claims = claims.map_err(|why| Failure::Token(why.to_string()))?;
        self.told_of_end(client, &claims)
            .map_err(|problem| Failure::Token(problem.to_owned()))
    }

    fn told_of_end(&self, client: &Client, claims: &Claims) -> Result<Ended, &'static str> {
        let now = self.clock.now();
        let instant = |name| jwt::seconds(claims, name);
        let event = claims
            .get("events")
            .and_then(|events| events.get(LOGOUT_EVENT));
        if jwt::text(claims, "iss") != Some(&client.issuer) || !jwt::has(claims, "aud", &client.id)
        {
            return Err("it is of another issuer, or for somebody else");
        }
        if instant("iat").is_none_or(|issued| issued > (now + SKEW).timestamp())
            || instant("exp").is_none_or(|expires| expires <= (now - SKEW).timestamp())
        {
            return Err("its time is over, or has not come");
        }
        if !event.is_some_and(serde_json::Value::is_object) || claims.contains_key("nonce") {
            return Err("it tells of no end of a session");
        }
        match (jwt::text(claims, "sid"), jwt::text(claims, "sub")) {
            (Some(session), _) => Ok(Ended::Session(session.to_owned())),
            (None, Some(subject)) => Ok(Ended::Subject(subject.to_owned())),
            (None, None) => Err("it says neither which session nor whose"),
        }
    }

    /// The provider as it is remembered, or as it answers now.
    async fn find(&self, issuer: &str) -> Result<Arc<Found>, Failure> {
        self.no_older_than(FRESH, issuer).await
    }

    /// The provider as it answers now, unless it was asked a moment ago.
    async fn fetch_again(&self, known: Arc<Found>) -> Result<Arc<Found>, Failure> {
        let issuer = known.metadata.issuer().as_str();
        self.no_older_than(AGAIN, issuer).await
    }

    /// The provider as it is remembered, if that is not old, or as it answers now. Many may want to know at once: it is
    /// asked once for all of them, and nobody waits for another provider.
    async fn no_older_than(&self, age: TimeDelta, issuer: &str) -> Result<Arc<Found>, Failure> {
        let asking = {
            let mut known = self.known();
            match known.found.get(issuer) {
                Some(found) if self.clock.now() - found.at < age => return Ok(found.clone()),
                _ => {}
            }
            let asked = known.asked.entry(issuer.to_owned());
            asked.or_insert_with(|| self.asking(issuer)).clone()
        };
        let found = asking.await;
        found.map_err(|why| Failure::Provider(anyhow::anyhow!("{why}")))
    }

    /// Asks a provider, whoever still wants to know, and remembers it from then on.
    fn asking(&self, issuer: &str) -> Asking {
        let (party, issuer) = (self.clone(), issuer.to_owned());
        let asked = issuer.clone();
        let answer = tokio::spawn(async move {
            let answer = AssertUnwindSafe(party.ask(&asked)).catch_unwind().await;
            let answer = answer.unwrap_or_else(|_| Err(anyhow::anyhow!("asking it panicked")));
            let found = answer.map(Arc::new);
            party.answered(asked, found.as_ref().ok());
            found.map_err(|why| format!("{why:#}").into())
        });
        let answer =
            answer.map(|answer| answer.unwrap_or_else(|error| Err(error.to_string().into())));
        answer.boxed().shared()
    }

    /// From now on the provider is known as this, if it could be asked, and is asked anew when it has to be.
    fn answered(&self, issuer: String, found: Option<&Arc<Found>>) {
        let mut known = self.known();
        known.asked.remove(&issuer);
        let Some(found) = found else {
            return;
        };
        if known.found.len() >= MOST {
            known.found.clear();
        }
        known.found.insert(issuer, found.clone());
    }

    async fn ask(&self, issuer: &str) -> anyhow::Result<Found> {
        let url = IssuerUrl::new(issuer.to_owned())?;
        let metadata = Metadata::discover_async(url, &self.http).await?;
        let at = self.clock.now();
        Ok(Found { metadata, at })
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type AtProvider = CoreClient<
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;

fn core_client(metadata: &Metadata, client: &Client) -> AtProvider {
    let secret = client.secret.clone().map(ClientSecret::new);
    let made = CoreClient::from_provider_metadata(
        metadata.clone(),
        ClientId::new(client.id.clone()),
        secret,
    );
    let by_form_alone = metadata
        .token_endpoint_auth_methods_supported()
        .is_some_and(|ways| {
            ways.contains(&CoreClientAuthMethod::ClientSecretPost)
                && !ways.contains(&CoreClientAuthMethod::ClientSecretBasic)
        });
    match by_form_alone {
        true => made.set_auth_type(AuthType::RequestBody),
        false => made,
    }
}

/// Why an ID token is not trusted.
#[derive(Debug, thiserror::Error)]
enum Distrusted {
    #[error("its key is unknown")]
    UnknownKey,
    #[error("its time has not come")]
    Early,
    #[error(transparent)]
    Otherwise(ClaimsVerificationError),
}

impl From<ClaimsVerificationError> for Distrusted {
    fn from(error: ClaimsVerificationError) -> Self {
        match error {
            ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            ) => Self::UnknownKey,
            other => Self::Otherwise(other),
        }
    }
}
