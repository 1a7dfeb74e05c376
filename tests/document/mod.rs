//! Documents that are meant by their SHA-256: trusted ones, and such as have been sent before.

use std::process::Command;

use reqwest::header::{HeaderMap, HeaderValue};
use samsyn::config::Settings;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::harness::{Answer, BINARY, Client, World};

const DOCUMENT: &str = "query Who { viewer { name } }";
const OTHER: &str = "query Mine { viewer { organisation { id } } }";

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// The extension with which Apollo's clients send a hash.
fn persisted(text: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": sha256(text) } })
}

fn manager(world: &World) -> Client {
    world.client("Älvsunda", "IT_MANAGER")
}

fn manifest(content: &Value) -> NamedTempFile {
    let file = NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), content.to_string()).expect("a written file");
    file
}

fn trust(file: &NamedTempFile, only: &str) -> impl FnOnce(&mut Settings) {
    let documents = json!({ "trusted": file.path(), "only_trusted": only });
    let documents = serde_json::from_value(documents).expect("settings");
    |settings| settings.documents = documents
}

fn is_refused(answer: &Answer, code: &str) {
    assert_eq!(answer.code(), Some(code), "{:#}", answer.body);
    assert!(answer.body.get("data").is_none(), "{:#}", answer.body);
}

#[tokio::test]
async fn a_document_that_was_sent_with_its_hash_is_known_by_it_from_then_on() {
    let world = World::open().await;
    let manager = manager(&world);
    let by_hash = json!({ "extensions": persisted(DOCUMENT) });
    let unknown = manager.posts(by_hash.clone()).await;
    is_refused(&unknown, "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(unknown.message(), "PersistedQueryNotFound");

    let with_both = json!({ "query": DOCUMENT, "extensions": persisted(DOCUMENT) });
    let told = manager.posts(with_both).await.data("with the text");
    assert_eq!(manager.posts(by_hash).await.data("by the hash"), told);
}

#[tokio::test]
async fn who_is_calling_is_asked_anew_for_a_document_that_others_have_sent() {
    let world = World::open().await;
    let told = manager(&world).ask(DOCUMENT, json!({})).await;
    let by_hash = json!({ "documentId": format!("sha256:{}", sha256(DOCUMENT)) });
    let supplier = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let other = supplier.posts(by_hash.clone()).await.data("a supplier");
    assert_ne!(other, told);
    let nobody = Client::new(&format!("{}graphql", world.base), None);
    assert_eq!(nobody.posts(by_hash).await.code(), Some("UNAUTHENTICATED"));
}

#[tokio::test]
async fn a_document_under_another_hash_is_refused() {
    let world = World::open().await;
    let manager = manager(&world);
    let lie = json!({ "query": OTHER, "extensions": persisted(DOCUMENT) });
    is_refused(&manager.posts(lie).await, "INVALID_INPUT");
    for wrong in [
        json!({ "persistedQuery": { "version": 2, "sha256Hash": sha256(DOCUMENT) } }),
        json!({ "persistedQuery": { "version": 1, "sha256Hash": "abc" } }),
        json!({ "persistedQuery": true }),
    ] {
        let answer = manager.posts(json!({ "extensions": wrong })).await;
        is_refused(&answer, "INVALID_INPUT");
    }
}

#[tokio::test]
async fn a_client_stops_sending_hashes_when_they_are_switched_off() {
    let world = World::open_with(|settings| settings.documents.automatic = false).await;
    let manager = manager(&world);
    manager.ask(DOCUMENT, json!({})).await;
    let by_hash = json!({ "extensions": persisted(DOCUMENT) });
    is_refused(
        &manager.posts(by_hash).await,
        "PERSISTED_QUERY_NOT_SUPPORTED",
    );
}

#[tokio::test]
async fn browsers_send_trusted_documents_and_nothing_else() {
    let file = manifest(&json!({ sha256(DOCUMENT): DOCUMENT }));
    let world = World::open_with(trust(&file, "browsers")).await;
    let program = manager(&world);
    program.ask(OTHER, json!({})).await;

    let mut headers = HeaderMap::new();
    headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
    let browser = program.with_headers(headers);
    for trusted in [
        json!({ "extensions": persisted(DOCUMENT) }),
        json!({ "documentId": sha256(DOCUMENT) }),
        json!({ "query": DOCUMENT }),
    ] {
        browser.posts(trusted).await.data("a trusted document");
    }
    for other in [
        json!({ "query": OTHER }),
        json!({ "query": OTHER, "extensions": persisted(OTHER) }),
        json!({ "extensions": persisted(OTHER) }),
    ] {
        is_refused(&browser.posts(other).await, "DOCUMENT_NOT_TRUSTED");
    }
}

#[tokio::test]
async fn everybody_may_be_held_to_trusted_documents() {
    let file = manifest(&json!({
        "format": "apollo-persisted-query-manifest", "version": 1,
        "operations": [{ "id": sha256(DOCUMENT), "name": "Who", "type": "query", "body": DOCUMENT }]
    }));
    let world = World::open_with(trust(&file, "everybody")).await;
    let manager = manager(&world);
    manager.ask(DOCUMENT, json!({})).await;
    is_refused(
        &manager.send(OTHER, json!({})).await,
        "DOCUMENT_NOT_TRUSTED",
    );
}

#[test]
fn a_manifest_with_a_document_that_would_be_refused_stops_the_service_at_once() {
    for (content, told) in [
        (
            json!({ sha256(DOCUMENT): OTHER }),
            "does not have this SHA-256",
        ),
        (json!({ sha256("{ nothing }"): "{ nothing }" }), "nothing"),
        (json!([]), "neither"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let manifest = folder.path().join("documents.json");
        std::fs::write(&manifest, content.to_string()).expect("a written file");
        let served = Command::new(BINARY)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("SAMSYN_DOCUMENTS__TRUSTED", &manifest)
            .current_dir(folder.path())
            .output()
            .expect("the binary runs");
        let message = String::from_utf8_lossy(&served.stderr);
        assert!(!served.status.success());
        assert!(message.contains("documents.trusted"), "{message}");
        assert!(message.contains(told), "{message}");
    }
}
