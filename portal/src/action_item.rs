//! Action items: the list, and each with its way between the forums.

mod path;

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
    routing::get,
};
use serde_json::{Map, Value, json};

use crate::{
    Portal,
    export::{Export, Shape},
    failure::Failure,
    form::{self, FormView, Typed},
    html,
    kinds::*,
    list::{Asked, Filter, address},
    operation,
    page::{Page, may},
    visitor::Visitor,
};
use path::{Stop, stops};

operation!(ActionItems, "operations/action_items.graphql");
operation!(ActionItem, "operations/action_item.graphql");

const LIST: &str = "/action-items";
/// What narrows the list down besides its standing, which stays when another standing is chosen.
const KEPT: [&str; 7] = [
    "area",
    "before",
    "forum",
    "mine",
    "organisation",
    "priority",
    "q",
];
/// The standings that can be chosen at a touch: message, and what stands for it in the address.
const STANDINGS: [(&str, Option<(&str, &str)>); 5] = [
    ("item-shown-open", None),
    ("item-shown-overdue", Some(("overdue", "true"))),
    ("item-shown-reported", Some(("state", "REPORTED_DONE"))),
    ("item-shown-closed", Some(("open", "false"))),
    ("item-shown-all", Some(("open", "all"))),
];

/// Another view of the list.
#[derive(Debug)]
struct Tab {
    label: String,
    address: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "action_items.html")]
struct ListPage {
    page: Page,
    asked: Asked,
    whose: Vec<Tab>,
    standings: Vec<Tab>,
    filters: Vec<Filter>,
    kept: Vec<(&'static str, String)>,
    list: action_items::ActionItemsList,
    create: bool,
}

#[derive(Template)]
#[template(path = "action_item.html")]
struct RecordPage {
    page: Page,
    record: action_item::ActionItemNodeOnActionItem,
    waits: Option<String>,
    stops: Vec<Stop>,
    actions: Vec<FormView>,
    report: Option<String>,
    edit: Option<String>,
    comment_form: Option<FormView>,
}

/// The list as a file.
pub const EXPORT: Export = Export {
    list: "action-items",
    document: (action_items::QUERY, action_items::OPERATION_NAME),
    field: "list",
    variables: |asked, _| json!(variables(asked)),
    columns: &[
        ("field-title", "/title", Shape::Plain),
        (
            "field-assigneeOrganisationId",
            "/assigneeOrganisation/name",
            Shape::Plain,
        ),
        ("field-assigneeId", "/assignee/name", Shape::Plain),
        ("field-forumId", "/forum/name", Shape::Plain),
        ("area", "/serviceArea", Shape::Kind("ServiceArea")),
        ("field-dueOn", "/dueOn", Shape::Day),
        ("count-overdue", "/overdue", Shape::Flag),
        ("state", "/state", Shape::Kind("ActionItemState")),
        ("field-priority", "/priority", Shape::Kind("Priority")),
    ],
};

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new()
        .route(LIST, get(list))
        .route("/action-items/{id}", get(show))
}

/// Lists what shall be done; what is open, unless something else is asked for.
async fn list(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(asked);
    let (page, data) = portal
        .ask::<ActionItems>(&visitor, variables(&asked))
        .await?;
    let kept = ["mine", "open", "overdue", "state"]
        .into_iter()
        .filter_map(|name| Some((name, asked.text(name)?)));
    let view = ListPage {
        whose: whose(&page, &asked),
        standings: standings(&page, &asked),
        filters: filters(&page, &asked, &data),
        kept: kept.collect(),
        create: page.holds(&[
            Role::ItManager,
            Role::SecurityCoordinator,
            Role::ItSecurityOfficer,
            Role::ServiceAreaManager,
        ]),
        list: data.list,
        page,
        asked,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// What the page asks for, after what stands in the address.
fn variables(asked: &Asked) -> action_items::Variables {
    action_items::Variables {
        order: Some(order(asked)),
        filter: Some(filter(asked)),
        after: asked.text("after"),
    }
}

fn filter(asked: &Asked) -> action_items::ActionItemFilter {
    action_items::ActionItemFilter {
        assigned_to_us: false,
        assigned_to_me: asked.flag("mine").unwrap_or_default(),
        assignee_id: asked.text("person"),
        assignee_organisation_id: asked.text("organisation"),
        due_before: asked.day("before"),
        forum_id: asked.text("forum"),
        open: open(asked),
        overdue: asked.flag("overdue"),
        priority: asked.kinds("priority"),
        risk_id: asked.text("risk"),
        service_area: asked.kinds("area"),
        state: asked.kinds("state"),
        title_contains: asked.text("q"),
    }
}

/// Whether only open or only closed ones are listed.
fn open(asked: &Asked) -> Option<bool> {
    let otherwise = asked.text("state").is_some() || asked.text("overdue").is_some();
    match asked.text("open").as_deref() {
        Some("all") => None,
        Some("false") => Some(false),
        None if otherwise => None,
        _ => Some(true),
    }
}

/// What is open by when it shall be done; what is closed, the latest first.
fn order(asked: &Asked) -> action_items::ActionItemOrder {
    use action_items::{ActionItemOrder, ActionItemOrderField, OrderDirection};
    match open(asked) == Some(false) {
        true => ActionItemOrder {
            direction: OrderDirection::DESC,
            field: ActionItemOrderField::UPDATED_AT,
        },
        false => ActionItemOrder {
            direction: OrderDirection::ASC,
            field: ActionItemOrderField::DUE_ON,
        },
    }
}

/// The same list, of what this person, this organisation or anybody shall do.
fn whose(page: &Page, asked: &Asked) -> Vec<Tab> {
    let own = &page.viewer.organisation.id;
    let mine = asked.flag("mine") == Some(true);
    let ours = !mine && asked.text("organisation").as_ref() == Some(own);
    let to = |name: &str, value: &str| {
        let standing = ["open", "overdue", "state"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), asked.text(name)?)));
        let mut pairs: BTreeMap<_, _> = standing.collect();
        if !name.is_empty() {
            pairs.insert(name.to_owned(), value.to_owned());
        }
        address(LIST, pairs.iter())
    };
    let tab = |message: &str, address: String, current: bool| Tab {
        label: page.text.say(message).into_owned(),
        address,
        current,
    };
    let person = page.viewer.person.is_some();
    person
        .then(|| tab("item-mine", to("mine", "true"), mine))
        .into_iter()
        .chain([
            tab("item-ours", to("organisation", own), ours),
            tab("item-all", to("", ""), !mine && !ours),
        ])
        .collect()
}

/// The same list, of another standing.
fn standings(page: &Page, asked: &Asked) -> Vec<Tab> {
    let set = |name: &str| asked.text(name).is_some();
    STANDINGS
        .iter()
        .map(|(message, stands)| {
            let kept = KEPT
                .into_iter()
                .filter_map(|name| Some((name.to_owned(), asked.text(name)?)));
            let mut pairs: BTreeMap<_, _> = kept.collect();
            if let Some((name, value)) = stands {
                pairs.insert((*name).to_owned(), (*value).to_owned());
            }
            Tab {
                label: page.text.say(message).into_owned(),
                address: address(LIST, pairs.iter()),
                current: match stands {
                    Some((name, value)) => asked.text(name).as_deref() == Some(*value),
                    None => !set("open") && !set("overdue") && !set("state"),
                },
            }
        })
        .collect()
}

fn filters(page: &Page, asked: &Asked, data: &action_items::ResponseData) -> Vec<Filter> {
    let text = page.text;
    let doers = data.organisations.nodes.iter();
    let doers = doers.map(|doer| (doer.id.clone(), doer.name.clone()));
    let forums = data.forums.nodes.iter();
    let forums = forums.map(|forum| (forum.id.clone(), forum.name.clone()));
    vec![
        asked.by_text(text, "q", "contains"),
        asked.by(
            "organisation",
            text.say("item-organisation").into_owned(),
            doers,
        ),
        asked.by("forum", text.say("item-forum").into_owned(), forums),
        asked.by_kind::<Priority>(text, "priority", "field-priority"),
        asked.by_kind::<ServiceArea>(text, "area", "area"),
        asked.by_day(text, "before", "due-before"),
    ]
}

/// Shows one.
async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(asked);
    let variables = action_item::Variables {
        id,
        event: asked.text("event"),
        comment: asked.text("comment"),
    };
    let (page, data) = portal.ask::<ActionItem>(&visitor, variables).await?;
    let Some(action_item::ActionItemNode::ActionItem(record)) = data.node else {
        return Err(Failure::not_found(&visitor));
    };
    let begun = matches!(
        record.state,
        ActionItemState::Open | ActionItemState::InProgress
    );
    let view = RecordPage {
        waits: waits(&page, &record),
        stops: stops(&record),
        actions: actions(&page, &record, &data.allowed),
        report: link(&record.id, &data.allowed, "reportActionItemDone", begun),
        edit: link(
            &record.id,
            &data.allowed,
            "updateActionItem",
            is_open(record.state),
        ),
        comment_form: may(&data.allowed, "commentOnActionItem")
            .then(|| page.form("commentOnActionItem", &[("actionItemId", &record.id)]))
            .flatten(),
        page,
        record,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// Whether something remains to be done.
fn is_open(state: ActionItemState) -> bool {
    !matches!(
        state,
        ActionItemState::Verified | ActionItemState::Cancelled
    )
}

/// Whose turn it is, in words.
fn waits(page: &Page, record: &action_item::ActionItemNodeOnActionItem) -> Option<String> {
    let doer = record.assignee_organisation.as_ref();
    let doer = doer.map(|doer| doer.name.as_str());
    let (message, who) = match record.state {
        ActionItemState::Open => ("item-waits-open", doer?),
        ActionItemState::InProgress => ("item-waits-in-progress", doer?),
        ActionItemState::ReportedDone => ("item-waits-reported", record.customer.name.as_str()),
        _ => return None,
    };
    Some(page.text.with(message, who).into_owned())
}

/// What can be done here and now.
fn actions(
    page: &Page,
    record: &action_item::ActionItemNodeOnActionItem,
    allowed: &[Action],
) -> Vec<FormView> {
    let version = record.version.to_string();
    let known = [
        ("id", record.id.as_str()),
        ("expectedVersion", version.as_str()),
    ];
    let (state, open) = (record.state, is_open(record.state));
    let reported = state == ActionItemState::ReportedDone;
    // Whoever does not see every forum may escalate to one that they do not see.
    let sees_all = page.holds(&[
        Role::ItManager,
        Role::SecurityCoordinator,
        Role::ItSecurityOfficer,
    ]);
    let above = record.forum.as_ref().is_some_and(|forum| {
        forum.level != ForumLevel::Strategic && (forum.parent.is_some() || !sees_all)
    });
    let mut actions = page.actions(
        allowed,
        &[
            ("startActionItem", state == ActionItemState::Open),
            ("verifyActionItem", reported),
            ("sendBackActionItem", reported),
            ("escalateActionItem", open && above),
        ],
        &known,
    );
    if open && may(allowed, "cascadeActionItem") {
        actions.extend(cascade(page, record, &known));
    }
    actions.extend(page.actions(allowed, &[("cancelActionItem", open)], &known));
    actions
}

/// To hand it down: to a forum just below, to somebody who takes part there.
fn cascade(
    page: &Page,
    record: &action_item::ActionItemNodeOnActionItem,
    given: &[(&str, &str)],
) -> Option<FormView> {
    let below = &record.forum.as_ref()?.children;
    let first = below.first()?;
    let mut known = Map::new();
    let forums = below.iter();
    let forums = forums.map(|to| json!({ "id": to.id, "name": to.name, "level": to.level }));
    known.insert("forums".to_owned(), nodes(forums));
    let members = || below.iter().flat_map(|to| &to.members);
    let doers = members().map(|member| &member.organisation);
    let doers: BTreeMap<_, _> = doers.map(|doer| (&doer.name, &doer.id)).collect();
    let doers = doers.iter();
    known.insert(
        "organisations".to_owned(),
        nodes(doers.map(|(name, id)| json!({ "id": id, "name": name }))),
    );
    let people = members().filter_map(|member| Some((member.person.as_ref()?, member)));
    let people: BTreeMap<_, _> = people
        .map(|(person, member)| (&person.name, (&person.id, &member.organisation.name)))
        .collect();
    let people = people.iter();
    known.insert(
        "people".to_owned(),
        nodes(people.map(|(name, (id, organisation))| {
            json!({ "id": id, "name": name, "organisation": { "name": organisation } })
        })),
    );
    let back = page.back();
    let mut pairs = [given, &[("return_to", back.as_str())]].concat();
    if below.len() == 1 {
        pairs.push(("toForumId", &first.id));
    }
    let typed = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let typed = Typed::from(typed.collect::<Vec<_>>());
    Some(FormView::new(
        page.text,
        form::find("cascadeActionItem")?,
        &typed,
        &known,
    ))
}

fn nodes(records: impl Iterator<Item = Value>) -> Value {
    json!({ "nodes": records.collect::<Vec<_>>() })
}

/// Where something is done that has a page of its own, as what can be chosen is looked up there.
fn link(id: &str, allowed: &[Action], mutation: &str, fits: bool) -> Option<String> {
    (fits && may(allowed, mutation))
        .then(|| format!("/do/{mutation}?id={id}&return_to=/action-items/{id}"))
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
    fn what_is_open_is_listed_unless_something_else_is_asked_for() {
        assert_eq!(open(&asked(&[])), Some(true));
        assert_eq!(open(&asked(&[("organisation", "org_1")])), Some(true));
        assert_eq!(open(&asked(&[("open", "false")])), Some(false));
        assert_eq!(open(&asked(&[("open", "all")])), None);
        assert_eq!(open(&asked(&[("overdue", "true")])), None);
        assert_eq!(open(&asked(&[("state", "VERIFIED")])), None);
    }
}
