//! Steps 5 and 6: the briefing, the meeting, and what comes of it.

use serde_json::{Value, json};

use super::Stage;
use crate::harness::{
    at,
    given::{a_certificate, a_file, in_days},
};

async fn forum(stage: &Stage, filter: &str) -> Value {
    let document = format!("{{ forums(filter: {filter}) {{ nodes {{ id }} }} }}");
    stage
        .first(&stage.it_manager, &document, "/forums/nodes/0/id")
        .await
}

pub async fn the_briefing_has_everything_in_one_query(stage: &Stage) {
    let strategic = forum(stage, "{ level: [STRATEGIC] }").await;
    let document = "query($forum: ID!) { briefing(forumId: $forum) { \
        since nextMeeting { startsAt } lastMeeting { state } \
        openActionItems(first: 5) { totalCount nodes { title dueOn } } \
        overdueActionItems(first: 5) { totalCount nodes { title overdue } } \
        suppliers { supplier { name } expired(first: 5) { totalCount nodes { validity } } expiring(first: 5) { totalCount nodes { validity } } } \
        highRisks(first: 5) { totalCount nodes { score } } \
        risksPastReview(first: 5) { totalCount } expiredAcceptances(first: 5) { totalCount nodes { state } } \
        submissionsToReview(first: 5) { totalCount nodes { state } } \
        changes(first: 5) { totalCount nodes { action } } } }";
    let data = stage
        .it_manager
        .ask(document, json!({ "forum": strategic }))
        .await;
    let briefing = &data["briefing"];
    for list in [
        "openActionItems",
        "overdueActionItems",
        "highRisks",
        "risksPastReview",
        "expiredAcceptances",
        "submissionsToReview",
        "changes",
    ] {
        assert!(
            briefing[list]["totalCount"].as_i64() > Some(0),
            "{list}: {:#}",
            briefing[list]
        );
    }
    assert_eq!(
        briefing["suppliers"].as_array().map(Vec::len),
        Some(3),
        "the three suppliers side by side"
    );
    let any = |list: &str| {
        briefing["suppliers"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|one| one[list]["totalCount"].as_i64() > Some(0))
    };
    assert!(
        any("expired") && any("expiring"),
        "{:#}",
        briefing["suppliers"]
    );
    assert!(
        briefing["highRisks"]["nodes"]
            .as_array()
            .into_iter()
            .flatten()
            .all(|risk| risk["score"].as_i64() >= Some(10))
    );
    assert!(
        briefing["overdueActionItems"]["nodes"]
            .as_array()
            .into_iter()
            .flatten()
            .all(|item| item["overdue"] == true)
    );
}

pub async fn a_meeting_decides_and_an_action_item_goes_down_and_is_verified(
    stage: &Stage,
    approved: &Value,
) {
    let chair = &stage.it_manager;
    let strategic = forum(stage, "{ level: [STRATEGIC] }").await;
    let tactical = forum(stage, "{ level: [TACTICAL], serviceArea: [NETWORK] }").await;
    let operational = forum(stage, "{ level: [OPERATIONAL], serviceArea: [NETWORK] }").await;
    let supplier = stage
        .first(
            &stage.supplier,
            "{ viewer { organisation { id } } }",
            "/viewer/organisation/id",
        )
        .await;

    let begins = chrono::Utc::now() + chrono::TimeDelta::hours(1);
    let input = json!({ "forumId": strategic, "title": "Berättelsens möte", "startsAt": begins });
    let meeting = chair
        .does("scheduleMeeting", input, "{ id version state }")
        .await;
    let input = json!({ "meetingId": meeting["id"], "title": "Certifikat", "submissionId": approved["id"] });
    let point = chair
        .does(
            "addAgendaItem",
            input,
            "{ id version submission { title } }",
        )
        .await;
    let input = json!({ "meetingId": meeting["id"], "agendaItemId": point["id"], "text": "Nätet ska segmenteras." });
    let decision = chair
        .does("recordDecision", input, "{ id version number }")
        .await;
    let input = json!({ "forumId": strategic, "meetingId": meeting["id"], "decisionId": decision["id"],
        "title": "Segmentera nätet", "dueOn": in_days(60), "assigneeOrganisationId": supplier });
    let item = chair
        .does("createActionItem", input, "{ id version state }")
        .await;

    let down = at(
        &item,
        json!({ "toForumId": tactical, "reason": "Verkställs." }),
    );
    let item = chair
        .does("cascadeActionItem", down, "{ id version path { kind } }")
        .await;
    let down = at(&item, json!({ "toForumId": operational }));
    let item = chair
        .does(
            "cascadeActionItem",
            down,
            "{ id version forum { level } path { kind } }",
        )
        .await;
    assert_eq!(
        item["path"],
        json!([{ "kind": "CASCADED" }, { "kind": "DELEGATED" }])
    );
    assert_eq!(item["forum"]["level"], "OPERATIONAL");

    let proof = a_proof(stage).await;
    let done = at(
        &item,
        json!({ "report": "Segmenterat.", "submissionIds": [proof] }),
    );
    let reported = stage
        .contributor
        .does(
            "reportActionItemDone",
            done,
            "{ id version state evidence { id } }",
        )
        .await;
    assert_eq!(reported["state"], "REPORTED_DONE");
    assert_eq!(reported["evidence"][0]["id"], proof);
    let own = stage
        .contributor
        .tries("verifyActionItem", at(&reported, json!({})), "{ id }")
        .await;
    assert_eq!(
        own.code(),
        Some("FORBIDDEN"),
        "done is the supplier's word, verified the customer's"
    );
    let verified = stage
        .network_manager
        .does("verifyActionItem", at(&reported, json!({})), "{ state }")
        .await;
    assert_eq!(verified["state"], "VERIFIED");

    let held = chair
        .does(
            "holdMeeting",
            at(&meeting, json!({})),
            "{ id version state }",
        )
        .await;
    let signed = chair
        .does(
            "signMinutes",
            at(&held, json!({})),
            "{ id version state minutesAsSigned { decisions { text } } }",
        )
        .await;
    assert_eq!(signed["state"], "SIGNED");
    assert_eq!(
        signed["minutesAsSigned"]["decisions"][0]["text"],
        "Nätet ska segmenteras."
    );
    for (mutation, input) in [
        (
            "updateMeeting",
            at(&signed, json!({ "minutes": "Något annat." })),
        ),
        (
            "updateDecision",
            at(&decision, json!({ "text": "Något annat." })),
        ),
        (
            "updateAgendaItem",
            at(&point, json!({ "notes": "Något annat." })),
        ),
        (
            "addAgendaItem",
            json!({ "meetingId": signed["id"], "title": "För sent" }),
        ),
        (
            "recordDecision",
            json!({ "meetingId": signed["id"], "text": "För sent" }),
        ),
    ] {
        let refused = chair.tries(mutation, input, "{ id }").await;
        assert_eq!(
            refused.code(),
            Some("INVALID_STATE"),
            "{mutation}: {:#}",
            refused.body
        );
        assert!(
            refused.message().contains("signed"),
            "{}",
            refused.message()
        );
    }
}

/// Something handed in that proves the work, as the supplier's contributor does it.
async fn a_proof(stage: &Stage) -> Value {
    let contributor = &stage.contributor;
    let agreement = stage
        .first(
            contributor,
            "{ agreements { nodes { id } } }",
            "/agreements/nodes/0/id",
        )
        .await;
    let evidence = a_certificate(contributor, "Bevis på segmentering").await;
    a_file(contributor, &evidence, "bevis.pdf", None).await;
    let input = json!({ "evidenceId": evidence["id"], "agreementId": agreement });
    let draft = contributor
        .does("createSubmission", input, "{ id version }")
        .await;
    contributor
        .does("submitSubmission", at(&draft, json!({})), "{ id }")
        .await["id"]
        .clone()
}

pub async fn an_overdue_item_is_escalated(stage: &Stage) {
    let document = "{ actionItems(filter: { overdue: true, state: [OPEN, IN_PROGRESS], serviceArea: [NETWORK] }, first: 100) \
        { nodes { id version overdue forum { level parent { id } } } } }";
    let data = stage.network_manager.ask(document, json!({})).await;
    let items = data["actionItems"]["nodes"]
        .as_array()
        .expect("items")
        .clone();
    let item = items
        .iter()
        .find(|item| item["forum"]["level"] != "STRATEGIC")
        .expect("an overdue item below the strategic level");
    let up = at(item, json!({ "reason": "Tiden har gått ut." }));
    let raised = stage
        .network_manager
        .does("escalateActionItem", up, "{ id path { kind reason } }")
        .await;
    let last = raised["path"]
        .as_array()
        .and_then(|path| path.last())
        .expect("a step")
        .clone();
    assert_eq!(last["kind"], "ESCALATED");
    assert_eq!(last["reason"], "Tiden har gått ut.");
}
