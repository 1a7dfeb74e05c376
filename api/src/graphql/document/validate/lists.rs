//! Marks the end of every list in the arguments of fields.
//!
//! apollo-compiler 1.33 takes two lists for the same if one begins with the other, and so lets fields be merged
//! that must not be. In a copy of the document where every list ends with a mark, they differ.

use apollo_compiler::{
    Name, Node,
    ast::{Argument, Definition, Document, Selection, Value},
    name,
};

const END: Name = name!("__end");

/// The document with marks; nothing if it has not even two lists that could be confused.
pub(super) fn marked(document: &Document) -> Option<Document> {
    let mut marked = document.clone();
    let mut lists = 0;
    for definition in &mut marked.definitions {
        match definition {
            Definition::OperationDefinition(operation) => {
                selections(&mut operation.make_mut().selection_set, &mut lists);
            }
            Definition::FragmentDefinition(fragment) => {
                selections(&mut fragment.make_mut().selection_set, &mut lists);
            }
            _ => {}
        }
    }
    (lists > 1).then_some(marked)
}

fn selections(set: &mut [Selection], lists: &mut usize) {
    for selection in set {
        match selection {
            Selection::Field(field) => {
                let field = field.make_mut();
                arguments(&mut field.arguments, lists);
                selections(&mut field.selection_set, lists);
            }
            Selection::InlineFragment(inline) => {
                selections(&mut inline.make_mut().selection_set, lists);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn arguments(arguments: &mut [Node<Argument>], lists: &mut usize) {
    for argument in arguments {
        value(&mut argument.make_mut().value, lists);
    }
}

fn value(of: &mut Node<Value>, lists: &mut usize) {
    match of.make_mut() {
        Value::List(items) => {
            for item in &mut *items {
                value(item, lists);
            }
            items.push(Node::new(Value::Enum(END)));
            *lists += 1;
        }
        Value::Object(fields) => {
            for (_, field) in fields {
                value(field, lists);
            }
        }
        _ => {}
    }
}
