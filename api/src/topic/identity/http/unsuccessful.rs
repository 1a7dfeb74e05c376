//! Sign-ins that come to nothing.

use axum::response::Response;
use http::StatusCode;
use portal::{
    sign_in as pages,
    words::{Message, Words},
};
use uuid::Uuid;

use crate::Error;

/// Why a sign-in comes to nothing, as the person is told.
pub(super) struct Unsuccessful {
    pub(super) status: StatusCode,
    message: Message,
    pub(super) reference: Option<Uuid>,
}

impl Unsuccessful {
    pub(super) fn new(status: StatusCode, message: Message) -> Self {
        Self {
            status,
            message,
            reference: None,
        }
    }

    /// With a reference, under which the log has more.
    pub(super) fn traced(self, why: &str, detail: &dyn std::fmt::Display) -> Self {
        let reference = Uuid::new_v4();
        tracing::warn!(%reference, why, %detail, "a sign-in came to nothing");
        Self {
            reference: Some(reference),
            ..self
        }
    }

    pub(super) fn page(self, words: &'static Words) -> Response {
        let reference = self.reference.map(|reference| reference.to_string());
        pages::message(words, self.status, self.message, reference.as_deref())
    }
}

impl From<Error> for Unsuccessful {
    fn from(error: Error) -> Self {
        let reference = match &error {
            Error::Internal { reference } | Error::Unavailable { reference, .. } => {
                Some(*reference)
            }
            _ => None,
        };
        let message = match &error {
            Error::RateLimited { .. } => Message::TooMany,
            _ => Message::Failed,
        };
        Self {
            status: error.status(),
            message,
            reference,
        }
    }
}
