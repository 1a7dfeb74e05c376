//! Everything is described, and what may be null or left out says when, and what that means.

use serde_json::json;

use super::part::{Kind, Part, parts, parts_of};
use crate::harness::World;

/// How the description of a nullable field tells when it is null.
const NULL: [&str; 5] = [
    "Null when ",
    "Null while ",
    "Null until ",
    "Null before ",
    "Null for ",
];

/// How the description of an argument or input field, or of its type, tells what leaving it out means.
const LEFT_OUT: [&str; 4] = ["left out", "Left out", "leave out", "Leave out"];

#[tokio::test]
async fn every_type_field_argument_and_value_is_described() {
    none_is(
        &parts(&World::open().await).await,
        "is not described",
        |part| part.description.is_empty(),
    );
}

#[tokio::test]
async fn every_nullable_field_says_when_it_is_null() {
    none_is(
        &parts(&World::open().await).await,
        "does not say when it is null",
        unexplained_null,
    );
}

#[tokio::test]
async fn everything_that_may_be_left_out_says_what_that_means() {
    let parts = parts(&World::open().await).await;
    none_is(
        &parts,
        "does not say what leaving it out means",
        unexplained_gap,
    );
}

#[test]
fn what_does_not_say_so_is_found() {
    let nullable = json!({ "kind": "SCALAR" });
    let silent = json!({ "name": "Silent", "description": "A thing.",
        "fields": [
            { "name": "nickname", "description": "What friends say.", "type": nullable, "args": [
                { "name": "of", "description": "Whose.", "type": nullable } ] },
            { "name": "title", "description": "Its title. Null when it has none.", "type": nullable } ],
        "inputFields": [
            { "name": "remark", "description": "What to say.", "type": nullable },
            { "name": "first", "description": "How many.", "type": nullable, "defaultValue": "20" },
            { "name": "last", "description": "How many; all when left out.", "type": nullable } ] });
    let parts = parts_of(&silent);
    let paths = |found: fn(&Part) -> bool| {
        let found = parts.iter().filter(|part| found(part));
        found.map(|part| part.path.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(paths(unexplained_null), ["Silent.nickname"]);
    assert_eq!(
        paths(unexplained_gap),
        ["Silent.nickname(of)", "Silent.remark"]
    );
}

fn unexplained_null(part: &Part) -> bool {
    part.kind == Kind::Output && part.nullable && !says(&part.description, &NULL)
}

fn unexplained_gap(part: &Part) -> bool {
    part.kind == Kind::Input
        && part.nullable
        && !says(&part.description, &LEFT_OUT)
        && !says(&part.said_of_type, &LEFT_OUT)
}

fn says(description: &str, wordings: &[&str]) -> bool {
    let words = description.split_whitespace().collect::<Vec<_>>().join(" ");
    wordings.iter().any(|wording| words.contains(wording))
}

fn none_is(parts: &[Part], wrong: &str, found: impl Fn(&Part) -> bool) {
    assert!(parts.len() > 500, "the schema is walked");
    let found: Vec<_> = parts
        .iter()
        .filter(|part| found(part))
        .map(|part| format!("{}: {}", part.path, part.description))
        .collect();
    assert!(
        found.is_empty(),
        "{} of these: {wrong}: {found:#?}",
        found.len()
    );
}
