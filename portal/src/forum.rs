//! Forums: who meets on which level, and the briefing of the next meeting.

mod audience;
mod raise;
mod tree;

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
    api::scalar,
    export::{Export, Shape},
    failure::Failure,
    form::{FormView, page::page_of},
    html,
    kinds::*,
    list::{Asked, Filter, address, begins},
    operation,
    page::{Page, may},
    visitor::Visitor,
};
use audience::Audience;
use raise::Raise;
use tree::{Branch, tree};

operation!(Forums, "operations/forums.graphql");
operation!(Forum, "operations/forum.graphql");

/// How many rows of each list the briefing shows at once, and how many when it is projected.
const SHOWN: i64 = 15;
const PROJECTED: i64 = 50;

type Briefing = forum::ForumBriefing;
type Change = forum::ForumBriefingChangesNodes;
type Record = forum::ForumNodeOnForum;

#[derive(Template)]
#[template(path = "forums.html")]
struct ListPage {
    page: Page,
    asked: Asked,
    filters: Vec<Filter>,
    tree: Vec<Branch>,
    /// Where the rest begins, if there is more.
    more: Option<String>,
    create: bool,
}

#[derive(Template)]
#[template(path = "forum.html")]
struct RecordPage {
    page: Page,
    now: scalar::DateTime,
    record: Record,
    briefing: Briefing,
    raises: bool,
    allowed: Vec<Action>,
    actions: Vec<FormView>,
    links: Vec<(String, String)>,
}

/// The briefing as it is projected: to whoever is in the room.
#[derive(Template)]
#[template(path = "forum_project.html")]
struct ProjectPage {
    page: Page,
    record: Record,
    briefing: Briefing,
    audience: Audience,
    audiences: Vec<(String, String, bool)>,
}

/// The list as a file.
pub const EXPORT: Export = Export {
    list: "forums",
    document: (forums::QUERY, forums::OPERATION_NAME),
    field: "forums",
    variables: |asked, today| json!(variables(asked, begins(today).unwrap_or_default())),
    columns: &[
        ("field-name", "/name", Shape::Plain),
        ("field-level", "/level", Shape::Kind("ForumLevel")),
        ("area", "/serviceArea", Shape::Kind("ServiceArea")),
        ("customer", "/customer/name", Shape::Plain),
        ("field-parentId", "/parent/name", Shape::Plain),
        ("count-open", "/open/totalCount", Shape::Plain),
        ("count-overdue", "/overdue/totalCount", Shape::Plain),
    ],
};

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/forums", get(list))
        .route("/forums/{id}", get(show))
}

/// Lists the forums, as a tree by level.
async fn list(State(portal): State<Portal>, visitor: Visitor) -> Result<Response, Failure> {
    let asked = visitor.asked();
    let variables = variables(&asked, (portal.now)());
    let (page, data) = portal.ask::<Forums>(&visitor, variables).await?;
    let rest = &data.forums.page_info;
    let view = ListPage {
        create: page.holds(&[
            Role::ItManager,
            Role::SecurityCoordinator,
            Role::ItSecurityOfficer,
        ]),
        more: rest.end_cursor.clone().filter(|_| rest.has_next_page),
        tree: tree(data),
        filters: vec![
            asked.by_text(page.text, "q", "name-contains"),
            asked.by_kind::<ForumLevel>(page.text, "level", "field-level"),
            asked.by_kind::<ServiceArea>(page.text, "area", "area"),
        ],
        page,
        asked,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// What the page asks for, after what stands in the address.
fn variables(asked: &Asked, now: scalar::DateTime) -> forums::Variables {
    forums::Variables {
        now,
        filter: Some(forums::ForumFilter {
            customer_id: asked.text("customer"),
            level: asked.kinds("level"),
            name_contains: asked.text("q"),
            parent_id: asked.text("above"),
            service_area: asked.kinds("area"),
        }),
        after: asked.text("after"),
    }
}

/// Shows one with its briefing, to prepare by or to be projected.
async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(asked);
    let projects = asked.text("show").as_deref() == Some("project");
    let variables = forum::Variables {
        id,
        first: if projects { PROJECTED } else { SHOWN },
        overdue: asked.text("overdue"),
        open: asked.text("open"),
        review: asked.text("review"),
        risks: asked.text("risks"),
        past: asked.text("past"),
        acceptances: asked.text("acceptances"),
        changes: asked.text("changes"),
    };
    let (page, data) = portal.ask::<Forum>(&visitor, variables).await?;
    let Some(forum::ForumNode::Forum(record)) = data.node else {
        return Err(Failure::not_found(&visitor));
    };
    if projects {
        let view = projected(page, record, data.briefing, &asked);
        return Ok(html::page(StatusCode::OK, &view));
    }
    let schedules = may(&data.allowed, "scheduleMeeting");
    let view = RecordPage {
        now: (portal.now)(),
        raises: schedules || page.holds(&[Role::SupplierManager]),
        actions: actions(&page, &record, &data.allowed),
        links: links(&page, &record, &data.allowed),
        briefing: data.briefing,
        allowed: data.allowed,
        page,
        record,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// What can be done right on the page. Whoever calls a meeting goes on to it.
fn actions(page: &Page, record: &Record, allowed: &[Action]) -> Vec<FormView> {
    let title = page.text.with("forum-meeting-title", &record.name);
    let given = [
        ("forumId", record.id.as_str()),
        ("fixed-forumId", "1"),
        ("title", title.as_ref()),
    ];
    may(allowed, "scheduleMeeting")
        .then(|| FormView::about(page.text, "scheduleMeeting", &given))
        .flatten()
        .into_iter()
        .collect()
}

/// What has a page of its own, as what can be chosen is looked up there: where, and what it does.
fn links(page: &Page, record: &Record, allowed: &[Action]) -> Vec<(String, String)> {
    let id = &record.id;
    let back = format!("return_to=/forums/{id}");
    let to = [
        (
            "createActionItem",
            format!("forumId={id}&fixed-forumId=1&priority=NORMAL&{back}"),
        ),
        ("addForumMember", format!("forumId={id}&duty=MEMBER&{back}")),
        ("updateForum", format!("id={id}&{back}")),
    ];
    to.into_iter()
        .filter(|(mutation, _)| may(allowed, mutation))
        .map(|(mutation, query)| {
            (
                format!("/do/{mutation}?{query}"),
                page.text.say(&format!("do-{mutation}")).into_owned(),
            )
        })
        .collect()
}

/// The briefing for those in the room alone.
fn projected(page: Page, record: Record, mut briefing: Briefing, asked: &Asked) -> ProjectPage {
    let suppliers = audience::suppliers(&record);
    let several = !page.of_supplier() && suppliers.len() > 1;
    let audience = Audience::of(asked.text("audience").as_deref(), several);
    audience.narrow(&mut briefing, &record.id);
    let tab = |wanted: Audience, label: String| {
        let address = format!(
            "/forums/{}?show=project&audience={}",
            record.id,
            wanted.name()
        );
        (address, label, wanted == audience)
    };
    let say = |message: &str| page.text.say(message).into_owned();
    let mut audiences = vec![];
    if several {
        audiences.push(tab(Audience::Common, say("forum-audience-common")));
        for (id, name) in suppliers {
            audiences.push(tab(Audience::Supplier(id), name));
        }
        audiences.push(tab(Audience::Everything, say("forum-audience-all")));
    }
    ProjectPage {
        page,
        briefing,
        audience,
        audiences,
        record,
    }
}

impl RecordPage {
    /// The page's sections, for the way to each: anchor, message, how much there is, and whether that is bad.
    fn sections(&self) -> Vec<(&'static str, &'static str, i64, bool)> {
        let briefing = &self.briefing;
        let sum = |pick: fn(&forum::ForumBriefingSuppliers) -> i64| -> i64 {
            briefing.suppliers.iter().map(pick).sum()
        };
        vec![
            (
                "overdue",
                "forum-overdue",
                briefing.overdue.total_count,
                true,
            ),
            (
                "review",
                "forum-to-review",
                briefing.to_review.total_count,
                false,
            ),
            (
                "suppliers",
                "forum-expired",
                sum(|supplier| supplier.expired.total_count),
                true,
            ),
            (
                "suppliers",
                "forum-expiring",
                sum(|supplier| supplier.expiring.total_count),
                false,
            ),
            (
                "risks",
                "forum-high-risks",
                briefing.high_risks.total_count,
                false,
            ),
            (
                "past",
                "forum-past-review",
                briefing.past_review.total_count,
                true,
            ),
            (
                "acceptances",
                "forum-acceptances",
                briefing.expired_acceptances.total_count,
                true,
            ),
            ("open", "forum-open", briefing.open.total_count, false),
            (
                "changes",
                "forum-changes",
                briefing.changes.total_count,
                false,
            ),
        ]
    }

    /// Where all evidence of a supplier is that has expired or soon will, of which the page has the first alone.
    fn more_of(&self, part: &forum::ForumBriefingSuppliers) -> Vec<(String, Validity)> {
        let (expired, expiring) = (&part.expired, &part.expiring);
        let lists = [
            (Validity::Expired, expired.total_count, expired.nodes.len()),
            (
                Validity::Expiring,
                expiring.total_count,
                expiring.nodes.len(),
            ),
        ];
        lists
            .into_iter()
            .filter(|(_, all, shown)| usize::try_from(*all).is_ok_and(|all| all > *shown))
            .map(|(validity, ..)| (self.approved(&part.supplier.id, validity), validity))
            .collect()
    }

    /// The list of approved evidence of a supplier that is so valid.
    fn approved(&self, supplier: &str, validity: Validity) -> String {
        let area = self.record.service_area.map(|area| area.name());
        let pairs = [
            ("state", Some(ReviewState::Approved.name())),
            ("validity", Some(validity.name())),
            ("supplier", Some(supplier)),
            ("customer", Some(self.record.customer.id.as_str())),
            ("area", area),
        ];
        let pairs = pairs
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        address("/submissions", pairs)
    }

    fn raise_item(&self, item: &forum::BriefedItem) -> Raise {
        self.raise("forum-raise-item", &item.title, None, None)
    }

    fn raise_risk(&self, risk: &forum::BriefedRisk) -> Raise {
        self.raise("forum-raise-risk", &risk.title, Some(&risk.id), None)
    }

    fn raise_acceptance(&self, risk: &forum::BriefedRisk) -> Raise {
        self.raise("forum-raise-acceptance", &risk.title, Some(&risk.id), None)
    }

    fn raise_submission(&self, message: &str, id: &str, title: &str) -> Raise {
        self.raise(message, title, None, Some(id))
    }

    /// What puts something on the next meeting's agenda.
    fn raise(
        &self,
        message: &str,
        title: &str,
        risk: Option<&String>,
        submission: Option<&str>,
    ) -> Raise {
        let meeting = self.briefing.next_meeting.as_ref().filter(|_| self.raises);
        let title = self.page.text.with(message, title);
        Raise::new(
            &self.page,
            meeting,
            &title,
            risk.map(String::as_str),
            submission,
        )
        .read_by_others(audience::suppliers(&self.record).len() > 1)
    }

    /// A button that removes a member.
    fn remove(&self, member: &str) -> Option<FormView> {
        let version = self.record.version.to_string();
        may(&self.allowed, "removeForumMember")
            .then(|| {
                let given = [
                    ("forumId", self.record.id.as_str()),
                    ("memberId", member),
                    ("expectedVersion", version.as_str()),
                ];
                self.page.form("removeForumMember", &given)
            })
            .flatten()
    }

    /// The meetings that are to come, the next one first.
    fn to_come(&self) -> impl Iterator<Item = &forum::ForumNodeOnForumMeetingsNodes> {
        let meetings = self.record.meetings.nodes.iter().rev();
        meetings.filter(|meeting| self.is_to_come(meeting))
    }

    /// Those that were, the last one first.
    fn past(&self) -> impl Iterator<Item = &forum::ForumNodeOnForumMeetingsNodes> {
        let meetings = self.record.meetings.nodes.iter();
        meetings.filter(|meeting| !self.is_to_come(meeting))
    }

    fn is_to_come(&self, meeting: &forum::ForumNodeOnForumMeetingsNodes) -> bool {
        meeting.state == MeetingState::Planned && self.now <= meeting.starts_at
    }
}

/// What an event is about: its page and its name.
fn about(change: &Change) -> Option<(Option<String>, &str)> {
    use forum::ForumBriefingChangesNodesSubjectOn as On;
    let subject = change.subject.as_ref()?;
    let title = match &subject.on {
        On::ActionItem(it) => &it.title,
        On::AgendaItem(it) => &it.title,
        On::Decision(it) => &it.title,
        On::Evidence(it) => &it.title,
        On::EvidenceRequest(it) => &it.title,
        On::Forum(it) => &it.title,
        On::Meeting(it) => &it.title,
        On::Risk(it) => &it.title,
        On::RiskAnalysis(it) => &it.title,
        On::Submission(it) => &it.title,
        _ => return None,
    };
    Some((page_of(&subject.id), title))
}
