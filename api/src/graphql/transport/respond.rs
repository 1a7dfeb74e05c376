//! What a caller is told: every error with a stable code, and never an internal text.
//!
//! GraphQL errors reach the wire through this module alone, on HTTP and on WebSocket. An error that
//! is not ours and not a fault of the request is an internal one: its text goes to the log, the
//! caller gets a reference.

use async_graphql::{ErrorExtensionValues, Pos, Response, ServerError, Value};

use crate::{Error, error::Code, telemetry::meters::METERS};

/// A document with very many faults is told of the first ones only.
const MOST_REQUEST_ERRORS: usize = 20;

/// How async-graphql begins its text when a value does not fit its type while a field is resolved.
const COERCION_FAILURES: [&str; 2] = ["Failed to parse \"", "Expected input type \""];

/// The document is not GraphQL.
#[must_use]
pub fn syntax_error(at: Pos, problem: &str) -> ServerError {
    let Pos { line, column } = at;
    let text = format!("Syntax error at line {line}, column {column}: {problem}.");
    coded(ServerError::new(text, Some(at)), Code::GraphqlParseFailed)
}

/// The document is GraphQL, but cannot be executed.
#[must_use]
pub fn validation_error(message: impl Into<String>, at: Option<Pos>) -> ServerError {
    coded(ServerError::new(message, at), Code::GraphqlValidationFailed)
}

/// The document is not executed by its hash, or not at all; the words that clients of automatic persisted
/// queries wait for are given by their protocol.
#[must_use]
pub fn document_error(code: Code, message: &str) -> ServerError {
    coded(ServerError::new(message, None), code)
}

/// An error of the service as a GraphQL error without a place in the document.
#[must_use]
pub fn service_error(error: &Error) -> ServerError {
    told_as(ServerError::new(String::new(), None), error)
}

/// Splits what async-graphql answered into an executed response and a refusal before execution
/// (which carries no `data`), both fit to be sent.
///
/// # Errors
/// The request errors, if the document did not pass validation.
pub fn finish(mut response: Response) -> Result<Response, Vec<ServerError>> {
    // Execution gives every error the path of its field; validation knows no path.
    let refused = response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty());
    if refused {
        response.errors.truncate(MOST_REQUEST_ERRORS);
        return Err(response.errors.into_iter().map(refusal).collect());
    }
    response.errors = response.errors.into_iter().map(failure).collect();
    Ok(response)
}

/// An error of validation.
fn refusal(error: ServerError) -> ServerError {
    if error.source.is_some() {
        return failure(error);
    }
    coded(error, Code::GraphqlValidationFailed)
}

/// An error of execution.
fn failure(error: ServerError) -> ServerError {
    let source = error.source.clone();
    if let Some(ours) = source
        .as_deref()
        .and_then(|any| any.downcast_ref::<Error>())
    {
        return told_as(error, ours);
    }
    if is_coded(&error) {
        return error;
    }
    let of_the_request = COERCION_FAILURES
        .iter()
        .any(|start| error.message.starts_with(start));
    if source.is_none() && of_the_request {
        return coded(error, Code::GraphqlValidationFailed);
    }
    let cause = Error::internal(anyhow::anyhow!("{} at {:?}", error.message, error.path));
    told_as(error, &cause)
}

fn is_coded(error: &ServerError) -> bool {
    error
        .extensions
        .as_ref()
        .is_some_and(|extensions| extensions.get("code").is_some())
}

fn coded(error: ServerError, code: Code) -> ServerError {
    METERS.refused(code.as_str());
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code.as_str());
    ServerError {
        extensions: Some(extensions),
        ..error
    }
}

/// Keeps the place of an error, and takes text and extensions from ours.
fn told_as(error: ServerError, ours: &Error) -> ServerError {
    METERS.refused(ours.code());
    let mut extensions = ErrorExtensionValues::default();
    for (name, value) in ours.extensions() {
        extensions.set(name, Value::from_json(value).unwrap_or_default());
    }
    ServerError {
        message: ours.to_string(),
        source: None,
        extensions: Some(extensions),
        ..error
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::PathSegment;
    use serde_json::json;

    use super::*;

    fn at_a_field(error: async_graphql::Error) -> Response {
        let error = error
            .into_server_error(Pos { line: 1, column: 3 })
            .with_path(vec![PathSegment::Field("a".to_owned())]);
        Response::from_errors(vec![error])
    }

    fn executed(error: impl Into<async_graphql::Error>) -> serde_json::Value {
        let response = finish(at_a_field(error.into())).expect("it was executed");
        serde_json::to_value(response).expect("a response is JSON")
    }

    #[test]
    fn our_errors_keep_their_text_code_and_details() {
        assert_eq!(
            executed(Error::Conflict { current: 4 })["errors"],
            json!([{
                "message": Error::Conflict { current: 4 }.to_string(),
                "locations": [{"line": 1, "column": 3}],
                "path": ["a"],
                "extensions": {"code": "CONFLICT", "currentVersion": 4}
            }])
        );
        let invalid = executed(Error::invalid("validUntil", "must not precede validFrom"));
        assert_eq!(
            invalid["errors"][0]["extensions"]["violations"][0]["path"],
            "validUntil"
        );
    }

    #[test]
    fn foreign_errors_are_told_by_reference_only() {
        let secret = "relation \"organisation\" does not exist";
        for error in [
            async_graphql::Error::new(secret),
            async_graphql::Error::from(std::io::Error::other(secret)),
        ] {
            let told = executed(error).to_string();
            assert!(!told.contains("organisation"), "{told}");
            assert!(told.contains("\"INTERNAL\"") && told.contains("reference"));
        }
    }

    #[test]
    fn values_of_the_wrong_type_are_the_request_s_fault() {
        let error = executed(async_graphql::Error::new(
            "Failed to parse \"Date\": too short",
        ));
        assert_eq!(
            error["errors"][0]["extensions"]["code"],
            "GRAPHQL_VALIDATION_FAILED"
        );
    }

    #[test]
    fn validation_errors_refuse_the_request_and_are_bounded() {
        let errors = vec![ServerError::new("Unknown field", None); 1000];
        let refused = finish(Response::from_errors(errors)).expect_err("nothing was executed");
        assert_eq!(refused.len(), MOST_REQUEST_ERRORS);
        assert!(refused.iter().all(is_coded));
    }
}
