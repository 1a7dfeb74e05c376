//! Refuses documents that the GraphQL specification of September 2025 does not allow for the schema.
//!
//! async-graphql's own validation lets through what the specification refuses, and panics on some. So a
//! document passes here first; the executor gets what passed, and validates no more.

use apollo_compiler::{
    ExecutableDocument, Schema,
    diagnostic::ToCliReport,
    parser::Parser,
    schema::InputObjectType,
    validation::{DiagnosticList, Valid},
};
use async_graphql::{Pos, ServerError};

use super::place::Places;
use crate::graphql::transport::respond;

/// A document with very many faults is told of the first ones only.
pub(super) const MOST_ERRORS: usize = 20;

/// How the validator names texts; its errors never show it.
const NAME: &str = "document.graphql";

/// The definition of a schema that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the schema's own definition is not valid: {0}")]
pub struct NotASchema(String);

/// Knows the schema, and lets documents pass that fit it.
pub(super) struct Gate {
    schema: Valid<Schema>,
}

impl Gate {
    /// A gate for the schema with this definition.
    pub(super) fn new(definition: &str) -> Result<Self, NotASchema> {
        Schema::parse_and_validate(definition, "schema.graphql")
            .map(|schema| Self { schema })
            .map_err(|invalid| NotASchema(invalid.errors.to_string()))
    }

    pub(super) fn schema(&self) -> &Valid<Schema> {
        &self.schema
    }

    /// Parses and validates a document that the guard has let through.
    ///
    /// # Errors
    /// `GRAPHQL_PARSE_FAILED` or `GRAPHQL_VALIDATION_FAILED`, each with its place.
    pub(super) fn check(
        &self,
        text: &str,
        places: &Places,
    ) -> Result<Valid<ExecutableDocument>, Vec<ServerError>> {
        let syntax = Parser::new()
            .parse_ast(text, NAME)
            .map_err(|invalid| told(&invalid.errors, places, syntax_error))?;
        syntax
            .to_executable_validate(&self.schema)
            .map_err(|invalid| told(&invalid.errors, places, rule_broken))
    }
}

/// Whether a value of this type has exactly one of its fields.
pub(super) fn is_one_of(object: &InputObjectType) -> bool {
    object.directives.has("oneOf")
}

fn told(
    errors: &DiagnosticList,
    places: &Places,
    tell: impl Fn(Option<Pos>, &str) -> ServerError,
) -> Vec<ServerError> {
    let errors = errors.iter().take(MOST_ERRORS);
    let told = errors.map(|error| {
        let at = error.error.location();
        tell(
            at.map(|at| places.at(at.offset())),
            &error.error.to_string(),
        )
    });
    told.collect()
}

fn syntax_error(at: Option<Pos>, problem: &str) -> ServerError {
    let problem = problem.trim_start_matches("syntax error: ");
    respond::syntax_error(at.unwrap_or_default(), problem)
}

/// The validator's words as a sentence.
fn rule_broken(at: Option<Pos>, problem: &str) -> ServerError {
    let problem = problem.trim_end_matches(" in this document");
    let mut letters = problem.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let sentence: String = first.chain(letters).chain(['.']).collect();
    respond::validation_error(sentence, at)
}
