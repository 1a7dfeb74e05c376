//! Checks every document in `operations/` against the schema that the service publishes, and fails the build where
//! one does not hold. Those that have no types of their own are handed on as text, each for itself.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

use apollo_compiler::{ExecutableDocument, Schema};

const SCHEMA: &str = "../api/schema.graphql";
const FOLDER: &str = "operations";
/// Documents with many operations, which are sent one by one.
const PLAIN: [&str; 2] = ["mutations.graphql", "forms.graphql"];
/// What every page asks for, to be framed.
const FRAME: &str = "viewer";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={SCHEMA}");
    println!("cargo::rerun-if-changed={FOLDER}");
    let schema = fs::read_to_string(SCHEMA)?;
    let schema = Schema::parse_and_validate(schema, SCHEMA).map_err(|told| told.to_string())?;
    let mut paths: Vec<_> = fs::read_dir(FOLDER)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_, std::io::Error>>()?;
    paths.sort();
    let mut pages = String::from("const PAGES: &[&str] = &[\n");
    let mut code = String::from("const OPERATIONS: &[(&str, &str)] = &[\n");
    for path in paths {
        let text = fs::read_to_string(&path)?;
        let document = ExecutableDocument::parse_and_validate(&schema, &text, &path)
            .map_err(|told| told.to_string())?;
        let plain = PLAIN.iter().any(|name| path.ends_with(name));
        if !plain {
            writeln!(pages, "    {text:?},")?;
        }
        for operation in document.operations.iter() {
            let name = operation
                .name
                .as_ref()
                .ok_or("every operation has a name")?;
            if plain {
                let alone = alone(&document, name);
                writeln!(code, "    ({name:?}, {alone:?}),", name = name.as_str())?;
            } else if operation
                .root_fields(&document)
                .all(|field| field.name != FRAME)
            {
                return Err(format!("{name} does not ask for the {FRAME}").into());
            }
        }
    }
    pages.push_str("];\n");
    code.push_str("];\n");
    code.push_str(&pages);
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("operations.rs"), code)?;
    Ok(())
}

/// One operation as a document of its own, with the fragments that it spreads.
fn alone(document: &ExecutableDocument, name: &str) -> String {
    let mut rest = document.clone();
    rest.operations.anonymous = None;
    rest.operations.named.retain(|key, _| key == name);
    let mut text = rest.to_string();
    loop {
        let unused: Vec<_> = rest
            .fragments
            .keys()
            .filter(|key| !text.contains(&format!("...{key}")))
            .cloned()
            .collect();
        if unused.is_empty() {
            return text;
        }
        for key in unused {
            rest.fragments.shift_remove(&key);
        }
        text = rest.to_string();
    }
}
