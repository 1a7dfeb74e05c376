//! Evidence bytes over HTTP: whole or not at all, once for each owner, only to those who may have them.

mod fault;
mod multipart;
mod resume;
mod whole;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::{Client, World, given::a_pdf};

async fn a_draft(contributor: &Client) -> Value {
    let input = json!({ "kind": "POLICY", "title": "Rutin för behörigheter" });
    contributor
        .does("draftEvidence", input, "{ id version }")
        .await
}

async fn an_upload(contributor: &Client, evidence: &Value, name: &str) -> String {
    let input = json!({ "evidenceId": evidence["id"], "fileName": name });
    let upload = contributor
        .does("createEvidenceUpload", input, "{ url }")
        .await;
    upload["url"].as_str().expect("a URL").to_owned()
}

async fn files_of(contributor: &Client, evidence: &Value) -> Vec<Value> {
    let document = "query($id: ID!) { node(id: $id) { ... on Evidence { files { id name mediaType size sha256 downloadUrl } } } }";
    let data = contributor
        .ask(document, json!({ "id": evidence["id"] }))
        .await;
    data["node"]["files"].as_array().expect("files").clone()
}

#[tokio::test]
async fn what_was_sent_comes_back_byte_for_byte() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let evidence = a_draft(&contributor).await;
    let bytes = a_pdf("rutin");
    let url = an_upload(&contributor, &evidence, "rutin för behörigheter.pdf").await;
    let sent = contributor.put(&url, bytes.clone()).await;
    assert_eq!(sent.status, 201, "{:#}", sent.body);

    let files = files_of(&contributor, &evidence).await;
    assert_eq!(files.len(), 1);
    assert_eq!(files[0]["name"], "rutin för behörigheter.pdf");
    assert_eq!(files[0]["mediaType"], "application/pdf");
    assert_eq!(files[0]["sha256"], hex::encode(Sha256::digest(&bytes)));

    let download = files[0]["downloadUrl"].as_str().expect("a URL");
    let whole = contributor.fetch(download, &[]).await;
    assert_eq!(whole.status(), 200);
    let header = |name: &str| whole.headers()[name].to_str().expect("text").to_owned();
    assert_eq!(header("content-type"), "application/pdf");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-disposition").starts_with("attachment"));
    assert_eq!(whole.bytes().await.expect("the bytes"), bytes);

    let part = contributor.fetch(download, &[("range", "bytes=5-9")]).await;
    assert_eq!(part.status(), 206);
    assert_eq!(part.bytes().await.expect("the bytes"), bytes[5..10]);
    let beyond = contributor
        .fetch(download, &[("range", "bytes=999999-")])
        .await;
    assert_eq!(beyond.status(), 416);
}

#[tokio::test]
async fn a_file_is_nobody_elses_until_it_is_handed_in() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let evidence = a_draft(&contributor).await;
    let url = an_upload(&contributor, &evidence, "rutin.pdf").await;
    contributor.put(&url, a_pdf("hemlig")).await;
    let files = files_of(&contributor, &evidence).await;
    let download = files[0]["downloadUrl"].as_str().expect("a URL");
    for (organisation, role) in [
        ("Älvsunda", "IT_MANAGER"),
        ("Norrvik", "IT_MANAGER"),
        ("Fjällnära", "SUPPLIER_MANAGER"),
        ("Klientverket", "SUPPLIER_MANAGER"),
    ] {
        let refused = world.client(organisation, role).fetch(download, &[]).await;
        assert_eq!(refused.status(), 404, "{organisation}");
    }
    assert_eq!(world.anonymous().fetch(download, &[]).await.status(), 401);
    let administrator = world
        .client("Bältespännar", "ADMINISTRATOR")
        .fetch(download, &[])
        .await;
    assert!(
        matches!(administrator.status().as_u16(), 403 | 404),
        "a colleague without the role"
    );
}

#[tokio::test]
async fn a_download_leaves_an_event() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let evidence = a_draft(&contributor).await;
    let url = an_upload(&contributor, &evidence, "rutin.pdf").await;
    contributor.put(&url, a_pdf("spårbar")).await;
    let files = files_of(&contributor, &evidence).await;
    contributor
        .fetch(files[0]["downloadUrl"].as_str().expect("a URL"), &[])
        .await;
    let document = "{ events(filter: { action: [\"evidence_file.downloaded\"] }, first: 100) { nodes { event { subject { id } } } } }";
    let data = contributor.ask(document, json!({})).await;
    let told = data["events"]["nodes"].as_array().expect("events");
    assert!(
        told.iter()
            .any(|entry| entry["event"]["subject"]["id"] == files[0]["id"]),
        "{told:#?}"
    );
}

#[tokio::test]
async fn a_broken_upload_leaves_nothing_and_can_be_sent_again() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let evidence = a_draft(&contributor).await;
    let url = an_upload(&contributor, &evidence, "rutin.pdf").await;
    let before = world.stored().await;
    let pieces = futures::stream::iter([
        Ok(bytes::Bytes::from(a_pdf("halv"))),
        Err(std::io::Error::other("the line is cut")),
    ]);
    let cut = reqwest::Client::new()
        .put(&url)
        .body(reqwest::Body::wrap_stream(pieces))
        .send()
        .await;
    assert!(cut.is_err() || !cut.expect("an answer").status().is_success());
    assert!(files_of(&contributor, &evidence).await.is_empty());
    // What was begun is undone when the server notices, which may be a moment later.
    for _ in 0..100 {
        if world.stored().await == before {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(world.stored().await, before, "nothing of it is left");
    let again = contributor.put(&url, a_pdf("hel")).await;
    assert_eq!(again.status, 201, "{:#}", again.body);
    let used = contributor.put(&url, a_pdf("en till")).await;
    assert_eq!(
        used.code(),
        Some("INVALID_STATE"),
        "the URL works once: {:#}",
        used.body
    );
}

#[tokio::test]
async fn the_same_bytes_are_stored_once_for_an_owner() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let evidence = a_draft(&contributor).await;
    let before = world.stored().await;
    for name in ["en.pdf", "två.pdf"] {
        let url = an_upload(&contributor, &evidence, name).await;
        assert_eq!(contributor.put(&url, a_pdf("samma")).await.status, 201);
    }
    assert_eq!(files_of(&contributor, &evidence).await.len(), 2);
    assert_eq!(world.stored().await, before + 1);
}

#[tokio::test]
async fn what_is_not_what_its_name_says_is_refused() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let evidence = a_draft(&contributor).await;
    for (name, bytes) in [
        ("program.pdf", b"\x7fELF\x02\x01\x01".to_vec()),
        (
            "sida.txt",
            b"<!doctype html><script>alert(1)</script>".to_vec(),
        ),
        ("tom.pdf", Vec::new()),
    ] {
        let url = an_upload(&contributor, &evidence, name).await;
        let refused = contributor.put(&url, bytes).await;
        assert_eq!(
            refused.code(),
            Some("INVALID_INPUT"),
            "{name}: {:#}",
            refused.body
        );
    }
    for name in ["program.exe", "../flykt.pdf", "sida.html", ""] {
        let input = json!({ "evidenceId": evidence["id"], "fileName": name });
        let refused = contributor
            .tries("createEvidenceUpload", input, "{ url }")
            .await;
        assert_eq!(
            refused.code(),
            Some("INVALID_INPUT"),
            "{name}: {:#}",
            refused.body
        );
    }
    assert!(files_of(&contributor, &evidence).await.is_empty());
}
