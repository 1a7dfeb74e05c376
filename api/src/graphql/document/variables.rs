//! The variables of a request, brought to the types that its operation gives them.
//!
//! As the specification's *CoerceVariableValues* wants it: what does not fit is an error of the request, and
//! nothing is executed. The executor gets every value in its final shape, with defaults filled in; a variable
//! that was left out and has no default stays out. What a scalar of ours may hold is [its own](scalar) matter.

use apollo_compiler::{
    Schema,
    ast::{Type, Value as Literal},
    executable::Operation,
    schema::{EnumType, ExtendedType, InputObjectType},
};
use serde_json::{Map, Value};

use super::{
    validate::MOST_ERRORS,
    values::{is_one_of, number},
};
use crate::graphql::scalar;

/// The values of an operation's variables, by name.
pub type Values = Map<String, Value>;

/// What an `Int` must be.
const INT: &str = "a whole number from -2147483648 to 2147483647 (`Int`)";

/// A value that does not fit its variable.
pub(super) struct Misfit {
    /// Which variable of the operation, counted from none.
    pub variable: usize,
    pub message: String,
}

/// Brings the values to the types of the operation's variables; values for which it has no variable are
/// left out.
///
/// # Errors
/// The misfits, but not more than are told at once.
pub(super) fn coerce(
    schema: &Schema,
    operation: &Operation,
    mut given: Values,
) -> Result<Values, Vec<Misfit>> {
    let mut values = Values::new();
    let mut misfits = Vec::new();
    for (at, variable) in operation.variables.iter().enumerate() {
        let name = variable.name.as_str();
        let mut reader = Reader {
            schema,
            variable: at,
            path: vec![Step::Field(name)],
            misfits,
        };
        let default = variable.default_value.as_deref();
        if let Some(value) = reader.wanted(&variable.ty, default, given.remove(name)) {
            values.insert(name.to_owned(), value);
        }
        misfits = reader.misfits;
    }
    if misfits.is_empty() {
        Ok(values)
    } else {
        Err(misfits)
    }
}

/// A step into a value.
#[derive(Clone, Copy)]
enum Step<'a> {
    Field(&'a str),
    Item(usize),
}

/// Reads one variable, and notes what does not fit.
struct Reader<'a> {
    schema: &'a Schema,
    variable: usize,
    /// Where the value stands, from the variable's name.
    path: Vec<Step<'a>>,
    misfits: Vec<Misfit>,
}

impl<'a> Reader<'a> {
    /// The value of a variable or an input object's field, its default if it was left out; none where it has
    /// no default.
    fn wanted(
        &mut self,
        ty: &'a Type,
        default: Option<&Literal>,
        given: Option<Value>,
    ) -> Option<Value> {
        match given.or_else(|| default.map(json)) {
            Some(value) => Some(self.value(ty, value)),
            None if ty.is_non_null() => {
                Some(self.misfit(&format!("is missing: it must be of type `{ty}`")))
            }
            None => None,
        }
    }

    /// The value in its final shape; null where a misfit was noted.
    fn value(&mut self, ty: &'a Type, value: Value) -> Value {
        match (ty, value) {
            (Type::NonNullNamed(_) | Type::NonNullList(_), Value::Null) => {
                self.misfit(&format!("must be of type `{ty}`, not null"))
            }
            (_, Value::Null) => Value::Null,
            (Type::List(item) | Type::NonNullList(item), Value::Array(items)) => {
                let items = items.into_iter().enumerate();
                let items =
                    items.map(|(at, one)| self.within(Step::Item(at), |it| it.value(item, one)));
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

    fn object(&mut self, object: &'a InputObjectType, value: Value) -> Value {
        let Value::Object(mut given) = value else {
            return self.misfit(&format!("must be an object, as `{}` says", object.name));
        };
        let mut fields = Values::new();
        for (name, field) in &object.fields {
            let value = given.remove(name.as_str());
            let default = field.default_value.as_deref();
            let value = self.within(Step::Field(name), |it| it.wanted(&field.ty, default, value));
            if let Some(value) = value {
                fields.insert(name.to_string(), value);
            }
        }
        if let Some(unknown) = given.keys().next() {
            let name = &object.name;
            return self.misfit(&format!("has a field `{unknown}`, which `{name}` has not"));
        }
        if is_one_of(object) && !(fields.len() == 1 && fields.values().all(|one| !one.is_null())) {
            let name = &object.name;
            return self.misfit(&format!(
                "must have exactly one field of `{name}`, not null"
            ));
        }
        fields.into()
    }

    fn member(&mut self, kind: &EnumType, value: Value) -> Value {
        match &value {
            Value::String(name) if kind.values.contains_key(name.as_str()) => value,
            _ => self.misfit(&format!("must be one of the values of `{}`", kind.name)),
        }
    }

    fn scalar(&mut self, name: &str, value: Value) -> Value {
        let wanted = match (name, &value) {
            ("Int", Value::Number(number)) => match scalar::whole(number).map(i32::try_from) {
                Some(Ok(whole)) => return whole.into(),
                _ => INT,
            },
            ("ID", Value::Number(number)) if !number.is_f64() => return number.to_string().into(),
            ("Float", Value::Number(_))
            | ("String" | "ID", Value::String(_))
            | ("Boolean", Value::Bool(_)) => return value,
            ("Int", _) => INT,
            ("Float", _) => "a number (`Float`)",
            ("String", _) => "a string (`String`)",
            ("ID", _) => "a string (`ID`)",
            ("Boolean", _) => "true or false (`Boolean`)",
            _ => match scalar::misfit(name, &value) {
                Some(wanted) => wanted,
                None => return value,
            },
        };
        self.misfit(&format!("must be {wanted}"))
    }

    fn within<T>(&mut self, step: Step<'a>, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let read = read(self);
        self.path.pop();
        read
    }

    fn misfit(&mut self, what: &str) -> Value {
        if self.misfits.len() < MOST_ERRORS {
            let steps = self.path.iter().enumerate();
            let path: String = steps
                .map(|(depth, step)| match step {
                    Step::Field(name) if depth == 0 => format!("${name}"),
                    Step::Field(name) => format!(".{name}"),
                    Step::Item(at) => format!("[{at}]"),
                })
                .collect();
            self.misfits.push(Misfit {
                variable: self.variable,
                message: format!("Variable `{path}` {what}."),
            });
        }
        Value::Null
    }
}

/// A literal as JSON; null where a variable stands.
pub(super) fn json(literal: &Literal) -> Value {
    match literal {
        Literal::Null | Literal::Variable(_) => Value::Null,
        Literal::Enum(name) => name.as_str().into(),
        Literal::String(text) => text.as_str().into(),
        Literal::Boolean(is) => (*is).into(),
        Literal::Int(digits) => number(digits.as_str()).into(),
        Literal::Float(digits) => number(digits.as_str()).into(),
        Literal::List(items) => items.iter().map(|item| json(item)).collect(),
        Literal::Object(fields) => {
            let fields = fields.iter();
            fields
                .map(|(name, field)| (name.to_string(), json(field)))
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use apollo_compiler::ExecutableDocument;
    use serde_json::json;

    use super::*;

    const SCHEMA: &str = "
        directive @oneOf on INPUT_OBJECT
        type Query { a(int: Int, float: Float, text: String, is: Boolean, id: ID, unit: Unit, any: Any, in: In, of: Of, day: Date, days: [Date!], long: Long,
            ints: [Int!], matrix: [[Int]], ins: [In!]): Int }
        enum Unit { M KM }
        scalar Any
        scalar Date
        scalar Long
        input In { must: Int! text: String = \"so\" inner: In units: [Unit!] of: Of }
        input Of @oneOf { a: Int b: Int }";

    fn coerced(variables: &str, given: Value) -> Result<Value, Vec<String>> {
        let schema = Schema::parse_and_validate(SCHEMA, "schema").expect("a schema");
        let text = format!("query ({variables}) {{ a }}");
        let document = ExecutableDocument::parse(&schema, text, "query").expect("a document");
        let operation = document.operations.get(None).expect("an operation");
        let Value::Object(given) = given else {
            panic!("variables are an object");
        };
        let told = |misfits: Vec<Misfit>| misfits.into_iter().map(|one| one.message).collect();
        coerce(&schema, operation, given)
            .map(Value::Object)
            .map_err(told)
    }

    #[track_caller]
    fn fits(variables: &str, given: Value, becomes: Value) {
        assert_eq!(coerced(variables, given), Ok(becomes), "{variables}");
    }

    #[track_caller]
    fn is_refused(variables: &str, given: Value, with: &[&str]) {
        let told = coerced(variables, given).expect_err(variables);
        assert_eq!(told, with, "{variables}");
    }

    #[test]
    fn values_that_fit_come_in_their_final_shape() {
        fits(
            "$a: Int!, $b: Float",
            json!({"a": -5, "b": 2}),
            json!({"a": -5, "b": 2}),
        );
        fits(
            "$a: ID!, $b: ID",
            json!({"a": 7, "b": "x"}),
            json!({"a": "7", "b": "x"}),
        );
        fits("$a: [Int!]", json!({"a": 1}), json!({"a": [1]}));
        let minus_zero = || "-0".parse::<Value>().expect("a number");
        fits("$a: Int = -0", json!({}), json!({"a": 0}));
        fits("$a: Int", json!({"a": minus_zero()}), json!({"a": 0}));
        fits(
            "$a: Date, $b: [Date!], $c: Long",
            json!({"a": "2026-11-24", "b": "2026-11-24", "c": 1_u64 << 40}),
            json!({"a": "2026-11-24", "b": ["2026-11-24"], "c": 1_u64 << 40}),
        );
        fits(
            "$a: [[Int]]",
            json!({"a": [1, null, [2]]}),
            json!({"a": [[1], null, [2]]}),
        );
        fits(
            "$a: Any",
            json!({"a": {"x": [1.5, null]}}),
            json!({"a": {"x": [1.5, null]}}),
        );
        fits("$a: Unit = M, $b: Int", json!({}), json!({"a": "M"}));
        fits("$a: Int = 3", json!({"a": null}), json!({"a": null}));
        fits(
            "$a: Int",
            json!({"a": 1, "nobody": "asked"}),
            json!({"a": 1}),
        );
        fits(
            "$a: In",
            json!({"a": {"must": 1, "inner": {"must": 2, "text": null}, "units": "KM", "of": {"b": 1}}}),
            json!({"a": {"must": 1, "text": "so", "inner": {"must": 2, "text": null}, "units": ["KM"], "of": {"b": 1}}}),
        );
        fits(
            "$a: In = {must: 2}",
            json!({}),
            json!({"a": {"must": 2, "text": "so"}}),
        );
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_path() {
        let int = "a whole number from -2147483648 to 2147483647 (`Int`)";
        for wrong in [
            json!(2_147_483_648_u32),
            json!(1.5),
            json!(1.0),
            json!("1"),
            json!(true),
            json!([1]),
        ] {
            is_refused(
                "$a: Int",
                json!({"a": wrong}),
                &[&format!("Variable `$a` must be {int}.")],
            );
        }
        is_refused(
            "$a: ID!",
            json!({}),
            &["Variable `$a` is missing: it must be of type `ID!`."],
        );
        is_refused(
            "$a: ID!",
            json!({"a": null}),
            &["Variable `$a` must be of type `ID!`, not null."],
        );
        is_refused(
            "$a: ID",
            json!({"a": 1.5}),
            &["Variable `$a` must be a string (`ID`)."],
        );
        is_refused(
            "$a: String",
            json!({"a": 1}),
            &["Variable `$a` must be a string (`String`)."],
        );
        is_refused(
            "$a: Boolean",
            json!({"a": "true"}),
            &["Variable `$a` must be true or false (`Boolean`)."],
        );
        is_refused(
            "$a: Float",
            json!({"a": "1"}),
            &["Variable `$a` must be a number (`Float`)."],
        );
        for wrong in [json!("CM"), json!("m"), json!(0)] {
            is_refused(
                "$a: Unit",
                json!({"a": wrong}),
                &["Variable `$a` must be one of the values of `Unit`."],
            );
        }
        is_refused(
            "$a: [Date!]",
            json!({"a": ["2026-11-24", "2026-02-30", 20_261_124]}),
            &[
                "Variable `$a[1]` must be a day, as \"2026-11-24\" (`Date`).",
                "Variable `$a[2]` must be a day, as \"2026-11-24\" (`Date`).",
            ],
        );
        is_refused(
            "$a: Long",
            json!({"a": 1_u64 << 53}),
            &[
                "Variable `$a` must be a whole number from -9007199254740991 to 9007199254740991 (`Long`).",
            ],
        );
        is_refused(
            "$a: [Int!]",
            json!({"a": [1, null]}),
            &["Variable `$a[1]` must be of type `Int!`, not null."],
        );
        is_refused(
            "$a: [In!]",
            json!({"a": [{"must": 1}, {"inner": {"must": "x", "units": ["M", "X"]}}]}),
            &[
                "Variable `$a[1].must` is missing: it must be of type `Int!`.",
                &format!("Variable `$a[1].inner.must` must be {int}."),
                "Variable `$a[1].inner.units[1]` must be one of the values of `Unit`.",
            ],
        );
        is_refused(
            "$a: In",
            json!({"a": [1]}),
            &["Variable `$a` must be an object, as `In` says."],
        );
        is_refused(
            "$a: In",
            json!({"a": {"must": 1, "colour": 2}}),
            &["Variable `$a` has a field `colour`, which `In` has not."],
        );
        for wrong in [json!({}), json!({"a": 1, "b": 2}), json!({"a": null})] {
            is_refused(
                "$a: Of",
                json!({"a": wrong}),
                &["Variable `$a` must have exactly one field of `Of`, not null."],
            );
        }
    }

    #[test]
    fn misfits_are_bounded() {
        let told =
            coerced("$a: [Int!]", json!({"a": vec!["x"; 1_000]})).expect_err("they are texts");
        assert_eq!(told.len(), MOST_ERRORS);
    }
}
