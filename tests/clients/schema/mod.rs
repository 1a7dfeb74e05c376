//! The schema as a product, as the public tools see it: its rules, and what has changed since the last
//! release. What is promised of its descriptions stands in `tests/schema`.

use super::{FOLDER, node, passes};

#[test]
fn the_schema_keeps_the_rules_of_relay_and_of_naming() {
    holds("schema/lint.mjs");
}

#[test]
fn the_schema_breaks_no_client_of_the_last_release() {
    holds("schema/diff.mjs");
}

/// Runs the tests of a file, which all read published files and need no server. What they print is shown by
/// `--no-capture`.
#[expect(
    clippy::print_stdout,
    reason = "what may be dangerous for clients is for people to look at"
)]
fn holds(file: &str) {
    let tried = node().current_dir(FOLDER).args(["--test", file]).output();
    let tried = tried.expect("node runs");
    passes(file, &tried);
    println!("{}", String::from_utf8_lossy(&tried.stdout));
}
