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
    ours: Vec<start::StartItemsNodes>,
}

#[derive(Template)]
#[template(path = "start_customer.html")]
struct CustomerPage {
    page: Page,
    suppliers: Vec<Supplier>,
    data: start::ResponseData,
}

/// A supplier, beside the others: how much of what there is.
#[derive(Debug)]
struct Supplier {
    id: String,
    name: String,
    areas: Vec<ServiceArea>,
    open: usize,
    overdue: usize,
    expiring: usize,
    expired: usize,
    high_risks: usize,
    waiting: usize,
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
                true => html::page(StatusCode::OK, &for_supplier(page, data)),
                false => html::page(StatusCode::OK, &for_customer(page, data)),
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

fn for_supplier(page: Page, mut data: start::ResponseData) -> SupplierPage {
    let own = &page.viewer.organisation.id;
    let items = std::mem::take(&mut data.items.nodes);
    let ours = items
        .into_iter()
        .filter(|item| {
            item.assignee_organisation
                .as_ref()
                .is_some_and(|doer| doer.id == *own)
        })
        .collect();
    SupplierPage { page, data, ours }
}

fn for_customer(page: Page, data: start::ResponseData) -> CustomerPage {
    CustomerPage {
        page,
        suppliers: suppliers(&data),
        data,
    }
}

/// The suppliers under agreement, in the order of their areas, with what concerns each.
fn suppliers(data: &start::ResponseData) -> Vec<Supplier> {
    let mut suppliers: Vec<Supplier> = vec![];
    for agreement in data
        .agreements
        .nodes
        .iter()
        .filter(|agreement| agreement.in_force)
    {
        let (id, area) = (&agreement.supplier.id, agreement.service_area);
        match suppliers.iter_mut().find(|supplier| supplier.id == *id) {
            Some(known) if known.areas.contains(&area) => {}
            Some(known) => known.areas.push(area),
            None => suppliers.push(supplier(data, id, &agreement.supplier.name, area)),
        }
    }
    suppliers
}

fn supplier(data: &start::ResponseData, id: &str, name: &str, area: ServiceArea) -> Supplier {
    let theirs = |item: &&start::StartItemsNodes| {
        item.assignee_organisation
            .as_ref()
            .is_some_and(|doer| doer.id == id)
    };
    let items: Vec<_> = data.items.nodes.iter().filter(theirs).collect();
    let of = |supplier: &Option<String>| supplier.as_deref() == Some(id);
    let validity = |wanted: Validity| {
        let handed_in = data.expiring.nodes.iter();
        handed_in
            .filter(|node| {
                of(&node.supplier.as_ref().map(|s| s.id.clone())) && node.validity == wanted
            })
            .count()
    };
    let requests = data
        .requests
        .nodes
        .iter()
        .filter(|request| request.supplier.id == id);
    let waiting = data.handed_in.nodes.iter();
    let waiting = waiting
        .filter(|node| of(&node.supplier.as_ref().map(|s| s.id.clone())))
        .count();
    Supplier {
        id: id.to_owned(),
        name: name.to_owned(),
        areas: vec![area],
        open: items.len(),
        overdue: items.iter().filter(|item| item.overdue).count()
            + requests.filter(|request| request.overdue).count(),
        expiring: validity(Validity::Expiring),
        expired: validity(Validity::Expired),
        high_risks: data
            .risks
            .nodes
            .iter()
            .filter(|risk| {
                let agreement = risk.risk_analysis.agreement.as_ref();
                agreement.is_some_and(|agreement| agreement.supplier.id == id)
            })
            .count(),
        waiting,
    }
}
