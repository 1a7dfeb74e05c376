//! What another person changes appears by itself, and takes nothing away from whoever is typing.

use serde_json::json;

use super::Browser;
use crate::harness::{
    Client, Served,
    given::{a_certificate, a_file, agreement},
};

/// Hands in a certificate with a file; gives the submission.
async fn hands_in(supplier: &Client, title: &str) -> serde_json::Value {
    let evidence = a_certificate(supplier, title).await;
    a_file(supplier, &evidence, "certifikat.pdf", None).await;
    let under = agreement(supplier, "Älvsunda", "Fjällnära").await;
    let input = json!({ "evidenceId": evidence["id"], "agreementId": under });
    let draft = supplier
        .does("createSubmission", input, "{ id version }")
        .await;
    supplier.moves("submitSubmission", &draft, json!({})).await
}

#[tokio::test]
async fn what_others_do_appears_without_reloading_and_what_one_types_stays() {
    let demo = Served::start();
    let supplier = demo.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let mut maria = Browser::open(&demo).await;
    maria.signs_in("Maria").await;
    maria.script("window.stays = true", json!([])).await;
    let listens =
        "return performance.getEntriesByType('resource').some((e) => e.name.endsWith('/live.js'))";
    maria.waits("what listens", listens).await;
    // The page listens from a moment after it is there; what happens before that is on it.
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    let submission = hands_in(&supplier, "Nyss inlämnat certifikat").await;
    maria.sees("Nyss inlämnat certifikat").await;
    assert_eq!(
        maria.script("return window.stays", json!([])).await,
        true,
        "it is the same page"
    );

    maria.clicks("Nyss inlämnat certifikat").await;
    maria.script("window.stays = true", json!([])).await;
    maria.presses("Återlämna med anmärkning").await;
    maria.fills("Anmärkning", "Bilagan sak").await;
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    let comment = json!({ "submissionId": submission["id"], "body": "Bilagan kommer i morgon.", "audience": "SHARED" });
    supplier
        .does("commentOnSubmission", comment, "{ id }")
        .await;
    maria.sees("Bilagan kommer i morgon.").await;
    assert_eq!(
        maria.script("return window.stays", json!([])).await,
        true,
        "it is the same page"
    );
    maria.keys("nas.").await;
    let typed = "return document.activeElement.value";
    assert_eq!(maria.script(typed, json!([])).await, "Bilagan saknas.");
    maria.clicks("Återlämna med anmärkning").await;
    maria.sees("Inlämningen är återlämnad.").await;
}
