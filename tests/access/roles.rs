//! As whom the service works on PostgreSQL: as a role that row-level security binds, and as no other.

use std::process::{Command, Output};

use crate::harness::{
    BINARY,
    engine::{Postgres, migrate},
};

fn samsyn(arguments: &[&str]) -> Output {
    Command::new(BINARY)
        .args(arguments)
        .env("SAMSYN_SERVER__LISTEN", "127.0.0.1:0")
        .output()
        .expect("the binary runs")
}

/// What the service says when it refuses to start.
fn refusal(url: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_string_lossy().into_owned();
    let refused = samsyn(&["serve", "--data", &data, "--database", url]);
    assert_eq!(refused.status.code(), Some(1));
    String::from_utf8_lossy(&refused.stderr).into_owned()
}

fn empty() -> Postgres {
    Postgres::empty()
        .expect("this test needs PostgreSQL: cargo run -p engines -- postgres -- COMMAND")
}

#[test]
#[ignore = "needs PostgreSQL"]
fn tables_that_lack_steps_are_refused_with_what_to_do() {
    let database = empty();
    let said = refusal(&database.url("samsyn_service"));
    assert!(
        said.contains("samsyn migrate up --service-role samsyn_service"),
        "{said}"
    );
}

#[test]
#[ignore = "needs PostgreSQL"]
fn whom_row_security_does_not_bind_is_refused() {
    let database = empty();
    migrate(&database);
    // Of this test alone, though roles belong to the whole server.
    let unbound = format!("unbound_{}", uuid::Uuid::new_v4().simple());
    let kin = format!("kin_{}", uuid::Uuid::new_v4().simple());
    database.administer(&format!("CREATE ROLE {unbound} LOGIN BYPASSRLS"));
    database.administer(&format!("CREATE ROLE {kin} LOGIN IN ROLE samsyn_owner"));
    for (role, why) in [
        ("postgres", "is a superuser"),
        ("samsyn_owner", "owns the tables"),
        (&unbound, "has BYPASSRLS"),
        (&kin, "belongs to a role that does"),
    ] {
        let said = refusal(&database.url(role));
        assert!(
            said.contains(why) && said.contains("--service-role"),
            "{role}: {said}"
        );
        let url = database.url("samsyn_owner");
        let granted = samsyn(&["migrate", "up", "--service-role", role, "--database", &url]);
        assert!(!granted.status.success(), "{role} is given nothing");
    }
    database.administer(&format!("DROP ROLE {unbound}, {kin}"));
}

#[test]
#[ignore = "needs PostgreSQL"]
fn a_role_without_rights_is_refused_and_one_that_is_unknown_is_named() {
    let database = empty();
    let url = database.url("samsyn_owner");
    let migrated = samsyn(&["migrate", "up", "--database", &url]);
    assert!(migrated.status.success());
    let said = refusal(&database.url("samsyn_service"));
    assert!(said.contains("--service-role samsyn_service"), "{said}");
    let unknown = samsyn(&[
        "migrate",
        "up",
        "--service-role",
        "nobody",
        "--database",
        &url,
    ]);
    let said = String::from_utf8_lossy(&unknown.stderr).into_owned();
    assert!(said.contains("there is no role nobody"), "{said}");
}

#[test]
#[ignore = "needs PostgreSQL"]
fn steps_go_up_again_and_all_the_way_down() {
    let database = empty();
    migrate(&database);
    migrate(&database);
    let url = database.url("samsyn_owner");
    let back = ["migrate", "down", "--lose-data"];
    let last = samsyn(&[&back[..], &["--database", &url]].concat());
    let said = String::from_utf8_lossy(&last.stdout).into_owned();
    assert!(
        said.contains("reverted m0011_own_view"),
        "{said}{}",
        String::from_utf8_lossy(&last.stderr)
    );
    migrate(&database);
    let all = samsyn(&[
        "migrate",
        "down",
        "--steps",
        "99",
        "--lose-data",
        "--database",
        &url,
    ]);
    assert!(
        all.status.success(),
        "{}",
        String::from_utf8_lossy(&all.stderr)
    );
}
