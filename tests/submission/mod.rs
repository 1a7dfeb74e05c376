//! Handing in and reviewing: a draft is its owner's, what was handed in is the customer's too and stays
//! as it was, and whoever hands in does not review.

use serde_json::{Value, json};

use crate::harness::{Client, World, at, given};

const HOSTING: (&str, &str) = ("Älvsunda", "Fjällnära");
const NETWORK: (&str, &str) = ("Älvsunda", "Bältespännar");

/// Somebody of each organisation who sees all that it sees, but not of Bältespännar and Älvsunda.
const STRANGERS: [(&str, &str); 3] = [
    ("Norrvik", "IT_MANAGER"),
    ("Fjällnära", "SUPPLIER_MANAGER"),
    ("Klientverket", "SUPPLIER_MANAGER"),
];

/// How much of a submission somebody finds: by lists, and in what they are told of.
async fn traces(who: &Client, title: &str, id: &Value) -> (i64, bool) {
    let listed = who
        .counts(
            "submissions",
            &format!("{{ titleContains: {} }}", json!(title)),
        )
        .await;
    let told = who.news().await;
    let named = told.iter().any(|event| event["subject"]["id"] == *id);
    (listed, named || json!(told).to_string().contains(title))
}

#[tokio::test]
async fn a_draft_is_its_owners_alone() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let agreement = given::agreement(&contributor, NETWORK.0, NETWORK.1).await;
    let evidence = given::evidence(&contributor, "Utkast till nätcertifikat").await;
    let draft = given::prepared(&contributor, &evidence, &agreement).await;
    let colleague = world.client("Bältespännar", "SUPPLIER_READER");
    assert!(colleague.finds(&draft["id"]).await && colleague.finds(&evidence["id"]).await);
    let everybody_else = STRANGERS
        .iter()
        .chain(&[("Älvsunda", "IT_MANAGER")])
        .map(|(organisation, role)| world.client(organisation, role));
    for other in everybody_else {
        assert!(!other.finds(&draft["id"]).await && !other.finds(&evidence["id"]).await);
        let traces = traces(&other, "Utkast till nätcertifikat", &draft["id"]).await;
        assert_eq!(traces, (0, false));
        let approved = other
            .is_refused("approveSubmission", at(&draft, json!({})))
            .await;
        assert_eq!(approved, "NOT_FOUND");
    }
}

#[tokio::test]
async fn what_was_handed_in_is_found_by_the_customer_and_no_other() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let submission = given::a_submission(&contributor, NETWORK, "Nätcertifikat i kraft").await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let found = traces(&customer, "Nätcertifikat i kraft", &submission["id"]).await;
    assert_eq!(found, (1, true));
    let files = "... on Submission { rounds { content { ... on SubmittedEvidence { files { id downloadUrl } } } } }";
    let read = customer.reads(&submission["id"], files).await;
    let file = &read["rounds"][0]["content"]["files"][0];
    let url = file["downloadUrl"].as_str().expect("a URL");
    assert_eq!(customer.fetch(url, &[]).await.status(), 200);
    for (organisation, role) in STRANGERS {
        let stranger = world.client(organisation, role);
        for id in [&submission["id"], &file["id"]] {
            assert!(!stranger.finds(id).await, "{organisation} finds {id}");
        }
        let traces = traces(&stranger, "Nätcertifikat i kraft", &submission["id"]).await;
        assert_eq!(traces, (0, false), "{organisation}");
        assert_eq!(stranger.fetch(url, &[]).await.status(), 404);
    }
}

#[tokio::test]
async fn the_manager_of_another_area_neither_sees_it_nor_decides_on_it() {
    let world = World::open().await;
    let contributor = world.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let submission = given::a_submission(&contributor, HOSTING, "Driftcertifikat").await;
    let of_hosting = world.client("Älvsunda", "SERVICE_AREA_MANAGER:APPLICATION_HOSTING");
    let of_network = world.client("Älvsunda", "SERVICE_AREA_MANAGER:NETWORK");
    assert!(!of_network.finds(&submission["id"]).await);
    let traces = traces(&of_network, "Driftcertifikat", &submission["id"]).await;
    assert_eq!(traces, (0, false));
    for (mutation, more) in [
        ("approveSubmission", json!({})),
        ("returnSubmission", json!({ "remark": "Nej." })),
    ] {
        let code = of_network.is_refused(mutation, at(&submission, more)).await;
        assert_eq!(code, "NOT_FOUND", "{mutation}");
    }
    of_hosting
        .moves("approveSubmission", &submission, json!({}))
        .await;
}

#[tokio::test]
async fn whoever_hands_in_does_not_review() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let submission = given::a_submission(&contributor, NETWORK, "Nätcertifikat").await;
    for (organisation, role) in [
        ("Bältespännar", "SUPPLIER_CONTRIBUTOR"),
        ("Bältespännar", "SUPPLIER_MANAGER"),
        ("Älvsunda", "READER"),
    ] {
        let somebody = world.client(organisation, role);
        let code = somebody
            .is_refused("approveSubmission", at(&submission, json!({})))
            .await;
        assert_eq!(code, "FORBIDDEN", "{role}");
    }
    let state = contributor
        .reads(
            &submission["id"],
            "... on Submission { state reviewedBy { id } }",
        )
        .await;
    assert_eq!(state, json!({ "state": "SUBMITTED", "reviewedBy": null }));
}

#[tokio::test]
async fn an_administrator_reads_nothing_of_the_exchange() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let submission = given::a_submission(&contributor, NETWORK, "Nätcertifikat").await;
    for organisation in ["Älvsunda", "Bältespännar"] {
        let administrator = world.client(organisation, "ADMINISTRATOR");
        for list in [
            "evidence",
            "submissions",
            "evidenceRequests",
            "riskAnalyses",
            "risks",
            "riskAcceptances",
            "meetings",
            "decisions",
            "actionItems",
        ] {
            let document = format!("{{ {list} {{ totalCount nodes {{ id }} }} }}");
            let answer = administrator.send(&document, json!({})).await;
            assert_eq!(answer.code(), Some("FORBIDDEN"), "{organisation}: {list}");
            assert!(answer.body["data"][list].is_null());
        }
        let document = "query($id: ID!) { node(id: $id) { id } }";
        let answer = administrator
            .send(document, json!({ "id": submission["id"] }))
            .await;
        assert!(answer.code().is_some(), "{:#}", answer.body);
        let topics = administrator
            .lists("events", "", "{ event { topic } }")
            .await;
        assert!(!topics.is_empty());
        for entry in topics {
            let topic = entry["event"]["topic"].as_str().expect("a topic");
            assert!(matches!(topic, "ADMINISTRATION" | "DIRECTORY"), "{topic}");
        }
    }
}

#[tokio::test]
async fn what_was_handed_in_stays_as_it_was() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let agreement = given::agreement(&contributor, NETWORK.0, NETWORK.1).await;
    let evidence = given::evidence(&contributor, "Som det lämnades in").await;
    let submission = given::handed_in(&contributor, &evidence, &agreement).await;
    contributor
        .moves(
            "updateEvidence",
            &evidence,
            json!({ "title": "Ändrat efteråt" }),
        )
        .await;
    let late = given::a_file(&contributor, &evidence, "efteråt.pdf", None).await;

    let content = "... on Submission { title evidence { id } rounds { content { ... on SubmittedEvidence { title files { name } } } } }";
    let seen = customer.reads(&submission["id"], content).await;
    assert_eq!(seen["title"], "Som det lämnades in");
    assert_eq!(
        seen["rounds"][0]["content"],
        json!({ "title": "Som det lämnades in", "files": [{ "name": "certifikat.pdf" }] })
    );
    assert!(
        seen["evidence"].is_null(),
        "the working copy is the supplier's"
    );
    assert!(!customer.finds(&evidence["id"]).await && !customer.finds(&late).await);
    let telling = customer.news().await;
    assert!(!json!(telling).to_string().contains("Ändrat efteråt"));
}

#[tokio::test]
async fn the_customers_history_begins_with_the_handing_in() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let submission = given::a_submission(&contributor, NETWORK, "Nätcertifikat").await;
    let history = "... on Submission { history { totalCount nodes { action person { name } } } }";
    let actions = |read: Value| -> Vec<Value> {
        let nodes = read["history"]["nodes"].as_array().expect("events");
        nodes.iter().map(|event| event["action"].clone()).collect()
    };
    let supplier = contributor.reads(&submission["id"], history).await;
    assert_eq!(
        actions(supplier),
        ["submission.submitted", "submission.prepared"]
    );
    let customer = world.client("Älvsunda", "SERVICE_AREA_MANAGER:NETWORK");
    let customer = customer.reads(&submission["id"], history).await;
    assert_eq!(customer["history"]["totalCount"], 1);
    assert_eq!(actions(customer), ["submission.submitted"]);
}

#[tokio::test]
async fn an_outdated_version_is_a_conflict_that_tells_the_present_one() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let customer = world.client("Älvsunda", "SERVICE_AREA_MANAGER:NETWORK");
    let draft = given::a_certificate(&contributor, "Första titeln").await;
    let change = json!({ "title": "Andra titeln" });
    let second = contributor.moves("updateEvidence", &draft, change).await;
    assert_eq!(
        second["version"],
        json!(draft["version"].as_i64().expect("a version") + 1)
    );
    let late = at(&draft, json!({ "title": "Tredje titeln" }));
    let refused = contributor.tries("updateEvidence", late, "{ id }").await;
    assert_eq!(refused.code(), Some("CONFLICT"));
    let extensions = &refused.body["errors"][0]["extensions"];
    assert_eq!(extensions["currentVersion"], second["version"]);
    assert!(refused.message().contains("Read it again"));
    let title = contributor
        .reads(&draft["id"], "... on Evidence { title }")
        .await;
    assert_eq!(title["title"], "Andra titeln");

    let submission = given::a_submission(&contributor, NETWORK, "Nätcertifikat").await;
    let back = json!({ "remark": "Omfattningen saknas." });
    customer.moves("returnSubmission", &submission, back).await;
    let late = customer.is_refused("approveSubmission", at(&submission, json!({})));
    assert_eq!(late.await, "CONFLICT");
}

#[tokio::test]
async fn of_two_who_decide_at_once_one_does() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let submission = given::a_submission(&contributor, NETWORK, "Nätcertifikat").await;
    let approves = world.client("Älvsunda", "IT_MANAGER");
    let returns = world.client("Älvsunda", "SERVICE_AREA_MANAGER:NETWORK");
    let (one, other) = tokio::join!(
        approves.tries("approveSubmission", at(&submission, json!({})), "{ id }"),
        returns.tries(
            "returnSubmission",
            at(&submission, json!({ "remark": "Nej." })),
            "{ id }"
        ),
    );
    let mut outcomes = [one.code(), other.code()];
    outcomes.sort();
    assert_eq!(outcomes, [None, Some("CONFLICT")]);
    let rounds = "... on Submission { rounds { outcome } }";
    let rounds = contributor.reads(&submission["id"], rounds).await;
    let expected = if one.code().is_none() {
        "APPROVED"
    } else {
        "RETURNED"
    };
    assert_eq!(rounds["rounds"], json!([{ "outcome": expected }]));
}

#[tokio::test]
async fn what_a_state_does_not_allow_is_refused_in_words() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let customer = world.client("Älvsunda", "SERVICE_AREA_MANAGER:NETWORK");
    let submission = given::a_submission(&contributor, NETWORK, "Nätcertifikat").await;
    let twice = contributor
        .tries("submitSubmission", at(&submission, json!({})), "{ id }")
        .await;
    assert_eq!(twice.code(), Some("INVALID_STATE"));
    assert_eq!(
        twice.message(),
        "A submission that is SUBMITTED cannot be handed in; that is possible from DRAFT, RETURNED."
    );
    let silent = at(&submission, json!({ "remark": "  " }));
    let silent = customer.tries("returnSubmission", silent, "{ id }").await;
    assert_eq!(silent.code(), Some("INVALID_INPUT"));
    assert_eq!(
        silent.body["errors"][0]["extensions"]["violations"][0]["path"],
        "remark"
    );
    let approved = customer
        .moves("approveSubmission", &submission, json!({}))
        .await;
    for (who, mutation, more) in [
        (&customer, "approveSubmission", json!({})),
        (&customer, "returnSubmission", json!({ "remark": "Nej." })),
        (&contributor, "submitSubmission", json!({})),
    ] {
        let code = who.is_refused(mutation, at(&approved, more)).await;
        assert_eq!(code, "INVALID_STATE", "{mutation}");
    }
}

#[tokio::test]
async fn everything_that_is_missing_is_named_at_once() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let agreement = given::agreement(&contributor, NETWORK.0, NETWORK.1).await;
    let input = json!({ "kind": "CERTIFICATE", "title": "Bara en titel" });
    let evidence = contributor
        .does("draftEvidence", input, "{ id version }")
        .await;
    let draft = given::prepared(&contributor, &evidence, &agreement).await;
    let refused = contributor
        .tries("submitSubmission", at(&draft, json!({})), "{ id }")
        .await;
    assert_eq!(refused.code(), Some("INVALID_INPUT"));
    let violations = refused.body["errors"][0]["extensions"]["violations"].clone();
    let paths: Vec<_> = violations
        .as_array()
        .expect("violations")
        .iter()
        .map(|one| one["path"].as_str().expect("a path"))
        .collect();
    assert_eq!(
        paths,
        [
            "certificationBody",
            "certificateNumber",
            "standard",
            "validFrom",
            "validUntil",
            "files"
        ]
    );
    let input = json!({
        "kind": "POLICY", "title": "Bakvänd", "validFrom": "2030-01-02", "validUntil": "2030-01-01",
    });
    let backwards = contributor.is_refused("draftEvidence", input).await;
    assert_eq!(backwards, "INVALID_INPUT");
}

#[tokio::test]
async fn nothing_is_handed_in_under_anothers_agreement_or_one_that_has_ended() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let hosting = given::agreement(
        &world.client("Fjällnära", "SUPPLIER_MANAGER"),
        HOSTING.0,
        HOSTING.1,
    )
    .await;
    let evidence = given::evidence(&contributor, "Nätcertifikat").await;
    let before = contributor.counts("submissions", "{}").await;
    let selection = "{ id inForce }";
    let agreements = contributor.lists("agreements", "", selection).await;
    let ended = agreements.iter().find(|one| one["inForce"] == false);
    let ended = &ended.expect("the agreement about telephony")["id"];
    for (agreement, expected) in [
        (&hosting, "NOT_FOUND"),
        (&evidence["id"], "NOT_FOUND"),
        (ended, "INVALID_STATE"),
    ] {
        let input = json!({ "evidenceId": evidence["id"], "agreementId": agreement });
        let code = contributor.is_refused("createSubmission", input).await;
        assert_eq!(code, expected, "{agreement}");
    }
    assert_eq!(contributor.counts("submissions", "{}").await, before);
}

#[tokio::test]
async fn a_renewal_takes_the_place_of_what_was_approved_before() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let customer = world.client("Älvsunda", "SERVICE_AREA_MANAGER:NETWORK");
    let agreement = given::agreement(&contributor, NETWORK.0, NETWORK.1).await;
    let evidence = given::evidence(&contributor, "Nätcertifikat").await;
    let first = given::handed_in(&contributor, &evidence, &agreement).await;
    let input = json!({ "evidenceId": evidence["id"], "agreementId": agreement });
    let twice = contributor.is_refused("createSubmission", input).await;
    assert_eq!(twice, "INVALID_STATE", "one at a time");
    customer.moves("approveSubmission", &first, json!({})).await;
    let renewed = given::handed_in(&contributor, &evidence, &agreement).await;
    let state = async |submission: &Value| {
        let read = customer.reads(&submission["id"], "... on Submission { state }");
        read.await["state"].clone()
    };
    assert_eq!(state(&first).await, "APPROVED", "until the next is");
    customer
        .moves("approveSubmission", &renewed, json!({}))
        .await;
    assert_eq!(state(&first).await, "SUPERSEDED");
    assert_eq!(state(&renewed).await, "APPROVED");
}

#[tokio::test]
async fn text_comes_back_as_it_was_given() {
    let world = World::open().await;
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let text = "<script>alert(\"åäö\")</script> &amp; '; DROP TABLE evidence; -- 👩🏽‍💻 {{ 7*7 }}\n\tÅ";
    let one_line = text.replace(['\n', '\t'], " ");
    let agreement = given::agreement(&contributor, NETWORK.0, NETWORK.1).await;
    let evidence = given::evidence(&contributor, &one_line).await;
    let described = json!({ "description": text });
    let evidence = contributor
        .moves("updateEvidence", &evidence, described)
        .await;
    let submission = given::handed_in(&contributor, &evidence, &agreement).await;
    let remark = json!({ "submissionId": submission["id"], "audience": "SHARED", "body": text });
    customer.does("commentOnSubmission", remark, "{ id }").await;
    let selection = "... on Submission { title comments { nodes { body } } \
        rounds { content { ... on SubmittedEvidence { title description } } } }";
    let read = customer.reads(&submission["id"], selection).await;
    assert_eq!(read["title"], one_line);
    assert_eq!(
        read["rounds"][0]["content"],
        json!({ "title": one_line, "description": text })
    );
    assert_eq!(read["comments"]["nodes"][0]["body"], text);
    for (sought, found) in [
        ("ALERT(\"ÅÄÖ\")", 1),
        ("👩🏽‍💻", 1),
        ("'; DROP", 1),
        ("%", 0),
        ("_", 0),
    ] {
        let filter = format!("{{ titleContains: {} }}", json!(sought));
        let count = contributor.counts("submissions", &filter).await;
        assert_eq!(
            count, found,
            "{sought} is sought as text, whatever its case"
        );
    }
}

#[tokio::test]
async fn an_internal_remark_stays_on_its_side() {
    let world = World::open().await;
    let supplier = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let submission = given::a_submission(&supplier, NETWORK, "Nätcertifikat").await;
    let remark = async |who: &Client, audience: &str, body: &str| {
        let input = json!({ "submissionId": submission["id"], "audience": audience, "body": body });
        who.does("commentOnSubmission", input, "{ id }").await["id"].clone()
    };
    let theirs = remark(&customer, "INTERNAL", "Kundens hemlighet").await;
    let ours = remark(&supplier, "INTERNAL", "Leverantörens hemlighet").await;
    remark(&customer, "SHARED", "Till er båda").await;
    for (who, own, others, secret) in [
        (&customer, &theirs, &ours, "Leverantörens hemlighet"),
        (&supplier, &ours, &theirs, "Kundens hemlighet"),
    ] {
        assert!(who.finds(own).await && !who.finds(others).await);
        let selection = "... on Submission { history { nodes { changes { after } } } \
            comments { totalCount nodes { id body } } }";
        let read = who.reads(&submission["id"], selection).await;
        assert_eq!(read["comments"]["totalCount"], 2);
        let told = who.news().await;
        assert!(json!(told).to_string().contains("Till er båda"));
        assert!(!format!("{read}{}", json!(told)).contains(secret));
    }
}
