//! What is told of a sign-in that came to something else than a session, and in which language.

use axum::http::HeaderMap;

use crate::text::{Language, Text};

/// What the pages on which one signs in say, in one language.
pub struct Words(Language);

static SWEDISH: Words = Words(Language::Swedish);
static ENGLISH: Words = Words(Language::English);

/// What a page tells that is not a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// No organisation with such addresses can be signed in to.
    UnknownDomain,
    /// What was typed is no address.
    NotAnAddress,
    /// The sign-in was begun elsewhere or too long ago.
    Expired,
    /// The organisation's provider cannot be used at the moment.
    ProviderUnavailable,
    /// The provider did not let the person in, or the person broke off.
    RefusedByProvider,
    /// The provider's answer is not to be trusted.
    NotTrusted,
    /// The organisation does not let this person in.
    NotWelcome,
    /// The organisation requires a stronger way of signing in.
    TooWeak,
    /// There were too many attempts.
    TooMany,
    /// Something failed inside.
    Failed,
    /// The person has signed out.
    SignedOut,
}

impl Message {
    /// The name of its heading among the messages; its text has the same with `-more`.
    fn id(self) -> &'static str {
        match self {
            Self::UnknownDomain => "sign-in-unknown-domain",
            Self::NotAnAddress => "sign-in-not-an-address",
            Self::Expired => "sign-in-expired",
            Self::ProviderUnavailable => "sign-in-provider-unavailable",
            Self::RefusedByProvider => "sign-in-refused-by-provider",
            Self::NotTrusted => "sign-in-not-trusted",
            Self::NotWelcome => "sign-in-not-welcome",
            Self::TooWeak => "sign-in-too-weak",
            Self::TooMany => "sign-in-too-many",
            Self::Failed => "sign-in-failed",
            Self::SignedOut => "sign-in-signed-out",
        }
    }
}

impl Words {
    /// In the language that was chosen, or that the browser prefers; Swedish where neither says.
    #[must_use]
    pub fn for_browser(headers: &HeaderMap) -> &'static Self {
        match Language::of(headers) {
            Language::Swedish => &SWEDISH,
            Language::English => &ENGLISH,
        }
    }

    /// The messages.
    #[must_use]
    pub fn text(&self) -> Text {
        Text::new(self.0)
    }

    /// The heading and the text of a message.
    #[must_use]
    pub fn say(&self, message: Message) -> (String, String) {
        let (text, id) = (self.text(), message.id());
        let more = text.say(&format!("{id}-more"));
        (text.say(id).into_owned(), more.into_owned())
    }
}
