//! Files arrive whole: over a connection that is lost in the middle, when they are paused, and after others that are refused.

use std::{fs, path::Path, time::Duration};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::{
    Browser, Kind,
    forms::{ends_the_session, signs_in_elsewhere},
    in_days,
};
use crate::harness::{Line, Served, given::a_pdf};

/// A file that takes some seconds, and how fast it goes.
const SIZE: usize = 12 * 1024 * 1024;
const BYTES_PER_SECOND: u32 = 3 * 1024 * 1024;

/// A file of that size, which is a PDF to whoever looks at its beginning; and its SHA-256.
fn a_large_file(folder: &TempDir) -> (String, String) {
    let mut bytes = a_pdf("stor");
    let mut state = 1_u32;
    bytes.extend((bytes.len()..SIZE).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    }));
    (
        written(folder, "stor.pdf", &bytes),
        hex::encode(Sha256::digest(&bytes)),
    )
}

fn written(folder: &TempDir, name: &str, bytes: &[u8]) -> String {
    let path: &Path = &folder.path().join(name);
    fs::write(path, bytes).expect("a file can be written");
    path.display().to_string()
}

/// A program that is called a PDF.
fn no_pdf(folder: &TempDir) -> String {
    let mut program = b"MZ\x90\x00\x03\x00\x00\x00".to_vec();
    program.resize(4096, 0);
    written(folder, "rapport.pdf", &program)
}

/// Fills what is to be handed in with this file.
async fn describes(lisa: &mut Browser, title: &str, file: &str) {
    lisa.signs_in("Lisa").await;
    lisa.clicks("Lämna in underlag").await;
    lisa.fills("Slag", "Penetrationstest").await;
    lisa.fills("Rubrik", title).await;
    lisa.presses("Norrviks kommun").await;
    lisa.fills("Filer", file).await;
}

async fn is_slow(browser: &Browser) {
    let slow = json!({ "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": BYTES_PER_SECOND });
    browser.chromium("Network.enable", json!({})).await;
    browser
        .chromium("Network.emulateNetworkConditions", slow)
        .await;
}

/// Waits until some of the file is there, and gives how much.
async fn some_is_there(browser: &Browser) -> Value {
    let script = "const bar = document.querySelector('progress'); return bar?.value > 2_000_000 && bar.value < bar.max ? bar.value : null";
    browser.waits("some of the file", script).await
}

/// What the customer has of it: names and SHA-256.
async fn handed_in(demo: &Served, title: &str) -> Vec<(String, String)> {
    let customer = demo.client("Norrvik", "IT_MANAGER");
    let filter = format!("filter: {{ titleContains: {} }}", json!(title));
    let selection = "{ rounds { content { ... on SubmittedEvidence { files { name sha256 } } } } }";
    let found = customer.lists("submissions", &filter, selection).await;
    assert_eq!(found.len(), 1, "it is handed in once");
    let files = found[0]["rounds"][0]["content"]["files"].as_array();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let files = files.expect("files").iter();
    files
        .map(|file| (text(&file["name"]), text(&file["sha256"])))
        .collect()
}

#[tokio::test]
async fn a_file_goes_on_where_its_connection_was_lost_and_arrives_whole() {
    let demo = Served::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (file, sha256) = a_large_file(&folder);
    let (line, mut lisa) = on_a_line(&demo).await;
    describes(&mut lisa, "Över en bruten förbindelse", &file).await;
    is_slow(&lisa).await;
    lisa.presses("Lämna in").await;
    some_is_there(&lisa).await;
    line.is_cut();
    lisa.sees("Väntar på förbindelsen").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    line.is_mended();
    lisa.sees("Inlämnat. Kunden ser det nu.").await;
    let files = handed_in(&demo, "Över en bruten förbindelse").await;
    assert_eq!(files, [("stor.pdf".to_owned(), sha256)]);
}

#[tokio::test]
async fn a_file_is_paused_and_goes_on() {
    let demo = Served::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (file, sha256) = a_large_file(&folder);
    let mut lisa = Browser::open(&demo).await;
    describes(&mut lisa, "I två etapper", &file).await;
    is_slow(&lisa).await;
    lisa.presses("Lämna in").await;
    some_is_there(&lisa).await;
    lisa.presses("Pausa: stor.pdf").await;
    lisa.sees("Pausad").await;
    let there = some_is_there(&lisa).await;
    tokio::time::sleep(Duration::from_millis(900)).await;
    assert_eq!(some_is_there(&lisa).await, there, "nothing comes meanwhile");
    lisa.fills("Rubrik", "I två etapper, och rättat").await;
    lisa.presses("Fortsätt: stor.pdf").await;
    lisa.sees("Inlämnat. Kunden ser det nu.").await;
    let files = handed_in(&demo, "I två etapper, och rättat").await;
    assert_eq!(files, [("stor.pdf".to_owned(), sha256)]);
}

#[tokio::test]
async fn a_file_of_a_wrong_kind_is_refused_in_words_and_nothing_else_is_lost() {
    let demo = Served::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let wrong = no_pdf(&folder);
    let right = written(&folder, "rapport-2.pdf", &a_pdf("rapport"));
    let mut lisa = Browser::open(&demo).await;
    describes(&mut lisa, "Rapport med fel fil", &wrong).await;
    lisa.expected
        .push("the server responded with a status of 4");
    lisa.presses("Lämna in").await;
    lisa.sees("Filen är inte av ett slag som tas emot.").await;
    let title = "return document.querySelector('[name=title]').value";
    assert_eq!(lisa.script(title, json!([])).await, "Rapport med fel fil");
    lisa.presses("Ta bort: rapport.pdf").await;
    lisa.fills("Rubrik", "Rapport med rätt fil").await;
    lisa.fills("Filer", &right).await;
    lisa.clicks("Lämna in").await;
    lisa.sees("Inlämnat. Kunden ser det nu.").await;
    let files = handed_in(&demo, "Rapport med rätt fil").await;
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].0, "rapport-2.pdf");
    assert_eq!(described(&demo).await, ["Rapport med rätt fil"]);
}

/// The titles of what Lisa has described of it.
async fn described(demo: &Served) -> Vec<Value> {
    let supplier = demo.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let filter = r#"filter: { titleContains: "Rapport med" }"#;
    let found = supplier.lists("evidence", filter, "{ title }").await;
    let titles = found.iter().map(|evidence| evidence["title"].clone());
    titles.collect()
}

#[tokio::test]
async fn what_is_sent_again_without_its_refused_file_is_described_once() {
    let demo = Served::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let wrong = no_pdf(&folder);
    let mut lisa = Browser::open(&demo).await;
    describes(&mut lisa, "Rapport med fel fil", &wrong).await;
    lisa.expected
        .push("the server responded with a status of 4");
    lisa.presses("Lämna in").await;
    lisa.sees("Filen är inte av ett slag som tas emot.").await;
    lisa.presses("Ta bort: rapport.pdf").await;
    lisa.fills("Gäller från och med", &in_days(10)).await;
    lisa.fills("Gäller till och med", &in_days(-10)).await;
    lisa.clicks("Lämna in").await;
    lisa.sees("Något i formuläret behöver rättas.").await;
    lisa.fills("Rubrik", "Rapport med bilaga").await;
    lisa.fills("Gäller till och med", &in_days(20)).await;
    lisa.clicks("Lämna in").await;
    // Without a file it is not handed in, and is a draft.
    lisa.sees("Minst en fil ska vara uppladdad.").await;
    assert_eq!(described(&demo).await, ["Rapport med bilaga"]);
}

/// A browser whose connection a test can cut.
async fn on_a_line(demo: &Served) -> (Line, Browser) {
    let service = demo.announcement.graphql.replace("/graphql", "");
    let line = Line::to(service.trim_start_matches("http://")).await;
    let base = format!("http://{}", line.address);
    let mut browser = Browser::open_at(&base, Kind::WithScripts).await;
    browser
        .expected
        .extend(["net::ERR_", "WebSocket connection"]);
    (line, browser)
}

#[tokio::test]
async fn a_file_can_be_paused_while_it_waits_for_its_connection() {
    let demo = Served::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (file, sha256) = a_large_file(&folder);
    let (line, mut lisa) = on_a_line(&demo).await;
    describes(&mut lisa, "Pausad utan förbindelse", &file).await;
    is_slow(&lisa).await;
    lisa.presses("Lämna in").await;
    some_is_there(&lisa).await;
    line.is_cut();
    lisa.sees("Väntar på förbindelsen").await;
    lisa.presses("Pausa: stor.pdf").await;
    line.is_mended();
    let there = some_is_there(&lisa).await;
    // Longer than it would have waited for its connection.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    lisa.sees("Pausad").await;
    assert_eq!(some_is_there(&lisa).await, there, "nothing comes meanwhile");
    lisa.presses("Fortsätt: stor.pdf").await;
    lisa.sees("Inlämnat. Kunden ser det nu.").await;
    let files = handed_in(&demo, "Pausad utan förbindelse").await;
    assert_eq!(files, [("stor.pdf".to_owned(), sha256)]);
}

#[tokio::test]
async fn a_file_waits_and_can_be_paused_before_it_has_its_place() {
    let demo = Served::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = written(&folder, "rapport.pdf", &a_pdf("rapport"));
    let mut lisa = Browser::open(&demo).await;
    describes(&mut lisa, "Rapport utan plats", &file).await;
    lisa.expected.push("net::ERR_");
    let blocks = async |lisa: &Browser, urls: &[&str]| {
        let blocked = json!({ "urls": urls });
        lisa.chromium("Network.setBlockedURLs", blocked).await;
    };
    lisa.chromium("Network.enable", json!({})).await;
    blocks(&lisa, &["*/graphql"]).await;
    lisa.presses("Lämna in").await;
    lisa.sees("Väntar på förbindelsen").await;
    lisa.presses("Pausa: rapport.pdf").await;
    lisa.sees("Pausad").await;
    blocks(&lisa, &[]).await;
    lisa.presses("Fortsätt: rapport.pdf").await;
    lisa.sees("Inlämnat. Kunden ser det nu.").await;
    assert_eq!(handed_in(&demo, "Rapport utan plats").await.len(), 1);
}

#[tokio::test]
async fn what_was_typed_stays_without_a_connection_and_without_a_session() {
    let demo = Served::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = written(&folder, "rapport.pdf", &a_pdf("rapport"));
    let (line, mut lisa) = on_a_line(&demo).await;
    describes(&mut lisa, "Rapport med hinder", &file).await;
    lisa.expected
        .push("the server responded with a status of 401");
    line.is_cut();
    lisa.presses("Lämna in").await;
    lisa.sees("Det går inte att nå Samsyn just nu.").await;
    line.is_mended();
    let supplier = demo.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    ends_the_session(&supplier).await;
    lisa.presses("Lämna in").await;
    lisa.sees("Du är inte längre inloggad.").await;
    signs_in_elsewhere(&lisa, &demo, "Lisa").await;
    lisa.clicks("Lämna in").await;
    lisa.sees("Inlämnat. Kunden ser det nu.").await;
    assert_eq!(handed_in(&demo, "Rapport med hinder").await.len(), 1);
}

#[tokio::test]
async fn without_scripts_a_file_of_a_wrong_kind_is_refused_in_words_too() {
    let demo = Served::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let wrong = no_pdf(&folder);
    let right = written(&folder, "rapport-2.pdf", &a_pdf("rapport"));
    let mut lisa = Browser::open_as(&demo, Kind::WithoutScripts).await;
    describes(&mut lisa, "Rapport med fel fil", &wrong).await;
    lisa.clicks("Lämna in").await;
    lisa.sees("Filen är inte av ett slag som tas emot.").await;
    // What was described is a draft, and goes on from there.
    lisa.sees("Rapport med fel fil").await;
    lisa.fills("Filer", &right).await;
    lisa.clicks("Ladda upp").await;
    lisa.sees("Filerna är uppladdade.").await;
    lisa.presses("Norrviks kommun").await;
    lisa.clicks("Lämna in").await;
    lisa.sees("Inlämnat. Kunden ser det nu.").await;
    let files = handed_in(&demo, "Rapport med fel fil").await;
    assert_eq!(files.len(), 1);
}
