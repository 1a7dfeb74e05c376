//! The meetings of all forums, and what they decided.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};
use chrono::Days;
use serde_json::json;

use crate::{
    Portal,
    export::{Export, Shape},
    failure::Failure,
    html,
    kinds::*,
    list::{Asked, Filter, begins},
    operation,
    page::Page,
    visitor::Visitor,
};

operation!(Meetings, "operations/meetings.graphql");
operation!(Decisions, "operations/decisions.graphql");

#[derive(Template)]
#[template(path = "meetings.html")]
struct MeetingsPage {
    page: Page,
    asked: Asked,
    filters: Vec<Filter>,
    list: meetings::MeetingsMeetings,
}

#[derive(Template)]
#[template(path = "decisions.html")]
struct DecisionsPage {
    page: Page,
    asked: Asked,
    filters: Vec<Filter>,
    list: decisions::DecisionsDecisions,
}

/// The meetings as a file.
pub const MEETINGS: Export = Export {
    list: "meetings",
    document: (meetings::QUERY, meetings::OPERATION_NAME),
    field: "meetings",
    variables: |asked, _| json!(about_meetings(asked)),
    columns: &[
        ("field-startsAt", "/startsAt", Shape::Moment),
        ("field-title", "/title", Shape::Plain),
        ("field-forumId", "/forum/name", Shape::Plain),
        ("level", "/forum/level", Shape::Kind("ForumLevel")),
        ("field-place", "/place", Shape::Plain),
        ("state", "/state", Shape::Kind("MeetingState")),
        ("changed-signedAt", "/signedAt", Shape::Moment),
    ],
};

/// The decisions as a file.
pub const DECISIONS: Export = Export {
    list: "decisions",
    document: (decisions::QUERY, decisions::OPERATION_NAME),
    field: "decisions",
    variables: |asked, _| json!(about_decisions(asked)),
    columns: &[
        ("field-startsAt", "/meeting/startsAt", Shape::Moment),
        ("field-forumId", "/meeting/forum/name", Shape::Plain),
        ("item-meeting", "/meeting/title", Shape::Plain),
        ("state", "/meeting/state", Shape::Kind("MeetingState")),
        ("changed-number", "/number", Shape::Plain),
        ("field-text", "/text", Shape::Plain),
        (
            "title-action-items",
            "/actionItems/totalCount",
            Shape::Plain,
        ),
    ],
};

/// Lists the meetings, the latest first.
pub async fn meetings(State(portal): State<Portal>, visitor: Visitor) -> Result<Response, Failure> {
    let asked = visitor.asked();
    let (page, data) = portal
        .ask::<Meetings>(&visitor, about_meetings(&asked))
        .await?;
    let text = page.text;
    let forums = data.forums.nodes.into_iter();
    let forums = forums.map(|forum| (forum.id, forum.name));
    let view = MeetingsPage {
        filters: vec![
            asked.by_text(text, "q", "contains"),
            asked.by("forum", text.say("field-forumId").into_owned(), forums),
            asked.by_kind::<MeetingState>(text, "state", "state"),
            asked.by_day(text, "since", "since"),
            asked.by_day(text, "until", "until-day"),
        ],
        list: data.meetings,
        page,
        asked,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// Lists what was decided, the latest first.
pub async fn decisions(
    State(portal): State<Portal>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let asked = visitor.asked();
    let (page, data) = portal
        .ask::<Decisions>(&visitor, about_decisions(&asked))
        .await?;
    let text = page.text;
    let forums = data.forums.nodes.into_iter();
    let forums = forums.map(|forum| (forum.id, forum.name));
    let view = DecisionsPage {
        filters: vec![
            asked.by_text(text, "q", "decision-contains"),
            asked.by("forum", text.say("field-forumId").into_owned(), forums),
        ],
        list: data.decisions,
        page,
        asked,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// What the page asks for, after what stands in the address: both days are within.
fn about_meetings(asked: &Asked) -> meetings::Variables {
    let after_last = asked
        .day("until")
        .and_then(|day| day.checked_add_days(Days::new(1)));
    meetings::Variables {
        filter: Some(meetings::MeetingFilter {
            forum_id: asked.text("forum"),
            starts_before: after_last.and_then(begins),
            starts_from: asked.day("since").and_then(begins),
            state: asked.kinds("state"),
            title_contains: asked.text("q"),
        }),
        after: asked.text("after"),
    }
}

/// What the page asks for, after what stands in the address.
fn about_decisions(asked: &Asked) -> decisions::Variables {
    decisions::Variables {
        filter: Some(decisions::DecisionFilter {
            forum_id: asked.text("forum"),
            meeting_id: asked.text("meeting"),
            text_contains: asked.text("q"),
        }),
        after: asked.text("after"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_days_of_a_period_are_within_it_by_swedish_time() {
        let period = [("since", "2026-03-28"), ("until", "2026-03-29")];
        let period = period.map(|(name, day)| (name.to_owned(), day.to_owned()));
        let filter = about_meetings(&Asked::from(period.to_vec())).filter;
        let filter = filter.expect("a filter");
        let moment = |text: &str| Some(text.parse().expect("a moment"));
        assert_eq!(filter.starts_from, moment("2026-03-27T23:00:00Z"));
        // The night in which summer time begins.
        assert_eq!(filter.starts_before, moment("2026-03-29T22:00:00Z"));
    }
}
