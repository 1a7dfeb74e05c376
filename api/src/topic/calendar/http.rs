//! `GET /calendar/{secret}.ics`: the calendar, as programs follow it.

use std::sync::Arc;

use axum::{
    Router,
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use http::{
    HeaderValue,
    header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
};
use portal::{Language, calendar};
use serde::Deserialize;

use super::read;
use crate::{
    Error, Result,
    access::Door,
    graphql::{
        Links,
        transport::budget::{Budget, Budgets, Holder},
    },
};

/// How often a calendar is given in a minute, to all who have its address. Programs ask once in an hour or so.
const FETCHES: u64 = 30;

#[derive(Clone)]
struct Service {
    door: Door,
    budgets: Arc<dyn Budgets>,
    links: Links,
}

/// The route of calendars.
pub fn routes(door: Door, budgets: Arc<dyn Budgets>, links: Links) -> Router {
    Router::new()
        .route("/calendar/{secret}", get(give))
        .with_state(Service {
            door,
            budgets,
            links,
        })
}

/// Where the calendar with this secret is.
#[must_use]
pub fn path(secret: &str, language: Language) -> String {
    format!("/calendar/{secret}.ics?language={}", language.code())
}

#[derive(Deserialize)]
struct Asked {
    language: Option<String>,
}

async fn give(
    State(service): State<Service>,
    secret: Result<Path<String>, PathRejection>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response> {
    let Ok(Path(secret)) = secret else {
        return Err(Error::NotFound);
    };
    let secret = secret.strip_suffix(".ics").unwrap_or(&secret);
    let actor = match service.door.authenticate_calendar(secret).await {
        Err(Error::Unauthenticated(_)) => return Err(Error::NotFound),
        known => known?,
    };
    if let Some(feed) = actor.token() {
        service.counted(Holder::Token(feed)).await?;
    }
    let scope = service.door.scope(&actor).await?;
    let entries = read::entries(&scope).await?;
    let language = asked.ok().and_then(|Query(asked)| asked.language);
    let language = language.and_then(|code| Language::coded(&code));
    let language = language.unwrap_or(Language::Swedish);
    let written = calendar::written(&entries, service.links.base(), language);
    Ok((HEADERS, written).into_response())
}

const HEADERS: [(http::HeaderName, HeaderValue); 3] = [
    (
        CONTENT_TYPE,
        HeaderValue::from_static("text/calendar; charset=utf-8"),
    ),
    (
        CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"samsyn.ics\""),
    ),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

impl Service {
    /// Counts that the calendar is asked for.
    async fn counted(&self, holder: Holder) -> Result<()> {
        let budget = Budget::new(holder, FETCHES);
        match self.budgets.spend(vec![budget], 1).await?.wait {
            None => Ok(()),
            Some(wait) => Err(Error::RateLimited {
                problem: "This calendar is asked for too often: once in an hour is enough."
                    .to_owned(),
                retry_after: wait.as_secs() + 1,
            }),
        }
    }
}
