//! Refuses documents that the GraphQL specification of September 2025 does not allow for the schema.
//!
//! async-graphql's own validation lets through what the specification refuses, and panics on some. So a
//! document passes here first; the executor gets what passed, and validates no more. That pays: a document
//! is validated once and then [remembered](super::remembered), where the executor would validate it at every
//! request. `tests/load/guard` measures that a known document costs a normal query less than 5 % of its time.
//!
//! What the guard lets through is cheap to validate: the validator's merging of fields looks at each set of
//! fields once, and [`Limits::work`](crate::graphql::limits::Limits::work) bounds how often fragments repeat them.

mod lists;

use std::collections::HashSet;

use apollo_compiler::{
    ExecutableDocument, Name, Node, Schema,
    ast::Document,
    diagnostic::ToCliReport,
    executable::{Field, Selection, SelectionSet},
    parser::Parser,
    validation::{DiagnosticList, Valid},
};
use async_graphql::{Pos, ServerError};

use super::{place::Places, values};
use crate::{Error, graphql::transport::respond};

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
    /// Whether the schema may be asked for.
    introspection: bool,
}

impl Gate {
    /// A gate for the schema with this definition, which lets it be asked for or not.
    pub(super) fn new(definition: &str, introspection: bool) -> Result<Self, NotASchema> {
        Schema::parse_and_validate(definition, "schema.graphql")
            .map(|schema| Self {
                schema,
                introspection,
            })
            .map_err(|invalid| NotASchema(invalid.errors.to_string()))
    }

    pub(super) fn schema(&self) -> &Valid<Schema> {
        &self.schema
    }

    /// Parses and validates a document that the guard has let through.
    ///
    /// # Errors
    /// `GRAPHQL_PARSE_FAILED` or `GRAPHQL_VALIDATION_FAILED`, each with its place; `FORBIDDEN` where it asks
    /// for a schema that may not be asked for.
    pub(super) fn check(
        &self,
        text: &str,
        places: &Places,
    ) -> Result<Valid<ExecutableDocument>, Vec<ServerError>> {
        let syntax = Parser::new().parse_ast(text, NAME).map_err(|invalid| {
            told(&invalid.errors, places, syntax_error)
                .take(MOST_ERRORS)
                .collect::<Vec<_>>()
        })?;
        let valid = syntax
            .to_executable_validate(&self.schema)
            .map_err(|invalid| {
                let mut told: Vec<_> = told(&invalid.errors, places, rule_broken).collect();
                without_consequences(&mut told);
                told.truncate(MOST_ERRORS);
                told
            })?;
        self.merging_of_lists(&syntax, places)?;
        changes_once(&valid, places)?;
        let broken = values::broken(&self.schema, &valid);
        if broken.is_empty() {
            return self.no_introspection(&valid, places).map(|()| valid);
        }
        let broken = broken.into_iter().take(MOST_ERRORS);
        let told =
            broken.map(|one| respond::validation_error(one.rule, Some(places.start(one.at))));
        Err(told.collect())
    }

    /// Refuses what could be merged only because the validator confuses lists.
    fn merging_of_lists(&self, syntax: &Document, places: &Places) -> Result<(), Vec<ServerError>> {
        let Some(marked) = lists::marked(syntax) else {
            return Ok(());
        };
        let Err(invalid) = marked.to_executable_validate(&self.schema) else {
            return Ok(());
        };
        // The marks are no values of the right type; that is not what is looked for.
        let told = told(&invalid.errors, places, rule_broken)
            .filter(|error| error.message.contains("conflicting field arguments"));
        let told: Vec<_> = told.take(MOST_ERRORS).collect();
        if told.is_empty() { Ok(()) } else { Err(told) }
    }

    /// Refuses a document that asks for the schema, if that is switched off.
    fn no_introspection(
        &self,
        document: &ExecutableDocument,
        places: &Places,
    ) -> Result<(), Vec<ServerError>> {
        let operations = document.operations.iter();
        let asks = operations
            .flat_map(|operation| operation.root_fields(document))
            .find(|field| matches!(field.name.as_str(), "__schema" | "__type"))
            .filter(|_| !self.introspection);
        let Some(field) = asks else {
            return Ok(());
        };
        let text = "The operator has switched introspection off. The schema is published at /schema.graphql.";
        Err(vec![ServerError {
            locations: vec![places.start(field.location())],
            ..respond::service_error(&Error::Forbidden(text.to_owned()))
        }])
    }
}

/// The validator forgets fields that do not exist, and then misses them: who corrects the one has corrected
/// the other.
fn without_consequences(errors: &mut Vec<ServerError>) {
    let is_cause = |error: &ServerError| !error.message.contains("must have a subselection set");
    if errors.iter().any(is_cause) {
        errors.retain(is_cause);
    }
}

/// Refuses a change that is asked for twice under one name. The specification would make it once and
/// answer both times; the executor would make it twice.
fn changes_once(document: &ExecutableDocument, places: &Places) -> Result<(), Vec<ServerError>> {
    for operation in document.operations.iter().filter(|one| one.is_mutation()) {
        let again = repeated(document, &operation.selection_set, &mut HashSet::new());
        if let Some(again) = again {
            let name = again.response_key();
            let text = format!(
                "`{name}` is asked for more than once. Ask once for all you want to read, or give each change a name of its own."
            );
            let at = places.start(again.location());
            return Err(vec![respond::validation_error(text, Some(at))]);
        }
    }
    Ok(())
}

/// The first field that comes again under a name that it has had.
fn repeated<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    names: &mut HashSet<&'a Name>,
) -> Option<&'a Node<Field>> {
    let mut selections = set.selections.iter();
    selections.find_map(|selection| {
        let inside = match selection {
            Selection::Field(field) if names.insert(field.response_key()) => return None,
            Selection::Field(field) => return Some(field),
            Selection::InlineFragment(inline) => &inline.selection_set,
            Selection::FragmentSpread(spread) => {
                &document.fragments.get(&spread.fragment_name)?.selection_set
            }
        };
        repeated(document, inside, names)
    })
}

fn told<'a>(
    errors: &'a DiagnosticList,
    places: &'a Places,
    tell: impl Fn(Option<Pos>, &str) -> ServerError + 'a,
) -> impl Iterator<Item = ServerError> + 'a {
    errors.iter().map(move |error| {
        let at = error.error.location();
        tell(
            at.map(|at| places.at(at.offset())),
            &error.error.to_string(),
        )
    })
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

#[cfg(test)]
mod tests;
