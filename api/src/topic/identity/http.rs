//! Where people sign in and out: pages for browsers, and the route by which providers tell that a session has ended.
//!
//! What always holds:
//! - A browser is led to the provider that its domain leads to, whether or not anybody there is known: what is
//!   answered does not tell who has an account.
//! - What the provider answers is taken from the browser in which the sign-in began, once, and makes a session with
//!   a new secret. The session that the browser had before is ended.
//! - After a sign-in the browser goes to a page of this service, whatever it was told to go to.
//! - Forms are taken from the service's own pages alone.
//! - Attempts are counted by address ([`Holder::Attempts`]); what providers tell of ends, apart from them
//!   ([`Holder::Logouts`]), so that neither is kept out by the other.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Form, Router,
    extract::{
        Query, State,
        rejection::{FormRejection, QueryRejection},
    },
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use chrono::{DateTime, TimeDelta, Utc};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{SET_COOKIE, USER_AGENT},
};
use portal::{
    sign_in::{self as pages, DemoPerson},
    words::{Message, Words},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{
    Federation,
    federation::{BACK_CHANNEL, CALLBACK, SIGN_IN, SIGN_OUT, SIGNED_OUT},
    judge,
    model::mappings,
};
use crate::{
    Error, Result,
    access::{
        Door, Secret, Shown,
        authn::session::Browser,
        sign_in::{Provider, Unwelcome, Visitor},
    },
    cookies,
    graphql::transport::{
        budget::{Budget, Budgets, Holder},
        origin::Origins,
    },
    oidc::{Answer, Ended, Failure, Identified, Pending, jwt},
    server::Peer,
    topic::organisation::model::Email,
};

/// How long a sign-in may take.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);
/// What a pending sign-in is sealed about.
const PENDING: &str = "pending sign-in";
/// The longest that is kept of what a browser says it is.
const BROWSER: usize = 300;

/// The longest name of a provider's session that is kept.
const SID: usize = 500;
/// The longest subject (OpenID Connect Core 1.0, section 2).
const SUBJECT: usize = 255;
/// The largest ID token that is kept.
const ID_TOKEN: usize = 4096;

/// Those whom the demo lets in without a provider, each with the token by which it is known.
pub type DemoPeople = Arc<[(DemoPerson, String)]>;

#[derive(Clone)]
struct Service {
    door: Door,
    federation: Federation,
    budgets: Arc<dyn Budgets>,
    attempts: u64,
    people: DemoPeople,
}

/// The routes for signing in and out, with at most so many attempts a minute from one address, and as many ends told.
pub fn routes(
    door: Door,
    federation: Federation,
    budgets: Arc<dyn Budgets>,
    attempts: u64,
    origins: &Origins,
    people: DemoPeople,
) -> Router {
    let forms = Router::new()
        .route(SIGN_IN, get(form).post(begin))
        .route(SIGN_OUT, post(sign_out));
    let forms = match people.is_empty() {
        true => forms,
        false => forms.route("/sign-in/demo", post(sign_in_as)),
    };
    origins
        .guard_forms(forms)
        .route(CALLBACK, get(finish))
        .route(SIGNED_OUT, get(signed_out))
        .route(BACK_CHANNEL, post(back_channel))
        .with_state(Service {
            door,
            federation,
            budgets,
            attempts,
            people,
        })
}

/// What the browser keeps, sealed, while the person is at the provider.
#[derive(Serialize, Deserialize)]
struct UnderWay {
    provider: Uuid,
    until: DateTime<Utc>,
    return_to: String,
    pending: Pending,
}

/// Why a sign-in comes to nothing, as the person is told.
struct Unsuccessful {
    status: StatusCode,
    message: Message,
    reference: Option<Uuid>,
}

impl Unsuccessful {
    fn new(status: StatusCode, message: Message) -> Self {
        Self {
            status,
            message,
            reference: None,
        }
    }

    /// With a reference, under which the log has more.
    fn traced(self, why: &str, detail: &dyn std::fmt::Display) -> Self {
        let reference = Uuid::new_v4();
        tracing::warn!(%reference, why, %detail, "a sign-in came to nothing");
        Self {
            reference: Some(reference),
            ..self
        }
    }

    fn page(self, words: &'static Words) -> Response {
        let reference = self.reference.map(|reference| reference.to_string());
        pages::message(words, self.status, self.message, reference.as_deref())
    }
}

impl From<Error> for Unsuccessful {
    fn from(error: Error) -> Self {
        let reference = match &error {
            Error::Internal { reference } | Error::Unavailable { reference, .. } => {
                Some(*reference)
            }
            _ => None,
        };
        let message = match &error {
            Error::RateLimited { .. } => Message::TooMany,
            _ => Message::Failed,
        };
        Self {
            status: error.status(),
            message,
            reference,
        }
    }
}

#[derive(Deserialize)]
struct Wanted {
    return_to: Option<String>,
}

async fn form(
    State(service): State<Service>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let wanted = wanted.ok().and_then(|Query(wanted)| wanted.return_to);
    let return_to = service.federation.own_page(wanted.as_deref());
    let people = service.people();
    pages::form(Words::for_browser(&headers), None, "", &return_to, &people)
}

#[derive(Default, Deserialize)]
struct Typed {
    #[serde(default)]
    email: String,
    return_to: Option<String>,
}

/// Leads the browser to the provider of its domain.
async fn begin(
    State(service): State<Service>,
    Peer(address): Peer,
    headers: HeaderMap,
    typed: Result<Form<Typed>, FormRejection>,
) -> Response {
    let words = Words::for_browser(&headers);
    let Typed { email, return_to } = typed.map(|Form(typed)| typed).unwrap_or_default();
    let return_to = service.federation.own_page(return_to.as_deref());
    let typed: String = email.chars().take(254).collect();
    let again = |message| pages::form(words, Some(message), &typed, &return_to, &service.people());
    if let Err(refused) = service.counted(Holder::attempts_from(address)).await {
        return refused.page(words);
    }
    let Ok(email) = email.trim().parse::<Email>() else {
        return again(Message::NotAnAddress);
    };
    let led = service.lead(&email, return_to.clone()).await;
    match led {
        Ok(Some((to, cookie))) => with_cookies(Redirect::to(&to).into_response(), [cookie]),
        Ok(None) => again(Message::UnknownDomain),
        Err(unsuccessful) => unsuccessful.page(words),
    }
}

/// Takes what the provider sends the browser back with.
async fn finish(
    State(service): State<Service>,
    Peer(address): Peer,
    headers: HeaderMap,
    answer: Result<Query<Answer>, QueryRejection>,
) -> Response {
    let words = Words::for_browser(&headers);
    let browser = browser(&headers, address);
    let finished = match service.counted(Holder::attempts_from(address)).await {
        Ok(()) => service.let_in(&headers, answer, browser).await,
        Err(refused) => Err(refused),
    };
    let over = cookies::forget(cookies::SIGN_IN);
    match finished {
        Ok((to, cookie)) => {
            service.end_session_of(&headers).await;
            with_cookies(Redirect::to(&to).into_response(), [cookie, over])
        }
        Err(unsuccessful) => with_cookies(unsuccessful.page(words), [over]),
    }
}

/// Ends the session, here and at the provider.
async fn sign_out(State(service): State<Service>, headers: HeaderMap) -> Response {
    let to = service.end_session_of(&headers).await;
    let to = to.unwrap_or_else(|| SIGNED_OUT.to_owned());
    let over = cookies::forget(cookies::SESSION);
    with_cookies(Redirect::to(&to).into_response(), [over])
}

async fn signed_out(headers: HeaderMap) -> Response {
    let words = Words::for_browser(&headers);
    pages::message(words, StatusCode::OK, Message::SignedOut, None)
}

#[derive(Deserialize)]
struct LogoutToken {
    logout_token: String,
}

/// Takes a provider's word that a session has ended (OpenID Connect Back-Channel Logout 1.0, section 2.5).
async fn back_channel(
    State(service): State<Service>,
    Peer(address): Peer,
    token: Result<Form<LogoutToken>, FormRejection>,
) -> Response {
    if let Err(refused) = service.counted(Holder::logouts_from(address)).await {
        return refused.status.into_response();
    }
    let told = match token {
        Ok(Form(LogoutToken { logout_token })) => service.told_of_end(&logout_token).await,
        Err(_) => Err(Failure::Token("there is none".to_owned())),
    };
    match told {
        Ok(()) => StatusCode::OK.into_response(),
        Err(failure) => {
            tracing::info!(%failure, "a logout token was refused");
            let error = json!({ "error": "invalid_request" });
            (StatusCode::BAD_REQUEST, axum::Json(error)).into_response()
        }
    }
}

#[derive(Deserialize)]
struct Chosen {
    person: String,
    return_to: Option<String>,
}

/// Signs in as somebody of the demo's. There is no such route elsewhere.
async fn sign_in_as(
    State(service): State<Service>,
    Peer(address): Peer,
    headers: HeaderMap,
    Form(chosen): Form<Chosen>,
) -> Response {
    let words = Words::for_browser(&headers);
    let browser = browser(&headers, address);
    match service.enter(&chosen.person, browser).await {
        Ok(secret) => {
            service.end_session_of(&headers).await;
            let to = service.federation.own_page(chosen.return_to.as_deref());
            let cookie = cookies::keep(cookies::SESSION, secret.reveal(), None);
            with_cookies(Redirect::to(&to).into_response(), [cookie])
        }
        Err(error) => Unsuccessful::from(error).page(words),
    }
}

impl Service {
    fn people(&self) -> Vec<DemoPerson> {
        self.people
            .iter()
            .map(|(person, _)| person.clone())
            .collect()
    }

    /// Lets in one of the demo's people.
    async fn enter(&self, id: &str, browser: Browser) -> Result<Secret> {
        let found = self.people.iter().find(|(person, _)| person.id == id);
        let (_, token) = found.ok_or(Error::NotFound)?;
        let actor = self.door.authenticate(token).await?;
        let lifetime = self.federation.lifetime();
        self.door
            .sign_in_without_provider(&actor, browser, lifetime)
            .await
    }

    /// Counts what comes from an address.
    async fn counted(&self, holder: Holder) -> Result<(), Unsuccessful> {
        let budget = Budget::new(holder, self.attempts);
        let spent = self.budgets.spend(vec![budget], 1).await?;
        match spent.wait {
            None => Ok(()),
            Some(_) => Err(Unsuccessful::new(
                StatusCode::TOO_MANY_REQUESTS,
                Message::TooMany,
            )),
        }
    }

    /// Where to lead somebody with this address, and what the browser keeps meanwhile; nowhere, if no provider is
    /// known for its domain.
    async fn lead(
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
    async fn let_in(
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
                let party = self.federation.party();
                {
                    let by_roles = provider.row.role_claim.as_deref();
                    let needed: Vec<&str> = ["email", "name"].into_iter().chain(by_roles).collect();
                    party
                        .finish(&client, under_way.pending, answer, &needed)
                        .await
                }
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
        let claims = &identified.claims;
        let (claim, value) = (row.required_claim.as_deref(), row.required_value.as_deref());
        if !judge::is_strong_enough(claims, claim, value) {
            let seen = json!({ "subject": identified.subject, "address": browser.address });
            self.door
                .sign_in_failed(provider, "REQUIRED_CLAIM_MISSING", seen)
                .await?;
            return Err(Unsuccessful::new(StatusCode::FORBIDDEN, Message::TooWeak));
        }
        let email = match judge::address(claims, row.vouches_for_email) {
            Ok(email) => self.own_address(provider, email).await?,
            Err(unwelcome) => Err(unwelcome),
        };
        if !is_kept(&identified.subject, SUBJECT) {
            let failure =
                Failure::Token("its subject is longer than the specification has it".to_owned());
            return Err(self.failed(provider, failure, &browser).await);
        }
        // One that is larger would make an address that is too long when it is shown at signing out.
        let id_token = match identified.id_token.len() <= ID_TOKEN {
            true => Some(
                self.federation
                    .vault()
                    .seal(&id_token_of(provider), &identified.id_token)?,
            ),
            false => None,
        };
        let visitor = Visitor {
            email,
            name: jwt::text(claims, "name")
                .map(shortened)
                .filter(|name| !name.is_empty()),
            roles: judge::roles(
                claims,
                provider.kind,
                row.role_claim.as_deref(),
                &mappings(row)?,
            ),
            provider_session: jwt::text(claims, "sid")
                .filter(|sid| is_kept(sid, SID))
                .map(str::to_owned),
            id_token,
            subject: identified.subject,
        };
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

    /// Ends the session that the browser has, if it has one. Gives where it is signed out of the provider, too.
    async fn end_session_of(&self, headers: &HeaderMap) -> Option<String> {
        let secret = cookies::read(headers, cookies::SESSION)?;
        let actor = self.door.recognise(&Shown::Cookie(secret)).await.ok()?;
        let ended = self.door.sign_out(&actor).await;
        let (session, provider) = ended
            .inspect_err(|error| tracing::warn!(%error, "a session could not be ended"))
            .ok()??;
        let provider = provider?;
        let client = self.federation.client(&provider.row).ok()?;
        let id_token = session.id_token.and_then(|sealed| {
            self.federation
                .vault()
                .open(&id_token_of(&provider), &sealed)
        });
        let url = self.federation.party().sign_out(&client, id_token).await?;
        Some(url.to_string())
    }

    async fn told_of_end(&self, token: &str) -> Result<(), Failure> {
        let internal = |error: Error| Failure::Provider(anyhow::anyhow!("{error}"));
        let claims = jwt::unverified(token).unwrap_or_default();
        let issuer = jwt::text(&claims, "iss").unwrap_or_default();
        let providers = self
            .door
            .providers_of_issuer(issuer)
            .await
            .map_err(internal)?;
        let addressed = providers
            .iter()
            .filter(|provider| jwt::has(&claims, "aud", &provider.row.client_id));
        let mut known = false;
        for provider in addressed {
            known = true;
            let client = self.federation.client(&provider.row)?;
            let ended = self.federation.party().ended(&client, token).await?;
            let (session, subject) = match &ended {
                Ended::Session(session) => (Some(session.as_str()), None),
                Ended::Subject(subject) => (None, Some(subject.as_str())),
            };
            let ended = self.door.provider_ended(provider, session, subject).await;
            ended.map_err(internal)?;
        }
        match known {
            true => Ok(()),
            false => Err(Failure::Issuer),
        }
    }
}

/// What a sealed ID token is about.
fn id_token_of(provider: &Provider) -> String {
    format!("ID token of {}", provider.row.organisation_id)
}

/// What is known of the browser.
fn browser(headers: &HeaderMap, address: Option<IpAddr>) -> Browser {
    let name = headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok());
    Browser {
        name: name
            .filter(|name| !name.is_empty())
            .map(|name| name.chars().take(BROWSER).collect()),
        address: address.map(|address| address.to_canonical().to_string()),
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

fn with_cookies<const N: usize>(mut response: Response, cookies: [HeaderValue; N]) -> Response {
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
