//! Action items: done is the assignee's word, verified the customer's; they move between forums step by
//! step, and are seen where they are followed.

use serde_json::{Value, json};

use crate::harness::{Client, World, at, given};

const NETWORK: Option<&str> = Some("NETWORK");

/// A forum about the network with an action item for the network supplier.
async fn taken_down(customer: &Client) -> (Value, Value) {
    let forum = given::a_forum(customer, "TACTICAL", NETWORK, None, &["Bältespännar"]).await;
    let item = given::an_action_item(customer, &forum, "Bältespännar", 30).await;
    (forum, item)
}

const STATE: &str = "... on ActionItem { state overdue report evidence { id } verifiedBy { id } }";

#[tokio::test]
async fn it_is_started_reported_sent_back_reported_again_and_verified() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let supplier = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let (_, item) = taken_down(&customer).await;
    let item = supplier.moves("startActionItem", &item, json!({})).await;
    let report = json!({ "report": "Bytt." });
    let item = supplier
        .moves("reportActionItemDone", &item, report.clone())
        .await;
    let back = json!({ "remark": "Loggarna saknas." });
    let item = customer.moves("sendBackActionItem", &item, back).await;
    let read = supplier
        .reads(&item["id"], "... on ActionItem { state remark }")
        .await;
    assert_eq!(
        read,
        json!({ "state": "IN_PROGRESS", "remark": "Loggarna saknas." })
    );
    let item = supplier.moves("reportActionItemDone", &item, report).await;
    customer.moves("verifyActionItem", &item, json!({})).await;
    let read = supplier.reads(&item["id"], STATE).await;
    assert_eq!(read["state"], "VERIFIED");
}

#[tokio::test]
async fn done_is_said_by_the_assignee_and_by_nobody_else() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let both = ["Bältespännar", "Klientverket"];
    let forum = given::a_forum(&customer, "TACTICAL", None, None, &both).await;
    let item = given::an_action_item(&customer, &forum, "Bältespännar", 30).await;
    for (organisation, role, expected) in [
        ("Klientverket", "SUPPLIER_MANAGER", "FORBIDDEN"),
        ("Älvsunda", "IT_MANAGER", "FORBIDDEN"),
        ("Bältespännar", "SUPPLIER_READER", "FORBIDDEN"),
        ("Fjällnära", "SUPPLIER_MANAGER", "NOT_FOUND"),
        ("Norrvik", "IT_MANAGER", "NOT_FOUND"),
    ] {
        let other = world.client(organisation, role);
        for (mutation, more) in [
            ("startActionItem", json!({})),
            ("reportActionItemDone", json!({ "report": "Klart." })),
        ] {
            let code = other.is_refused(mutation, at(&item, more)).await;
            assert_eq!(code, expected, "{organisation}: {role}: {mutation}");
        }
    }
    assert_eq!(customer.reads(&item["id"], STATE).await["state"], "OPEN");
}

#[tokio::test]
async fn whoever_reports_it_done_does_not_verify_it() {
    let world = World::open().await;
    let chair = world.client("Älvsunda", "IT_MANAGER");
    let officer = world.client("Älvsunda", "IT_SECURITY_OFFICER");
    let (forum, _) = taken_down(&chair).await;
    let input = json!({
        "forumId": forum["id"], "title": "Skriv rutinen", "dueOn": given::in_days(9),
        "assigneeOrganisationId": given::organisation(&chair, "Älvsunda").await,
        "assigneeId": given::myself(&officer).await,
    });
    let item = chair
        .does("createActionItem", input, "{ id version }")
        .await;
    let report = json!({ "report": "Skriven." });
    let reported = officer.moves("reportActionItemDone", &item, report).await;
    for (mutation, more) in [
        ("verifyActionItem", json!({})),
        ("sendBackActionItem", json!({ "remark": "Nej." })),
    ] {
        let code = officer.is_refused(mutation, at(&reported, more)).await;
        assert_eq!(code, "FORBIDDEN", "{mutation}");
    }
    chair.moves("verifyActionItem", &reported, json!({})).await;
}

#[tokio::test]
async fn only_what_the_assignee_handed_in_to_the_customer_proves_it() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let supplier = world.client("Fjällnära", "SUPPLIER_CONTRIBUTOR");
    let hosting = Some("APPLICATION_HOSTING");
    let forum = given::a_forum(&customer, "TACTICAL", hosting, None, &["Fjällnära"]).await;
    let item = given::an_action_item(&customer, &forum, "Fjällnära", 30).await;
    let own = given::a_submission(&supplier, ("Älvsunda", "Fjällnära"), "Bevis").await;
    let elsewhere = given::a_submission(&supplier, ("Norrvik", "Fjällnära"), "Till Norrvik").await;
    let other = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let anothers = given::a_submission(&other, ("Älvsunda", "Bältespännar"), "Nätcertifikat").await;
    let agreement = given::agreement(&supplier, "Älvsunda", "Fjällnära").await;
    let evidence = given::evidence(&supplier, "Inte inlämnat").await;
    let draft = given::prepared(&supplier, &evidence, &agreement).await;
    for (proof, expected) in [
        (&anothers, "NOT_FOUND"),
        (&elsewhere, "INVALID_INPUT"),
        (&draft, "INVALID_INPUT"),
        (&evidence, "NOT_FOUND"),
    ] {
        let report = json!({ "report": "Klart.", "submissionIds": [own["id"], proof["id"]] });
        let code = supplier
            .is_refused("reportActionItemDone", at(&item, report))
            .await;
        assert_eq!(code, expected, "{proof}");
    }
    let read = customer.reads(&item["id"], STATE).await;
    assert_eq!(
        (&read["state"], &read["evidence"]),
        (&json!("OPEN"), &json!([]))
    );
    let report = json!({ "report": "Klart.", "submissionIds": [own["id"], own["id"]] });
    supplier.moves("reportActionItemDone", &item, report).await;
    let read = customer.reads(&item["id"], STATE).await;
    assert_eq!(read["evidence"], json!([{ "id": own["id"] }]));
}

#[tokio::test]
async fn it_is_given_to_somebody_who_takes_part() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let (forum, item) = taken_down(&customer).await;
    let network = given::organisation(&customer, "Bältespännar").await;
    let clients = given::organisation(&customer, "Klientverket").await;
    let elsewhere = world.client("Norrvik", "IT_MANAGER");
    let norrvik = given::organisation(&elsewhere, "Norrvik").await;
    let colleague = given::myself(&customer).await;
    let stranger = given::myself(&elsewhere).await;
    let norrviks_risk = &elsewhere.lists("risks", "", "{ id }").await[0]["id"];
    let norrviks_meeting = &elsewhere.lists("meetings", "", "{ id }").await[0]["id"];
    let before = customer.counts("actionItems", "{}").await;
    for (wrong, expected) in [
        (
            json!({ "assigneeOrganisationId": clients }),
            "INVALID_INPUT",
        ),
        (json!({ "assigneeOrganisationId": norrvik }), "NOT_FOUND"),
        (json!({ "assigneeId": colleague }), "INVALID_INPUT"),
        (json!({ "assigneeId": stranger }), "NOT_FOUND"),
    ] {
        let code = customer
            .is_refused("updateActionItem", at(&item, wrong.clone()))
            .await;
        assert_eq!(code, expected, "{wrong}");
        let code = customer.is_refused("createActionItem", new(&forum, &network, &wrong));
        assert_eq!(code.await, expected, "{wrong}");
    }
    for wrong in [
        json!({ "riskId": norrviks_risk }),
        json!({ "meetingId": norrviks_meeting }),
    ] {
        let code = customer.is_refused("createActionItem", new(&forum, &network, &wrong));
        assert_eq!(code.await, "NOT_FOUND", "{wrong}");
    }
    assert_eq!(customer.counts("actionItems", "{}").await, before);
    let assignee = "... on ActionItem { assignee { id } assigneeOrganisation { id } }";
    assert_eq!(
        customer.reads(&item["id"], assignee).await,
        json!({ "assignee": null, "assigneeOrganisation": { "id": network } })
    );
}

fn new(forum: &Value, assignee: &Value, more: &Value) -> Value {
    let mut input = json!({
        "forumId": forum["id"], "title": "Byt brandvägg", "dueOn": given::in_days(9),
        "assigneeOrganisationId": assignee,
    });
    for (field, value) in more.as_object().expect("fields") {
        input[field] = value.clone();
    }
    input
}

#[tokio::test]
async fn what_a_state_does_not_allow_is_refused_in_words() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let supplier = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let (_, item) = taken_down(&customer).await;
    let early = customer
        .tries("verifyActionItem", at(&item, json!({})), "{ id }")
        .await;
    assert_eq!(early.code(), Some("INVALID_STATE"));
    assert_eq!(
        early.message(),
        "An action item that is OPEN cannot be verified; that is possible from REPORTED_DONE."
    );
    let silent = customer.is_refused("cancelActionItem", at(&item, json!({ "remark": " " })));
    assert_eq!(silent.await, "INVALID_INPUT", "a cancelling says why");
    let remark = json!({ "remark": "Behövs inte." });
    let cancelled = customer
        .moves("cancelActionItem", &item, remark.clone())
        .await;
    for (who, mutation, more) in [
        (&supplier, "startActionItem", json!({})),
        (
            &supplier,
            "reportActionItemDone",
            json!({ "report": "Klart." }),
        ),
        (&customer, "updateActionItem", json!({ "title": "Annat" })),
        (
            &customer,
            "escalateActionItem",
            json!({ "reason": "Sent." }),
        ),
        (&customer, "cancelActionItem", remark),
    ] {
        let code = who.is_refused(mutation, at(&cancelled, more)).await;
        assert_eq!(code, "INVALID_STATE", "{mutation}");
    }
}

#[tokio::test]
async fn it_goes_one_level_at_a_time_and_keeps_its_path() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let supplier = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let with = ["Bältespännar"];
    let top = given::a_forum(&customer, "STRATEGIC", None, None, &with).await;
    let middle = given::a_forum(&customer, "TACTICAL", NETWORK, Some(&top), &with).await;
    let bottom = given::a_forum(&customer, "OPERATIONAL", NETWORK, Some(&middle), &with).await;
    let others = customer
        .lists(
            "forums",
            "filter: { level: [TACTICAL], serviceArea: [CLIENTS] }",
            "{ id }",
        )
        .await;
    let item = given::an_action_item(&customer, &top, "Bältespännar", 30).await;
    let to = |forum: &Value| json!({ "toForumId": forum["id"], "reason": "Verkställs." });
    for (forum, expected) in [
        (&bottom, "INVALID_INPUT"),
        (&top, "INVALID_INPUT"),
        (&others[0], "INVALID_INPUT"),
    ] {
        let code = customer
            .is_refused("cascadeActionItem", at(&item, to(forum)))
            .await;
        assert_eq!(code, expected, "{forum}");
    }
    let nowhere = json!({ "reason": "Uppåt." });
    let nowhere = customer.is_refused("escalateActionItem", at(&item, nowhere));
    assert_eq!(
        nowhere.await,
        "INVALID_STATE",
        "nothing is above the strategic level"
    );
    let item = customer
        .moves("cascadeActionItem", &item, to(&middle))
        .await;
    let item = customer
        .moves("cascadeActionItem", &item, to(&bottom))
        .await;
    let silent = at(&item, json!({ "reason": "" }));
    let silent = supplier.is_refused("escalateActionItem", silent).await;
    assert_eq!(silent, "INVALID_INPUT", "an escalation says why");
    let up = json!({ "reason": "Vi hinner inte." });
    supplier.moves("escalateActionItem", &item, up).await;
    let path = "... on ActionItem { forum { id } raisedIn { id } path { number kind reason toForum { id } } }";
    let path = supplier.reads(&item["id"], path).await;
    assert_eq!(path["forum"]["id"], middle["id"]);
    assert_eq!(path["raisedIn"]["id"], top["id"]);
    assert_eq!(
        path["path"],
        json!([
            { "number": 1, "kind": "CASCADED", "reason": "Verkställs.", "toForum": { "id": middle["id"] } },
            { "number": 2, "kind": "DELEGATED", "reason": "Verkställs.", "toForum": { "id": bottom["id"] } },
            { "number": 3, "kind": "ESCALATED", "reason": "Vi hinner inte.", "toForum": { "id": middle["id"] } },
        ])
    );
}

#[tokio::test]
async fn what_is_handed_on_is_followed_by_those_it_was_handed_to() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let both = ["Bältespännar", "Klientverket"];
    let top = given::a_forum(&customer, "STRATEGIC", None, None, &both).await;
    let clients = Some("CLIENTS");
    let middle = given::a_forum(
        &customer,
        "TACTICAL",
        clients,
        Some(&top),
        &["Klientverket"],
    )
    .await;
    let item = given::an_action_item(&customer, &top, "Klientverket", 30).await;
    let assignee = world.client("Klientverket", "SUPPLIER_CONTRIBUTOR");
    let fellow_member = world.client("Bältespännar", "SUPPLIER_MANAGER");
    assert!(fellow_member.finds(&item["id"]).await);
    let down = json!({ "toForumId": middle["id"], "reason": "Verkställs." });
    let item = customer.moves("cascadeActionItem", &item, down).await;
    assert!(assignee.finds(&item["id"]).await && !fellow_member.finds(&item["id"]).await);
    let report = json!({ "report": "Bytt alla bärbara datorer." });
    assignee.moves("reportActionItemDone", &item, report).await;
    let news = json!(fellow_member.news().await).to_string();
    assert!(!news.contains("bärbara"), "nor is it told what comes of it");
    let of_network = world.client("Älvsunda", "SERVICE_AREA_MANAGER:NETWORK");
    let of_clients = world.client("Älvsunda", "SERVICE_AREA_MANAGER:CLIENTS");
    assert!(of_clients.finds(&item["id"]).await && !of_network.finds(&item["id"]).await);
}

#[tokio::test]
async fn it_is_overdue_from_the_day_after_while_it_is_open() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let (forum, today) = {
        let (forum, _) = taken_down(&customer).await;
        let today = given::an_action_item(&customer, &forum, "Bältespännar", 0).await;
        (forum, today)
    };
    let late = given::an_action_item(&customer, &forum, "Bältespännar", -1).await;
    let overdue = async |item: &Value| customer.reads(&item["id"], STATE).await["overdue"].clone();
    assert_eq!(
        (overdue(&today).await, overdue(&late).await),
        (json!(false), json!(true))
    );
    let filter = format!("{{ overdue: true, forumId: {} }}", forum["id"]);
    assert_eq!(customer.counts("actionItems", &filter).await, 1);
    let remark = json!({ "remark": "Behövs inte." });
    customer.moves("cancelActionItem", &late, remark).await;
    assert_eq!(overdue(&late).await, json!(false));
    assert_eq!(customer.counts("actionItems", &filter).await, 0);
}

#[tokio::test]
async fn an_outdated_version_is_a_conflict() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let supplier = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let (_, item) = taken_down(&customer).await;
    let later = json!({ "dueOn": given::in_days(60) });
    let changed = customer.moves("updateActionItem", &item, later).await;
    let report = at(&item, json!({ "report": "Klart." }));
    let refused = supplier
        .tries("reportActionItemDone", report, "{ id }")
        .await;
    assert_eq!(refused.code(), Some("CONFLICT"));
    assert_eq!(
        refused.body["errors"][0]["extensions"]["currentVersion"],
        changed["version"]
    );
    assert_eq!(customer.reads(&item["id"], STATE).await["state"], "OPEN");
}

#[tokio::test]
async fn an_internal_remark_stays_on_its_side() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let supplier = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let (_, item) = taken_down(&customer).await;
    for (audience, body) in [("INTERNAL", "Kundens hemlighet"), ("SHARED", "Till er")] {
        let input = json!({ "actionItemId": item["id"], "audience": audience, "body": body });
        customer.does("commentOnActionItem", input, "{ id }").await;
    }
    let comments = "... on ActionItem { comments { totalCount nodes { body } } history { nodes { changes { after } } } }";
    let read = supplier.reads(&item["id"], comments).await;
    assert_eq!(
        read["comments"],
        json!({ "totalCount": 1, "nodes": [{ "body": "Till er" }] })
    );
    let all = format!("{read}{}", json!(supplier.news().await));
    assert!(!all.contains("Kundens hemlighet"));
}
