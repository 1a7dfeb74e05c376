//! The pages on which people sign in and out, and what they are told when that fails.
//!
//! They are the only pages that nobody needs to be known for. Where the service leads a browser is its own to
//! decide: a page only says what it was told.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use crate::{
    html,
    page::Bare,
    words::{Message, Words},
};

/// Forms may be sent on from here to wherever an organisation's provider is: browsers hold a redirect after a form
/// to this, too.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Somebody of the demo's.
#[derive(Clone, Debug)]
pub struct DemoPerson {
    /// What is sent to sign in as this one.
    pub id: String,
    /// The name.
    pub name: String,
    /// Roles and organisation.
    pub about: String,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    page: Bare,
    problem: Option<String>,
    email: &'a str,
    return_to: &'a str,
    people: &'a [DemoPerson],
}

#[derive(Template)]
#[template(path = "message.html")]
struct Told<'a> {
    page: Bare,
    title: String,
    text: String,
    reference: Option<&'a str>,
}

/// The page on which one signs in, with what was typed before and why that did not do.
#[must_use]
pub fn form(
    words: &'static Words,
    problem: Option<Message>,
    email: &str,
    return_to: &str,
    people: &[DemoPerson],
) -> Response {
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = SignIn {
        page: frame(words),
        problem: problem.map(|message| words.say(message).1),
        email,
        return_to,
        people,
    };
    html::page_with(POLICY, status, &page)
}

/// A page that tells something, with a reference where somebody may have to be asked about it.
#[must_use]
pub fn message(
    words: &'static Words,
    status: StatusCode,
    message: Message,
    reference: Option<&str>,
) -> Response {
    let (title, text) = words.say(message);
    let page = Told {
        page: frame(words),
        title,
        text,
        reference,
    };
    html::page_with(POLICY, status, &page)
}

fn frame(words: &Words) -> Bare {
    Bare {
        text: words.text(),
        theme: "",
    }
}
