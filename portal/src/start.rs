//! The first page: what waits for whoever signs in.
//!
//! A supplier sees what is asked of it and what came back. A municipality sees its suppliers side by side, and what waits
//! for a decision. Whoever is not signed in is told what Samsyn is.

use crate::{
    Portal,
    failure::Failure,
    html,
    kinds::*,
    operation,
    page::{Bare, Page},
    visitor::Visitor,
};
use askama::Template;
use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

operation!(Start, "operations/start.graphql");

#[derive(Template)]
#[template(path = "front.html")]
struct FrontPage {
    page: Bare,
}

#[derive(Template)]
#[template(path = "start_supplier.html")]
struct SupplierPage {
    page: Page,
    data: start::ResponseData,
}

#[derive(Template)]
#[template(path = "start_customer.html")]
struct CustomerPage {
    page: Page,
    data: start::ResponseData,
}

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new().route("/", get(show))
}

/// Shows what waits, or what Samsyn is.
async fn show(State(portal): State<Portal>, visitor: Visitor) -> Result<Response, Failure> {
    let variables = start::Variables {
        now: (portal.now)(),
    };
    match portal.api.ask::<Start>(&visitor, variables).await {
        Ok((viewer, data)) => {
            let page = portal.page(&visitor, viewer);
            Ok(match page.of_supplier() {
                true => html::page(StatusCode::OK, &SupplierPage { page, data }),
                false => html::page(StatusCode::OK, &CustomerPage { page, data }),
            })
        }
        Err(refusal) if refusal.code == "UNAUTHENTICATED" => {
            let page = Bare::from(&visitor);
            Ok(html::page(StatusCode::OK, &FrontPage { page }))
        }
        // Who administers alone reads nothing of the exchange.
        Err(refusal) if refusal.code == "FORBIDDEN" => Ok(Redirect::to("/people").into_response()),
        Err(refusal) => Err(Failure::new(&visitor, refusal)),
    }
}
