//! What happened, in words.

use askama::Template;
use axum::{
    Router,
    extract::{Query, State},
    http::StatusCode,
    response::Response,
    routing::get,
};
use serde_json::{Value, json};

use crate::{
    Portal,
    export::{Export, Shape},
    failure::Failure,
    form::page::page_of,
    html,
    kinds::*,
    list::{Asked, Filter, begins},
    operation,
    page::Page,
    text::Text,
    visitor::Visitor,
};

/// The most that is shown of a long text that was changed or written.
const LONGEST: usize = 300;

operation!(Events, "operations/events.graphql");

#[derive(Template)]
#[template(path = "events.html")]
struct ListPage {
    page: Page,
    asked: Asked,
    filters: Vec<Filter>,
    list: events::EventsEvents,
}

/// The list as a file.
pub const EXPORT: Export = Export {
    list: "events",
    document: (events::QUERY, events::OPERATION_NAME),
    field: "events",
    variables: |asked, _| json!(variables(asked)),
    columns: &[
        ("at", "/event/at", Shape::Moment),
        ("title-event", "/event/action", Shape::Event),
        ("topic", "/event/topic", Shape::Kind("Topic")),
        ("person", "/event/person/name", Shape::Plain),
        ("organisation", "/event/organisation/name", Shape::Plain),
        ("field-title", "/event/subject", Shape::Subject),
    ],
};

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new().route("/events", get(list))
}

async fn list(
    State(portal): State<Portal>,
    visitor: Visitor,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let asked = Asked::from(asked);
    let (page, data) = portal.ask::<Events>(&visitor, variables(&asked)).await?;
    let view = ListPage {
        filters: vec![
            asked.by_kind::<Topic>(page.text, "topic", "topic"),
            asked.by_day(page.text, "since", "since"),
        ],
        list: data.events,
        page,
        asked,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// What the page asks for, after what stands in the address.
fn variables(asked: &Asked) -> events::Variables {
    events::Variables {
        filter: Some(events::EventFilter {
            action: None,
            since: asked.day("since").and_then(begins),
            topic: asked.kinds("topic"),
        }),
        after: asked.text("after"),
    }
}

/// What an event is about: its name, and its page, where it has one.
fn about(subject: &events::EventsEventsNodesEventSubject) -> (String, Option<String>) {
    use events::EventsEventsNodesEventSubjectOn as On;
    let own = page_of(&subject.id);
    match &subject.on {
        On::ActionItem(it) => (it.title.clone(), own),
        On::AgendaItem(it) => (it.title.clone(), page_of(&it.meeting.id)),
        On::Agreement(it) => (it.title.clone(), own),
        On::ApiToken(it) => (it.name.clone(), None),
        On::Comment(it) => (short(&it.body), None),
        On::Decision(it) => (it.text.clone(), page_of(&it.meeting.id)),
        On::Evidence(it) => (it.title.clone(), own),
        On::EvidenceFile(it) => (it.name.clone(), None),
        On::EvidenceRequest(it) => (it.title.clone(), own),
        On::Forum(it) => (it.name.clone(), own),
        On::ForumMember(it) => (it.forum.name.clone(), page_of(&it.forum.id)),
        On::Meeting(it) => (it.title.clone(), own),
        On::Person(it) => (it.name.clone(), own),
        On::Risk(it) => (it.title.clone(), own),
        On::RiskAcceptance(it) => (it.risk.title.clone(), page_of(&it.risk.id)),
        On::RiskAnalysis(it) => (it.title.clone(), own),
        On::Submission(it) => (it.title.clone(), own),
        On::SupportGrant(it) => (it.reason.clone(), None),
        _ => (String::new(), None),
    }
}

impl Page {
    /// What an event tells: “The submission was returned”.
    #[must_use]
    pub fn event(&self, action: &str) -> String {
        said(self.text, action)
    }

    /// What a field of a record is called.
    #[must_use]
    pub fn field(&self, name: &str) -> String {
        let text = self.text;
        let known = text
            .find(&format!("changed-{name}"))
            .or_else(|| text.find(&format!("field-{name}")));
        known.map_or_else(|| name.to_owned(), std::borrow::Cow::into_owned)
    }

    /// What a value of a record is, in words.
    #[must_use]
    pub fn value(&self, value: &Option<Value>) -> String {
        value.as_ref().map_or_else(
            || self.text.say("nothing").into_owned(),
            |value| told(self.text, value),
        )
    }
}

/// What the subject of an event is called, as an answer has it: some have no title of their own.
pub fn name_of(subject: &Value) -> Option<&str> {
    let pointers = [
        "/title",
        "/name",
        "/text",
        "/body",
        "/reason",
        "/risk/title",
        "/forum/name",
    ];
    let mut names = pointers
        .iter()
        .filter_map(|pointer| subject.pointer(pointer)?.as_str());
    names.next()
}

/// What an event tells.
pub fn said(text: Text, action: &str) -> String {
    let (subject, verb) = action.split_once('.').unwrap_or((action, ""));
    let subject = text.find(&format!("event-subject-{subject}"));
    let verb = text.find(&format!("event-verb-{verb}"));
    match (subject, verb) {
        (Some(subject), Some(verb)) => format!("{subject} {verb}"),
        _ => action.to_owned(),
    }
}

fn told(text: Text, value: &Value) -> String {
    match value {
        Value::Bool(true) => text.say("yes").into_owned(),
        Value::Bool(false) => text.say("no").into_owned(),
        Value::Null => text.say("nothing").into_owned(),
        Value::String(said) => phrase(text, said),
        Value::Array(items) => items
            .iter()
            .map(|item| told(text, item))
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    }
}

/// A text as it is; a value of an enumeration by its name, a moment in Swedish time.
fn phrase(text: Text, said: &str) -> String {
    let kind = KINDS
        .iter()
        .find(|(kind, _)| names_of(kind).contains(&said));
    if let Some((kind, _)) = kind {
        return text.named(kind, said).into_owned();
    }
    if let Ok(moment) = said.parse::<chrono::DateTime<chrono::Utc>>() {
        return text.moment(&moment);
    }
    short(said)
}

/// The beginning of a long text.
fn short(said: &str) -> String {
    match said.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &said[..end]),
        None => said.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::text::Language;

    #[test]
    fn whatever_an_event_is_about_has_a_name_in_the_file() {
        for subject in [
            json!({ "title": "x" }),
            json!({ "name": "x" }),
            json!({ "text": "x", "meeting": { "id": "mee_1" } }),
            json!({ "body": "x" }),
            json!({ "reason": "x" }),
            json!({ "risk": { "id": "rsk_1", "title": "x" } }),
            json!({ "forum": { "id": "for_1", "name": "x" } }),
        ] {
            assert_eq!(name_of(&subject), Some("x"), "{subject}");
        }
        assert_eq!(name_of(&json!(null)), None);
    }

    #[test]
    fn events_are_told_from_the_swedish_midnight() {
        let since = vec![("since".to_owned(), "2026-07-01".to_owned())];
        let filter = variables(&Asked::from(since)).filter.expect("a filter");
        let midnight = "2026-06-30T22:00:00Z".parse().expect("a moment");
        assert_eq!(filter.since, Some(midnight));
    }

    #[test]
    fn what_happened_is_told_in_a_sentence() {
        let swedish = Text::new(Language::Swedish);
        assert_eq!(
            said(swedish, "submission.returned"),
            "Inlämningen återlämnades"
        );
        assert_eq!(said(swedish, "something.else"), "something.else");
        assert_eq!(
            told(swedish, &json!("APPLICATION_HOSTING")),
            "Applikationsdrift"
        );
        assert_eq!(
            told(swedish, &json!("2026-07-01T12:00:00Z")),
            "2026-07-01 14:00"
        );
        assert_eq!(told(swedish, &json!("Brandväggen")), "Brandväggen");
    }
}
