//! From the text of a request to an operation that may be executed.
//!
//! A document goes one way: [`guard`](self) reads its tokens and refuses what would be dangerous to parse,
//! then it is parsed, then its operation is chosen. What comes out is safe to hand to the executor. Nothing
//! here knows who is asking.

mod guard;
mod lexer;
mod outline;
mod trusted;
mod weigh;

use std::sync::Arc;

use async_graphql::{
    Request, ServerError, Variables,
    parser::{
        parse_query,
        types::{DocumentOperations, ExecutableDocument, OperationType},
    },
};
use serde_json::Value;

pub use trusted::{Asked, Hash, Manifest, ManifestError, Only};

use super::{limits::Limits, transport::respond};
use trusted::Trust;

/// What reads documents: the one way from a text to something that can be executed.
pub struct Documents {
    limits: Limits,
    trust: Trust,
}

/// A document that has been read, and may be executed many times.
pub struct Document {
    text: String,
    parsed: ExecutableDocument,
}

/// One operation of a document, with the variables it is to be executed with.
pub struct Operation {
    /// Whether it reads, changes or follows.
    pub kind: OperationType,
    /// What it costs at most: its fields, those of lists as often as rows are asked for.
    pub cost: u64,
    document: Arc<Document>,
    name: Option<String>,
    variables: Value,
}

impl Documents {
    /// A reader of documents within these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            trust: Trust::default(),
        }
    }

    /// Reads a document.
    ///
    /// # Errors
    /// `LIMIT_EXCEEDED`, `GRAPHQL_PARSE_FAILED` and `GRAPHQL_VALIDATION_FAILED`, each with what to do.
    pub fn read(&self, text: String) -> Result<Arc<Document>, Vec<ServerError>> {
        guard::check(&text, &self.limits).map_err(|error| vec![error])?;
        let parsed = parse_query(&text).map_err(|error| vec![respond::parse_error(&error)])?;
        Ok(Arc::new(Document { text, parsed }))
    }

    /// Chooses the operation of a document that is to be executed with these variables.
    ///
    /// # Errors
    /// `GRAPHQL_VALIDATION_FAILED` where the name chooses none or the variables do not fit it, and
    /// `LIMIT_EXCEEDED` where they are too many.
    pub fn operation(
        &self,
        document: Arc<Document>,
        name: Option<String>,
        variables: Value,
    ) -> Result<Operation, Vec<ServerError>> {
        guard::check_variables(&variables, &self.limits).map_err(|error| vec![error])?;
        let kind = kind(&document.parsed, name.as_deref()).map_err(|error| vec![error])?;
        Ok(Operation {
            kind,
            cost: 1,
            document,
            name,
            variables,
        })
    }
}

impl Operation {
    /// What the executor takes.
    #[must_use]
    pub fn into_request(self) -> Request {
        let mut request = Request::new(&self.document.text);
        request.variables = Variables::from_json(self.variables);
        request.operation_name = self.name;
        request.set_parsed_query(self.document.parsed.clone());
        request
    }
}

/// What kind of operation the document's chosen one is.
fn kind(document: &ExecutableDocument, name: Option<&str>) -> Result<OperationType, ServerError> {
    let chosen = match (&document.operations, name) {
        (DocumentOperations::Single(only), None) => Some(only),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(named), Some(name)) => named.get(name),
        (DocumentOperations::Multiple(named), None) => {
            let mut operations = named.values();
            let first = operations.next();
            if operations.next().is_some() {
                let text = "The document has several operations. Say in operationName which one to execute.";
                return Err(respond::validation_error(text, None));
            }
            first
        }
    };
    chosen.map(|operation| operation.node.ty).ok_or_else(|| {
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
        let documents = Documents::new(Limits::default());
        let kind = |query: &str, name: Option<&str>| {
            let document = documents.read(query.to_owned()).expect("a document");
            let operation = documents.operation(document, name.map(str::to_owned), Value::Null);
            operation.map(|operation| operation.kind)
        };
        let two = "query A{a} mutation B{b}";
        assert_eq!(kind("{a}", None).ok(), Some(OperationType::Query));
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
