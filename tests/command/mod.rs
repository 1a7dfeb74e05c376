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

/// The service on a folder; ended with the test, if not before.
struct Serving {
    process: Child,
    graphql: String,
}

impl Serving {
    /// Serves a folder on a free port.
    async fn start(folder: &Path) -> Self {
        // Without it no client over HTTP can be made.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let port = {
            let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
            free.local_addr().expect("an address").port()
        };
        let listen = format!("127.0.0.1:{port}");
        let serving = Self {
            process: Command::new(BINARY)
                .args(["serve", "--listen", &listen])
                .current_dir(folder)
                .stderr(Stdio::null())
                .spawn()
                .expect("the binary starts"),
            graphql: format!("http://{listen}/graphql"),
        };
        let ready = format!("http://{listen}/readyz");
        for _ in 0..200 {
            if reqwest::get(&ready)
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                return serving;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it serves within ten seconds");
    }

    /// Asks it to stop, as a supervisor does, and tells whether it ended well.
    fn stops_well(mut self) -> bool {
        let asked = Command::new("kill")
            .args(["-TERM", &self.process.id().to_string()])
            .status();
        assert!(asked.expect("kill runs").success());
        self.process.wait().expect("it ends").success()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn an_empty_folder_becomes_a_world_in_which_people_act() {
    let folder = tempfile::tempdir().expect("a folder");
    let serving = Serving::start(folder.path()).await;
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

    let administrator = Client::new(&serving.graphql, Some(&text(&token.stdout)));
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
    let it_manager = Client::new(&serving.graphql, Some(&text(&token.stdout)));
    let agreement = json!({ "supplierNumber": "556036-0793", "supplierName": "Prov Drift AB", "serviceArea": "NETWORK",
        "reference": "KS 2026/1", "title": "Nätverk", "startsOn": "2026-01-01" });
    let made = it_manager
        .does("createAgreement", agreement, "{ title supplier { name } }")
        .await;
    assert_eq!(made["supplier"]["name"], "Prov Drift AB");

    assert!(serving.stops_well());
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
