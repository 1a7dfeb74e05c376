//! Takes variables that were left out of a request out of its operation.
//!
//! Where the specification says that an argument or input field whose variable was left out is itself left
//! out, async-graphql puts `null`, which may empty what was not to be touched. So what is executed does not
//! mention such variables.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, FragmentDefinition, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;

use super::variables::Values;

/// Takes all mention of variables that have no value out of an operation and the fragments.
pub(super) fn without_absent(
    operation: &mut OperationDefinition,
    fragments: &mut HashMap<Name, Positioned<FragmentDefinition>>,
    values: &Values,
) {
    let variables = operation.variable_definitions.iter();
    let names = variables.map(|variable| variable.node.name.node.clone());
    let absent: HashSet<Name> = names
        .filter(|name| !values.contains_key(name.as_str()))
        .collect();
    if absent.is_empty() {
        return;
    }
    operation
        .variable_definitions
        .retain(|variable| !absent.contains(&variable.node.name.node));
    let omit = Omit { absent: &absent };
    omit.directives(&mut operation.directives);
    omit.selections(&mut operation.selection_set.node);
    for fragment in fragments.values_mut() {
        omit.selections(&mut fragment.node.selection_set.node);
    }
}

struct Omit<'a> {
    absent: &'a HashSet<Name>,
}

impl Omit<'_> {
    fn selections(&self, set: &mut SelectionSet) {
        for selection in &mut set.items {
            self.directives(selection.node.directives_mut());
            match &mut selection.node {
                Selection::Field(field) => {
                    self.arguments(&mut field.node.arguments);
                    self.selections(&mut field.node.selection_set.node);
                }
                Selection::InlineFragment(inline) => {
                    self.selections(&mut inline.node.selection_set.node);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn directives(&self, directives: &mut [Positioned<Directive>]) {
        for directive in directives {
            self.arguments(&mut directive.node.arguments);
        }
    }

    fn arguments(&self, arguments: &mut Vec<(Positioned<Name>, Positioned<Value>)>) {
        arguments.retain(|(_, value)| !self.is_absent(&value.node));
        for (_, value) in arguments {
            self.value(&mut value.node);
        }
    }

    fn value(&self, value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.retain(|_, field| !self.is_absent(field));
                for field in fields.values_mut() {
                    self.value(field);
                }
            }
            Value::List(items) => {
                for item in items {
                    if self.is_absent(item) {
                        *item = Value::Null;
                    } else {
                        self.value(item);
                    }
                }
            }
            _ => {}
        }
    }

    fn is_absent(&self, value: &Value) -> bool {
        matches!(value, Value::Variable(name) if self.absent.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{
        EmptyMutation, EmptySubscription, InputObject, MaybeUndefined, Object, Schema,
    };
    use futures::executor::block_on;
    use serde_json::json;

    use crate::graphql::{document::Documents, limits::Limits};

    struct Query;

    #[derive(InputObject)]
    struct Change {
        note: MaybeUndefined<String>,
        tags: Option<Vec<Option<String>>>,
    }

    #[Object]
    impl Query {
        async fn change(&self, input: Change) -> String {
            format!("{:?} {:?}", input.note, input.tags)
        }

        async fn rows(&self, #[graphql(default = 20)] first: i32) -> i32 {
            first
        }
    }

    fn answer(text: &str, variables: serde_json::Value) -> serde_json::Value {
        let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
        let documents = Documents::new(&schema.sdl(), Limits::default()).expect("a schema");
        let document = documents.read(text).expect("a document");
        let operation = documents.operation(document, None, variables);
        let (request, _) = operation
            .map_err(|errors| format!("{errors:?}"))
            .expect("fits")
            .into_request();
        let response = block_on(schema.execute(request));
        assert!(response.errors.is_empty(), "{:?}", response.errors);
        response.data.into_json().expect("JSON")
    }

    #[test]
    fn a_field_whose_variable_was_left_out_is_left_out() {
        let text =
            "query ($n: String, $t: String) { change(input: {note: $n, tags: [\"a\", $t]}) }";
        let told = |variables| answer(text, variables)["change"].clone();
        assert_eq!(told(json!({})), "Undefined Some([Some(\"a\"), None])");
        assert_eq!(told(json!({"n": null})), "Null Some([Some(\"a\"), None])");
        assert_eq!(
            told(json!({"n": "x", "t": "b"})),
            "Value(\"x\") Some([Some(\"a\"), Some(\"b\")])"
        );
    }

    #[test]
    fn an_argument_whose_variable_was_left_out_has_its_default() {
        let text = "query ($first: Int) { rows(first: $first) ...F } fragment F on Query { again: rows(first: $first) }";
        assert_eq!(answer(text, json!({})), json!({"rows": 20, "again": 20}));
        assert_eq!(
            answer(text, json!({"first": 3})),
            json!({"rows": 3, "again": 3})
        );
    }
}
