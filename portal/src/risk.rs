//! Risks: the register with its matrix, its trend and its list, and each risk.

pub mod matrix;
mod record;
mod trend;

use std::borrow::Cow;

use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    response::Response,
    routing::get,
};
use chrono::{Days, NaiveDate};
use chrono_tz::Europe::Stockholm;

use serde_json::json;

use crate::{
    Portal,
    export::{Export, Shape},
    failure::Failure,
    form::Choice,
    html,
    kinds::*,
    list::{Asked, Filter},
    operation,
    page::Page,
    visitor::Visitor,
};
use matrix::{Matrix, Place, class};
use trend::{Bar, LEVELS, Life, Month};

operation!(Risks, "operations/risks.graphql");

/// How many days before its end an acceptance is brought up: as many as evidence is called expiring.
const SOON: Days = Days::new(90);
/// In an address: what needs treatment or acceptance.
const SERIOUS: &str = "serious";
/// In an address: where a risk stands now, and where it will stand after treatment.
const NOW: &str = "now";
const LEFT: &str = "left";

type Row = risks::RisksRisks;

#[derive(Template)]
#[template(path = "risks.html")]
struct RegisterPage {
    page: Page,
    asked: Asked,
    filters: Vec<Filter>,
    /// What narrows the list down beside what the form asks.
    kept: Vec<(&'static str, String)>,
    list: Row,
    matrices: Vec<Matrix>,
    chosen: Vec<Chosen>,
    months: Vec<Month>,
    bars: Vec<Bar>,
    /// Whether there are more risks than were counted.
    more: bool,
    waiting: risks::RisksWaiting,
    lapsing: Vec<risks::LapsingNodes>,
}

/// A cell of the matrix that the list is narrowed down to.
#[derive(Debug)]
struct Chosen {
    message: &'static str,
    place: Place,
    without: String,
}

/// The list as a file.
pub const EXPORT: Export = Export {
    list: "risks",
    document: (risks::QUERY, risks::OPERATION_NAME),
    field: "risks",
    variables: |asked, today| json!(variables(asked, today)),
    columns: &[
        ("changed-number", "/number", Shape::Plain),
        ("field-title", "/title", Shape::Plain),
        ("risk-analysis", "/riskAnalysis/title", Shape::Plain),
        ("customer", "/riskAnalysis/customer/name", Shape::Plain),
        (
            "area",
            "/riskAnalysis/serviceArea",
            Shape::Kind("ServiceArea"),
        ),
        ("field-likelihood", "/likelihood", Shape::Plain),
        ("field-impact", "/impact", Shape::Plain),
        ("level", "/level", Shape::Kind("RiskLevel")),
        (
            "field-residualLikelihood",
            "/residualLikelihood",
            Shape::Plain,
        ),
        ("field-residualImpact", "/residualImpact", Shape::Plain),
        ("risks-left", "/remainingLevel", Shape::Kind("RiskLevel")),
        (
            "field-treatment",
            "/treatment",
            Shape::Kind("RiskTreatment"),
        ),
        ("field-ownerId", "/owner/name", Shape::Plain),
        ("field-reviewOn", "/reviewOn", Shape::Day),
        (
            "field-acceptedUntil",
            "/currentAcceptance/acceptedUntil",
            Shape::Day,
        ),
        ("changed-closedAt", "/closedAt", Shape::Moment),
    ],
};

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/risks", get(list))
        .route("/risks/{id}", get(record::show))
}

/// Shows the register.
async fn list(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(pairs.clone());
    let (page, data) = portal
        .ask::<Risks>(&visitor, variables(&asked, portal.today()))
        .await?;
    Ok(html::page(
        StatusCode::OK,
        &register(page, asked, &pairs, data),
    ))
}

/// What the page asks for, after what stands in the address.
fn variables(asked: &Asked, today: NaiveDate) -> risks::Variables {
    let soon = today.checked_add_days(SOON);
    let counted = |level: RiskLevel| Some(filter(asked, &Narrowed::counting(level)));
    risks::Variables {
        after: asked.text("after"),
        filter: Some(filter(asked, &Narrowed::listing(asked))),
        order: Some(order(asked)),
        low: counted(RiskLevel::Low),
        moderate: counted(RiskLevel::Moderate),
        high: counted(RiskLevel::High),
        critical: counted(RiskLevel::Critical),
        soon: soon.unwrap_or(NaiveDate::MAX),
    }
}

fn register(
    page: Page,
    asked: Asked,
    pairs: &[(String, String)],
    mut data: risks::ResponseData,
) -> RegisterPage {
    let all = [data.low, data.moderate, data.high, data.critical];
    let more = all.iter().any(|level| level.page_info.has_next_page);
    let all: Vec<_> = all.into_iter().flat_map(|level| level.nodes).collect();
    let text = page.text;

    // A cell leads to the list of its risks, within what else is asked for.
    let around = pairs
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), NOW | LEFT | "after" | "done"));
    let around = Asked::from(around.cloned().collect::<Vec<_>>());
    let link = |name: &str, place: &str| format!("{}#list", around.with("/risks", name, place));
    let shown: Vec<_> = all
        .iter()
        .filter(|risk| openness(&asked).is_none_or(|open| risk.closed_at.is_none() == open))
        .collect();
    let now: Vec<_> = shown.iter().map(|risk| place_now(risk)).collect();
    let left: Vec<_> = shown.iter().map(|risk| place_left(risk)).collect();
    let cell = |name: &str| asked.text(name).and_then(|place| Place::read(&place));
    let matrices = vec![
        Matrix::of(text, (NOW, "risks-now"), &now, cell(NOW), link),
        Matrix::of(text, (LEFT, "risks-left"), &left, cell(LEFT), link),
    ];

    let lives: Vec<_> = all.iter().map(life).collect();
    let months = trend::over_a_year(&lives, page.today);
    let chosen = cells(&asked);
    let ended = std::mem::take(&mut data.ended.nodes);
    RegisterPage {
        filters: filters(&page, &asked, &data.organisations.nodes, &data.risks),
        kept: kept(&asked),
        list: data.risks,
        matrices,
        chosen: chosen
            .into_iter()
            .map(|(name, place)| Chosen {
                message: if name == NOW {
                    "risks-now"
                } else {
                    "risks-left"
                },
                place,
                without: link(name, ""),
            })
            .collect(),
        bars: trend::bars(&months),
        months,
        more,
        waiting: data.waiting,
        lapsing: lapsing(ended, data.ending.nodes),
        page,
        asked,
    }
}

/// The cells that the list is narrowed down to.
fn cells(asked: &Asked) -> Vec<(&'static str, Place)> {
    [NOW, LEFT]
        .into_iter()
        .filter_map(|name| Some((name, Place::read(&asked.text(name)?)?)))
        .collect()
}

fn place_now(risk: &risks::WeighedNodes) -> Place {
    Place::new(risk.likelihood, risk.impact)
}

fn place_left(risk: &risks::WeighedNodes) -> Place {
    left(
        place_now(risk),
        risk.residual_likelihood,
        risk.residual_impact,
    )
}

/// Where a risk stands after treatment: as now, while that is not assessed.
fn left(now: Place, likelihood: Option<i64>, impact: Option<i64>) -> Place {
    match (likelihood, impact) {
        (Some(likelihood), Some(impact)) => Place::new(likelihood, impact),
        _ => now,
    }
}

fn life(risk: &risks::WeighedNodes) -> Life {
    let day =
        |moment: &chrono::DateTime<chrono::Utc>| moment.with_timezone(&Stockholm).date_naive();
    Life {
        from: day(&risk.created_at),
        to: risk.closed_at.as_ref().map(day),
        level: place_left(risk).level(),
    }
}

/// The acceptances that have ended or soon end, of risks that are still open, the earliest first.
fn lapsing(
    ended: Vec<risks::LapsingNodes>,
    ending: Vec<risks::LapsingNodes>,
) -> Vec<risks::LapsingNodes> {
    let mut lapsing: Vec<_> = ended
        .into_iter()
        // One that was asked for again since is told among those that wait.
        .filter(|acceptance| {
            let current = acceptance.risk.current_acceptance.as_ref();
            current.is_some_and(|current| current.id == acceptance.id)
        })
        .chain(ending)
        .filter(|acceptance| acceptance.risk.closed_at.is_none())
        .collect();
    lapsing.sort_by_key(|acceptance| acceptance.accepted_until);
    lapsing
}

/// Which risks are asked for, beside what all lists of the page have in common.
struct Narrowed {
    levels: Option<Vec<RiskLevel>>,
    open: Option<bool>,
    now: Option<Place>,
    left: Option<Place>,
}

impl Narrowed {
    /// The list: what was chosen.
    fn listing(asked: &Asked) -> Self {
        let cell = |wanted: &str| {
            let cells = cells(asked);
            cells
                .into_iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, place)| place)
        };
        Self {
            levels: levels(asked, "level"),
            open: openness(asked),
            now: cell(NOW),
            left: cell(LEFT),
        }
    }

    /// What is counted: the closed ones too, which were open once.
    fn counting(level: RiskLevel) -> Self {
        Self {
            levels: Some(vec![level]),
            open: None,
            now: None,
            left: None,
        }
    }
}

fn filter(asked: &Asked, narrowed: &Narrowed) -> risks::RiskFilter {
    let likelihood = |place: Option<Place>| place.map(|place| place.likelihood);
    let impact = |place: Option<Place>| place.map(|place| place.impact);
    // What is counted level by level is still narrowed down to the level that was chosen.
    let level = match (&narrowed.levels, levels(asked, "level")) {
        (Some(wanted), Some(chosen)) => Some(
            wanted
                .iter()
                .copied()
                .filter(|level| chosen.contains(level))
                .collect(),
        ),
        (wanted, _) => wanted.clone(),
    };
    risks::RiskFilter {
        acceptance: asked.kinds("accepted"),
        customer_id: asked.text("customer"),
        impact: impact(narrowed.now),
        level,
        likelihood: likelihood(narrowed.now),
        needs_acceptance: asked.flag("acceptance").filter(|wanted| *wanted),
        open: narrowed.open,
        owner_id: asked.text("owner"),
        remaining_impact: impact(narrowed.left),
        remaining_level: levels(asked, "remaining"),
        remaining_likelihood: likelihood(narrowed.left),
        remaining_score: None,
        review_overdue: asked.flag("overdue").filter(|wanted| *wanted),
        risk_analysis_id: asked.text("analysis"),
        score: None,
        service_area: asked.kinds("area"),
        supplier_id: asked.text("supplier"),
        title_contains: asked.text("q"),
        treatment: asked.kinds("treatment"),
    }
}

/// The levels that were chosen.
fn levels(asked: &Asked, name: &str) -> Option<Vec<RiskLevel>> {
    match asked.text(name).as_deref() {
        Some(SERIOUS) => Some(vec![RiskLevel::High, RiskLevel::Critical]),
        _ => asked.kinds(name),
    }
}

/// Whether open or closed ones are asked for: open ones, unless something else is said.
fn openness(asked: &Asked) -> Option<bool> {
    match asked.text("open").as_deref() {
        Some("all") => None,
        Some("false") => Some(false),
        _ => Some(true),
    }
}

/// The order that was chosen; what remains serious stands first, unless another is.
fn order(asked: &Asked) -> risks::RiskOrder {
    use risks::{OrderDirection::*, RiskOrderField::*};
    let (field, direction) = match asked.text("order").as_deref() {
        Some("score") => (SCORE, DESC),
        Some("review") => (REVIEW_ON, ASC),
        Some("title") => (TITLE, ASC),
        _ => (REMAINING_SCORE, DESC),
    };
    risks::RiskOrder { direction, field }
}

/// What stays as it is when the form asks for something else.
fn kept(asked: &Asked) -> Vec<(&'static str, String)> {
    [NOW, LEFT, "analysis", "order"]
        .into_iter()
        .filter_map(|name| Some((name, asked.text(name)?)))
        .collect()
}

fn filters(
    page: &Page,
    asked: &Asked,
    organisations: &[risks::RisksOrganisationsNodes],
    list: &Row,
) -> Vec<Filter> {
    let text = page.text;
    let by_level = |name: &'static str, label: &str| {
        let levels = RiskLevel::ALL
            .iter()
            .map(|level| (level.name().to_owned(), text.kind(level).into_owned()));
        let serious = (SERIOUS.to_owned(), text.say("risks-serious").into_owned());
        asked.by(name, text.say(label).into_owned(), levels.chain([serious]))
    };
    let mut filters = vec![
        asked.by_text(text, "q", "contains"),
        by_level("level", "risks-level-now"),
        by_level("remaining", "risks-level-left"),
        asked.by_kind::<ServiceArea>(text, "area", "area"),
        asked.by_kind::<RiskTreatment>(text, "treatment", "field-treatment"),
        asked.by_kind::<RiskAcceptanceState>(text, "accepted", "risk-acceptance"),
    ];
    let (name, kind) = match page.of_supplier() {
        true => ("customer", OrganisationKind::Municipality),
        false => ("supplier", OrganisationKind::Supplier),
    };
    // Whose risks these are is chosen on the page of one of them.
    if let Some(id) = asked.text("owner") {
        let owner = list.nodes.first().and_then(|risk| risk.owner.as_ref());
        // Where nothing is found there is no name either.
        let owner = owner.map_or_else(
            || text.say("the-chosen").into_owned(),
            |owner| owner.name.clone(),
        );
        let label = text.say("field-ownerId").into_owned();
        filters.push(asked.by("owner", label, std::iter::once((id, owner))));
    }
    let others: Vec<_> = organisations
        .iter()
        .filter(|other| other.kind == kind)
        .map(|other| (other.id.clone(), other.name.clone()))
        .collect();
    if others.len() > 1 || asked.text(name).is_some() {
        let label = text.say(name).into_owned();
        filters.push(asked.by(name, label, others.into_iter()));
    }
    filters
}

impl RegisterPage {
    /// Open ones, closed ones or both: one of them is always chosen.
    fn openness(&self) -> Vec<Choice> {
        let chosen = openness(&self.asked);
        [
            ("", "risks-open", Some(true)),
            ("false", "risks-closed", Some(false)),
            ("all", "risks-open-and-closed", None),
        ]
        .into_iter()
        .map(|(value, label, meant)| Choice {
            value: value.to_owned(),
            label: self.page.text.say(label).into_owned(),
            chosen: meant == chosen,
        })
        .collect()
    }

    /// Whether this is the order of the list; it has none of a name that there is not.
    fn sorted(&self, order: &str) -> bool {
        self.asked.sorted(order, &["score", "review", "title"])
    }

    fn class(&self, level: &RiskLevel) -> &'static str {
        class(level)
    }

    fn month(&self, month: &u32) -> Cow<'static, str> {
        self.page.text.say(&format!("risk-month-{month}"))
    }

    fn ticked(&self, name: &str) -> bool {
        self.asked.flag(name) == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> Asked {
        let pairs = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Asked::from(pairs.collect::<Vec<_>>())
    }

    #[test]
    fn open_risks_are_listed_unless_others_are_asked_for() {
        assert_eq!(openness(&asked(&[])), Some(true));
        assert_eq!(openness(&asked(&[("open", "false")])), Some(false));
        assert_eq!(openness(&asked(&[("open", "all")])), None);
        assert_eq!(openness(&asked(&[("open", "whatever")])), Some(true));
    }

    #[test]
    fn what_is_counted_is_narrowed_down_like_the_list_but_not_to_its_cell() {
        let asked = asked(&[
            ("level", SERIOUS),
            ("now", "4-3"),
            ("left", "9-9"),
            ("area", "NETWORK"),
        ]);
        let listed = filter(&asked, &Narrowed::listing(&asked));
        assert_eq!(
            listed.level,
            Some(vec![RiskLevel::High, RiskLevel::Critical])
        );
        assert_eq!((listed.likelihood, listed.impact), (Some(4), Some(3)));
        assert_eq!(
            (listed.remaining_likelihood, listed.remaining_impact),
            (None, None),
            "there is no such cell"
        );
        assert_eq!(listed.open, Some(true));

        let counted = filter(&asked, &Narrowed::counting(RiskLevel::High));
        assert_eq!(counted.level, Some(vec![RiskLevel::High]));
        assert_eq!(counted.service_area, Some(vec![ServiceArea::Network]));
        assert_eq!((counted.likelihood, counted.open), (None, None));
        let none = filter(&asked, &Narrowed::counting(RiskLevel::Low));
        assert_eq!(
            none.level,
            Some(vec![]),
            "no risk of a level that was not chosen"
        );
    }

    #[test]
    fn what_is_not_assessed_stands_after_treatment_as_it_does_now() {
        let now = Place::new(4, 5);
        assert_eq!(left(now, Some(2), Some(5)), Place::new(2, 5));
        assert_eq!(left(now, None, None), now);
    }
}
