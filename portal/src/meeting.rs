//! Meetings: one page from which a whole meeting is run, from its agenda to its signed minutes.

mod lists;
mod taking;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::get,
};
use chrono_tz::Europe::Stockholm;

use crate::{
    Portal,
    api::scalar,
    failure::Failure,
    form::FormView,
    html,
    kinds::*,
    operation,
    page::{Page, may},
    visitor::Visitor,
};
pub use lists::{DECISIONS, MEETINGS};
use taking::{Taken, only};

operation!(Meeting, "operations/meeting.graphql");

type Record = meeting::MeetingNodeOnMeeting;
type Signed = meeting::MeetingNodeOnMeetingMinutesAsSigned;

#[derive(Template)]
#[template(path = "meeting.html")]
struct RecordPage {
    page: Page,
    record: Record,
    taken: Taken,
    /// Whether the viewer takes the minutes.
    writes: bool,
    add: Option<FormView>,
    hold: Option<FormView>,
    sign: Option<FormView>,
}

#[derive(Template)]
#[template(path = "meeting_signed.html")]
struct SignedPage {
    page: Page,
    record: Record,
    signed: Signed,
}

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new()
        .route("/decisions", get(lists::decisions))
        .route("/meetings", get(lists::meetings))
        .route("/meetings/{id}", get(show))
}

/// Shows a meeting: to be held, or as it was signed.
async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let variables = meeting::Variables { id };
    let (page, data) = portal.ask::<Meeting>(&visitor, variables).await?;
    let Some(meeting::MeetingNode::Meeting(mut record)) = data.node else {
        return Err(Failure::not_found(&visitor));
    };
    if let Some(signed) = record.minutes_as_signed.take() {
        let view = SignedPage {
            page,
            record,
            signed,
        };
        return Ok(html::page(StatusCode::OK, &view));
    }
    let mut taken = Taken::of(&mut record);
    let writes = may(&data.allowed, "updateMeeting");
    if writes {
        taken = taken.with_forms(&page, &record, &data.people.nodes);
    }
    let view = RecordPage {
        add: add(&page, &record, &data.allowed),
        hold: closing(
            &page,
            &record,
            &data.allowed,
            "holdMeeting",
            MeetingState::Planned,
        ),
        sign: closing(
            &page,
            &record,
            &data.allowed,
            "signMinutes",
            MeetingState::Held,
        )
        .filter(|_| !taken.points.is_empty()),
        writes,
        taken,
        page,
        record,
    };
    Ok(html::page(StatusCode::OK, &view))
}

/// To put a point on the agenda; what it brings up is chosen on a page of its own.
fn add(page: &Page, record: &Record, allowed: &[Action]) -> Option<FormView> {
    let back = format!("{}#add", page.back());
    let given = [("meetingId", record.id.as_str()), ("return_to", &back)];
    may(allowed, "addAgendaItem")
        .then(|| FormView::about(page.text, "addAgendaItem", &given))
        .flatten()
        .map(|form| only(form, &["title"]))
}

/// The button that closes the meeting's present state.
fn closing(
    page: &Page,
    record: &Record,
    allowed: &[Action],
    mutation: &str,
    from: MeetingState,
) -> Option<FormView> {
    let version = record.version.to_string();
    // Whoever holds it goes on to sign it; what is signed is read from its beginning.
    let back = match from {
        MeetingState::Planned => format!("{}#close", page.back()),
        _ => page.back(),
    };
    let given = [
        ("id", record.id.as_str()),
        ("expectedVersion", version.as_str()),
        ("return_to", &back),
    ];
    (record.state == from && may(allowed, mutation))
        .then(|| FormView::about(page.text, mutation, &given))
        .flatten()
}

/// When it ends: the time alone, if it is the day on which it began.
fn until(page: &Page, start: &scalar::DateTime, end: &scalar::DateTime) -> String {
    let (start, local) = (
        start.with_timezone(&Stockholm),
        end.with_timezone(&Stockholm),
    );
    match start.date_naive() == local.date_naive() {
        true => local.format("%H:%M").to_string(),
        false => page.text.moment(end),
    }
}

impl RecordPage {
    /// Who is to sign.
    fn chair(&self) -> Option<&str> {
        let mut members = self.record.forum.members.iter();
        let chair = members.find(|member| member.duty == MemberDuty::Chair)?;
        chair.person.as_ref().map(|person| person.name.as_str())
    }
}

impl SignedPage {
    /// The decisions that were taken under this place of the agenda; those under none, where there is no place.
    fn decided(
        &self,
        place: Option<&i64>,
    ) -> impl Iterator<Item = &meeting::MeetingNodeOnMeetingMinutesAsSignedDecisions> {
        let decisions = self.signed.decisions.iter();
        decisions.filter(move |decision| decision.agenda_position.as_ref() == place)
    }
}
