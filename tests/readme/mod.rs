//! The README's tour, pasted as a newcomer pastes it: what it says works as printed.

use std::process::Command;

use serde_json::Value;

use crate::harness::{BINARY, Served};

/// The tour's commands, in order, with the built binary in place of `cargo run`.
fn commands() -> String {
    let readme = include_str!("../../README.md");
    let tour = readme
        .split("## The tour")
        .nth(1)
        .expect("the README has a tour");
    let blocks: Vec<_> = tour
        .split("```sh\n")
        .skip(1)
        .filter_map(|block| block.split("```").next())
        .collect();
    assert!(blocks.len() >= 9, "words for the shell, and eight steps");
    blocks.concat().replace("cargo run -q --", BINARY)
}

/// The refusals that the tour shows on purpose, in order.
const SHOWN: [&str; 3] = ["NOT_FOUND", "INVALID_STATE", "FORBIDDEN"];

#[tokio::test]
async fn the_tour_works_as_printed() {
    let demo = Served::start();
    let pasted = Command::new("bash")
        .args(["-c", &commands()])
        .env("API", &demo.announcement.graphql)
        .env("DEMO", demo.folder.path())
        .output()
        .expect("bash runs");
    let said = String::from_utf8_lossy(&pasted.stdout).into_owned();
    let complained = String::from_utf8_lossy(&pasted.stderr).into_owned();

    let answers: Vec<Value> = said
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let refused: Vec<_> = answers
        .iter()
        .filter_map(|answer| answer["errors"][0]["extensions"]["code"].as_str())
        .collect();
    assert_eq!(refused, SHOWN, "{said}\n{complained}");
    assert!(
        answers.len() > 50,
        "every step answers: {}\n{complained}",
        answers.len()
    );

    assert_eq!(
        said.matches("The ledger is whole").count(),
        1,
        "{said}\n{complained}"
    );
    assert!(
        complained.contains("the ledger is broken at event"),
        "{complained}"
    );
    let last = complained
        .lines()
        .filter(|line| !line.contains("the ledger is broken") && !line.trim().is_empty());
    assert_eq!(
        last.count(),
        0,
        "nothing else is complained of: {complained}"
    );
}
