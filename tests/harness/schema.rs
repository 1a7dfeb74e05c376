//! The schema as its own introspection tells it, and documents that read all of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::World;

/// The rows of connections below the root.
const NESTED_ROWS: &str = "first: 3";

/// The types of the schema.
pub struct Schema {
    pub types: BTreeMap<String, Value>,
}

impl Schema {
    pub async fn of(world: &World) -> Self {
        let document = "{ __schema { types { name kind possibleTypes { name } fields { name \
            args { name type { kind } defaultValue } \
            type { ...t ofType { ...t ofType { ...t ofType { ...t } } } } } } } } \
            fragment t on __Type { kind name }";
        let answer = world.send(None, document, json!({})).await;
        let data = answer.data("introspection");
        let types = data["__schema"]["types"].as_array().expect("types").clone();
        let named = types
            .into_iter()
            .map(|one| (one["name"].as_str().expect("a name").to_owned(), one));
        Self {
            types: named.collect(),
        }
    }

    /// The fields of a type.
    pub fn fields(&self, of: &str) -> Vec<Value> {
        self.types[of]["fields"]
            .as_array()
            .cloned()
            .unwrap_or_default()
    }

    /// Everything that can be read of a type, to a depth.
    pub fn selection(&self, of: &str, depth: usize) -> String {
        let kind = self.types[of]["kind"].as_str().expect("a kind");
        if kind == "INTERFACE" || kind == "UNION" {
            let possible = self.types[of]["possibleTypes"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let parts = possible.iter().filter_map(|one| {
                let name = one["name"].as_str()?;
                // Fields of several types would meet under one name: ids are what matters here.
                let id = self.fields(name).iter().any(|field| field["name"] == "id");
                id.then(|| format!("... on {name} {{ id }}"))
            });
            return format!("{{ __typename {} }}", parts.collect::<Vec<_>>().join(" "));
        }
        let parts: Vec<_> = self
            .fields(of)
            .iter()
            .filter_map(|field| self.field(field, depth, NESTED_ROWS))
            .collect();
        format!(
            "{{ {} }}",
            if parts.is_empty() {
                "__typename".to_owned()
            } else {
                parts.join(" ")
            }
        )
    }

    /// A field with everything below it; none if it needs an id or lies too deep.
    pub fn field(&self, field: &Value, depth: usize, rows: &str) -> Option<String> {
        let name = field["name"].as_str()?;
        let target = named_type(&field["type"]);
        let composite = matches!(
            self.types[target]["kind"].as_str(),
            Some("OBJECT" | "INTERFACE" | "UNION")
        );
        if composite && depth == 0 {
            return None;
        }
        let arguments = arguments(name, field, rows)?;
        // A connection and its page are one step on the way down, not three.
        let below = if target.ends_with("Connection") || target.ends_with("Edge") {
            depth
        } else {
            depth.saturating_sub(1)
        };
        let selection = match composite {
            true if target.ends_with("Connection") => self.page(target, below),
            true => self.selection(target, below),
            false => String::new(),
        };
        Some(format!("{name}{arguments} {selection}"))
    }

    fn page(&self, connection: &str, depth: usize) -> String {
        let nodes = self
            .fields(connection)
            .into_iter()
            .find(|field| field["name"] == "nodes")
            .expect("nodes");
        let target = named_type(&nodes["type"]).to_owned();
        format!(
            "{{ totalCount nodes {} }}",
            self.selection(&target, depth.saturating_sub(1))
        )
    }
}

fn named_type(reference: &Value) -> &str {
    match reference["name"].as_str() {
        Some(name) => name,
        None => named_type(&reference["ofType"]),
    }
}

/// The arguments of a field, or none if it cannot be walked without an id.
fn arguments(name: &str, field: &Value, rows: &str) -> Option<String> {
    let args = field["args"].as_array().expect("arguments");
    let required = args
        .iter()
        .filter(|arg| arg["type"]["kind"] == "NON_NULL" && arg["defaultValue"].is_null());
    if required.count() > 0 {
        return None;
    }
    let has = |wanted: &str| args.iter().any(|arg| arg["name"] == wanted);
    match (name, has("first"), has("includeReplaced")) {
        (_, true, _) => Some(format!("({rows})")),
        (_, _, true) => Some("(includeReplaced: true)".to_owned()),
        _ => Some(String::new()),
    }
}
