//! From the text of a request to an operation that may be executed.
//!
//! A document goes one way: [`guard`](self) reads its tokens and refuses what would be dangerous to parse, the
//! gate parses it and refuses what the specification does not allow, then its operation is chosen and the
//! variables are brought to their types. What comes out is safe to hand to the executor. Nothing here knows
//! who is asking.

mod cost;
mod guard;
mod lexer;
mod omit;
mod outline;
mod place;
mod remembered;
mod shape;
mod translate;
mod trusted;
mod validate;
mod values;
mod variables;
mod weigh;

use std::{collections::HashMap, sync::Arc};

use apollo_compiler::{ExecutableDocument, executable, validation::Valid};
use async_graphql::{
    Name, Request, ServerError, Variables,
    parser::types::{self as parsed, DocumentOperations, OperationType},
};
use serde_json::Value;

pub use shape::Shape;
pub use trusted::{Asked, Hash, Manifest, ManifestError, Only};
pub use validate::NotASchema;

use super::{limits::Limits, transport::respond};
use place::Places;
use remembered::Remembered;
use translate::Executable;
use trusted::Trust;
use validate::Gate;
use variables::{Misfit, Values};

/// What reads documents: the one way from a text to something that can be executed.
pub struct Documents {
    limits: Limits,
    gate: Gate,
    trust: Trust,
    remembered: Remembered,
}

/// A document that fits the schema and the limits, and may be executed many times.
pub struct Document {
    valid: Valid<ExecutableDocument>,
    executable: Executable,
    shapes: HashMap<Option<Name>, Arc<Shape>>,
    /// How many bytes it occupies, roughly.
    size: usize,
}

/// One operation of a document, with the variables it is to be executed with.
#[derive(Clone)]
pub struct Operation {
    /// Whether it reads, changes or follows.
    pub kind: OperationType,
    /// What it costs at most: its fields, those of lists as often as rows are asked for.
    pub cost: u64,
    document: Arc<Document>,
    name: Option<Name>,
    variables: Values,
}

impl Operation {
    /// What the client calls it, if it has a name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl Documents {
    /// A reader of documents for the schema with this definition, within these limits.
    ///
    /// # Errors
    /// If the definition is not one.
    pub fn new(definition: &str, limits: Limits) -> Result<Self, NotASchema> {
        Ok(Self {
            gate: Gate::new(definition, limits.introspection)?,
            limits,
            trust: Trust::default(),
            remembered: Remembered::default(),
        })
    }

    /// Reads a document.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED`, `GRAPHQL_PARSE_FAILED` and `GRAPHQL_VALIDATION_FAILED`, each with what to do.
    pub fn read(&self, text: &str) -> Result<Arc<Document>, Vec<ServerError>> {
        let harmless = guard::check(text, &self.limits).map_err(|error| vec![error])?;
        let places = Places::of(text);
        let valid = self.gate.check(&harmless.text, &places)?;
        let executable = translate::executable(&valid, &places);
        let shapes = valid.operations.iter().map(|operation| {
            let name = operation.name.as_ref().map(Name::new);
            (name, Arc::new(Shape::of(&valid, operation)))
        });
        Ok(Arc::new(Document {
            shapes: shapes.collect(),
            executable,
            valid,
            size: remembered::size(text, harmless.tokens),
        }))
    }

    /// Chooses the operation of a document that is to be executed with these variables.
    ///
    /// # Errors
    /// `GRAPHQL_VALIDATION_FAILED` where the name chooses none or the variables do not fit it, and
    /// `LIMIT_EXCEEDED` where they are too many.
    pub fn operation(
        &self,
        document: Arc<Document>,
        name: Option<&str>,
        variables: Value,
    ) -> Result<Operation, Vec<ServerError>> {
        guard::check_variables(&variables, &self.limits).map_err(|error| vec![error])?;
        let chosen = choose(&document.valid, name).map_err(|error| vec![error])?;
        let given = match variables {
            Value::Object(given) => given,
            _ => Values::new(),
        };
        let name = chosen.name.as_ref().map(Name::new);
        let variables = variables::coerce(self.gate.schema(), chosen, given)
            .map_err(|misfits| document.tell(&name, misfits))?;
        let number = |name: &str| variables.get(name)?.as_i64();
        let price = cost::price(self.gate.schema(), &document.valid, chosen, number);
        price.within(&self.limits).map_err(|error| vec![error])?;
        Ok(Operation {
            kind: translate::kind(chosen.operation_type),
            cost: price.cost,
            name,
            variables,
            document,
        })
    }
}

impl Document {
    /// The misfits of an operation's variables, with their places.
    fn tell(&self, operation: &Option<Name>, misfits: Vec<Misfit>) -> Vec<ServerError> {
        let operation = self.executable.operations.get(operation);
        let told = misfits.into_iter().map(|misfit| {
            let variable = operation
                .and_then(|operation| operation.node.variable_definitions.get(misfit.variable));
            respond::validation_error(misfit.message, variable.map(|variable| variable.pos))
        });
        told.collect()
    }
}

impl Operation {
    /// What the executor takes, and the shape that its responses are to be given.
    #[must_use]
    pub fn into_request(self) -> (Request, Arc<Shape>) {
        let Executable {
            operations,
            fragments,
        } = &self.document.executable;
        let mut request = Request::new("");
        if let Some(operation) = operations.get(&self.name) {
            let (mut operation, mut fragments) = (operation.clone(), fragments.clone());
            omit::without_absent(&mut operation.node, &mut fragments, &self.variables);
            request.set_parsed_query(parsed::ExecutableDocument {
                operations: DocumentOperations::Single(operation),
                fragments,
            });
        }
        request.variables = Variables::from_json(self.variables.into());
        let shape = self.document.shapes.get(&self.name).cloned();
        (request, shape.unwrap_or_default())
    }
}

/// The operation of a document that the name chooses.
fn choose<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a executable::Operation, ServerError> {
    if name.is_none() && document.operations.len() > 1 {
        let text =
            "The document has several operations. Say in operationName which one to execute.";
        return Err(respond::validation_error(text, None));
    }
    let chosen = document.operations.get(name).map(|operation| &**operation);
    chosen.map_err(|_| {
        let name = name.unwrap_or_default();
        let text = format!(
            "The document has no operation named \"{name}\". Correct operationName or leave it out."
        );
        respond::validation_error(text, None)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chooses_the_operation() {
        let definition = "type Query{a:Int} type Mutation{b:Int} type Subscription{a:Int}";
        let documents = Documents::new(definition, Limits::default()).expect("a schema");
        let kind = |query: &str, name: Option<&str>| {
            let document = documents.read(query).expect("a document");
            let operation = documents.operation(document, name, Value::Null);
            operation.map(|operation| operation.kind)
        };
        let two = "query A{a} mutation B{b}";
        assert_eq!(kind("{a}", None).ok(), Some(OperationType::Query));
        assert_eq!(kind("query A{a}", None).ok(), Some(OperationType::Query));
        assert_eq!(kind(two, Some("B")).ok(), Some(OperationType::Mutation));
        assert_eq!(
            kind("subscription S{a}", None).ok(),
            Some(OperationType::Subscription)
        );
        for (query, name) in [
            ("{a}", Some("A")),
            (two, None),
            (two, Some("C")),
            (two, Some("")),
        ] {
            assert!(kind(query, name).is_err(), "{query} {name:?}");
        }
    }
}
