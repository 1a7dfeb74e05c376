//! Where machine clients get their access tokens: OAuth 2.0 client credentials (RFC 6749, section 4.4), with metadata
//! (RFC 8414), introspection (RFC 7662) and revocation (RFC 7009).
//!
//! What always holds:
//! - A client proves itself by its secret, in the header or the form, or by an assertion that it has signed
//!   (`private_key_jwt`: RFC 7523), never by two of these at once. Who it is, and whether it exists, is not told apart.
//! - An assertion is for this service, works for an hour at the most, and counts once, whatever it is shown for.
//! - A client learns of its own access tokens and of no others.
//! - What is asked for is counted by address and by client; of a client that is known, what it was refused is an event.

use std::{borrow::Cow, net::IpAddr, sync::Arc};

use axum::{
    Form, Json, Router,
    extract::{State, rejection::FormRejection},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use entity::api_token;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Error, Result,
    access::{Door, TokenScope, authn::client::MachineClient},
    graphql::{
        key::{self, Keyed},
        transport::budget::{Budget, Budgets, Holder},
    },
    oidc::jwt::{self, Claims},
    server::Peer,
};

/// Where access tokens are given.
pub const TOKEN: &str = "/oauth/token";
/// Where it is told what a token is.
pub const INTROSPECT: &str = "/oauth/introspect";
/// Where a token is ended.
pub const REVOKE: &str = "/oauth/revoke";
/// Where all this is told.
pub const METADATA: &str = "/.well-known/oauth-authorization-server";

const CLIENT_CREDENTIALS: &str = "client_credentials";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// By how much clocks may differ.
const SKEW: TimeDelta = TimeDelta::minutes(1);
/// How long an assertion may work at the most. Public clients make them for an hour; that one was used is remembered
/// for much longer (`forget_access_tokens`).
const ASSERTION: TimeDelta = TimeDelta::minutes(61);
/// The longest name of an assertion.
const ASSERTION_ID: usize = 200;

#[derive(Clone)]
struct Service {
    door: Door,
    budgets: Arc<dyn Budgets>,
    attempts: u64,
    base: Arc<str>,
}

/// The routes, for a service that is reached at `base`, with at most so many attempts a minute from one address.
pub fn routes(door: Door, budgets: Arc<dyn Budgets>, attempts: u64, base: &str) -> Router {
    Router::new()
        .route(TOKEN, post(token))
        .route(INTROSPECT, post(introspect))
        .route(REVOKE, post(revoke))
        .route(METADATA, get(metadata))
        .with_state(Service {
            door,
            budgets,
            attempts,
            base: base.trim_end_matches('/').into(),
        })
}

/// What a client sends, to any of these.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Sent {
    grant_type: Option<String>,
    scope: Option<String>,
    token: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    client_assertion_type: Option<String>,
    client_assertion: Option<String>,
}

/// Why a client is not given what it asks for (RFC 6749, section 5.2).
struct Refusal {
    error: &'static str,
    text: String,
    status: StatusCode,
}

impl Refusal {
    fn new(error: &'static str, text: &str) -> Self {
        Self {
            error,
            text: text.to_owned(),
            status: StatusCode::BAD_REQUEST,
        }
    }

    fn client() -> Self {
        let text = "The client is not known by these credentials, or may not act. Check client id and secret, or the assertion's key, audience and time.";
        Self {
            status: StatusCode::UNAUTHORIZED,
            ..Self::new("invalid_client", text)
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self {
            status: error.status(),
            ..Self::new("server_error", &error.to_string())
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": self.error, "error_description": self.text }));
        let mut response = (self.status, body).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let asked = HeaderValue::from_static("Basic realm=\"samsyn\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, asked);
        }
        response
    }
}

async fn token(
    State(service): State<Service>,
    Peer(address): Peer,
    headers: HeaderMap,
    sent: Result<Form<Sent>, FormRejection>,
) -> Result<Json<Value>, Refusal> {
    let (sent, client, assertion) = service.client(address, &headers, sent).await?;
    if sent.grant_type.as_deref() != Some(CLIENT_CREDENTIALS) {
        return Err(Refusal::new(
            "unsupported_grant_type",
            "The grant_type must be client_credentials.",
        ));
    }
    let scopes = match scopes(&client, sent.scope.as_deref()) {
        Ok(scopes) => scopes,
        Err(refusal) => {
            service.door.refuse_access(&client, "INVALID_SCOPE").await?;
            return Err(refusal);
        }
    };
    let given = service.door.give_access(&client, &scopes, assertion).await;
    let (secret, expires_at) = match given {
        Ok(given) => given,
        Err(error) => return Err(service.used_before(&client, error).await),
    };
    let seconds = (expires_at - service.door.clock().now()).num_seconds();
    Ok(Json(json!({
        "access_token": secret.reveal(),
        "token_type": "Bearer",
        "expires_in": seconds,
        "scope": written(&scopes),
    })))
}

async fn introspect(
    State(service): State<Service>,
    Peer(address): Peer,
    headers: HeaderMap,
    sent: Result<Form<Sent>, FormRejection>,
) -> Result<Json<Value>, Refusal> {
    let (sent, client) = service.proven(address, &headers, sent).await?;
    let token = sent.token.ok_or_else(no_token)?;
    let found = service.door.introspect(&client, &token).await?;
    Ok(Json(match found {
        None => json!({ "active": false }),
        Some(found) => json!({
            "active": true,
            "client_id": key::id::<api_token::Entity>(client.id()).0,
            "token_type": "Bearer",
            "scope": written(&found.scopes),
            "exp": found.expires_at.timestamp(),
            "iss": &*service.base,
        }),
    }))
}

async fn revoke(
    State(service): State<Service>,
    Peer(address): Peer,
    headers: HeaderMap,
    sent: Result<Form<Sent>, FormRejection>,
) -> Result<StatusCode, Refusal> {
    let (sent, client) = service.proven(address, &headers, sent).await?;
    let token = sent.token.ok_or_else(no_token)?;
    service.door.revoke_access(&client, &token).await?;
    Ok(StatusCode::OK)
}

fn no_token() -> Refusal {
    Refusal::new("invalid_request", "The parameter token is missing.")
}

async fn metadata(State(service): State<Service>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", service.base);
    let ways = json!([
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt"
    ]);
    let algorithms: Vec<Value> = jwt::ALGORITHMS.iter().map(|one| json!(one)).collect();
    Json(json!({
        "issuer": &*service.base,
        "token_endpoint": at(TOKEN),
        "introspection_endpoint": at(INTROSPECT),
        "revocation_endpoint": at(REVOKE),
        "grant_types_supported": [CLIENT_CREDENTIALS],
        "response_types_supported": [],
        "scopes_supported": TokenScope::every().map(word).collect::<Vec<_>>(),
        "token_endpoint_auth_methods_supported": ways,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": ways,
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": ways,
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
    }))
}

/// By what a client proves itself.
enum Proof {
    Secret(String),
    Assertion(String),
}

impl Service {
    /// Which client sends this, if it proves itself; with the name of its assertion.
    async fn client(
        &self,
        address: Option<IpAddr>,
        headers: &HeaderMap,
        sent: Result<Form<Sent>, FormRejection>,
    ) -> Result<(Sent, MachineClient, Option<String>), Refusal> {
        self.attempt(Holder::attempts_from(address)).await?;
        let Form(sent) = sent.map_err(|_| {
            Refusal::new(
                "invalid_request",
                "The request must be a form, each parameter once.",
            )
        })?;
        let (id, proof) = credentials(headers, &sent)?;
        let client = match client_id(&id) {
            Some(id) => self.door.machine_client(id).await?,
            None => None,
        };
        let client = client.ok_or_else(Refusal::client)?;
        let judged = match proof {
            Proof::Secret(secret) if client.has_secret(&secret) => Ok(None),
            Proof::Secret(_) => Err("WRONG_SECRET"),
            Proof::Assertion(assertion) => self.judge(&client, &id, &assertion).map(Some),
        };
        match judged {
            Ok(assertion) => {
                // Of whoever proves to be it: others, who know no more than its name, do not use up what it has.
                self.attempt(Holder::Client(client.id())).await?;
                Ok((sent, client, assertion))
            }
            Err(why) => {
                self.door.refuse_access(&client, why).await?;
                Err(Refusal::client())
            }
        }
    }

    /// The same, for something else than an access token: an assertion is used up at once.
    async fn proven(
        &self,
        address: Option<IpAddr>,
        headers: &HeaderMap,
        sent: Result<Form<Sent>, FormRejection>,
    ) -> Result<(Sent, MachineClient), Refusal> {
        let (sent, client, assertion) = self.client(address, headers, sent).await?;
        if let Some(assertion) = assertion
            && let Err(error) = self.door.use_up(&client, assertion).await
        {
            return Err(self.used_before(&client, error).await);
        }
        Ok((sent, client))
    }

    /// What a client is told whose assertion could not be taken: was it taken before, no more than others are.
    async fn used_before(&self, client: &MachineClient, error: Error) -> Refusal {
        if !matches!(error, Error::InvalidState(_)) {
            return error.into();
        }
        let told = self.door.refuse_access(client, "ASSERTION_USED_BEFORE");
        match told.await {
            Ok(()) => Refusal::client(),
            Err(error) => error.into(),
        }
    }

    /// Counts what is asked for, from an address or as a client.
    async fn attempt(&self, holder: Holder) -> Result<(), Refusal> {
        let budget = Budget::new(holder, self.attempts);
        let spent = self.budgets.spend(vec![budget], 1).await?;
        match spent.wait {
            None => Ok(()),
            Some(wait) => Err(Refusal {
                status: StatusCode::TOO_MANY_REQUESTS,
                ..Refusal::new(
                    "temporarily_unavailable",
                    &format!("Too many attempts. Come back in {} s.", wait.as_secs() + 1),
                )
            }),
        }
    }

    /// The name of an assertion that is the client's own, meant for here, and neither old nor made to last (RFC 7523,
    /// section 3); or why it is not taken, in a word.
    fn judge(
        &self,
        client: &MachineClient,
        id: &str,
        assertion: &str,
    ) -> Result<String, &'static str> {
        let keys = client.public_keys().and_then(jwt::key_set);
        let keys = keys.ok_or("NO_PUBLIC_KEYS")?;
        let types = ["", "jwt", "client-authentication+jwt"];
        let claims = jwt::verify(assertion, &types, &keys).map_err(|_| "ASSERTION_NOT_TRUSTED")?;
        let now = self.door.clock().now();
        let expires = jwt::seconds(&claims, "exp").ok_or("ASSERTION_NOT_TRUSTED")?;
        let not_before = jwt::seconds(&claims, "nbf").unwrap_or_default();
        let own = |name| jwt::text(&claims, name) == Some(id);
        if !own("iss") || !own("sub") || !self.is_meant(&claims) {
            return Err("ASSERTION_OF_OR_FOR_OTHERS");
        }
        if expires <= (now - SKEW).timestamp()
            || expires > (now + ASSERTION).timestamp()
            || not_before > (now + SKEW).timestamp()
        {
            return Err("ASSERTION_NOT_IN_TIME");
        }
        jwt::text(&claims, "jti")
            .filter(|name| !name.is_empty() && name.chars().count() <= ASSERTION_ID)
            .map(str::to_owned)
            .ok_or("ASSERTION_WITHOUT_JTI")
    }

    fn is_meant(&self, claims: &Claims) -> bool {
        let endpoint = format!("{}{TOKEN}", self.base);
        let with_slash = format!("{}/", self.base);
        [&*self.base, &with_slash, &endpoint]
            .iter()
            .any(|own| jwt::has(claims, "aud", own))
    }
}

/// Who the client says it is, and how it proves that: in one way.
fn credentials(headers: &HeaderMap, sent: &Sent) -> Result<(String, Proof), Refusal> {
    let malformed = |text: &str| Refusal::new("invalid_request", text);
    let by_header = match headers.get(header::AUTHORIZATION) {
        Some(value) => Some(basic(value).ok_or_else(Refusal::client)?),
        None => None,
    };
    let by_assertion = match (&sent.client_assertion_type, &sent.client_assertion) {
        (None, None) => None,
        (Some(kind), Some(assertion)) if kind == JWT_BEARER => Some(assertion),
        _ => {
            return Err(malformed(
                "An assertion needs the client_assertion_type of RFC 7523.",
            ));
        }
    };
    let proofs = u8::from(by_header.is_some())
        + u8::from(by_assertion.is_some())
        + u8::from(sent.client_secret.is_some());
    if proofs > 1 {
        return Err(malformed(
            "A client proves itself in one way, not in several.",
        ));
    }
    if let Some((id, secret)) = by_header {
        return match &sent.client_id {
            Some(other) if *other != id => Err(Refusal::client()),
            _ => Ok((id, Proof::Secret(secret))),
        };
    }
    if let Some(assertion) = by_assertion {
        let claims = jwt::unverified(assertion).unwrap_or_default();
        let id = sent.client_id.clone();
        let id = id.or_else(|| jwt::text(&claims, "sub").map(str::to_owned));
        return Ok((
            id.ok_or_else(Refusal::client)?,
            Proof::Assertion(assertion.clone()),
        ));
    }
    match (&sent.client_id, &sent.client_secret) {
        (Some(id), Some(secret)) => Ok((id.clone(), Proof::Secret(secret.clone()))),
        _ => Err(Refusal::client()),
    }
}

/// Client id and secret of an `Authorization: Basic` header, each encoded as in a form (RFC 6749, section 2.3.1).
fn basic(value: &HeaderValue) -> Option<(String, String)> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let plain = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced)
            .decode_utf8()
            .ok()
            .map(Cow::into_owned)
    };
    Some((plain(id)?, plain(secret)?))
}

fn client_id(text: &str) -> Option<Uuid> {
    let (prefix, id) = key::parse(text)?;
    (prefix == api_token::Entity::PREFIX).then_some(id)
}

/// What the client asks for, among what it has; all that it has, if it asks for nothing in particular.
fn scopes(client: &MachineClient, asked: Option<&str>) -> Result<Vec<TokenScope>, Refusal> {
    let Some(asked) = asked.filter(|asked| !asked.trim().is_empty()) else {
        return Ok(client.scopes().to_vec());
    };
    let wanted = asked.split_ascii_whitespace().map(|name| {
        let known = TokenScope::every().find(|scope| word(*scope) == name);
        known
            .filter(|scope| client.scopes().contains(scope))
            .ok_or_else(|| {
                let own = written(client.scopes());
                Refusal::new("invalid_scope", &format!("This client may ask for: {own}."))
            })
    });
    let mut scopes: Vec<TokenScope> = wanted.collect::<Result<_, _>>()?;
    scopes.sort_unstable();
    scopes.dedup();
    Ok(scopes)
}

/// A scope by its name.
#[must_use]
pub fn word(scope: TokenScope) -> String {
    async_graphql::InputType::to_value(&scope).to_string()
}

fn written(scopes: &[TokenScope]) -> String {
    let words: Vec<_> = scopes.iter().map(|scope| word(*scope)).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_in_the_header_are_decoded_as_a_form() {
        let header = |text: &str| HeaderValue::from_str(text).expect("a header");
        let encoded = STANDARD.encode("tok_1:a%2Bb+c%3A");
        assert_eq!(
            basic(&header(&format!("basic {encoded}"))),
            Some(("tok_1".to_owned(), "a+b c:".to_owned()))
        );
        for wrong in ["Bearer x", "Basic", "Basic !", "Basic Og"] {
            let nothing = basic(&header(wrong)).filter(|(id, _)| !id.is_empty());
            assert_eq!(nothing, None, "{wrong}");
        }
    }
}
