//! Steps 1 to 3: evidence is drafted, handed in, returned, corrected and approved; handed in elsewhere;
//! and asked for.

use serde_json::{Value, json};

use super::Stage;
use crate::harness::{
    Client, at,
    given::{a_certificate, a_file, in_days},
};

async fn handed_in(who: &Client, evidence: &Value, agreement: &Value) -> Value {
    let input = json!({ "evidenceId": evidence["id"], "agreementId": agreement });
    let draft = who
        .does("createSubmission", input, "{ id version state }")
        .await;
    assert_eq!(draft["state"], "DRAFT");
    who.does(
        "submitSubmission",
        at(&draft, json!({ "message": "Nytt certifikat." })),
        "{ id version state }",
    )
    .await
}

const AGREEMENT: &str =
    "{ agreements(filter: { serviceArea: [NETWORK] }) { nodes { id inForce } } }";

pub async fn a_certificate_is_handed_in_returned_and_approved(stage: &Stage) -> Value {
    let (contributor, reviewer) = (&stage.contributor, &stage.network_manager);
    let agreement = stage
        .first(contributor, AGREEMENT, "/agreements/nodes/0/id")
        .await;
    let evidence = a_certificate(contributor, "Berättelsens certifikat").await;
    let first = a_file(contributor, &evidence, "certifikat.pdf", None).await;
    let submitted = handed_in(contributor, &evidence, &agreement).await;
    assert_eq!(submitted["state"], "SUBMITTED");
    nobody_else_finds(stage, &[&evidence["id"], &first, &submitted["id"]]).await;

    let back = at(
        &submitted,
        json!({ "remark": "Bilagan med omfattning saknas." }),
    );
    let returned = reviewer
        .does("returnSubmission", back, "{ id version state remark }")
        .await;
    assert_eq!(returned["state"], "RETURNED");

    let second = a_file(
        contributor,
        &evidence,
        "certifikat med bilaga.pdf",
        Some(&first),
    )
    .await;
    let again = contributor
        .does(
            "submitSubmission",
            at(&returned, json!({})),
            "{ id version state }",
        )
        .await;
    let approved = reviewer
        .does(
            "approveSubmission",
            at(&again, json!({})),
            "{ id version state }",
        )
        .await;
    assert_eq!(approved["state"], "APPROVED");

    let document = "query($id: ID!) { node(id: $id) { ... on Submission { rounds { number outcome remark \
        content { ... on SubmittedEvidence { certificateNumber files { id } } } } } } }";
    let data = reviewer
        .ask(document, json!({ "id": approved["id"] }))
        .await;
    let rounds = &data["node"]["rounds"];
    assert_eq!(rounds[0]["outcome"], "RETURNED");
    assert_eq!(
        rounds[0]["content"]["files"][0]["id"], first,
        "the first file is kept as it was handed in"
    );
    assert_eq!(rounds[1]["outcome"], "APPROVED");
    assert_eq!(rounds[1]["content"]["files"][0]["id"], second);
    assert_eq!(rounds[1]["content"]["certificateNumber"], "NC-4711");
    approved
}

/// The other two suppliers and the other municipality, each by somebody who sees all that they see.
async fn nobody_else_finds(stage: &Stage, ids: &[&Value]) {
    for (organisation, role) in [
        ("Fjällnära", "SUPPLIER_MANAGER"),
        ("Klientverket", "SUPPLIER_MANAGER"),
        ("Norrvik", "IT_MANAGER"),
    ] {
        let stranger = stage.demo.client(organisation, role);
        for id in ids {
            let answer = stranger
                .send(
                    "query($id: ID!) { node(id: $id) { id } }",
                    json!({ "id": id }),
                )
                .await;
            assert_eq!(answer.code(), Some("NOT_FOUND"), "{organisation}: {id}");
        }
        let lists = "{ submissions(filter: { titleContains: \"berättelsens\" }) { totalCount } \
            evidence(filter: { titleContains: \"berättelsens\" }) { totalCount } \
            events(first: 100, filter: { since: \"2000-01-01T00:00:00Z\", action: [\"submission.submitted\"] }) { nodes { event { subject { id } } } } }";
        let data = stranger.ask(lists, json!({})).await;
        assert_eq!(data["submissions"]["totalCount"], 0, "{organisation}");
        assert_eq!(data["evidence"]["totalCount"], 0, "{organisation}");
        for id in ids {
            assert!(
                !data.to_string().contains(id.as_str().expect("an id")),
                "{organisation}"
            );
        }
    }
}

pub async fn it_is_handed_in_elsewhere_without_being_uploaded_again(stage: &Stage) {
    let contributor = stage.demo.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let document = "{ agreements { nodes { id inForce customer { name } } } }";
    let data = contributor.ask(document, json!({})).await;
    let with = |customer: &str| {
        let all = data["agreements"]["nodes"].as_array().expect("agreements");
        let one = all.iter().find(|one| {
            one["inForce"] == true
                && one["customer"]["name"]
                    .as_str()
                    .is_some_and(|name| name.starts_with(customer))
        });
        one.unwrap_or_else(|| panic!("an agreement with {customer}"))["id"].clone()
    };
    let evidence = a_certificate(&contributor, "Ett certifikat för två kunder").await;
    a_file(&contributor, &evidence, "gemensamt.pdf", None).await;
    let here = handed_in(&contributor, &evidence, &with("Älvsunda")).await;
    let there = handed_in(&contributor, &evidence, &with("Norrvik")).await;

    let approved = stage
        .it_manager
        .does("approveSubmission", at(&here, json!({})), "{ state }")
        .await;
    assert_eq!(approved["state"], "APPROVED");
    let norrvik = stage.demo.client("Norrvik", "IT_MANAGER");
    let back = at(
        &there,
        json!({ "remark": "Vårt avtal kräver svensk översättning." }),
    );
    let returned = norrvik.does("returnSubmission", back, "{ state }").await;
    assert_eq!(
        returned["state"], "RETURNED",
        "each customer reviews for itself"
    );
    let foreign = norrvik
        .send(
            "query($id: ID!) { node(id: $id) { id } }",
            json!({ "id": here["id"] }),
        )
        .await;
    assert_eq!(
        foreign.code(),
        Some("NOT_FOUND"),
        "neither sees what the other does"
    );
}

pub async fn a_restore_test_is_asked_for_and_answered(stage: &Stage) {
    let supplier = stage.demo.client("Klientverket", "SUPPLIER_CONTRIBUTOR");
    let agreement = stage
        .first(
            &supplier,
            "{ agreements { nodes { id } } }",
            "/agreements/nodes/0/id",
        )
        .await;
    let input = json!({ "agreementId": agreement, "kind": "RESTORE_TEST", "title": "Återläsningstest", "dueOn": in_days(30) });
    let asked = stage
        .it_manager
        .does("createEvidenceRequest", input, "{ id version state }")
        .await;
    assert_eq!(asked["state"], "OPEN");

    let input = json!({ "kind": "RESTORE_TEST", "title": "Protokoll från återläsningstest" });
    let evidence = supplier
        .does("draftEvidence", input, "{ id version }")
        .await;
    a_file(&supplier, &evidence, "protokoll.pdf", None).await;
    let submission = handed_in(&supplier, &evidence, &agreement).await;
    let answer = at(&asked, json!({ "submissionId": submission["id"] }));
    let answered = supplier
        .does("answerEvidenceRequest", answer, "{ id version state }")
        .await;
    assert_eq!(answered["state"], "ANSWERED");
    let fulfilled = stage
        .it_manager
        .does(
            "fulfilEvidenceRequest",
            at(&answered, json!({})),
            "{ state answer { id } }",
        )
        .await;
    assert_eq!(fulfilled["state"], "FULFILLED");
    assert_eq!(fulfilled["answer"]["id"], submission["id"]);
}
