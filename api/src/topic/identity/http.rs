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

mod enter;
mod leave;
mod unsuccessful;

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
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{SET_COOKIE, USER_AGENT},
};
use portal::{
    sign_in::{self as pages, DemoPerson},
    words::{Message, Words},
};
use serde::Deserialize;
use serde_json::json;

use self::unsuccessful::Unsuccessful;
use super::{
    Federation,
    federation::{BACK_CHANNEL, CALLBACK, SIGN_IN, SIGN_OUT, SIGNED_OUT},
};
use crate::{
    Result,
    access::{Door, authn::session::Browser},
    cookies,
    graphql::transport::{
        budget::{Budget, Budgets, Holder},
        origin::Origins,
    },
    oidc::{Answer, Failure},
    server::Peer,
    topic::organisation::model::Email,
};

/// The longest that is kept of what a browser says it is.
const BROWSER: usize = 300;

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

fn with_cookies<const N: usize>(mut response: Response, cookies: [HeaderValue; N]) -> Response {
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
