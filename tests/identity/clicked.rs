//! Signing in by clicking, in a real browser (Debian's Chromium, driven by `tests/clients/sign-in.mjs`).

use std::process::Command;

use serde_json::{Value, json};

use super::{
    given::{connects, settings, world},
    provider::Provider,
};
use crate::{
    clients::{FOLDER, node, passes},
    harness::Served,
};

/// Does what people do in a browser, and tells what came of each.
async fn clicked(base: &str, people: Value) -> Vec<Value> {
    let chromium = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok());
    let chromium = chromium.expect("this test needs Chromium: apt-get install chromium");
    let found = Command::new("sh")
        .args(["-c", &format!("command -v {chromium}")])
        .output()
        .expect("a shell");
    let chromium = String::from_utf8_lossy(&found.stdout).trim().to_owned();
    let told = json!({ "base": base, "chromium": chromium, "people": people });
    let mut command = tokio::process::Command::from(node());
    let done = command
        .current_dir(FOLDER)
        .arg("sign-in.mjs")
        .env("SIGN_IN", told.to_string())
        .output()
        .await
        .expect("node runs");
    passes("signing in by clicking", &done);
    serde_json::from_slice(&done.stdout).expect("JSON")
}

fn came_in(result: &Value, name: &str, organisation: &str) {
    assert_eq!(
        result["viewer"],
        json!({ "name": name, "organisation": { "name": organisation } }),
        "{result}"
    );
    assert_eq!(result["problems"], json!([]), "{result}");
    assert_eq!(
        result["visible"], "",
        "no script sees the session: {result}"
    );
}

#[tokio::test]
async fn in_a_real_browser_two_people_sign_in_through_two_providers() {
    let world = world().await;
    let people = |email: &str, name: &str| json!({ "one": { "email": email, "email_verified": true, "name": name } });
    let municipality = Provider::start(
        &world.base,
        &people("anna.lindqvist@alvsunda.example", "Anna Lindqvist"),
    );
    let supplier = Provider::start(
        &world.base,
        &people("lisa.berg@fjallnara.example", "Lisa Berg"),
    );
    connects(
        &world,
        "Älvsunda",
        settings(&municipality.issuer, "alvsunda.example"),
    )
    .await;
    let mut open = settings(&supplier.issuer, "fjallnara.example");
    open["justInTime"] = json!(true);
    connects(&world, "Fjällnära", open).await;
    let administrator = &world.actor("Älvsunda", "ADMINISTRATOR").token;
    let results = clicked(
        &world.base,
        json!([
            { "email": "anna.lindqvist@alvsunda.example", "account": "one", "revokedBy": administrator },
            { "email": "lisa.berg@fjallnara.example", "account": "one" },
        ]),
    )
    .await;
    came_in(&results[0], "Anna Lindqvist", "Älvsunda kommun");
    assert_eq!(
        results[0]["revoked"],
        json!({ "status": 401, "viewer": null, "code": "UNAUTHENTICATED" }),
        "whose session an administrator has ended is signed out at the next page"
    );
    came_in(&results[1], "Lisa Berg", "Fjällnära Drift AB");
}

#[tokio::test]
async fn in_a_real_browser_a_visitor_of_the_demo_is_whoever_they_like() {
    let demo = Served::start();
    let base = demo.announcement.graphql.replace("graphql", "");
    let people = json!([{ "button": "button[value=\"0\"]" }, { "button": "button[value=\"9\"]" }]);
    let results = clicked(&base, people).await;
    for (result, actor) in results
        .iter()
        .zip([0, 9].map(|at| &demo.announcement.actors[at]))
    {
        came_in(result, &actor.name, &actor.organisation);
    }
}
