//! What somebody sees to for themselves: language and colours, their sessions, their calendars, their tokens, signing out.

use askama::Template;
use axum::{
    Form as Body, Router,
    extract::State,
    http::{HeaderValue, StatusCode, header::SET_COOKIE},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;

use crate::{
    Portal,
    failure::Failure,
    html,
    kinds::*,
    operation,
    page::Page,
    text::Language,
    visitor::{LANGUAGE, THEME, Visitor, own_page},
};

operation!(Me, "operations/me.graphql");

/// How long a choice is kept: a year, in seconds.
const KEPT: u32 = 365 * 24 * 60 * 60;

#[derive(Template)]
#[template(path = "me.html")]
struct MePage {
    page: Page,
    data: me::ResponseData,
    /// In which language a new calendar is, unless something else is chosen.
    language: CalendarLanguage,
}

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/me", get(show))
        .route("/me/choices", post(choose))
}

async fn show(State(portal): State<Portal>, visitor: Visitor) -> Result<Response, Failure> {
    let (page, data) = portal.ask::<Me>(&visitor, me::Variables).await?;
    let language = match page.text.language() {
        Language::Swedish => CalendarLanguage::Swedish,
        Language::English => CalendarLanguage::English,
    };
    Ok(html::page_that_leaves(&MePage {
        page,
        data,
        language,
    }))
}

#[derive(Deserialize)]
struct Choices {
    language: Option<String>,
    theme: Option<String>,
    return_to: Option<String>,
}

/// Keeps what was chosen, in this browser.
async fn choose(Body(chosen): Body<Choices>) -> Response {
    let to = own_page(chosen.return_to.as_deref())
        .unwrap_or("/me")
        .to_owned();
    let mut answer = (StatusCode::SEE_OTHER, Redirect::to(&to)).into_response();
    let language = chosen
        .language
        .filter(|code| Language::coded(code).is_some());
    let theme = chosen
        .theme
        .filter(|theme| matches!(theme.as_str(), "system" | "light" | "dark"));
    for (name, value) in [(LANGUAGE, language), (THEME, theme)] {
        let Some(value) = value else { continue };
        let cookie =
            format!("{name}={value}; Path=/; Max-Age={KEPT}; SameSite=Lax; Secure; HttpOnly");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            answer.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    answer
}
