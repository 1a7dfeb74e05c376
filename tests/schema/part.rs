//! Everything that a schema names, one by one, as introspection tells it.

use serde_json::Value;

use crate::harness::World;

/// A type, a field, an argument, an input field or a value of an enum.
pub struct Part {
    /// Where it stands: `Type`, `Type.field` or `Type.field(argument)`.
    pub path: String,
    pub kind: Kind,
    pub description: String,
    /// What is said of the type that it belongs to.
    pub said_of_type: String,
    pub nullable: bool,
    /// Why it is deprecated; `None` while it is not.
    pub deprecated: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Type,
    Output,
    Input,
    Value,
}

const INTROSPECTION: &str = "{ __schema { types { name description \
    fields(includeDeprecated: true) { ...f args(includeDeprecated: true) { ...i } } \
    inputFields(includeDeprecated: true) { ...i } \
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } } } } \
    fragment f on __Field { name description type { kind } isDeprecated deprecationReason } \
    fragment i on __InputValue { name description type { kind } defaultValue isDeprecated deprecationReason }";

/// All parts of the service's schema.
pub async fn parts(world: &World) -> Vec<Part> {
    let answer = world.send(None, INTROSPECTION, Value::Null).await;
    let data = answer.data("introspection");
    let types = list(&data["__schema"], "types");
    types.iter().flat_map(parts_of).collect()
}

/// A type with everything in it; nothing of those that are the specification's own.
pub fn parts_of(one: &Value) -> Vec<Part> {
    let name = text(one, "name");
    let own = !name.starts_with("__")
        && !["ID", "Int", "Float", "String", "Boolean"].contains(&name.as_str());
    if !own {
        return vec![];
    }
    let said = text(one, "description");
    let part = |value: &Value, path: String, kind| Part {
        path,
        kind,
        description: text(value, "description"),
        said_of_type: said.clone(),
        nullable: value["type"]["kind"] != "NON_NULL" && value["defaultValue"].is_null(),
        deprecated: (value["isDeprecated"] == true).then(|| text(value, "deprecationReason")),
    };
    let mut parts = vec![part(one, name.clone(), Kind::Type)];
    let within = [
        ("fields", Kind::Output),
        ("inputFields", Kind::Input),
        ("enumValues", Kind::Value),
    ];
    for (list_of, kind) in within {
        for field in list(one, list_of) {
            let path = format!("{name}.{}", text(field, "name"));
            for argument in list(field, "args") {
                let path = format!("{path}({})", text(argument, "name"));
                parts.push(Part {
                    said_of_type: String::new(),
                    ..part(argument, path, Kind::Input)
                });
            }
            parts.push(part(field, path, kind));
        }
    }
    parts
}

fn list<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of[name].as_array().map_or(&[], Vec::as_slice)
}

fn text(of: &Value, name: &str) -> String {
    of[name].as_str().unwrap_or_default().trim().to_owned()
}
