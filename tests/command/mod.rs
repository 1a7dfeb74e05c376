//! The command line: from an empty folder to a world in which people act.

use std::{
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use serde_json::json;

use crate::harness::{BINARY, Client};

fn samsyn(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.args(args).current_dir(folder);
    command.output().expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

/// Serves an empty folder on a free port, and tells where.
async fn serve(folder: &Path) -> (Child, String) {
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        free.local_addr().expect("an address").port()
    };
    let listen = format!("127.0.0.1:{port}");
    let child = Command::new(BINARY)
        .args(["serve", "--listen", &listen])
        .current_dir(folder)
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let ready = format!("http://{listen}/readyz");
    for _ in 0..200 {
        if reqwest::get(&ready)
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            return (child, format!("http://{listen}/graphql"));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it serves within ten seconds");
}

#[tokio::test]
async fn an_empty_folder_becomes_a_world_in_which_people_act() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut served, graphql) = serve(folder.path()).await;
    let made = samsyn(
        folder.path(),
        &[
            "organisation",
            "create",
            "--kind",
            "municipality",
            "--number",
            "212000-0142",
            "--name",
            "Provköpings kommun",
        ],
    );
    assert!(made.status.success(), "{}", text(&made.stderr));
    let token = samsyn(
        folder.path(),
        &[
            "token",
            "create",
            "--organisation",
            "212000-0142",
            "--name",
            "först",
            "--role",
            "ADMINISTRATOR",
            "--scope",
            "ADMINISTRATION_WRITE",
            "--scope",
            "ADMINISTRATION_READ",
        ],
    );
    assert!(token.status.success(), "{}", text(&token.stderr));

    let administrator = Client::new(&graphql, Some(&text(&token.stdout)));
    let person = json!({ "name": "Åsa Prov", "email": "asa@prov.example", "roles": [{ "role": "IT_MANAGER" }] });
    administrator
        .does("createPerson", person, "{ id roles { role } }")
        .await;
    let token = samsyn(
        folder.path(),
        &[
            "token",
            "create",
            "--organisation",
            "212000-0142",
            "--name",
            "Åsas",
            "--person",
            "asa@prov.example",
            "--scope",
            "ADMINISTRATION_WRITE",
        ],
    );
    let it_manager = Client::new(&graphql, Some(&text(&token.stdout)));
    let agreement = json!({ "supplierNumber": "556036-0793", "supplierName": "Prov Drift AB", "serviceArea": "NETWORK",
        "reference": "KS 2026/1", "title": "Nätverk", "startsOn": "2026-01-01" });
    let made = it_manager
        .does("createAgreement", agreement, "{ title supplier { name } }")
        .await;
    assert_eq!(made["supplier"]["name"], "Prov Drift AB");

    let asked = Command::new("kill")
        .args(["-TERM", &served.id().to_string()])
        .status();
    assert!(asked.expect("kill runs").success());
    assert!(
        served.wait().expect("it ends").success(),
        "it stops well when asked to"
    );
    let verdict = samsyn(folder.path(), &["verify-ledger"]);
    assert!(verdict.status.success(), "{}", text(&verdict.stderr));
}

#[test]
fn a_wrong_setting_is_named_and_ends_with_two() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(
        folder.path().join("samsyn.toml"),
        "[server]\nlisten = \"here\"\n",
    )
    .expect("a file");
    let refused = samsyn(folder.path(), &["serve"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        text(&refused.stderr).contains("server.listen"),
        "{}",
        text(&refused.stderr)
    );

    std::fs::write(
        folder.path().join("samsyn.toml"),
        "[server]\nlissen = \"127.0.0.1:0\"\n",
    )
    .expect("a file");
    let refused = samsyn(folder.path(), &["serve"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        text(&refused.stderr).contains("lissen"),
        "{}",
        text(&refused.stderr)
    );
}

#[test]
fn a_number_with_a_wrong_check_digit_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = samsyn(
        folder.path(),
        &[
            "organisation",
            "create",
            "--kind",
            "supplier",
            "--number",
            "556036-0794",
            "--name",
            "Fel AB",
        ],
    );
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        text(&refused.stderr).contains("check digit"),
        "{}",
        text(&refused.stderr)
    );
}

#[test]
fn every_command_explains_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    for command in [
        "demo",
        "serve",
        "migrate",
        "schema",
        "permissions",
        "verify-ledger",
        "organisation",
        "token",
    ] {
        let help = samsyn(folder.path(), &[command, "--help"]);
        assert!(help.status.success(), "{command}");
        assert!(
            text(&help.stdout).lines().count() > 3,
            "{command}: {}",
            text(&help.stdout)
        );
    }
}
