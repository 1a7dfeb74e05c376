//! A response in the shape that its document asks for.
//!
//! async-graphql gives fields in the order in which they were completed, and leaves out those that
//! failed; where nothing of an object might be asked it is asked for more ([`translate`](super::translate)).
//! The specification wants the order of the document (section 7.2.2, Serialized Map Ordering), `null`
//! in the place of a failure, and where `null` is not allowed, in the nearest place above where it is (section
//! 6.4.4, Handling Execution Errors): a typed client could not read what comes otherwise.

use std::collections::HashSet;

use apollo_compiler::{
    ast::Type,
    executable::{ExecutableDocument, Operation, Selection, SelectionSet},
};
use async_graphql::{Name, PathSegment, Response, Value, indexmap::IndexMap};

/// The fields of an object, in order, those of fragments where they are spread first.
#[derive(Default)]
pub struct Shape(Vec<Field>);

struct Field {
    key: Name,
    ty: Type,
    inside: Shape,
}

impl Shape {
    /// What an operation of a valid document asks for.
    pub(super) fn of(document: &ExecutableDocument, operation: &Operation) -> Self {
        Self::merged(document, &[&operation.selection_set])
    }

    /// What several selections of one object ask for together.
    fn merged(document: &ExecutableDocument, sets: &[&SelectionSet]) -> Self {
        let mut collected = Collected::default();
        for set in sets {
            collected.add(document, set);
        }
        let fields = collected.fields.into_iter().map(|(key, (ty, sets))| Field {
            key: Name::new(key),
            ty: ty.clone(),
            inside: Self::merged(document, &sets),
        });
        Self(fields.collect())
    }

    /// Brings the data of a response into this shape.
    pub fn give_to(&self, response: &mut Response) {
        for error in &response.errors {
            put_null(&mut response.data, &error.path);
        }
        if let Value::Object(fields) = &mut response.data
            && !self.fits(fields)
        {
            response.data = Value::Null;
        }
    }

    /// Puts the fields in order. False if one of them is null that must not be.
    fn fits(&self, fields: &mut IndexMap<Name, Value>) -> bool {
        if !self.in_order(fields) {
            let mut left = std::mem::take(fields);
            let known = self.0.iter().map(|field| field.key.clone());
            fields.extend(known.filter_map(|key| left.swap_remove(&key).map(|value| (key, value))));
        }
        let mut asked = self.0.iter();
        fields.iter_mut().all(|(key, value)| {
            let field = asked.find(|field| field.key == *key);
            field.is_none_or(|field| fits(value, &field.ty, &field.inside))
        })
    }

    /// Whether the fields come in order, and none that was not asked for. Not all must be there, for some
    /// are of other types.
    fn in_order(&self, fields: &IndexMap<Name, Value>) -> bool {
        let mut asked = self.0.iter();
        fields
            .keys()
            .all(|key| asked.any(|field| field.key == *key))
    }
}

/// False if the value is null and must not be, after what is inside it has been put in order.
fn fits(value: &mut Value, ty: &Type, inside: &Shape) -> bool {
    let whole = match value {
        Value::Null => false,
        Value::Object(fields) => inside.fits(fields),
        Value::List(items) => items
            .iter_mut()
            .all(|item| fits(item, ty.item_type(), inside)),
        _ => true,
    };
    if !whole {
        *value = Value::Null;
    }
    whole || !ty.is_non_null()
}

/// The fields of selections, by the keys of the response.
#[derive(Default)]
struct Collected<'a> {
    fields: IndexMap<&'a str, (&'a Type, Vec<&'a SelectionSet>)>,
    spread: HashSet<&'a str>,
}

impl<'a> Collected<'a> {
    fn add(&mut self, document: &'a ExecutableDocument, set: &'a SelectionSet) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    let key = field.response_key().as_str();
                    let known = self.fields.entry(key);
                    let (_, sets) = known.or_insert_with(|| (field.ty(), Vec::new()));
                    sets.push(&field.selection_set);
                }
                Selection::InlineFragment(inline) => self.add(document, &inline.selection_set),
                Selection::FragmentSpread(spread) if self.spread.insert(&spread.fragment_name) => {
                    if let Some(fragment) = document.fragments.get(&spread.fragment_name) {
                        self.add(document, &fragment.selection_set);
                    }
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }
}

/// Puts `null` where a field has failed.
fn put_null(data: &mut Value, path: &[PathSegment]) {
    let Some((PathSegment::Field(failed), parents)) = path.split_last() else {
        return;
    };
    let parent = parents
        .iter()
        .try_fold(data, |value, segment| match (value, segment) {
            (Value::Object(fields), PathSegment::Field(name)) => fields.get_mut(name.as_str()),
            (Value::List(items), PathSegment::Index(index)) => items.get_mut(*index),
            _ => None,
        });
    if let Some(Value::Object(fields)) = parent {
        fields.entry(Name::new(failed)).or_insert(Value::Null);
    }
}

#[cfg(test)]
mod tests {
    use apollo_compiler::Schema;
    use async_graphql::{Pos, ServerError};
    use serde_json::json;

    use super::*;

    const SCHEMA: &str = "
        type Query { me: Item must: Item! items: [Item!]! some: [Item] named: Named }
        interface Named { name: String }
        type Item implements Named { id: ID! name: String must: Item! may: Item }
        type Other implements Named { name: String size: Int! }";

    /// What a client gets to read, when these fields have failed.
    fn told(text: &str, data: serde_json::Value, failed: &[&[&str]]) -> String {
        let schema = Schema::parse_and_validate(SCHEMA, "schema").expect("a schema");
        let document =
            ExecutableDocument::parse_and_validate(&schema, text, "query").expect("a document");
        let operation = document.operations.iter().next().expect("an operation");
        let mut response = Response::new(Value::from_json(data).expect("a value"));
        response.errors = failed.iter().map(|path| failure(path)).collect();
        Shape::of(&document, operation).give_to(&mut response);
        serde_json::to_string(&response.data).expect("JSON")
    }

    fn failure(path: &[&str]) -> ServerError {
        let segment = |part: &&str| match part.parse() {
            Ok(index) => PathSegment::Index(index),
            Err(_) => PathSegment::Field((*part).to_owned()),
        };
        ServerError {
            path: path.iter().map(segment).collect(),
            ..ServerError::new("It failed.", Some(Pos::default()))
        }
    }

    #[test]
    fn fields_come_in_the_order_of_the_document() {
        let text =
            "{ items { name id } me { ...F id x: name } } fragment F on Item { may { id } name }";
        let data = json!({
            "me": { "id": "1", "may": { "id": "2" }, "name": "a", "x": "a" },
            "items": [{ "id": "1", "name": "a" }, { "name": "b", "id": "2" }]
        });
        assert_eq!(
            told(text, data, &[]),
            r#"{"items":[{"name":"a","id":"1"},{"name":"b","id":"2"}],"me":{"may":{"id":"2"},"name":"a","id":"1","x":"a"}}"#
        );
    }

    #[test]
    fn fields_of_other_types_are_not_missed() {
        let text = "{ named { ... on Other { size } ... on Item { id } name } }";
        let data = json!({ "named": { "name": "a", "id": "1" } });
        assert_eq!(told(text, data, &[]), r#"{"named":{"id":"1","name":"a"}}"#);
    }

    #[test]
    fn a_failed_field_that_may_be_null_is_null() {
        let text = "{ me { may { id } name } }";
        let data = json!({ "me": { "name": "a" } });
        assert_eq!(
            told(text, data, &[&["me", "may"]]),
            r#"{"me":{"may":null,"name":"a"}}"#
        );
    }

    #[test]
    fn a_failed_field_that_must_not_be_null_takes_its_parent_with_it() {
        let text = "{ me { must { must { id } } name } some { must { id } } }";
        let data = json!({
            "me": { "must": {}, "name": "a" },
            "some": [{}, { "must": { "id": "1" } }]
        });
        let failed: &[&[&str]] = &[&["me", "must", "must"], &["some", "0", "must"]];
        assert_eq!(
            told(text, data, failed),
            r#"{"me":null,"some":[null,{"must":{"id":"1"}}]}"#
        );
    }

    #[test]
    fn where_nothing_above_may_be_null_there_is_no_data() {
        for (text, data, failed) in [
            ("{ must { id } }", json!({}), vec!["must"]),
            (
                "{ items { must { id } } }",
                json!({ "items": [{}] }),
                vec!["items", "0", "must"],
            ),
        ] {
            assert_eq!(told(text, data, &[&failed]), "null");
        }
    }
}
