//! The operator connects a provider from the command line, as `deploy/README.md` tells it, and cannot come as one of
//! the people who are there by connecting another.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::{
    browser::Browser,
    given::{SESSION, asks, begins, world},
    provider::CLIENT,
    rogue::{Rogue, parameter},
};
use crate::harness::{BINARY, World};

const NUMBER: &str = "556036-0793";
const SVEA: &str = "svea.ek@nyby.example";
const WHO: &str = "{ viewer { name } }";

/// Whether the command succeeds, and what it says.
fn says(world: &World, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(BINARY)
        .args(arguments)
        .env("SAMSYN_DATABASE__URL", world.folder.records.url())
        .env(
            "SAMSYN_IDENTITY__KEY",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        )
        .env("SAMSYN_IDENTITY__ALLOW_PRIVATE_PROVIDERS", "true")
        .current_dir(world.folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut input = command.stdin.take().expect("it is piped");
    // A command that reads nothing may have ended.
    let _ = writeln!(input, "{}", CLIENT.1);
    drop(input);
    let out = command.wait_with_output().expect("it ends");
    let text = [out.stdout, out.stderr].concat();
    (
        out.status.success(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

fn sets(world: &World, number: &str, issuer: &str, client: &str, domain: &str) -> (bool, String) {
    let arguments = [
        "identity",
        "set",
        "--organisation",
        number,
        "--issuer",
        issuer,
        "--client-id",
        client,
        "--client-secret-file",
        "-",
        "--domain",
        domain,
    ];
    says(world, &arguments)
}

/// Svea comes from this provider as this subject.
async fn comes(world: &World, rogue: &Rogue, subject: &str, client: &str) -> Browser {
    let mut browser = Browser::new();
    let page = begins(world, &mut browser, SVEA).await;
    let there = page.leads_to().expect("the provider");
    let claims = json!({ "sub": subject, "aud": client, "email": SVEA, "name": "Svea Ek" });
    rogue.says(&there, &claims, None);
    let state = parameter(&there, "state");
    let back = format!(
        "{}sign-in/callback?code=a&state={state}&iss={}",
        world.base, rogue.issuer
    );
    browser.open(&back).await;
    browser
}

// The command asks a provider that is in this process.
#[tokio::test(flavor = "multi_thread")]
async fn the_operator_connects_a_provider_until_people_are_there() {
    let world = world().await;
    let (rogue, other) = (Rogue::start().await, Rogue::start().await);
    let organisation = [
        "organisation",
        "create",
        "--number",
        NUMBER,
        "--name",
        "Nyby AB",
        "--kind",
        "supplier",
    ];
    assert!(says(&world, &organisation).0);
    // A wrong one is put right.
    let set = |issuer: &str, client: &str| sets(&world, NUMBER, issuer, client, "nyby.example");
    let (done, said) = set(&other.issuer, CLIENT.0);
    assert!(done, "{said}");
    let (done, said) = set(&rogue.issuer, CLIENT.0);
    assert!(done, "{said}");
    let shown: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(shown["issuer"], rogue.issuer);
    assert_eq!(shown["domains"][0]["domain"], "nyby.example");
    assert!(shown["domains"][0]["confirmedAt"].is_string());

    let (done, token) = says(
        &world,
        &[
            "token",
            "create",
            "--organisation",
            NUMBER,
            "--name",
            "first administrator",
            "--role",
            "ADMINISTRATOR",
            "--scope",
            "ADMINISTRATION_WRITE",
            "--expires-in",
            "1d",
        ],
    );
    assert!(done, "{token}");
    let svea = json!({ "name": "Svea Ek", "email": SVEA, "roles": [{ "role": "ADMINISTRATOR" }] });
    world
        .does(token.trim(), "createPerson", svea, "{ id }")
        .await;
    let browser = comes(&world, &rogue, "svea", CLIENT.0).await;
    let who = asks(&world, &browser, WHO, json!({})).await.data(WHO);
    assert_eq!(who["viewer"]["name"], "Svea Ek");

    // The same provider may know the service as another client, and her by another subject.
    let (done, said) = set(&rogue.issuer, "samsyn-2");
    assert!(done, "{said}");
    let browser = comes(&world, &rogue, "svea-to-the-second", "samsyn-2").await;
    assert!(browser.cookie(&world.base, SESSION).is_some());

    let (done, said) = set(&other.issuer, CLIENT.0);
    assert!(!done && said.contains("setIdentityProvider"), "{said}");
    let (_, said) = says(&world, &["identity", "show", "--organisation", NUMBER]);
    let shown: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(
        (&shown["issuer"], &shown["clientId"]),
        (&json!(rogue.issuer), &json!("samsyn-2"))
    );

    // Nor where people come without any provider.
    let (done, said) = sets(
        &world,
        "212000-9903",
        &other.issuer,
        CLIENT.0,
        "alvsunda.example",
    );
    assert!(!done && said.contains("setIdentityProvider"), "{said}");
}

#[tokio::test]
async fn a_domain_is_confirmed_as_one_organisations_alone() {
    let world = world().await;
    let confirm = |number: &str| {
        let arguments = [
            "identity",
            "confirm",
            "--organisation",
            number,
            "--domain",
            "alvsunda.example",
        ];
        says(&world, &arguments)
    };
    let (done, said) = confirm("212000-9903");
    assert!(done, "{said}");
    let organisation = [
        "organisation",
        "create",
        "--number",
        NUMBER,
        "--name",
        "Nyby AB",
        "--kind",
        "supplier",
    ];
    assert!(says(&world, &organisation).0);
    let (done, said) = confirm(NUMBER);
    assert!(!done && said.contains("another organisation's"), "{said}");
}
