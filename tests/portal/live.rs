//! What another person changes appears by itself, and takes nothing away from whoever is typing.

use serde_json::json;

use super::Browser;
use crate::harness::{
    Client, Served,
    given::{a_certificate, a_file, a_meeting, agreement},
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

/// Marks the page, and waits until it listens.
async fn listens(browser: &Browser) {
    browser.script("window.stays = true", json!([])).await;
    let script =
        "return performance.getEntriesByType('resource').some((e) => e.name.endsWith('/live.js'))";
    browser.waits("what listens", script).await;
    // The page listens from a moment after it is there; what happens before that is on it.
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
}

fn text_of(id: &serde_json::Value) -> &str {
    id.as_str().expect("an id")
}

#[tokio::test]
async fn what_others_do_appears_without_reloading_and_what_one_types_stays() {
    let demo = Served::start();
    let supplier = demo.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let mut maria = Browser::open(&demo).await;
    maria.signs_in("Maria").await;
    listens(&maria).await;
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

#[tokio::test]
async fn who_waits_for_a_review_sees_it_come() {
    let demo = Served::start();
    let supplier = demo.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let customer = demo.client("Älvsunda", "IT_MANAGER");
    let submission = hands_in(&supplier, "Certifikat att granska").await;
    let mut lisa = Browser::open(&demo).await;
    lisa.signs_in("Lisa").await;
    lisa.goes_to(&format!("/submissions/{}", text_of(&submission["id"])))
        .await;
    listens(&lisa).await;
    let remark = json!({ "remark": "Bilagan saknas." });
    customer
        .moves("returnSubmission", &submission, remark)
        .await;
    lisa.sees("Bilagan saknas.").await;
    let state = "return document.querySelector('.head .state').innerText";
    assert_eq!(lisa.script(state, json!([])).await, "Återlämnad");
    let same = lisa.script("return window.stays", json!([])).await;
    assert_eq!(same, true, "it is the same page");
}

#[tokio::test]
async fn who_writes_in_a_meeting_sees_what_others_write() {
    let demo = Served::start();
    let chair = demo.client("Älvsunda", "IT_MANAGER");
    let other = demo.client("Älvsunda", "SECURITY_COORDINATOR");
    let forums = chair
        .lists("forums", "filter: { level: [STRATEGIC] }", "{ id }")
        .await;
    let meeting = a_meeting(&chair, &forums[0]).await;
    let adds = async |title: &str| {
        let input = json!({ "meetingId": meeting["id"], "title": title });
        other
            .does("addAgendaItem", input, "{ id version position title }")
            .await
    };
    let (first, second) = (adds("Läget").await, adds("Driften").await);
    let notes = |point: &serde_json::Value| format!("notes-{}", text_of(&point["id"]));
    let mut anna = Browser::open(&demo).await;
    anna.signs_in("Anna").await;
    anna.goes_to(&format!("/meetings/{}", text_of(&meeting["id"])))
        .await;
    listens(&anna).await;
    let begins = "document.getElementById(arguments[0]).focus()";
    anna.script(begins, json!([notes(&first)])).await;
    anna.keys("Läget är go").await;

    adds("Ekonomin").await;
    let mut changed = second.clone();
    changed["expectedVersion"] = changed["version"].take();
    changed["notes"] = json!("Driften är stabil.");
    changed.as_object_mut().expect("a point").remove("version");
    other.does("updateAgendaItem", changed, "{ id }").await;
    let decision = json!({ "meetingId": meeting["id"], "text": "Vi fortsätter som förut." });
    other.does("recordDecision", decision, "{ id }").await;

    anna.sees("Vi fortsätter som förut.").await;
    anna.sees("Ekonomin").await;
    let written = "return document.getElementById(arguments[0]).value";
    let others = anna.script(written, json!([notes(&second)])).await;
    assert_eq!(others, "Driften är stabil.");
    anna.keys("tt.").await;
    let own = anna.script(written, json!([notes(&first)])).await;
    assert_eq!(own, "Läget är gott.");
}
