//! What the tests of topics begin with: records as the people of the demo make them, through the API.

use serde_json::{Value, json};

use super::Client;

/// A day that is so many days from today.
pub fn in_days(days: i64) -> String {
    (chrono::Utc::now().date_naive() + chrono::TimeDelta::days(days)).to_string()
}

/// The smallest file that is a PDF to whoever looks at its first bytes.
pub fn a_pdf(words: &str) -> Vec<u8> {
    format!("%PDF-1.4\n% {words}\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
        .into_bytes()
}

/// The agreement that is in force between a customer and a supplier, for one of the two.
pub async fn agreement(who: &Client, customer: &str, supplier: &str) -> Value {
    let selection = "{ id inForce customer { name } supplier { name } }";
    let begins = |organisation: &Value, name: &str| {
        let found = organisation["name"].as_str();
        found.is_some_and(|found| found.starts_with(name))
    };
    let all = who.lists("agreements", "", selection).await;
    let found = all.iter().find(|one| {
        one["inForce"] == true
            && begins(&one["customer"], customer)
            && begins(&one["supplier"], supplier)
    });
    found.expect("the world has such an agreement")["id"].clone()
}

/// The organisation whose name begins so, for one who sees it.
pub async fn organisation(who: &Client, name: &str) -> Value {
    let filter = format!("filter: {{ nameContains: {} }}", json!(name));
    let found = who.lists("organisations", &filter, "{ id }").await;
    found.first().expect("the world has such an organisation")["id"].clone()
}

/// Who somebody is.
pub async fn myself(who: &Client) -> Value {
    let data = who.ask("{ viewer { person { id } } }", json!({})).await;
    data["viewer"]["person"]["id"].clone()
}

/// A draft of a certificate with everything that handing in asks for but a file.
pub async fn a_certificate(supplier: &Client, title: &str) -> Value {
    let input = json!({
        "kind": "CERTIFICATE", "title": title, "certificationBody": "Nordcert", "certificateNumber": "NC-4711",
        "standard": "ISO/IEC 27001:2022", "scope": "Drift", "validFrom": in_days(-30), "validUntil": in_days(700),
    });
    supplier
        .does("draftEvidence", input, "{ id version }")
        .await
}

/// Uploads a file of a piece of evidence, perhaps in the place of another; gives its id.
pub async fn a_file(
    supplier: &Client,
    evidence: &Value,
    name: &str,
    replaces: Option<&Value>,
) -> Value {
    let input =
        json!({ "evidenceId": evidence["id"], "fileName": name, "replacesFileId": replaces });
    let upload = supplier
        .does("createEvidenceUpload", input, "{ url }")
        .await;
    let url = upload["url"].as_str().expect("a URL");
    let sent = supplier.put(url, a_pdf(name)).await;
    assert_eq!(sent.status, 201, "{:#}", sent.body);
    sent.body["file"]["id"].clone()
}

/// A certificate with its file, not handed in yet.
pub async fn evidence(supplier: &Client, title: &str) -> Value {
    let evidence = a_certificate(supplier, title).await;
    a_file(supplier, &evidence, "certifikat.pdf", None).await;
    evidence
}

/// Evidence prepared for handing in under an agreement.
pub async fn prepared(supplier: &Client, evidence: &Value, agreement: &Value) -> Value {
    let input = json!({ "evidenceId": evidence["id"], "agreementId": agreement });
    supplier
        .does("createSubmission", input, "{ id version }")
        .await
}

/// Evidence handed in under an agreement.
pub async fn handed_in(supplier: &Client, evidence: &Value, agreement: &Value) -> Value {
    let draft = prepared(supplier, evidence, agreement).await;
    supplier.moves("submitSubmission", &draft, json!({})).await
}

/// A certificate that the supplier has just handed in to the customer.
pub async fn a_submission(
    supplier: &Client,
    (customer, supplier_name): (&str, &str),
    title: &str,
) -> Value {
    let agreement = agreement(supplier, customer, supplier_name).await;
    let evidence = evidence(supplier, title).await;
    handed_in(supplier, &evidence, &agreement).await
}

/// A risk analysis that its maker has just begun under an agreement.
pub async fn an_analysis(who: &Client, agreement: &Value, title: &str) -> Value {
    let input = json!({ "agreementId": agreement, "title": title });
    who.does("createRiskAnalysis", input, "{ id version }")
        .await
}

/// A risk of that likelihood and impact, to be mitigated.
pub async fn a_risk(who: &Client, analysis: &Value, likelihood: i32, impact: i32) -> Value {
    let input = json!({
        "riskAnalysisId": analysis["id"], "title": "Överbelastning av brandvägg",
        "likelihood": likelihood, "impact": impact, "treatment": "MITIGATE",
    });
    who.does("addRisk", input, "{ id version }").await
}

/// A forum of Älvsunda's, about one area or all, with its chair, who is whoever makes it, and these
/// suppliers.
pub async fn a_forum(
    chair: &Client,
    level: &str,
    area: Option<&str>,
    parent: Option<&Value>,
    suppliers: &[&str],
) -> Value {
    let input = json!({
        "level": level, "name": format!("Provforum {level}"), "serviceArea": area,
        "parentId": parent.map(|parent| &parent["id"]),
    });
    let forum = chair.does("createForum", input, "{ id version }").await;
    let own = organisation(chair, "Älvsunda").await;
    let input = json!({
        "forumId": forum["id"], "organisationId": own, "personId": myself(chair).await, "duty": "CHAIR",
    });
    chair.does("addForumMember", input, "{ id }").await;
    for supplier in suppliers {
        let supplier = organisation(chair, supplier).await;
        let input = json!({ "forumId": forum["id"], "organisationId": supplier });
        chair.does("addForumMember", input, "{ id }").await;
    }
    forum
}

/// A meeting of a forum, tomorrow.
pub async fn a_meeting(chair: &Client, forum: &Value) -> Value {
    let starts = chrono::Utc::now() + chrono::TimeDelta::days(1);
    let input = json!({ "forumId": forum["id"], "title": "Provmöte", "startsAt": starts });
    chair.does("scheduleMeeting", input, "{ id version }").await
}

/// An action item of a forum, for an organisation, due in so many days.
pub async fn an_action_item(
    customer: &Client,
    forum: &Value,
    assignee: &str,
    due_in: i64,
) -> Value {
    let input = json!({
        "forumId": forum["id"], "title": "Byt brandvägg", "dueOn": in_days(due_in),
        "assigneeOrganisationId": organisation(customer, assignee).await,
    });
    customer
        .does("createActionItem", input, "{ id version }")
        .await
}
