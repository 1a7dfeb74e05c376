//! Agreements: what they are about and for how long, and what is exchanged under each.

use std::borrow::Cow;

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
    routing::get,
};

use serde_json::json;

use crate::{
    Portal,
    export::{Export, Shape},
    failure::Failure,
    html,
    kinds::*,
    list::{Asked, Filter, address},
    operation,
    page::{Page, may},
    shown::Badge,
    visitor::Visitor,
};

operation!(Agreements, "operations/agreements.graphql");
operation!(Agreement, "operations/agreement.graphql");

type Row = agreements::AgreementsAgreementsNodes;
type Record = agreement::AgreementNodeOnAgreement;

#[derive(Template)]
#[template(path = "agreements.html")]
struct ListPage {
    page: Page,
    asked: Asked,
    filters: Vec<Filter>,
    list: agreements::AgreementsAgreements,
}

#[derive(Template)]
#[template(path = "agreement.html")]
struct RecordPage {
    page: Page,
    record: Record,
    analyses: agreement::AgreementRiskAnalyses,
    /// What the viewer may do, and the page on which it is done.
    doors: Vec<(&'static str, String)>,
}

/// The list as a file.
pub const EXPORT: Export = Export {
    list: "agreements",
    document: (agreements::QUERY, agreements::OPERATION_NAME),
    field: "agreements",
    variables: |asked, _| json!(variables(asked)),
    columns: &[
        ("field-title", "/title", Shape::Plain),
        ("field-reference", "/reference", Shape::Plain),
        ("customer", "/customer/name", Shape::Plain),
        ("supplier", "/supplier/name", Shape::Plain),
        ("area", "/serviceArea", Shape::Kind("ServiceArea")),
        ("field-startsOn", "/startsOn", Shape::Day),
        ("field-endsOn", "/endsOn", Shape::Day),
        ("agreement-in-force", "/inForce", Shape::Flag),
    ],
};

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/agreements", get(list))
        .route("/agreements/{id}", get(show))
}

/// Lists them.
async fn list(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(asked);
    let (page, data) = portal
        .ask::<Agreements>(&visitor, variables(&asked))
        .await?;
    let filters = filters(&page, &asked, &data);
    let mut list = data.agreements;
    // Those in force are what one looks for.
    list.nodes.sort_by_key(|agreement| !agreement.in_force);
    let view = ListPage {
        filters,
        list,
        page,
        asked,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// What the page asks for, after what stands in the address.
fn variables(asked: &Asked) -> agreements::Variables {
    agreements::Variables {
        filter: Some(agreements::AgreementFilter {
            customer_id: asked.text("customer"),
            in_force: asked.flag("force"),
            service_area: asked.kinds("area"),
            supplier_id: asked.text("supplier"),
        }),
        order: Some(agreements::AgreementOrder {
            direction: agreements::OrderDirection::ASC,
            field: agreements::AgreementOrderField::TITLE,
        }),
        after: asked.text("after"),
    }
}

fn filters(page: &Page, asked: &Asked, data: &agreements::ResponseData) -> Vec<Filter> {
    let text = page.text;
    let (name, kind) = match page.of_supplier() {
        true => ("customer", OrganisationKind::Municipality),
        false => ("supplier", OrganisationKind::Supplier),
    };
    let others = data
        .organisations
        .nodes
        .iter()
        .filter(|other| other.kind == kind)
        .map(|other| (other.id.clone(), other.name.clone()));
    let force = [("true", "yes"), ("false", "no")]
        .into_iter()
        .map(|(value, label)| (value.to_owned(), text.say(label).into_owned()));
    vec![
        asked.by(name, text.say(name).into_owned(), others),
        asked.by_kind::<ServiceArea>(text, "area", "area"),
        asked.by("force", text.say("agreement-in-force").into_owned(), force),
    ]
}

/// Whether an agreement runs, has run out or has not begun.
fn standing(page: &Page, in_force: bool, starts_on: &chrono::NaiveDate) -> Badge {
    match in_force {
        true => page.told(Tone::Good, "agreement-runs"),
        false if *starts_on > page.today => page.told(Tone::Plain, "agreement-comes"),
        false => page.told(Tone::Past, "agreement-ended"),
    }
}

impl ListPage {
    fn standing(&self, row: &Row) -> Badge {
        standing(&self.page, row.in_force, &row.starts_on)
    }

    /// Whether the viewer records agreements.
    fn may_record(&self) -> bool {
        self.page.holds(&[Role::ItManager])
    }
}

/// Shows one.
async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(asked);
    let variables = agreement::Variables {
        id,
        event: asked.text("event"),
    };
    let (page, data) = portal.ask::<Agreement>(&visitor, variables).await?;
    let Some(agreement::AgreementNode::Agreement(record)) = data.node else {
        return Err(Failure::not_found(&visitor));
    };
    let view = RecordPage {
        doors: doors(&page, &data.allowed, &record),
        analyses: data.risk_analyses,
        page,
        record,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// Where what the viewer may do is done. The agreement is known there.
fn doors(page: &Page, allowed: &[Action], record: &Record) -> Vec<(&'static str, String)> {
    [
        ("createEvidenceRequest", "agreementId", record.in_force),
        ("createRiskAnalysis", "agreementId", record.in_force),
        ("updateAgreement", "id", true),
    ]
    .into_iter()
    .filter(|(mutation, _, fits)| *fits && may(allowed, mutation))
    .map(|(mutation, field, _)| {
        let mut pairs = vec![(field.to_owned(), record.id.clone())];
        match field {
            "agreementId" => pairs.push(("fixed-agreementId".to_owned(), "1".to_owned())),
            _ => pairs.push(("return_to".to_owned(), page.back())),
        }
        let pairs = pairs.iter().map(|(name, value)| (name, value));
        (mutation, address(&format!("/do/{mutation}"), pairs))
    })
    .collect()
}

impl RecordPage {
    fn standing(&self) -> Badge {
        standing(&self.page, self.record.in_force, &self.record.starts_on)
    }

    fn label(&self, mutation: &str) -> Cow<'static, str> {
        self.page.text.say(&format!("do-{mutation}"))
    }

    /// The evidence that counts; risk analyses are told beside it, and what was superseded is among all that was
    /// handed in.
    fn evidence(&self) -> Vec<&agreement::AgreementNodeOnAgreementSubmissionsNodes> {
        let handed_in = self.record.submissions.nodes.iter();
        handed_in
            .filter(|submission| submission.kind.is_some())
            .filter(|submission| submission.state != ReviewState::Superseded)
            .collect()
    }
}
