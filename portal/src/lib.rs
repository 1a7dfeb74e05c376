//! The portal: the pages that people use, served beside the API and a client of it like any other.
//!
//! What always holds:
//! - It depends neither on the service's tables nor on its topics, so that it can do nothing that an integration could
//!   not do. Whatever a page shows is asked of the API in the visitor's own name, in one document a page.
//! - Every page works without a script. Scripts are our own, and make it pleasant.
//! - A page about a topic stands in the module of that topic: its view, its handlers, its document in `operations/`,
//!   its template in `templates/`, its words in `messages/`. What changes something is a [`form`].

mod action_item;
mod administration;
mod agreement;
mod api;
mod assets;
pub mod calendar;
mod event;
mod evidence;
mod export;
mod failure;
mod file;
mod form;
mod forum;
mod html;
mod kinds;
mod list;
mod me;
mod meeting;
mod page;
mod refused;
mod request;
mod risk;
mod risk_analysis;
mod search;
mod shown;
pub mod sign_in;
mod start;
mod submission;
mod text;
mod visitor;
pub mod words;

use std::sync::Arc;

pub use api::documents;
use api::{Api, Refusal, Viewer};
use axum::{Router, middleware::from_fn, routing::get};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::Stockholm;
use failure::Failure;
use graphql_client::GraphQLQuery;
use page::Page;
pub use text::Language;
use tower_http::compression::CompressionLayer;
use visitor::Visitor;

/// Tells the time.
pub type Now = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// What every page needs.
#[derive(Clone)]
struct Portal {
    api: Api,
    now: Now,
}

impl Portal {
    /// Asks for what a page shows, and makes its frame.
    async fn ask<Q: GraphQLQuery>(
        &self,
        visitor: &Visitor,
        variables: Q::Variables,
    ) -> Result<(Page, Q::ResponseData), Failure> {
        let asked = self.api.ask::<Q>(visitor, variables).await;
        let (viewer, data) = asked.map_err(|refusal: Refusal| Failure::new(visitor, refusal))?;
        Ok((self.page(visitor, viewer), data))
    }

    fn page(&self, visitor: &Visitor, viewer: Viewer) -> Page {
        Page::new(visitor, viewer, self.today())
    }

    /// Today, in Swedish time.
    fn today(&self) -> NaiveDate {
        (self.now)().with_timezone(&Stockholm).date_naive()
    }
}

/// The routes of the portal, which asks the API that these routes serve.
///
/// Whoever serves them sees to it that forms come from their own pages alone.
pub fn routes(api: Router, now: Now) -> Router {
    let portal = Portal {
        api: Api::new(api),
        now,
    };
    Router::new()
        .merge(start::routes())
        .merge(action_item::routes())
        .merge(administration::routes())
        .merge(agreement::routes())
        .merge(event::routes())
        .merge(evidence::routes())
        .merge(export::routes())
        .merge(file::routes())
        .merge(forum::routes())
        .merge(me::routes())
        .merge(meeting::routes())
        .merge(request::routes())
        .merge(risk::routes())
        .merge(risk_analysis::routes())
        .merge(search::routes())
        .merge(submission::routes())
        .merge(form::page::routes())
        .route("/assets/{version}/{name}", get(assets::give))
        .fallback(failure::nowhere)
        .layer(CompressionLayer::new().compress_when(html::is_text))
        .layer(from_fn(html::in_full_for_others))
        .with_state(portal)
}
