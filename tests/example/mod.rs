//! The examples in `api/examples` work as they stand, on a bad road, too: each is run as its first lines say, and
//! what it did is looked up through the API.

mod road;

use std::{fs, path::Path};

use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::process::Command;

use crate::{
    clients::{lisa, node, passes},
    harness::{BINARY, Served, given::a_pdf},
};
use road::{Mishap, Road};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");

#[tokio::test]
async fn the_example_in_curl_works() {
    let mut bash = Command::new("bash");
    bash.arg(format!("{EXAMPLES}/hand_in.sh"));
    works(bash).await;
}

#[tokio::test]
async fn the_example_in_python_works() {
    let mut python = Command::new("python3");
    python.arg(format!("{EXAMPLES}/hand_in.py"));
    works(python).await;
}

#[tokio::test]
async fn the_example_in_rust_works() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let built = std::process::Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--manifest-path", manifest])
        // As the tests are built: with other packages, dependencies would have other features.
        .args([
            "--workspace",
            "--exclude",
            "engines",
            "--example",
            "hand_in",
        ])
        .output();
    passes("its compilation", &built.expect("cargo runs"));
    let examples = Path::new(BINARY).with_file_name("examples");
    works(Command::new(examples.join("hand_in"))).await;
}

#[tokio::test]
async fn the_example_in_typescript_works() {
    let folder = tempfile::tempdir().expect("a folder");
    let built = node()
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../tests/clients/typescript.mjs"
        ))
        .arg(folder.path())
        .output();
    passes("its compilation", &built.expect("node runs"));
    let mut program = Command::from(node());
    program.arg(folder.path().join("hand_in.js"));
    works(program).await;
}

/// Runs a program on a file, as Lisa, and looks at what became of it.
async fn works(mut program: Command) {
    let demo = Served::start();
    let lisa = lisa(&demo);
    let (road, url) = Road::to(&demo.announcement.graphql).await;
    let folder = tempfile::tempdir().expect("a folder");
    let bytes = a_pdf("restored in 41 minutes");
    fs::write(folder.path().join("restored.pdf"), &bytes).expect("a file");

    let run = program
        .arg("restored.pdf")
        .current_dir(folder.path())
        .env("SAMSYN_URL", url)
        .env("SAMSYN_TOKEN", lisa)
        .env("no_proxy", "127.0.0.1")
        .output();
    let run = run
        .await
        .expect("it starts: what it needs is told in its first lines");
    passes("the example", &run);
    let said = String::from_utf8_lossy(&run.stdout).into_owned();

    let lisa = demo.client_with(lisa);
    let listed = lisa.counts("actionItems", "{ open: true }").await;
    let items = said
        .lines()
        .take_while(|line| !line.starts_with("uploaded: "));
    assert_eq!(
        items.count() as i64,
        listed,
        "it lists all that is open: {said}"
    );

    let hash = hex::encode(Sha256::digest(&bytes));
    assert!(said.contains(&format!("uploaded: {hash}")), "{said}");
    let drafted = lisa
        .lists(
            "evidence",
            r#"filter: { titleContains: "restored.pdf" }"#,
            "{ files { sha256 } submissions { nodes { id state } } }",
        )
        .await;
    let [evidence] = &drafted[..] else {
        panic!("it is drafted once: {drafted:#?}")
    };
    assert_eq!(evidence["files"], json!([{ "sha256": hash }]));
    let submissions = evidence["submissions"]["nodes"]
        .as_array()
        .expect("submissions");
    let [submission] = &submissions[..] else {
        panic!("it is handed in once: {submissions:#?}")
    };
    assert_eq!(submission["state"], "SUBMITTED");

    let last = said.lines().last().unwrap_or_default();
    let id = submission["id"].as_str().expect("an id");
    assert!(
        last.ends_with(&format!("submission.submitted {id}")),
        "{said}"
    );
    follows_without_gaps(&said, folder.path(), &road.mishaps());
}

/// What was followed went on after the break at the position kept last, and nothing came twice.
fn follows_without_gaps(said: &str, folder: &Path, mishaps: &[Mishap]) {
    let followed = said
        .lines()
        .skip_while(|line| !line.starts_with("handed in: "))
        .skip(1);
    let positions: Vec<i64> = followed
        .filter_map(|line| line.split(' ').next()?.parse().ok())
        .collect();
    let [
        Mishap::TooMany,
        Mishap::AnswerLost,
        Mishap::Outdated,
        Mishap::StreamBroken,
        Mishap::Resumed(after),
    ] = mishaps
    else {
        panic!("all that can go wrong does, once: {mishaps:?}")
    };
    assert!(
        positions.contains(after),
        "it resumed after what it had seen: {after}"
    );
    assert!(
        positions.is_sorted_by(|one, next| one < next),
        "{positions:?}"
    );
    let kept = fs::read_to_string(folder.join("samsyn.position")).expect("the position is kept");
    assert!(kept.trim().parse::<i64>().is_ok(), "{kept}");
}
