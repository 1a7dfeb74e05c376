//! Asking for evidence: the supplier of the agreement alone is asked, and answers with what it has
//! handed in under that agreement.

use serde_json::{Value, json};

use crate::harness::{Client, World, at, given};

const HOSTING: (&str, &str) = ("Älvsunda", "Fjällnära");

/// A request to the hosting supplier of Älvsunda.
async fn asked(customer: &Client) -> Value {
    let agreement = given::agreement(customer, HOSTING.0, HOSTING.1).await;
    let input = json!({
        "agreementId": agreement, "kind": "RESTORE_TEST", "title": "Återläsningstest av provsystemet",
        "dueOn": given::in_days(30),
    });
    customer
        .does("createEvidenceRequest", input, "{ id version }")
        .await
}

const STATE: &str = "... on EvidenceRequest { state remark answer { id } overdue }";

#[tokio::test]
async fn it_is_answered_asked_again_and_fulfilled() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "SERVICE_AREA_MANAGER:APPLICATION_HOSTING");
    let supplier = world.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let request = asked(&customer).await;
    let submission = given::a_submission(&supplier, HOSTING, "Protokoll").await;
    let answer = json!({ "submissionId": submission["id"] });
    let answered = supplier
        .moves("answerEvidenceRequest", &request, answer.clone())
        .await;
    let remark = json!({ "remark": "Tiderna saknas." });
    let again = customer
        .moves("reopenEvidenceRequest", &answered, remark)
        .await;
    let read = supplier.reads(&request["id"], STATE).await;
    assert_eq!(read["state"], "OPEN");
    assert_eq!(read["remark"], "Tiderna saknas.");
    assert_eq!(
        read["answer"]["id"], submission["id"],
        "what was not enough is kept"
    );
    let answered = supplier
        .moves("answerEvidenceRequest", &again, answer)
        .await;
    customer
        .moves("fulfilEvidenceRequest", &answered, json!({}))
        .await;
    let read = supplier.reads(&request["id"], STATE).await;
    assert_eq!(read["state"], "FULFILLED");
}

#[tokio::test]
async fn other_suppliers_and_customers_do_not_learn_of_it() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let request = asked(&customer).await;
    for (organisation, role) in [
        ("Bältespännar", "SUPPLIER_MANAGER"),
        ("Klientverket", "SUPPLIER_MANAGER"),
        // It has an agreement with the same supplier.
        ("Norrvik", "IT_MANAGER"),
        ("Älvsunda", "SERVICE_AREA_MANAGER:NETWORK"),
    ] {
        let stranger = world.client(organisation, role);
        assert!(!stranger.finds(&request["id"]).await, "{organisation}");
        let filter = "{ titleContains: \"provsystemet\" }";
        assert_eq!(stranger.counts("evidenceRequests", filter).await, 0);
        let news = json!(stranger.news().await).to_string();
        assert!(!news.contains("provsystemet"), "{organisation}");
        for mutation in ["fulfilEvidenceRequest", "withdrawEvidenceRequest"] {
            let code = stranger.is_refused(mutation, at(&request, json!({}))).await;
            assert_eq!(code, "NOT_FOUND", "{organisation}: {mutation}");
        }
    }
}

#[tokio::test]
async fn only_what_was_handed_in_under_its_agreement_answers_it() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let supplier = world.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let request = asked(&customer).await;
    let elsewhere = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let network = ("Älvsunda", "Bältespännar");
    let anothers = given::a_submission(&elsewhere, network, "Nätcertifikat").await;
    let norrvik = ("Norrvik", "Fjällnära");
    let other_customers = given::a_submission(&supplier, norrvik, "Till Norrvik").await;
    let agreement = given::agreement(&supplier, HOSTING.0, HOSTING.1).await;
    let evidence = given::evidence(&supplier, "Inte inlämnat").await;
    let draft = given::prepared(&supplier, &evidence, &agreement).await;
    for (submission, expected) in [
        (&anothers, "NOT_FOUND"),
        (&other_customers, "INVALID_INPUT"),
        (&draft, "INVALID_INPUT"),
        (&evidence, "NOT_FOUND"),
    ] {
        let answer = at(&request, json!({ "submissionId": submission["id"] }));
        let code = supplier.is_refused("answerEvidenceRequest", answer).await;
        assert_eq!(code, expected, "{submission}");
    }
    let read = customer.reads(&request["id"], STATE).await;
    assert_eq!(
        (&read["state"], &read["answer"]),
        (&json!("OPEN"), &Value::Null)
    );
}

#[tokio::test]
async fn a_manager_asks_in_the_own_area_and_nobody_in_anothers_agreement() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let hosting = given::agreement(&customer, HOSTING.0, HOSTING.1).await;
    let before = customer.counts("evidenceRequests", "{}").await;
    for (organisation, role, expected) in [
        ("Älvsunda", "SERVICE_AREA_MANAGER:NETWORK", "NOT_FOUND"),
        ("Norrvik", "IT_MANAGER", "NOT_FOUND"),
        ("Bältespännar", "SUPPLIER_MANAGER", "NOT_FOUND"),
        ("Fjällnära", "SUPPLIER_MANAGER", "FORBIDDEN"),
        ("Älvsunda", "READER", "FORBIDDEN"),
    ] {
        let input = json!({
            "agreementId": hosting, "kind": "OTHER", "title": "Förteckning", "dueOn": given::in_days(5),
        });
        let somebody = world.client(organisation, role);
        let code = somebody.is_refused("createEvidenceRequest", input).await;
        assert_eq!(code, expected, "{organisation}: {role}");
    }
    assert_eq!(customer.counts("evidenceRequests", "{}").await, before);
}

#[tokio::test]
async fn it_is_due_in_the_future_when_it_is_asked() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let agreement = given::agreement(&customer, HOSTING.0, HOSTING.1).await;
    let asks = async |due: String| {
        let input = json!({
            "agreementId": agreement, "kind": "OTHER", "title": "Förteckning", "dueOn": due,
        });
        let answer = customer
            .tries("createEvidenceRequest", input, "{ overdue }")
            .await;
        answer.code().map(str::to_owned)
    };
    assert_eq!(
        asks(given::in_days(-1)).await.as_deref(),
        Some("INVALID_INPUT")
    );
    assert_eq!(asks(given::in_days(0)).await, None, "today is in time");
    for wrong in ["2026-02-30", "i morgon", ""] {
        assert!(asks(wrong.to_owned()).await.is_some(), "{wrong}");
    }
}

#[tokio::test]
async fn what_a_state_does_not_allow_is_refused_in_words() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let supplier = world.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let request = asked(&customer).await;
    let early = customer
        .tries("fulfilEvidenceRequest", at(&request, json!({})), "{ id }")
        .await;
    assert_eq!(early.code(), Some("INVALID_STATE"));
    assert_eq!(
        early.message(),
        "An evidence request that is OPEN cannot be fulfilled; that is possible from ANSWERED."
    );
    let submission = given::a_submission(&supplier, HOSTING, "Protokoll").await;
    let answer = json!({ "submissionId": submission["id"] });
    let answered = supplier
        .moves("answerEvidenceRequest", &request, answer.clone())
        .await;
    let withdrawn = customer
        .is_refused("withdrawEvidenceRequest", at(&answered, json!({})))
        .await;
    assert_eq!(withdrawn, "INVALID_STATE");
    let fulfilled = customer
        .moves("fulfilEvidenceRequest", &answered, json!({}))
        .await;
    for (who, mutation, more) in [
        (&supplier, "answerEvidenceRequest", answer),
        (
            &customer,
            "reopenEvidenceRequest",
            json!({ "remark": "Igen." }),
        ),
        (&customer, "withdrawEvidenceRequest", json!({})),
        (
            &customer,
            "updateEvidenceRequest",
            json!({ "title": "Annat" }),
        ),
    ] {
        let code = who.is_refused(mutation, at(&fulfilled, more)).await;
        assert_eq!(code, "INVALID_STATE", "{mutation}");
    }
}

#[tokio::test]
async fn an_outdated_version_is_a_conflict() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let request = asked(&customer).await;
    let change = json!({ "dueOn": given::in_days(40) });
    let changed = customer
        .moves("updateEvidenceRequest", &request, change)
        .await;
    let late = at(&request, json!({ "dueOn": given::in_days(10) }));
    let refused = customer
        .tries("updateEvidenceRequest", late, "{ id }")
        .await;
    assert_eq!(refused.code(), Some("CONFLICT"));
    assert_eq!(
        refused.body["errors"][0]["extensions"]["currentVersion"],
        changed["version"]
    );
    let due = "... on EvidenceRequest { dueOn }";
    let due = customer.reads(&request["id"], due).await;
    assert_eq!(due["dueOn"], given::in_days(40));
}

#[tokio::test]
async fn an_internal_remark_is_the_customers_own() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let supplier = world.client("Fjällnära", "SUPPLIER_MANAGER");
    let request = asked(&customer).await;
    for (audience, body) in [("INTERNAL", "Kundens hemlighet"), ("SHARED", "Till er")] {
        let input =
            json!({ "evidenceRequestId": request["id"], "audience": audience, "body": body });
        customer
            .does("commentOnEvidenceRequest", input, "{ id }")
            .await;
    }
    let selection = "... on EvidenceRequest { comments { totalCount nodes { body } } }";
    let own = customer.reads(&request["id"], selection).await;
    assert_eq!(own["comments"]["totalCount"], 2);
    let read = supplier.reads(&request["id"], selection).await;
    assert_eq!(
        read["comments"],
        json!({ "totalCount": 1, "nodes": [{ "body": "Till er" }] })
    );
    let news = json!(supplier.news().await).to_string();
    assert!(news.contains("Till er") && !news.contains("Kundens hemlighet"));
}
