//! From the document that was validated to the one that is executed.
//!
//! The text is parsed once, by the parser whose reading was validated; the executor gets that very reading in
//! its own types, and never the text. So no document can mean one thing to the gate and another behind it.

use std::collections::HashMap;

use apollo_compiler::{
    Name as Named, Node,
    ast::{Argument, Directive, DirectiveList, OperationType, Type, Value, VariableDefinition},
    executable::{self, ExecutableDocument},
};
use async_graphql::{
    Name, Pos, Positioned, Value as Constant,
    parser::types::{self as parsed, BaseType},
};
use async_graphql_value::{Value as Parsed, indexmap::IndexMap};

use super::{place::Places, values::number};

/// What an object is asked for that is not asked for anything with certainty; no client can name it so.
const PRESENT: &str = " present";

/// A document in the executor's types.
pub(super) struct Executable {
    /// By name; the one without a name stands under none.
    pub operations: HashMap<Option<Name>, Positioned<parsed::OperationDefinition>>,
    pub fragments: HashMap<Name, Positioned<parsed::FragmentDefinition>>,
}

/// Says a valid document in the executor's types.
pub(super) fn executable(document: &ExecutableDocument, places: &Places) -> Executable {
    let translator = Translator { places };
    let operations = document.operations.iter();
    let fragments = document.fragments.values();
    Executable {
        operations: operations
            .map(|operation| {
                let named = operation.name.as_ref().map(Name::new);
                (named, translator.operation(operation))
            })
            .collect(),
        fragments: fragments
            .map(|fragment| (Name::new(&fragment.name), translator.fragment(fragment)))
            .collect(),
    }
}

/// The executor's word for a kind of operation.
pub(super) fn kind(kind: OperationType) -> parsed::OperationType {
    match kind {
        OperationType::Query => parsed::OperationType::Query,
        OperationType::Mutation => parsed::OperationType::Mutation,
        OperationType::Subscription => parsed::OperationType::Subscription,
    }
}

struct Translator<'a> {
    places: &'a Places,
}

impl Translator<'_> {
    fn at<T: ?Sized, U>(&self, node: &Node<T>, translated: U) -> Positioned<U> {
        Positioned::new(translated, self.places.start(node.location()))
    }

    fn name(&self, name: &Named) -> Positioned<Name> {
        Positioned::new(Name::new(name), self.places.start(name.location()))
    }

    fn operation(
        &self,
        operation: &Node<executable::Operation>,
    ) -> Positioned<parsed::OperationDefinition> {
        let variables = operation.variables.iter();
        let translated = parsed::OperationDefinition {
            ty: kind(operation.operation_type),
            variable_definitions: variables.map(|one| self.variable(one)).collect(),
            directives: self.directives(&operation.directives),
            selection_set: self.at(
                operation,
                match operation.operation_type {
                    OperationType::Subscription => self.selections(&operation.selection_set),
                    _ => self.of_an_object(&operation.selection_set),
                },
            ),
        };
        self.at(operation, translated)
    }

    fn fragment(
        &self,
        fragment: &Node<executable::Fragment>,
    ) -> Positioned<parsed::FragmentDefinition> {
        let translated = parsed::FragmentDefinition {
            type_condition: self.condition(fragment.type_condition()),
            directives: self.directives(&fragment.directives),
            selection_set: self.at(fragment, self.selections(&fragment.selection_set)),
        };
        self.at(fragment, translated)
    }

    fn condition(&self, on: &Named) -> Positioned<parsed::TypeCondition> {
        let on = self.name(on);
        Positioned::new(parsed::TypeCondition { on: on.clone() }, on.pos)
    }

    fn variable(
        &self,
        variable: &Node<VariableDefinition>,
    ) -> Positioned<parsed::VariableDefinition> {
        let default = variable.default_value.as_ref();
        let translated = parsed::VariableDefinition {
            name: self.name(&variable.name),
            var_type: self.at(&variable.ty, kind_of_value(&variable.ty)),
            directives: self.directives(&variable.directives),
            default_value: default.map(|value| self.at(value, constant(value))),
        };
        self.at(variable, translated)
    }

    fn directives(&self, directives: &DirectiveList) -> Vec<Positioned<parsed::Directive>> {
        let translated = |directive: &Node<Directive>| {
            let translated = parsed::Directive {
                name: self.name(&directive.name),
                arguments: self.arguments(&directive.arguments),
            };
            self.at(directive, translated)
        };
        directives.iter().map(translated).collect()
    }

    fn arguments(
        &self,
        arguments: &[Node<Argument>],
    ) -> Vec<(Positioned<Name>, Positioned<Parsed>)> {
        let translated = |argument: &Node<Argument>| {
            let value = self.at(&argument.value, value(&argument.value));
            (self.name(&argument.name), value)
        };
        arguments.iter().map(translated).collect()
    }

    fn selections(&self, set: &executable::SelectionSet) -> parsed::SelectionSet {
        let selections = set.selections.iter();
        parsed::SelectionSet {
            items: selections.map(|one| self.selection(one)).collect(),
        }
    }

    fn selection(&self, selection: &executable::Selection) -> Positioned<parsed::Selection> {
        match selection {
            executable::Selection::Field(field) => {
                self.at(field, parsed::Selection::Field(self.field(field)))
            }
            executable::Selection::FragmentSpread(spread) => {
                let translated = parsed::FragmentSpread {
                    fragment_name: self.name(&spread.fragment_name),
                    directives: self.directives(&spread.directives),
                };
                let translated = self.at(spread, translated);
                self.at(spread, parsed::Selection::FragmentSpread(translated))
            }
            executable::Selection::InlineFragment(inline) => {
                let condition = inline.type_condition.as_ref();
                let translated = parsed::InlineFragment {
                    type_condition: condition.map(|on| self.condition(on)),
                    directives: self.directives(&inline.directives),
                    selection_set: self.at(inline, self.selections(&inline.selection_set)),
                };
                let translated = self.at(inline, translated);
                self.at(inline, parsed::Selection::InlineFragment(translated))
            }
        }
    }

    fn field(&self, field: &Node<executable::Field>) -> Positioned<parsed::Field> {
        let translated = parsed::Field {
            alias: field.alias.as_ref().map(|alias| self.name(alias)),
            name: self.name(&field.name),
            arguments: self.arguments(&field.arguments),
            directives: self.directives(&field.directives),
            selection_set: self.at(field, self.of_an_object(&field.selection_set)),
        };
        self.at(field, translated)
    }

    /// The executor says `null` for an object of which nothing happens to be asked, as when it is none of
    /// the types that fragments name. So something always is; the shape of the response leaves it out.
    fn of_an_object(&self, set: &executable::SelectionSet) -> parsed::SelectionSet {
        let mut translated = self.selections(set);
        let certain = set.selections.iter().any(|selection| match selection {
            executable::Selection::Field(field) => field.directives.is_empty(),
            _ => false,
        });
        if !certain && !set.selections.is_empty() {
            let field = parsed::Field {
                alias: Some(Positioned::new(Name::new(PRESENT), Pos::default())),
                name: Positioned::new(Name::new("__typename"), Pos::default()),
                arguments: Vec::new(),
                directives: Vec::new(),
                selection_set: Positioned::default(),
            };
            let field = Positioned::new(field, Pos::default());
            let present = parsed::Selection::Field(field);
            translated
                .items
                .push(Positioned::new(present, Pos::default()));
        }
        translated
    }
}

fn kind_of_value(of: &Type) -> parsed::Type {
    let base = match of {
        Type::Named(name) | Type::NonNullNamed(name) => BaseType::Named(Name::new(name)),
        Type::List(item) | Type::NonNullList(item) => BaseType::List(Box::new(kind_of_value(item))),
    };
    parsed::Type {
        base,
        nullable: !of.is_non_null(),
    }
}

fn value(of: &Value) -> Parsed {
    match of {
        Value::Null => Parsed::Null,
        Value::Enum(name) => Parsed::Enum(Name::new(name)),
        Value::Variable(name) => Parsed::Variable(Name::new(name)),
        Value::String(text) => Parsed::String(text.clone()),
        Value::Boolean(is) => Parsed::Boolean(*is),
        Value::Int(digits) => Parsed::Number(number(digits.as_str())),
        Value::Float(digits) => Parsed::Number(number(digits.as_str())),
        Value::List(items) => Parsed::List(items.iter().map(|item| value(item)).collect()),
        Value::Object(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, field)| (Name::new(name), value(field)));
            Parsed::Object(fields.collect::<IndexMap<_, _>>())
        }
    }
}

/// A value in which no variable may stand, as the parser sees to.
fn constant(of: &Value) -> Constant {
    value(of).into_const().unwrap_or_default()
}
