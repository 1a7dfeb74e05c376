//! What a directory sends and is answered, in SCIM's media type and with its errors.

use axum::{
    Json,
    extract::{FromRequest, Request},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::Error;

const MEDIA: HeaderValue = HeaderValue::from_static("application/scim+json; charset=utf-8");
const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
/// Why a request is not carried out (RFC 7644, section 3.12).
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    kind: Option<&'static str>,
    detail: String,
    /// After how many seconds the same is carried out.
    retry_after: Option<u64>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, kind: Option<&'static str>, detail: &str) -> Self {
        Self {
            status,
            kind,
            detail: detail.to_owned(),
            retry_after: None,
        }
    }

    /// A value is missing or of another type.
    #[must_use]
    pub fn invalid(detail: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("invalidValue"), detail)
    }

    /// A path of a patch leads nowhere.
    #[must_use]
    pub fn path(detail: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("invalidPath"), detail)
    }

    /// What is asked for cannot be changed.
    #[must_use]
    pub fn mutability(detail: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("mutability"), detail)
    }

    /// Somebody else has it.
    #[must_use]
    pub fn taken(detail: &str) -> Self {
        Self::new(StatusCode::CONFLICT, Some("uniqueness"), detail)
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, None, "There is no such resource.")
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let (status, kind) = match &error {
            Error::Invalid(_) => (StatusCode::BAD_REQUEST, Some("invalidValue")),
            other => (other.status(), None),
        };
        let retry_after = match &error {
            Error::RateLimited { retry_after, .. } => Some(*retry_after),
            _ => None,
        };
        Self {
            retry_after,
            ..Self::new(status, kind, &error.to_string())
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut told =
            json!({ "schemas": [ERROR], "status": self.status.as_str(), "detail": self.detail });
        if let Some(kind) = self.kind {
            told["scimType"] = json!(kind);
        }
        let mut response = Answer(self.status, told).into_response();
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let asked = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, asked);
        }
        response
    }
}

/// A resource, or several.
pub(super) struct Answer(pub(super) StatusCode, pub(super) Value);

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.0, Json(self.1)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, MEDIA);
        response
    }
}

pub(super) type Answered = Result<Answer, Refusal>;

/// A body of JSON, whichever of its media types it has.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let malformed = || {
            Refusal::new(
                StatusCode::BAD_REQUEST,
                Some("invalidSyntax"),
                "The body is not the JSON that is expected here.",
            )
        };
        let bytes = axum::body::Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|_| malformed())?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|_| malformed())
    }
}
