//! The codes that clients branch on: all of them, in one list.
//!
//! Every error that leaves the service has one of these under `extensions.code`; what to do about each
//! stands in `api/README.md`, and a test compares the two. A code is never renamed and never comes to
//! mean something else; new ones may be added.

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal,)*) => {
        /// What went wrong, for programs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $($(#[doc = $doc])* $name,)*
        }

        impl Code {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The code as it is sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    /// No credential, or none that is valid.
    Unauthenticated = "UNAUTHENTICATED",
    /// The record can be read, but this may not be done with it.
    Forbidden = "FORBIDDEN",
    /// It does not exist for the caller.
    NotFound = "NOT_FOUND",
    /// The input breaks rules.
    InvalidInput = "INVALID_INPUT",
    /// The record has been changed since it was read.
    Conflict = "CONFLICT",
    /// The record's state does not allow it.
    InvalidState = "INVALID_STATE",
    /// One request is larger or costlier than is accepted.
    LimitExceeded = "LIMIT_EXCEEDED",
    /// All requests together are more than is granted.
    RateLimited = "RATE_LIMITED",
    /// Others were at the same at the same moment; nothing was done.
    TryAgain = "TRY_AGAIN",
    /// The `Idempotency-Key` stands for another request.
    IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
    /// The request of this `Idempotency-Key` has no outcome yet.
    IdempotencyInProgress = "IDEMPOTENCY_IN_PROGRESS",
    /// The request of this `Idempotency-Key` has shown a secret.
    IdempotencySecretShown = "IDEMPOTENCY_SECRET_SHOWN",
    /// No document is known by this hash yet.
    PersistedQueryNotFound = "PERSISTED_QUERY_NOT_FOUND",
    /// Documents are not kept by their hash.
    PersistedQueryNotSupported = "PERSISTED_QUERY_NOT_SUPPORTED",
    /// Only trusted documents are executed for the caller.
    DocumentNotTrusted = "DOCUMENT_NOT_TRUSTED",
    /// The document is not GraphQL.
    GraphqlParseFailed = "GRAPHQL_PARSE_FAILED",
    /// The document, or a value in it, does not fit the schema.
    GraphqlValidationFailed = "GRAPHQL_VALIDATION_FAILED",
    /// The store of files or the database is away.
    Unavailable = "UNAVAILABLE",
    /// A fault of the service.
    Internal = "INTERNAL",
}
