//! To put something of the briefing on the next meeting's agenda.

use askama::Template;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::forum::ForumBriefingNextMeeting as Meeting;
use crate::{page::Page, text::Text};

/// The longest title of a point.
const LONGEST: usize = 200;

/// A button; or the place on the agenda, where it stands there already. Nothing without a meeting to come.
#[derive(Debug, Template)]
#[template(path = "forum_raise.html")]
pub struct Raise {
    text: Text,
    meeting: String,
    title: String,
    risk: Option<String>,
    submission: Option<String>,
    back: String,
    place: Option<i64>,
    others: bool,
}

impl Raise {
    /// For this meeting, with this title.
    #[must_use]
    pub fn new(
        page: &Page,
        meeting: Option<&Meeting>,
        title: &str,
        risk: Option<&str>,
        submission: Option<&str>,
    ) -> Self {
        let title = short(title);
        Self {
            text: page.text,
            place: meeting.and_then(|meeting| place(meeting, &title, risk, submission)),
            meeting: meeting
                .map(|meeting| meeting.id.clone())
                .unwrap_or_default(),
            title,
            risk: risk.map(ToOwned::to_owned),
            submission: submission.map(ToOwned::to_owned),
            back: page.back(),
            others: false,
        }
    }

    /// Whether suppliers read the title that may not see what it is about: then it is looked at before it is sent.
    #[must_use]
    pub fn read_by_others(self, others: bool) -> Self {
        Self { others, ..self }
    }

    /// The page on which the title can be changed first.
    fn address(&self) -> String {
        let said = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let mut address = format!(
            "/do/addAgendaItem?meetingId={}&title={}&fixed-riskId=1&fixed-submissionId=1&return_to={}",
            self.meeting,
            said(&self.title),
            said(&self.back)
        );
        for (name, id) in [("riskId", &self.risk), ("submissionId", &self.submission)] {
            if let Some(id) = id {
                address.push_str(&format!("&{name}={id}"));
            }
        }
        address
    }
}

/// The title as a point may have it.
fn short(title: &str) -> String {
    match title.chars().count() {
        0..=LONGEST => title.to_owned(),
        _ => title.chars().take(LONGEST - 1).chain(['…']).collect(),
    }
}

/// Where on the agenda it stands already.
fn place(
    meeting: &Meeting,
    title: &str,
    risk: Option<&str>,
    submission: Option<&str>,
) -> Option<i64> {
    let point = meeting.agenda.iter().find(|point| {
        let of_risk = point.risk.as_ref().map(|risk| risk.id.as_str());
        let of_submission = point
            .submission
            .as_ref()
            .map(|handed_in| handed_in.id.as_str());
        match (risk, submission) {
            (Some(_), _) => of_risk == risk,
            (_, Some(_)) => of_submission == submission,
            _ => point.title == title,
        }
    });
    point.map(|point| point.position)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_title_is_cut_where_the_api_would_refuse_it() {
        assert_eq!(short("Risk"), "Risk");
        let long = short(&"å".repeat(300));
        assert_eq!(long.chars().count(), LONGEST);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn what_stands_on_the_agenda_is_not_put_there_again() {
        let meeting = json!({
            "id": "mtg_1", "title": "M", "startsAt": "2026-01-31T08:00:00Z", "endsAt": null, "place": null,
            "agenda": [
                { "id": "agi_1", "position": 1, "title": "Åtgärd: A", "risk": null, "submission": null },
                { "id": "agi_2", "position": 2, "title": "B", "risk": { "id": "rsk_1" }, "submission": null },
                { "id": "agi_3", "position": 3, "title": "C", "risk": null, "submission": { "id": "sub_1" } },
            ],
        });
        let meeting: Meeting = serde_json::from_value(meeting).expect("a meeting");
        assert_eq!(place(&meeting, "Åtgärd: A", None, None), Some(1));
        assert_eq!(place(&meeting, "Risk: annat", Some("rsk_1"), None), Some(2));
        assert_eq!(place(&meeting, "x", None, Some("sub_1")), Some(3));
        assert_eq!(place(&meeting, "B", Some("rsk_2"), None), None);
        assert_eq!(place(&meeting, "Åtgärd: D", None, None), None);
    }
}
