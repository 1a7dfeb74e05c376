//! The variables of a request, brought to the types that its operation gives them.
//!
//! As the specification's *CoerceVariableValues* wants it: what does not fit is an error of the request, and
//! nothing is executed. The executor gets every value in its final shape, with defaults filled in; a variable
//! that was left out and has no default stays out. What a scalar of ours may hold is decided by the scalar.

use apollo_compiler::{
    Node, Schema,
    ast::{InputValueDefinition, Type, Value as Literal, VariableDefinition},
    executable::Operation,
    schema::{EnumType, ExtendedType, InputObjectType},
};
use serde_json::{Map, Number, Value};

use super::validate::{self, is_one_of};

/// The values of an operation's variables, by name.
pub type Values = Map<String, Value>;

/// A value that does not fit its variable.
pub(super) struct Misfit<'a> {
    pub variable: &'a Node<VariableDefinition>,
    pub message: String,
}

/// Brings the values to the types of the operation's variables; values for which it has no variable are
/// left out.
///
/// # Errors
/// All misfits, but not more than are told at once.
pub(super) fn coerce<'a>(
    schema: &Schema,
    operation: &'a Operation,
    mut given: Values,
) -> Result<Values, Vec<Misfit<'a>>> {
    let mut values = Values::new();
    let mut misfits = Vec::new();
    for variable in &operation.variables {
        let name = variable.name.as_str();
        let default = || variable.default_value.as_ref().map(|literal| json(literal));
        let Some(value) = given.remove(name).or_else(default) else {
            if variable.ty.is_non_null() {
                let message = format!(
                    "Variable `${name}` is missing: it must be {}.",
                    article(&variable.ty)
                );
                misfits.push(Misfit { variable, message });
            }
            continue;
        };
        let mut reader = Reader {
            schema,
            path: format!("${name}"),
            problems: Vec::new(),
        };
        values.insert(name.to_owned(), reader.value(&variable.ty, value));
        misfits.extend(
            reader
                .problems
                .into_iter()
                .map(|message| Misfit { variable, message }),
        );
        if misfits.len() >= validate::MOST_ERRORS {
            break;
        }
    }
    if misfits.is_empty() {
        Ok(values)
    } else {
        Err(misfits)
    }
}

/// Reads one variable, and notes what does not fit.
struct Reader<'a> {
    schema: &'a Schema,
    /// Where in the variable the value stands.
    path: String,
    problems: Vec<String>,
}

impl Reader<'_> {
    /// The value in its final shape; null where a problem was noted.
    fn value(&mut self, ty: &Type, value: Value) -> Value {
        match (ty, value) {
            (Type::NonNullNamed(_) | Type::NonNullList(_), Value::Null) => {
                self.problem(&format!("must be {}, not null", article(ty)))
            }
            (_, Value::Null) => Value::Null,
            (Type::List(item) | Type::NonNullList(item), Value::Array(items)) => {
                let items = items.into_iter().enumerate();
                let items = items.map(|(at, value)| {
                    self.within(&format!("[{at}]"), |reader| reader.value(item, value))
                });
                items.collect()
            }
            (Type::List(item) | Type::NonNullList(item), single) => {
                Value::Array(vec![self.value(item, single)])
            }
            (Type::Named(name) | Type::NonNullNamed(name), value) => {
                match self.schema.types.get(name) {
                    Some(ExtendedType::InputObject(object)) => self.object(object, value),
                    Some(ExtendedType::Enum(kind)) => self.member(kind, value),
                    _ => self.scalar(name, value),
                }
            }
        }
    }

    fn object(&mut self, object: &InputObjectType, value: Value) -> Value {
        let name = &object.name;
        let Value::Object(mut given) = value else {
            return self.problem(&format!("must be an object, as `{name}` says"));
        };
        let mut fields = Values::new();
        for (name, field) in &object.fields {
            if let Some(value) = self.field(field, given.remove(name.as_str())) {
                fields.insert(name.to_string(), value);
            }
        }
        for unknown in given.keys().take(validate::MOST_ERRORS) {
            self.within(&format!(".{unknown}"), |reader| {
                reader.problem(&format!("is not known: `{name}` has no such field"))
            });
        }
        if is_one_of(object) && !(fields.len() == 1 && fields.values().all(|one| !one.is_null())) {
            return self.problem(&format!(
                "must have exactly one field, not null, as `{name}` says"
            ));
        }
        fields.into()
    }

    /// The value of an input object's field; none where it was left out and has no default.
    fn field(&mut self, field: &InputValueDefinition, given: Option<Value>) -> Option<Value> {
        let default = || field.default_value.as_ref().map(|literal| json(literal));
        let value = given.or_else(default);
        self.within(&format!(".{}", field.name), |reader| match value {
            Some(value) => Some(reader.value(&field.ty, value)),
            None if field.ty.is_non_null() => {
                Some(reader.problem(&format!("is missing: it must be {}", article(&field.ty))))
            }
            None => None,
        })
    }

    fn member(&mut self, kind: &EnumType, value: Value) -> Value {
        match &value {
            Value::String(name) if kind.values.contains_key(name.as_str()) => value,
            _ => self.problem(&format!("must be one of the values of `{}`", kind.name)),
        }
    }

    fn scalar(&mut self, name: &str, value: Value) -> Value {
        let wanted = match (name, &value) {
            ("Int", Value::Number(number)) if is_32_bit(number) => return value,
            ("ID", Value::Number(number)) if !number.is_f64() => return number.to_string().into(),
            ("Float", Value::Number(_))
            | ("String" | "ID", Value::String(_))
            | ("Boolean", Value::Bool(_)) => return value,
            ("Int", _) => "a whole number from -2147483648 to 2147483647 (Int)",
            ("Float", _) => "a number (Float)",
            ("String", _) => "a string (String)",
            ("ID", _) => "a string (ID)",
            ("Boolean", _) => "true or false (Boolean)",
            _ => return value,
        };
        self.problem(&format!("must be {wanted}"))
    }

    fn within<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let here = self.path.len();
        self.path.push_str(step);
        let read = read(self);
        self.path.truncate(here);
        read
    }

    fn problem(&mut self, what: &str) -> Value {
        if self.problems.len() < validate::MOST_ERRORS {
            self.problems
                .push(format!("Variable `{}` {what}.", self.path));
        }
        Value::Null
    }
}

fn is_32_bit(number: &Number) -> bool {
    number
        .as_i64()
        .is_some_and(|number| i32::try_from(number).is_ok())
}

fn article(ty: &Type) -> String {
    format!("of type `{ty}`")
}

/// A literal without variables, as JSON.
pub(super) fn json(literal: &Literal) -> Value {
    match literal {
        Literal::Null | Literal::Variable(_) => Value::Null,
        Literal::Enum(name) => name.as_str().into(),
        Literal::String(text) => text.as_str().into(),
        Literal::Boolean(is) => (*is).into(),
        Literal::Int(digits) => digits.as_str().parse().map_or(Value::Null, Value::Number),
        Literal::Float(digits) => digits.as_str().parse().map_or(Value::Null, Value::Number),
        Literal::List(items) => items.iter().map(|item| json(item)).collect(),
        Literal::Object(fields) => {
            let fields = fields.iter();
            fields
                .map(|(name, field)| (name.to_string(), json(field)))
                .collect()
        }
    }
}
