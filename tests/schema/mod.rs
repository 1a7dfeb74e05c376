//! The schema as a product: published, described, and regular. What the public tools find in it, and what has
//! changed since the last release, is tried in `tests/clients/schema`.

mod code;
mod deprecation;
mod description;
mod part;

use std::{fs, process::Command};

use serde_json::Value;

use crate::harness::{BINARY, Schema, World};

/// What the binary prints, and the published file that must be the same.
fn is_published(args: &[&str], file: &str) {
    let printed = Command::new(BINARY)
        .args(args)
        .output()
        .expect("the binary runs");
    assert!(
        printed.status.success(),
        "{}",
        String::from_utf8_lossy(&printed.stderr)
    );
    let printed = String::from_utf8(printed.stdout).expect("text");
    let path = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
    let published = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        printed == published,
        "{file} is not fresh; write it with: cargo run -- {} > api/{file}",
        args.join(" ")
    );
}

#[test]
fn the_published_schema_is_fresh() {
    is_published(&["schema"], "schema.graphql");
}

#[test]
fn the_published_matrix_is_fresh() {
    is_published(&["permissions", "--format", "markdown"], "permissions.md");
}

#[tokio::test]
async fn lists_are_relay_connections_and_mutations_take_one_input() {
    let world = World::open().await;
    let schema = Schema::of(&world).await;
    for (name, one) in &schema.types {
        for field in one["fields"].as_array().into_iter().flatten() {
            let path = format!("{name}.{}", field["name"].as_str().unwrap_or_default());
            let target = named(&field["type"]);
            if target.ends_with("Connection") {
                let args: Vec<_> = field["args"]
                    .as_array()
                    .expect("arguments")
                    .iter()
                    .map(|arg| arg["name"].as_str().unwrap_or_default())
                    .collect();
                assert!(
                    args.contains(&"first") && args.contains(&"after"),
                    "{path} is paged"
                );
                let parts: Vec<_> = schema
                    .fields(target)
                    .iter()
                    .map(|field| field["name"].as_str().unwrap_or_default().to_owned())
                    .collect();
                for part in ["edges", "nodes", "pageInfo", "totalCount"] {
                    assert!(
                        parts.iter().any(|known| known == part),
                        "{target} has {part}"
                    );
                }
            }
            if name == "Mutation" {
                let args = field["args"].as_array().expect("arguments");
                assert!(
                    args.len() == 1 && args[0]["name"] == "input",
                    "{path} takes one input"
                );
            }
        }
    }
}

fn named(reference: &Value) -> &str {
    match reference["name"].as_str() {
        Some(name) => name,
        None => named(&reference["ofType"]),
    }
}
