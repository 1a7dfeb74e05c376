//! The page of any form, and what happens when it is sent.

use askama::Template;
use axum::{
    Form as Body, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::{FieldView, Form, FormView, Shape, Source, Typed, find};
use crate::{
    Portal,
    api::Viewer,
    failure::{self, Failure},
    html,
    page::{Bare, Page},
    text::Text,
    visitor::{Visitor, own_page},
};

#[derive(Template)]
#[template(path = "form.html")]
struct FormPage {
    page: Page,
    form: FormView,
    /// The record that it concerns, and its page.
    about: Option<(String, String)>,
}

/// What was typed when a session had ended.
#[derive(Template)]
#[template(path = "kept.html")]
struct KeptPage {
    page: Bare,
    title: String,
    /// Where it is sent to.
    action: String,
    /// Whether files belong to it, which have to be chosen again.
    files: bool,
    pairs: Pairs,
    /// What was typed in words.
    shown: Vec<(String, String)>,
    /// What has to be typed again.
    secrets: Vec<FieldView>,
}

/// What is shown once, and never again.
#[derive(Template)]
#[template(path = "secret.html")]
struct SecretPage {
    page: Page,
    title: String,
    shown: Vec<(String, String)>,
    /// Where to go on.
    to: String,
}

type Pairs = Vec<(String, String)>;

/// The enumerations of the states that records are in.
const STATES: [&str; 5] = [
    "ActionItemState",
    "EvidenceRequestState",
    "MeetingState",
    "ReviewState",
    "RiskAcceptanceState",
];

/// The routes.
pub fn routes() -> Router<Portal> {
    Router::new().route("/do/{mutation}", get(show).post(send))
}

/// Shows a form, filled with what is already known.
async fn show(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(mutation): Path<String>,
    Query(given): Query<Pairs>,
) -> Result<Response, Failure> {
    let form = find(&mutation).ok_or_else(|| Failure::not_found(&visitor))?;
    let given = Typed::from(given);
    let (page, known) = portal.known(&visitor, form, &given).await?;
    let typed = filled(form, given, &known);
    let form = FormView::new(visitor.text, form, &typed, &known);
    Ok(html::page(
        StatusCode::OK,
        &FormPage {
            page,
            form,
            about: about(&known),
        },
    ))
}

/// Sends a form, and goes on to what came of it; or shows it again, with what is wrong.
async fn send(
    State(portal): State<Portal>,
    visitor: Visitor,
    Path(mutation): Path<String>,
    Body(typed): Body<Pairs>,
) -> Result<Response, Failure> {
    let form = find(&mutation).ok_or_else(|| Failure::not_found(&visitor))?;
    let typed = Typed::from(typed);
    match portal.sent(&visitor, form, &typed).await {
        Err(failure) if failure.is_for_sign_in() => {
            let action = format!("/do/{mutation}");
            Ok(kept(&visitor, form, &typed, action, false))
        }
        came => came,
    }
}

/// What was typed by somebody whose session has ended, to be sent when they have signed in again. Secrets are not given
/// back: they are asked for anew, and so are files.
pub(crate) fn kept(
    visitor: &Visitor,
    form: &Form,
    typed: &Typed,
    action: String,
    files: bool,
) -> Response {
    let view = FormView::new(visitor.text, form, typed, &Map::new());
    let is_secret = |name: &str| {
        let mut fields = form.fields.iter();
        fields.any(|field| field.name == name && field.shape == Shape::Secret)
    };
    let (secrets, shown): (Vec<_>, Vec<_>) = view
        .fields
        .into_iter()
        .filter(|field| !typed.one(field.name).is_empty())
        .partition(|field| is_secret(field.name));
    let shown = shown
        .into_iter()
        .filter(|field| matches!(field.look, "line" | "lines"));
    let page = KeptPage {
        page: visitor.into(),
        title: view.title,
        action,
        files,
        pairs: typed.pairs().filter(|(name, _)| !is_secret(name)).collect(),
        shown: shown.map(|field| (field.label, field.value)).collect(),
        secrets,
    };
    html::page(StatusCode::UNAUTHORIZED, &page)
}

impl Portal {
    /// Has done what a form asks for.
    async fn sent(
        &self,
        visitor: &Visitor,
        form: &Form,
        typed: &Typed,
    ) -> Result<Response, Failure> {
        let text = visitor.text;
        let input = match typed.input(form) {
            Ok(input) => input,
            Err(unreadable) => {
                let again =
                    |view: FormView, _: &Map<String, Value>| view.unreadable(text, &unreadable);
                return self
                    .again(
                        visitor,
                        form,
                        typed,
                        StatusCode::UNPROCESSABLE_ENTITY,
                        again,
                    )
                    .await;
            }
        };
        match self.api.change(visitor, form.mutation, input).await {
            Ok(answer) => self.went_well(visitor, form, typed, &answer).await,
            Err(refusal) if refusal.code == "UNAUTHENTICATED" => {
                Err(Failure::new(visitor, refusal))
            }
            Err(refusal) => {
                let status = failure::status(&refusal.code);
                let again = |view: FormView, known: &Map<String, Value>| {
                    let view = view.refused(text, &refusal);
                    match refusal.code.as_str() {
                        "CONFLICT" => beside(text, form, view, known),
                        _ => view,
                    }
                };
                self.again(visitor, form, typed, status, again).await
            }
        }
    }

    /// What a form needs to know, and the frame of its page.
    pub(crate) async fn known(
        &self,
        visitor: &Visitor,
        form: &Form,
        given: &Typed,
    ) -> Result<(Page, Map<String, Value>), Failure> {
        let known = self
            .api
            .look_up(visitor, "Form", wanted(form, given))
            .await
            .map_err(|refusal| Failure::new(visitor, refusal))?;
        let viewer = known.get("viewer").cloned().unwrap_or_default();
        let viewer: Viewer = serde_json::from_value(viewer).map_err(|error| {
            tracing::error!(%error, "the viewer cannot be read");
            Failure::of(visitor, "INTERNAL")
        })?;
        Ok((self.page(visitor, viewer), known))
    }

    /// The form again, with everything that was typed.
    async fn again(
        &self,
        visitor: &Visitor,
        form: &Form,
        typed: &Typed,
        status: StatusCode,
        told: impl FnOnce(FormView, &Map<String, Value>) -> FormView,
    ) -> Result<Response, Failure> {
        let (page, known) = self.known(visitor, form, typed).await?;
        let typed = complete(form, typed, &known);
        let view = FormView::new(visitor.text, form, &typed, &known);
        let form = told(view, &known);
        Ok(html::page(
            status,
            &FormPage {
                page,
                form,
                about: about(&known),
            },
        ))
    }

    async fn went_well(
        &self,
        visitor: &Visitor,
        form: &Form,
        typed: &Typed,
        answer: &Value,
    ) -> Result<Response, Failure> {
        let to = own_page(Some(typed.one("return_to"))).map(ToOwned::to_owned);
        let secrets = [
            "clientId",
            "clientSecret",
            "tokenEndpoint",
            "secret",
            "address",
        ];
        let shown: Vec<_> = secrets
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), answer[name].as_str()?.to_owned())))
            .map(|(name, value)| {
                (
                    visitor.text.say(&format!("once-{name}")).into_owned(),
                    value,
                )
            })
            .collect();
        if !shown.is_empty() {
            let (page, _) = self.known(visitor, form, typed).await?;
            let title = visitor
                .text
                .say(&format!("done-{}", form.mutation))
                .into_owned();
            let to = to.unwrap_or_else(|| "/me".to_owned());
            let secret = SecretPage {
                page,
                title,
                shown,
                to,
            };
            return Ok(html::page(StatusCode::OK, &secret));
        }
        let to = to
            .or_else(|| page_of_answer(answer))
            .unwrap_or_else(|| "/".to_owned());
        Ok(Redirect::to(&told(&to, form.mutation)).into_response())
    }
}

/// What is known of the form: what was given, and what the record has.
fn filled(form: &Form, given: Typed, known: &Map<String, Value>) -> Typed {
    match record(known) {
        Some(record) => given.or_as_it_stands(form, record),
        None => given,
    }
}

/// What was sent, and of a record that is changed, also what the page did not ask for.
fn complete(form: &Form, sent: &Typed, known: &Map<String, Value>) -> Typed {
    match record(known).filter(|_| form.edits()) {
        Some(record) => sent.clone().sent_or_as_it_stands(form, record),
        None => sent.clone(),
    }
}

/// The record that is changed, as it stands.
fn record(known: &Map<String, Value>) -> Option<&Value> {
    known.get("identityProvider").or_else(|| known.get("node"))
}

/// The form beside what somebody else has made of the record.
pub(crate) fn beside(
    text: Text,
    form: &Form,
    view: FormView,
    known: &Map<String, Value>,
) -> FormView {
    let now = filled(form, Typed::default(), known);
    let now = FormView::new(text, form, &now, known);
    FormView {
        conflict: conflict(text, form, known),
        ..view.beside(form, &now)
    }
}

/// What is told of a record that somebody else has changed meanwhile: who decides again sees what it has become.
fn conflict(text: Text, form: &Form, known: &Map<String, Value>) -> Vec<String> {
    let lead = match form.shows_what_stands() {
        true => "conflict-lead",
        false => "conflict-again",
    };
    let Some(record) = record(known) else {
        return vec![text.say(lead).into_owned()];
    };
    let state = STATES.iter().find_map(|kind| {
        let called = text.named(kind, record[kind].as_str()?);
        Some(text.with("conflict-state", called).into_owned())
    });
    std::iter::once(text.say(lead).into_owned())
        .chain(state)
        .chain(last_change(text, &record["history"]["nodes"][0]))
        .collect()
}

/// Who has changed a record, and when.
fn last_change(text: Text, event: &Value) -> Option<String> {
    let who = ["person", "organisation"]
        .iter()
        .find_map(|who| event[who]["name"].as_str())?;
    let at: DateTime<Utc> = event["at"].as_str()?.parse().ok()?;
    let told = text.filled("conflict-by", &[who.to_owned(), text.moment(&at)]);
    Some(told.into_owned())
}

/// The record that a form concerns: what it is called, and its page.
fn about(known: &Map<String, Value>) -> Option<(String, String)> {
    let record = known.get("node")?;
    let called = ["title", "name", "text"]
        .iter()
        .find_map(|name| record[name].as_str())?;
    let page = record["id"].as_str().and_then(page_of)?;
    Some((called.to_owned(), page))
}

/// Which variables ask for what the form needs.
fn wanted(form: &Form, given: &Typed) -> Value {
    let id = match form.mutation {
        // Its version is the forum's.
        "removeForumMember" => given.one("forumId"),
        _ => given.one("id"),
    };
    let provider = ["setIdentityProvider", "removeIdentityProvider"];
    let mut wanted = json!({
        "id": if id.is_empty() { "none" } else { id },
        "node": !id.is_empty(),
        "identityProvider": provider.contains(&form.mutation),
    });
    for source in Source::ALL {
        wanted[source.name()] = json!(form.sources().any(|needed| needed == source));
    }
    wanted
}

/// A page, which then says what was done.
fn told(page: &str, mutation: &str) -> String {
    let (page, fragment) = match page.split_once('#') {
        Some((page, fragment)) => (page, format!("#{fragment}")),
        None => (page, String::new()),
    };
    let sign = if page.contains('?') { '&' } else { '?' };
    format!("{page}{sign}done={mutation}{fragment}")
}

/// The page of the record that a mutation answers, or of the one that it belongs to.
fn page_of_answer(answer: &Value) -> Option<String> {
    let own = answer["id"].as_str().and_then(page_of);
    let around = ["meeting", "forum", "risk"]
        .iter()
        .find_map(|around| answer[around]["id"].as_str());
    own.or_else(|| around.and_then(page_of))
}

/// The page of a record, by its id.
#[must_use]
pub fn page_of(id: &str) -> Option<String> {
    let folder = match id.split('_').next()? {
        "act" => "action-items",
        "agr" => "agreements",
        "ana" => "risk-analyses",
        "evd" => "evidence",
        "for" => "forums",
        "mtg" => "meetings",
        "per" => "people",
        "req" => "requests",
        "rsk" => "risks",
        "sub" => "submissions",
        _ => return None,
    };
    Some(format!("/{folder}/{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_on_to_the_record_or_to_what_it_belongs_to() {
        let to = |answer: Value| page_of_answer(&answer);
        assert_eq!(
            to(json!({ "id": "sub_1" })).as_deref(),
            Some("/submissions/sub_1")
        );
        assert_eq!(
            to(json!({ "id": "agi_1", "meeting": { "id": "mtg_2" } })).as_deref(),
            Some("/meetings/mtg_2")
        );
        assert_eq!(to(json!({ "id": "tok_1" })), None);
        assert_eq!(
            told("/risks?level=HIGH#r1", "closeRisk"),
            "/risks?level=HIGH&done=closeRisk#r1"
        );
    }

    #[test]
    fn what_a_record_has_become_is_told_whatever_is_done_with_it() {
        let told = |mutation: &str, known: Value| {
            let form = find(mutation).expect("a form");
            let known = known.as_object().expect("fields").clone();
            let text = Text::new(crate::text::Language::English);
            let version = filled(form, Typed::default(), &known)
                .one("expectedVersion")
                .to_owned();
            (version, conflict(text, form, &known)[1..].join(" "))
        };
        let event = json!({ "at": "2026-03-01T08:00:00Z", "person": { "name": "Eva" }, "organisation": { "name": "K" } });
        let submission =
            json!({ "version": 4, "ReviewState": "APPROVED", "history": { "nodes": [event] } });
        assert_eq!(
            told("returnSubmission", json!({ "node": submission })),
            (
                "4".to_owned(),
                "Its state is now: Approved. Last changed by Eva, 2026-03-01 09:00.".to_owned()
            )
        );
        let nothing_more = |version: &str| (version.to_owned(), String::new());
        assert_eq!(
            told("removeForumMember", json!({ "node": { "version": 5 } })),
            nothing_more("5")
        );
        assert_eq!(
            told(
                "removeIdentityProvider",
                json!({ "identityProvider": { "version": 6 } })
            ),
            nothing_more("6")
        );
    }

    #[test]
    fn a_record_is_looked_up_by_what_its_form_names() {
        let wanted = |mutation: &str, name: &str| {
            let given = Typed::default().with(name, "x_1");
            wanted(find(mutation).expect("a form"), &given)
        };
        let member = wanted("removeForumMember", "forumId");
        assert_eq!(
            (&member["id"], &member["node"]),
            (&json!("x_1"), &json!(true))
        );
        assert_eq!(wanted("approveSubmission", "id")["id"], "x_1");
        assert_eq!(wanted("addForumMember", "forumId")["node"], false);
        let provider = wanted("removeIdentityProvider", "expectedVersion");
        assert_eq!(provider["identityProvider"], true);
    }
}
