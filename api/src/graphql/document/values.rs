//! The rules on values and variables that the validator does not hold to the letter.
//!
//! apollo-compiler 1.33 looks at a variable within a list or an input object by the name of its type only, takes
//! `= null` for a default that is not null, does not see a field that an input object has twice, and knows
//! nothing of `@oneOf`. What is said here is true of every value in a document that has passed it.

use std::collections::HashSet;

use apollo_compiler::{
    Node, Schema,
    ast::{Argument, DirectiveList, InputValueDefinition, Type, Value, VariableDefinition},
    executable::{ExecutableDocument, Operation, Selection, SelectionSet},
    parser::SourceSpan,
    schema::{ExtendedType, InputObjectType},
};
use serde_json::Number;

use super::variables::json;
use crate::graphql::scalar;

/// A rule that is broken, and where.
pub(super) struct Broken {
    pub at: Option<SourceSpan>,
    pub rule: String,
}

/// What a document breaks that has passed the validator.
pub(super) fn broken(schema: &Schema, document: &ExecutableDocument) -> Vec<Broken> {
    let mut broken = Vec::new();
    for operation in document.operations.iter() {
        let mut reader = Reader {
            schema,
            document,
            operation,
            seen: HashSet::new(),
            broken,
        };
        reader.operation();
        broken = reader.broken;
    }
    broken
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    /// What is expected there; unknown within a scalar of ours.
    ty: Option<&'a Type>,
    /// Whether the schema has a default for it.
    default: bool,
    /// Whether it is the only field of an object that must have exactly one.
    one_of: bool,
}

const ANYTHING: Place<'_> = Place {
    ty: None,
    default: false,
    one_of: false,
};

impl<'a> Place<'a> {
    fn of(definition: Option<&'a InputValueDefinition>) -> Self {
        definition.map_or(ANYTHING, |definition| Self {
            ty: Some(&definition.ty),
            default: definition.default_value.is_some(),
            one_of: false,
        })
    }

    fn item(self) -> Self {
        Self {
            ty: self.ty.filter(|ty| ty.is_list()).map(Type::item_type),
            ..ANYTHING
        }
    }
}

/// Goes through all that an operation reaches, each fragment once.
struct Reader<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    operation: &'a Operation,
    seen: HashSet<&'a str>,
    broken: Vec<Broken>,
}

impl<'a> Reader<'a> {
    fn operation(&mut self) {
        let operation = self.operation;
        for variable in &operation.variables {
            if let Some(default) = &variable.default_value {
                let place = Place {
                    ty: Some(&variable.ty),
                    ..ANYTHING
                };
                self.value(default, place);
            }
        }
        self.directives(&operation.directives);
        self.selections(&operation.selection_set);
    }

    fn selections(&mut self, set: &'a SelectionSet) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    self.directives(&field.directives);
                    self.arguments(&field.arguments, &field.definition.arguments);
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.directives);
                    self.selections(&inline.selection_set);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.directives);
                    self.fragment(&spread.fragment_name);
                }
            }
        }
    }

    fn fragment(&mut self, name: &'a str) {
        if !self.seen.insert(name) {
            return;
        }
        if let Some(fragment) = self.document.fragments.get(name) {
            self.directives(&fragment.directives);
            self.selections(&fragment.selection_set);
        }
    }

    fn directives(&mut self, directives: &'a DirectiveList) {
        for directive in directives {
            let definition = self.schema.directive_definitions.get(&directive.name);
            let arguments = definition.map_or(&[][..], |definition| &definition.arguments);
            self.arguments(&directive.arguments, arguments);
        }
    }

    fn arguments(
        &mut self,
        arguments: &'a [Node<Argument>],
        definitions: &'a [Node<InputValueDefinition>],
    ) {
        for argument in arguments {
            let definition = definitions.iter().find(|one| one.name == argument.name);
            self.value(&argument.value, Place::of(definition.map(|one| &**one)));
        }
    }

    fn value(&mut self, value: &'a Node<Value>, place: Place<'a>) {
        self.scalar(value, place);
        match &**value {
            Value::Variable(name) => self.variable(value, name, place),
            Value::List(items) => {
                for item in items {
                    self.value(item, place.item());
                }
            }
            Value::Object(_) => self.object(value, place),
            Value::Int(digits) => self.number(value, digits.as_str()),
            Value::Float(digits) => self.number(value, digits.as_str()),
            _ => {}
        }
    }

    fn object(&mut self, value: &'a Node<Value>, place: Place<'a>) {
        let name = place.ty.map(Type::inner_named_type);
        let definition = match name.and_then(|name| self.schema.types.get(name)) {
            Some(ExtendedType::InputObject(object)) => Some(&**object),
            _ => None,
        };
        let fields = value.as_object().unwrap_or_default();
        let one_of = definition.is_some_and(is_one_of);
        if one_of && !matches!(fields, [(_, only)] if !only.is_null()) {
            let name = name.map_or("", |name| name);
            let rule = format!("`{name}` must be given exactly one of its fields, not null.");
            self.note(value, rule);
        }
        let mut names = HashSet::new();
        for (name, inner) in fields {
            if !names.insert(name) {
                self.note(
                    inner,
                    format!("The field `{name}` is given more than once."),
                );
            }
            let definition = definition.and_then(|object| object.fields.get(name));
            let place = Place::of(definition.map(|field| &***field));
            self.value(inner, Place { one_of, ..place });
        }
    }

    fn variable(&mut self, value: &Node<Value>, name: &str, place: Place<'_>) {
        let mut variables = self.operation.variables.iter();
        let Some(variable) = variables.find(|one| one.name == name) else {
            return self.note(value, format!("Variable `${name}` is not defined."));
        };
        let Some(expected) = place.ty else {
            return;
        };
        if !is_allowed(variable, expected, place) {
            let ty = &variable.ty;
            let rule = if place.one_of && !ty.is_non_null() {
                format!(
                    "Variable `${name}` of type `{ty}` may be null, which a type with exactly one field does not allow."
                )
            } else {
                format!(
                    "Variable `${name}` of type `{ty}` cannot stand where `{expected}` is expected."
                )
            };
            self.note(value, rule);
        }
    }

    /// The validator takes anything for a scalar that it does not know.
    fn scalar(&mut self, value: &Node<Value>, place: Place<'_>) {
        let scalar = match (place.ty, &**value) {
            (None, _) | (_, Value::Null | Value::Variable(_)) => return,
            (Some(ty), Value::List(_)) if ty.is_list() => return,
            (Some(ty), _) => ty.inner_named_type(),
        };
        // A name without quotes is not a text.
        let as_sent = match &**value {
            Value::Enum(_) => serde_json::Value::Bool(true),
            literal => json(literal),
        };
        if let Some(wanted) = scalar::misfit(scalar, &as_sent) {
            self.note(value, format!("The value must be {wanted}."));
        }
    }

    fn number(&mut self, value: &Node<Value>, digits: &str) {
        if digits.parse::<Number>().is_err() {
            self.note(value, "The number is too large.".to_owned());
        }
    }

    fn note(&mut self, value: &Node<Value>, rule: String) {
        let at = value.location();
        self.broken.push(Broken { at, rule });
    }
}

/// The number that the digits write; those that no number can hold are refused before it matters.
pub(super) fn number(digits: &str) -> Number {
    match digits {
        // It is a whole number here, as `-0.0` is not.
        "-0" => Number::from(0),
        digits => digits.parse().unwrap_or_else(|_| Number::from(0)),
    }
}

/// The specification's *IsVariableUsageAllowed*.
fn is_allowed(variable: &VariableDefinition, expected: &Type, place: Place<'_>) -> bool {
    let ty = &*variable.ty;
    if place.one_of && !ty.is_non_null() {
        return false;
    }
    if !expected.is_non_null() || ty.is_non_null() {
        return ty.is_assignable_to(expected);
    }
    let default = variable.default_value.as_ref();
    let has_default = default.is_some_and(|default| !default.is_null()) || place.default;
    has_default && ty.is_assignable_to(&expected.clone().nullable())
}

/// Whether a value of this type has exactly one of its fields.
pub(super) fn is_one_of(object: &InputObjectType) -> bool {
    object.directives.has("oneOf")
}
