//! Other people's tools just work: each of the public clients here is run against the real binary.
//!
//! One file of JavaScript a client, and the tests in it stand on [`Served`] as all the others do. They need
//! Node and the packages of this folder; `tests/run` sees to both, and where there is no Node it leaves
//! these tests out and says so. Started by hand without them, they fail and say what is missing.

mod schema;

use std::process::{Command, Output};

use crate::harness::Served;

/// Where the clients are.
pub const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/clients");

#[test]
fn all_audits_of_graphql_over_http_pass() {
    works("graphql-http.mjs");
}

#[test]
fn relay_compiler_accepts_the_schema() {
    works("relay.mjs");
}

#[test]
fn graphql_codegen_accepts_the_schema_and_typescript_what_it_makes() {
    works("codegen.mjs");
}

#[test]
fn apollo_client_works() {
    works("apollo.mjs");
}

#[test]
fn urql_works() {
    works("urql.mjs");
}

#[test]
fn graphql_ws_follows_and_resumes() {
    works("graphql-ws.mjs");
}

#[test]
fn graphql_sse_follows_and_resumes() {
    works("graphql-sse.mjs");
}

#[test]
fn tus_js_client_uploads_and_resumes() {
    works("tus.mjs");
}

#[test]
fn ical_js_reads_the_calendar() {
    works("calendar.mjs");
}

#[test]
fn small_files_come_with_their_mutation() {
    works("multipart.mjs");
}

/// Runs the tests of a client, which must all pass, for the demo's people that it acts as.
fn works(client: &str) {
    let demo = Served::start();
    let tried = node()
        .current_dir(FOLDER)
        .args(["--test", "--test-timeout=120000", client])
        .env("SAMSYN_URL", &demo.announcement.graphql)
        .env("SAMSYN_SUBSCRIPTIONS", &demo.announcement.subscriptions)
        .env("SAMSYN_CUSTOMER", demo.token("Älvsunda", "IT_MANAGER"))
        .env("SAMSYN_SUPPLIER", lisa(&demo))
        .output();
    passes(client, &tried.expect("node runs"));
}

/// The token of Lisa, who contributes for the supplier of hosting.
pub fn lisa(demo: &Served) -> &str {
    demo.token("Fjällnära", "SUPPLIER_CONTRIBUTOR")
}

/// Node, with the packages of this folder beside it.
pub fn node() -> Command {
    let version = Command::new("node").arg("--version").output();
    assert!(
        version.is_ok_and(|said| said.status.success()),
        "this test needs Node 20.19 or later; without it, leave out what tests/run leaves out"
    );
    assert!(
        std::path::Path::new(FOLDER).join("node_modules").is_dir(),
        "the packages are missing: run `npm ci` in tests/clients"
    );
    Command::new("node")
}

/// Fails with all that was said unless it went well.
pub fn passes(what: &str, tried: &Output) {
    assert!(
        tried.status.success(),
        "{what} fails:\n{}\n{}",
        String::from_utf8_lossy(&tried.stdout),
        String::from_utf8_lossy(&tried.stderr)
    );
}
