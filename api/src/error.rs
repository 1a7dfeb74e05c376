//! The one error of the service: what a caller is told, and what only the log learns.
//!
//! Every failure that leaves a topic is an [`Error`]. Each kind has a stable code that clients may
//! branch on, and a message that says what to do next. An internal failure tells the caller nothing
//! but a reference that stands beside its cause in the log.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{RETRY_AFTER, WWW_AUTHENTICATE},
};
use sea_orm::{
    DbErr, RuntimeErr, SqlErr,
    sqlx::{self, error::DatabaseError},
};
use serde::Serialize;
use uuid::Uuid;

pub use self::code::Code;
use crate::telemetry::meters::METERS;

mod code;

/// What a fallible function of the service returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request was not carried out.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The record does not exist, or does not exist *for this caller*: the two look the same.
    #[error(
        "Nothing with this id can be found. Check the id, and that you act for the right organisation."
    )]
    NotFound,
    /// No valid credential came with the request.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The caller can read the record, but may not do this with it.
    #[error("{0}")]
    Forbidden(String),
    /// The input breaks a rule; each violation names the field.
    #[error("The input is not valid: {}.", summary(.0))]
    Invalid(Vec<Violation>),
    /// The record has been changed since the caller read it.
    #[error(
        "The record has changed since you read it: it is now version {current}. Read it again and repeat your change on it."
    )]
    Conflict {
        /// The version that the record has now.
        current: i32,
    },
    /// The record's state does not allow the transition.
    #[error("{0}")]
    InvalidState(String),
    /// The request is larger or costlier than the service accepts.
    #[error("{0}")]
    LimitExceeded(String),
    /// The caller has asked for more than is granted in a while.
    #[error("{problem} Come back in {retry_after} s.")]
    RateLimited {
        /// Which budget or place was not there.
        problem: String,
        /// In how many seconds the same is granted, if nothing else is asked for meanwhile.
        retry_after: u64,
    },
    /// Others were at the same at the same moment, and the database undid this or did not come to it.
    #[error(
        "Others changed the same at the same moment, so nothing of this was done. Send it again."
    )]
    Disturbed,
    /// The `Idempotency-Key` stands for another request.
    #[error(
        "This Idempotency-Key was used for another request. Send each new request with a key of its own."
    )]
    KeyReused,
    /// The request of this `Idempotency-Key` has no outcome yet, and may never get one.
    #[error(
        "A request with this Idempotency-Key is being carried out, or broke off. Send it again in some seconds; if it stays so for more than a minute, read what became of it before you repeat it with a new key."
    )]
    KeyInProgress,
    /// The request of this `Idempotency-Key` was carried out; its answer showed a secret.
    #[error(
        "This request was carried out, and its answer showed a secret, which is not kept. If you do not have it, repeat the request with a new Idempotency-Key, and revoke what the first one made."
    )]
    SecretShown,
    /// What the service stands on is away; the cause is logged under the reference.
    #[error("{away} Try again in a minute; if it stays so, report reference {reference}.")]
    Unavailable {
        /// What is away.
        away: Away,
        /// Stands in the log beside the cause.
        reference: Uuid,
    },
    /// Something failed inside; the cause is logged under the reference.
    #[error(
        "Something went wrong on our side. Try again; if it stays, report reference {reference}."
    )]
    Internal {
        /// Stands in the log beside the cause.
        reference: Uuid,
    },
}

/// What the service stands on and does not work without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Away {
    /// The store of files.
    #[error("Files can neither be taken in nor given out at the moment.")]
    Store,
    /// The database.
    #[error("Nothing can be read or changed at the moment.")]
    Database,
}

/// One broken rule of an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The input field, by its name in the schema (`validUntil`).
    pub path: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

fn summary(violations: &[Violation]) -> String {
    let parts: Vec<_> = violations
        .iter()
        .map(|v| format!("{} {}", v.path, v.message))
        .collect();
    parts.join("; ")
}

impl Error {
    /// The stable code a client may branch on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.kind().as_str()
    }

    fn kind(&self) -> Code {
        match self {
            Self::NotFound => Code::NotFound,
            Self::Unauthenticated(_) => Code::Unauthenticated,
            Self::Forbidden(_) => Code::Forbidden,
            Self::Invalid(_) => Code::InvalidInput,
            Self::Conflict { .. } => Code::Conflict,
            Self::InvalidState(_) => Code::InvalidState,
            Self::LimitExceeded(_) => Code::LimitExceeded,
            Self::RateLimited { .. } => Code::RateLimited,
            Self::Disturbed => Code::TryAgain,
            Self::KeyReused => Code::IdempotencyKeyReused,
            Self::KeyInProgress => Code::IdempotencyInProgress,
            Self::SecretShown => Code::IdempotencySecretShown,
            Self::Unavailable { .. } => Code::Unavailable,
            Self::Internal { .. } => Code::Internal,
        }
    }

    /// One violation, for a rule that concerns a single field.
    #[must_use]
    pub fn invalid(path: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Violation {
            path: path.to_owned(),
            message: message.into(),
        }])
    }

    /// Logs the cause under a fresh reference and keeps only the reference.
    #[must_use]
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        let reference = Uuid::new_v4();
        let cause: anyhow::Error = cause.into();
        tracing::error!(%reference, cause = format!("{cause:#}"), "internal error");
        Self::Internal { reference }
    }

    /// The same for what is away, which passes when whoever runs it sees to it.
    #[must_use]
    pub fn unavailable(away: Away, cause: impl std::fmt::Display) -> Self {
        let reference = Uuid::new_v4();
        match away {
            Away::Store => tracing::error!(%reference, %cause, "the store of files fails"),
            Away::Database => tracing::error!(%reference, %cause, "the database is away"),
        }
        Self::Unavailable { away, reference }
    }

    /// The status of an answer that is nothing but this error: on routes that are not GraphQL, and of a
    /// GraphQL request that is refused before it is executed.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Invalid(_) | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict { .. }
            | Self::InvalidState(_)
            | Self::KeyInProgress
            | Self::SecretShown => StatusCode::CONFLICT,
            Self::LimitExceeded(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable { .. } | Self::Disturbed => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<DbErr> for Error {
    /// Rules are checked before a row is written; that it collides all the same means that somebody else
    /// was quicker.
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::InvalidState(
                "Somebody else has just added the same. Read again, and repeat what is still to be done."
                    .to_owned(),
            ),
            _ if is_undone(&error) => Self::Disturbed,
            _ if is_away(&error) => Self::unavailable(Away::Database, error),
            _ => Self::internal(error),
        }
    }
}

/// What the driver said.
fn said(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

/// Whether the database is not to be had: no connection is left, can be made, or stands.
fn is_away(error: &DbErr) -> bool {
    matches!(error, DbErr::ConnectionAcquire(_)) || is_lost(error)
}

/// Whether a connection is gone, could not be made, or PostgreSQL has ended it (class 57P: by its operator, or to
/// stop; it says so to whoever comes while it starts, too).
pub(crate) fn is_lost(error: &DbErr) -> bool {
    // Of a connection that breaks while it is made, the driver says that the protocol was not kept.
    match said(error) {
        Some(sqlx::Error::Io(_) | sqlx::Error::Protocol(_)) => true,
        Some(other) => other
            .as_database_error()
            .and_then(DatabaseError::code)
            .is_some_and(|code| code.starts_with("57P")),
        None => false,
    }
}

/// Whether the database undid the transaction because of others. PostgreSQL: it could not be carried out as if
/// alone (40001), or two waited for each other (40P01). SQLite: others held its one writer's place for
/// longer than a connection waits (`SQLITE_BUSY`, 5 in the lowest byte).
fn is_undone(error: &DbErr) -> bool {
    let code = said(error)
        .and_then(sqlx::Error::as_database_error)
        .and_then(DatabaseError::code);
    code.is_some_and(|code| match code.as_ref() {
        "40001" | "40P01" => true,
        other => other.len() < 5 && other.parse::<u32>().is_ok_and(|code| code & 0xff == 5),
    })
}

impl Error {
    /// What the status obliges to say in the header.
    #[must_use]
    pub fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        match self {
            Self::Unauthenticated(_) => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::RateLimited { retry_after, .. } => {
                headers.insert(RETRY_AFTER, HeaderValue::from(*retry_after));
            }
            Self::Unavailable { .. } => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("60"));
            }
            Self::Disturbed => {
                headers.insert(RETRY_AFTER, HeaderValue::from(1));
            }
            _ => {}
        }
        headers
    }

    /// What stands under `extensions` of the error, on GraphQL and on the plain routes alike.
    #[must_use]
    pub fn extensions(&self) -> serde_json::Map<String, serde_json::Value> {
        let mut map = serde_json::Map::new();
        map.insert("code".to_owned(), self.code().into());
        match self {
            Self::Invalid(violations) => {
                map.insert("violations".to_owned(), serde_json::json!(violations));
            }
            Self::Conflict { current } => {
                map.insert("currentVersion".to_owned(), (*current).into());
            }
            Self::RateLimited { retry_after, .. } => {
                map.insert("retryAfterSeconds".to_owned(), (*retry_after).into());
            }
            Self::Unavailable { reference, .. } | Self::Internal { reference } => {
                map.insert("reference".to_owned(), reference.to_string().into());
            }
            _ => {}
        }
        map
    }
}

impl IntoResponse for Error {
    /// The same shape as a GraphQL error, so that a client needs one reader for both.
    fn into_response(self) -> Response {
        let body = serde_json::json!({
            "errors": [{ "message": self.to_string(), "extensions": self.extensions() }]
        });
        METERS.refused(self.code());
        (self.status(), self.headers(), Json(body)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use std::{io, sync::Arc};

    use sea_orm::error::ConnAcquireErr;

    use super::*;

    fn code(error: DbErr) -> &'static str {
        Error::from(error).code()
    }

    #[test]
    fn a_database_that_is_away_is_told_from_one_that_fails() {
        let lost = || sqlx::Error::Io(io::ErrorKind::ConnectionReset.into());
        let halved = || sqlx::Error::Protocol("expecting more".to_owned());
        for away in [
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
            DbErr::Conn(RuntimeErr::SqlxError(Arc::new(lost()))),
            DbErr::Query(RuntimeErr::SqlxError(Arc::new(lost()))),
            DbErr::Conn(RuntimeErr::SqlxError(Arc::new(halved()))),
        ] {
            assert_eq!(code(away), "UNAVAILABLE");
        }
        let fails = sqlx::Error::ColumnNotFound("version".to_owned());
        assert_eq!(
            code(DbErr::Query(RuntimeErr::SqlxError(Arc::new(fails)))),
            "INTERNAL"
        );
    }

    #[test]
    fn what_is_away_is_named_and_its_cause_is_not_told() {
        let error = Error::unavailable(Away::Database, "10.0.0.7:5432 refused");
        let told = error.to_string();
        assert!(told.starts_with("Nothing can be read or changed at the moment."));
        assert!(!told.contains("10.0.0.7"), "{told}");
        assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
