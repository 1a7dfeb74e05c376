//! When what was approved holds: a line of time for each piece, today marked.
//!
//! What always holds: everything that the picture shows stands beside it in words.

use askama::Template;
use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use chrono::{Datelike, Days, Months, NaiveDate};
use serde_json::json;

use crate::{
    Portal,
    export::{Export, Shape},
    failure::Failure,
    html,
    kinds::*,
    list::{Asked, Filter},
    operation,
    page::Page,
    visitor::Visitor,
};

operation!(Validities, "operations/validity.graphql");

/// How wide the picture is, in its own units.
const WIDTH: i64 = 600;

#[derive(Template)]
#[template(path = "validity.html")]
struct TimelinePage {
    page: Page,
    asked: Asked,
    filters: Vec<Filter>,
    list: validities::ValiditiesSubmissions,
    span: Span,
}

/// The list as a file.
pub const VALIDITY: Export = Export {
    list: "validity",
    document: (validities::QUERY, validities::OPERATION_NAME),
    field: "submissions",
    variables: |asked, _| json!(variables(asked)),
    columns: &[
        ("field-title", "/title", Shape::Plain),
        ("kind", "/kind", Shape::Kind("EvidenceKind")),
        ("customer", "/customer/name", Shape::Plain),
        ("supplier", "/supplier/name", Shape::Plain),
        ("validity", "/validity", Shape::Kind("Validity")),
        ("field-validFrom", "/validFrom", Shape::Day),
        ("field-validUntil", "/validUntil", Shape::Day),
    ],
};

/// The days that the picture shows.
struct Span {
    from: NaiveDate,
    until: NaiveDate,
}

impl Span {
    /// A year back and two ahead.
    fn around(today: NaiveDate) -> Self {
        Self {
            from: today.checked_sub_months(Months::new(12)).unwrap_or(today),
            until: today.checked_add_months(Months::new(24)).unwrap_or(today),
        }
    }

    /// Where a day is in the picture.
    fn at(&self, day: &NaiveDate) -> i64 {
        let whole = (self.until - self.from).num_days().max(1);
        let days = (*day - self.from).num_days().clamp(0, whole);
        days * WIDTH / whole
    }

    /// Where a bar begins; what has no first day begins before the picture.
    fn start(&self, from: &Option<NaiveDate>) -> i64 {
        from.as_ref().map_or(0, |day| self.at(day))
    }

    /// How long a bar is, its last day included; what has no last day does not end in the picture.
    fn length(&self, from: &Option<NaiveDate>, until: &Option<NaiveDate>) -> i64 {
        let end = until.and_then(|day| day.checked_add_days(Days::new(1)));
        let end = end.map_or(WIDTH, |day| self.at(&day));
        (end - self.start(from)).max(2)
    }

    /// The years that begin in the picture.
    fn years(&self) -> Vec<NaiveDate> {
        (self.from.year() + 1..=self.until.year())
            .filter_map(|year| NaiveDate::from_ymd_opt(year, 1, 1))
            .collect()
    }
}

pub(super) async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(asked);
    let (page, data) = portal
        .ask::<Validities>(&visitor, variables(&asked))
        .await?;
    let view = TimelinePage {
        filters: filters(&page, &asked, data.organisations.nodes),
        span: Span::around(page.today),
        list: data.submissions,
        page,
        asked,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// What the page asks for, after what stands in the address.
fn variables(asked: &Asked) -> validities::Variables {
    validities::Variables {
        filter: Some(validities::SubmissionFilter {
            agreement_id: asked.text("agreement"),
            customer_id: asked.text("customer"),
            kind: asked.kinds("kind"),
            service_area: asked.kinds("area"),
            state: Some(vec![ReviewState::Approved]),
            supplier_id: asked.text("supplier"),
            title_contains: asked.text("q"),
            validity: asked.kinds("validity"),
        }),
        after: asked.text("after"),
    }
}

fn filters(
    page: &Page,
    asked: &Asked,
    organisations: Vec<validities::ValiditiesOrganisationsNodes>,
) -> Vec<Filter> {
    let text = page.text;
    let (name, kind) = match page.of_supplier() {
        true => ("customer", OrganisationKind::Municipality),
        false => ("supplier", OrganisationKind::Supplier),
    };
    let others = organisations.into_iter();
    let others = others.filter(|other| other.kind == kind);
    let others = others.map(|other| (other.id, other.name));
    vec![
        asked.by(name, text.say(name).into_owned(), others),
        asked.by_kind::<EvidenceKind>(text, "kind", "kind"),
        asked.by_kind::<Validity>(text, "validity", "validity"),
        asked.by_kind::<ServiceArea>(text, "area", "area"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn bars_stay_within_the_picture_and_are_always_to_be_seen() {
        let span = Span::around(day("2026-03-01"));
        assert_eq!(span.at(&day("2025-03-01")), 0);
        assert_eq!(span.at(&day("2026-03-01")), 199);
        assert_eq!(span.at(&day("2040-01-01")), WIDTH);
        assert_eq!(span.length(&None, &None), WIDTH);
        assert_eq!(
            span.length(&Some(day("2020-01-01")), &Some(day("2020-12-31"))),
            2
        );
        assert_eq!(
            span.years(),
            [day("2026-01-01"), day("2027-01-01"), day("2028-01-01")]
        );
    }
}
