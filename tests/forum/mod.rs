//! Forums and their meetings: seen by those who belong to them, minutes that nobody changes once the
//! chair has signed, and a briefing in which nobody reads what is not theirs.

use serde_json::{Value, json};

use crate::harness::{Client, World, at, given};

const NETWORK: Option<&str> = Some("NETWORK");

#[tokio::test]
async fn a_forum_is_seen_by_those_who_belong_to_it() {
    let world = World::open().await;
    let chair = world.client("Älvsunda", "IT_MANAGER");
    let forum = given::a_forum(&chair, "TACTICAL", NETWORK, None, &["Bältespännar"]).await;
    let meeting = given::a_meeting(&chair, &forum).await;
    for (organisation, role) in [
        ("Fjällnära", "SUPPLIER_MANAGER"),
        ("Klientverket", "SUPPLIER_MANAGER"),
        ("Norrvik", "IT_MANAGER"),
        ("Älvsunda", "SERVICE_AREA_MANAGER:CLIENTS"),
    ] {
        let stranger = world.client(organisation, role);
        for id in [&forum["id"], &meeting["id"]] {
            assert!(!stranger.finds(id).await, "{organisation}: {id}");
        }
        assert_eq!(
            stranger
                .counts("forums", "{ nameContains: \"Provforum\" }")
                .await,
            0
        );
        assert_eq!(
            stranger
                .counts("meetings", "{ titleContains: \"Provmöte\" }")
                .await,
            0
        );
        let news = json!(stranger.news().await).to_string();
        assert!(!news.contains("Provforum") && !news.contains("Provmöte"));
    }
    let supplier = world.client("Bältespännar", "SUPPLIER_READER");
    assert!(supplier.finds(&forum["id"]).await && supplier.finds(&meeting["id"]).await);
    let members = "... on Forum { members { id organisation { name } } }";
    let members = supplier.reads(&forum["id"], members).await;
    let own = members["members"]
        .as_array()
        .expect("members")
        .iter()
        .find(|member| member["organisation"]["name"] == "Bältespännar Nät AB")
        .expect("the supplier");
    let input = json!({ "forumId": forum["id"], "memberId": own["id"], "expectedVersion": forum["version"] });
    chair.does("removeForumMember", input, "{ id }").await;
    assert!(!supplier.finds(&forum["id"]).await && !supplier.finds(&meeting["id"]).await);
}

#[tokio::test]
async fn whoever_has_no_place_in_it_is_not_let_in() {
    let world = World::open().await;
    let chair = world.client("Älvsunda", "IT_MANAGER");
    let forum = given::a_forum(&chair, "TACTICAL", NETWORK, None, &["Bältespännar"]).await;
    let own = given::organisation(&chair, "Älvsunda").await;
    let network = given::organisation(&chair, "Bältespännar").await;
    let clients = given::organisation(&chair, "Klientverket").await;
    let elsewhere = world.client("Norrvik", "IT_MANAGER");
    let norrvik = given::organisation(&elsewhere, "Norrvik").await;
    let somebody = given::myself(&world.client("Älvsunda", "READER")).await;
    let stranger = given::myself(&elsewhere).await;
    for (member, expected) in [
        (json!({ "organisationId": clients }), "INVALID_INPUT"),
        (json!({ "organisationId": norrvik }), "NOT_FOUND"),
        (
            json!({ "organisationId": own, "personId": stranger }),
            "NOT_FOUND",
        ),
        (
            json!({ "organisationId": network, "personId": somebody }),
            "INVALID_INPUT",
        ),
        (
            json!({ "organisationId": network, "duty": "CHAIR" }),
            "INVALID_INPUT",
        ),
        (json!({ "organisationId": network }), "INVALID_STATE"),
        (
            json!({ "organisationId": own, "personId": somebody, "duty": "CHAIR" }),
            "INVALID_STATE",
        ),
    ] {
        let mut input = member.clone();
        input["forumId"] = forum["id"].clone();
        let code = chair.is_refused("addForumMember", input).await;
        assert_eq!(code, expected, "{member}");
    }
    let members = chair
        .reads(&forum["id"], "... on Forum { members { id } }")
        .await;
    assert_eq!(members["members"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn the_forum_above_is_the_own_municipalitys_of_the_level_above() {
    let world = World::open().await;
    let chair = world.client("Älvsunda", "IT_MANAGER");
    let top = given::a_forum(&chair, "STRATEGIC", None, None, &[]).await;
    let elsewhere = world.client("Norrvik", "IT_MANAGER");
    let theirs = &elsewhere
        .lists("forums", "filter: { level: [STRATEGIC] }", "{ id }")
        .await[0];
    for (level, parent, expected) in [
        ("TACTICAL", &theirs["id"], "NOT_FOUND"),
        ("OPERATIONAL", &top["id"], "INVALID_INPUT"),
        ("STRATEGIC", &top["id"], "INVALID_INPUT"),
    ] {
        let input = json!({ "level": level, "name": "Nytt forum", "parentId": parent });
        let code = chair.is_refused("createForum", input).await;
        assert_eq!(code, expected, "{level}");
    }
    assert_eq!(
        chair
            .counts("forums", "{ nameContains: \"Nytt forum\" }")
            .await,
        0
    );
}

/// A held meeting with a point, a decision and an action item.
async fn held(chair: &Client, forum: &Value) -> (Value, Value, Value) {
    let meeting = given::a_meeting(chair, forum).await;
    let input = json!({ "meetingId": meeting["id"], "title": "Läget i nätet" });
    let point = chair.does("addAgendaItem", input, "{ id version }").await;
    let input = json!({
        "meetingId": meeting["id"], "agendaItemId": point["id"], "text": "Byt <b>brandvägg</b> å det snaraste.",
    });
    chair.does("recordDecision", input, "{ id version }").await;
    let input = json!({
        "forumId": forum["id"], "meetingId": meeting["id"], "title": "Byt brandvägg", "dueOn": given::in_days(9),
        "assigneeOrganisationId": given::organisation(chair, "Bältespännar").await,
    });
    let item = chair
        .does("createActionItem", input, "{ id version }")
        .await;
    let held = chair.moves("holdMeeting", &meeting, json!({})).await;
    (held, point, item)
}

const SIGNED: &str = "... on Meeting { state signedBy { name } minutesAsSigned { forum title signedBy \
    members { organisation person duty } agenda { position title notes } \
    decisions { number text agendaPosition } actionItems { title assigneeOrganisation dueOn } } }";

#[tokio::test]
async fn the_chair_and_nobody_else_signs_what_was_held() {
    let world = World::open().await;
    let chair = world.client("Älvsunda", "IT_MANAGER");
    let forum = given::a_forum(&chair, "TACTICAL", NETWORK, None, &["Bältespännar"]).await;
    let planned = given::a_meeting(&chair, &forum).await;
    let early = chair.is_refused("signMinutes", at(&planned, json!({})));
    assert_eq!(early.await, "INVALID_STATE", "it has not been held");
    let empty = chair.moves("holdMeeting", &planned, json!({})).await;
    let empty = chair.is_refused("signMinutes", at(&empty, json!({})));
    assert_eq!(empty.await, "INVALID_STATE", "it has no agenda");
    let (meeting, ..) = held(&chair, &forum).await;
    for (organisation, role) in [
        ("Älvsunda", "IT_SECURITY_OFFICER"),
        ("Älvsunda", "SERVICE_AREA_MANAGER:NETWORK"),
        ("Bältespännar", "SUPPLIER_MANAGER"),
    ] {
        let other = world.client(organisation, role);
        let code = other
            .is_refused("signMinutes", at(&meeting, json!({})))
            .await;
        assert_eq!(code, "FORBIDDEN", "{role}");
    }
    chair.moves("signMinutes", &meeting, json!({})).await;
    let signed = chair.reads(&meeting["id"], SIGNED).await;
    assert_eq!(signed["state"], "SIGNED");
    assert_eq!(
        signed["minutesAsSigned"]["signedBy"],
        signed["signedBy"]["name"]
    );
}

#[tokio::test]
async fn signed_minutes_stay_whatever_changes_around_them() {
    let world = World::open().await;
    let chair = world.client("Älvsunda", "IT_MANAGER");
    let supplier = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let forum = given::a_forum(&chair, "TACTICAL", NETWORK, None, &["Bältespännar"]).await;
    let (meeting, point, item) = held(&chair, &forum).await;
    chair.moves("signMinutes", &meeting, json!({})).await;
    let signed = supplier.reads(&meeting["id"], SIGNED).await;
    let minutes = &signed["minutesAsSigned"];
    assert_eq!(
        minutes["decisions"],
        json!([{ "number": 1, "text": "Byt <b>brandvägg</b> å det snaraste.", "agendaPosition": 1 }])
    );
    assert_eq!(
        minutes["actionItems"][0]["assigneeOrganisation"],
        "Bältespännar Nät AB"
    );

    chair
        .moves("updateForum", &forum, json!({ "name": "Nytt namn" }))
        .await;
    chair
        .moves("updateActionItem", &item, json!({ "title": "Annat" }))
        .await;
    let input = json!({ "forumId": forum["id"], "organisationId": given::organisation(&chair, "Älvsunda").await,
        "personId": given::myself(&world.client("Älvsunda", "READER")).await });
    chair.does("addForumMember", input, "{ id }").await;
    let notes = at(&point, json!({ "notes": "I efterhand." }));
    let late = chair.is_refused("updateAgendaItem", notes).await;
    assert_eq!(late, "INVALID_STATE");
    assert_eq!(supplier.reads(&meeting["id"], SIGNED).await, signed);
}

#[tokio::test]
async fn what_is_brought_up_concerns_the_customer_and_was_handed_in() {
    let world = World::open().await;
    let chair = world.client("Älvsunda", "IT_MANAGER");
    let supplier = world.client("Fjällnära", "SUPPLIER_MANAGER");
    let both = ["Bältespännar", "Fjällnära"];
    let forum = given::a_forum(&chair, "STRATEGIC", None, None, &both).await;
    let meeting = given::a_meeting(&chair, &forum).await;
    let theirs = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let anothers =
        given::a_submission(&theirs, ("Älvsunda", "Bältespännar"), "Nätcertifikat").await;
    let norrviks = given::a_submission(&supplier, ("Norrvik", "Fjällnära"), "Till Norrvik").await;
    let agreement = given::agreement(&supplier, "Älvsunda", "Fjällnära").await;
    let evidence = given::evidence(&supplier, "Inte inlämnat").await;
    let draft = given::prepared(&supplier, &evidence, &agreement).await;
    let elsewhere = given::agreement(&supplier, "Norrvik", "Fjällnära").await;
    let elsewhere = given::an_analysis(&supplier, &elsewhere, "Norrviks analys").await;
    let risk = given::a_risk(&supplier, &elsewhere, 3, 3).await;
    for (what, expected) in [
        (json!({ "submissionId": anothers["id"] }), "NOT_FOUND"),
        (json!({ "submissionId": norrviks["id"] }), "INVALID_INPUT"),
        (json!({ "submissionId": draft["id"] }), "INVALID_INPUT"),
        (json!({ "riskId": risk["id"] }), "INVALID_INPUT"),
        (json!({ "riskId": elsewhere["id"] }), "NOT_FOUND"),
    ] {
        let mut input = what.clone();
        input["meetingId"] = meeting["id"].clone();
        input["title"] = json!("Att ta upp");
        let code = supplier.is_refused("addAgendaItem", input).await;
        assert_eq!(code, expected, "{what}");
    }
    let handed_in = supplier.moves("submitSubmission", &draft, json!({})).await;
    let input = json!({ "meetingId": meeting["id"], "title": "Att ta upp", "submissionId": handed_in["id"] });
    let point = supplier
        .does("addAgendaItem", input, "{ id version }")
        .await;
    let agenda = "... on Meeting { agenda { id title submission { id } } }";
    let seen = chair.reads(&meeting["id"], agenda).await;
    assert_eq!(
        seen["agenda"],
        json!([{ "id": point["id"], "title": "Att ta upp", "submission": { "id": handed_in["id"] } }])
    );
    let seen = theirs.reads(&meeting["id"], agenda).await;
    assert!(
        seen["agenda"][0]["submission"].is_null(),
        "another supplier reads the agenda, not what it refers to"
    );
}

#[tokio::test]
async fn a_decision_stands_under_a_point_of_its_own_meeting() {
    let world = World::open().await;
    let chair = world.client("Älvsunda", "IT_MANAGER");
    let forum = given::a_forum(&chair, "STRATEGIC", None, None, &[]).await;
    let (meeting, other) = (
        given::a_meeting(&chair, &forum).await,
        given::a_meeting(&chair, &forum).await,
    );
    let input = json!({ "meetingId": other["id"], "title": "En annan dag" });
    let point = chair.does("addAgendaItem", input, "{ id }").await;
    let elsewhere = world.client("Norrvik", "IT_MANAGER");
    let theirs = elsewhere.lists("meetings", "", "{ agenda { id } }").await;
    let theirs = theirs
        .iter()
        .find_map(|meeting| meeting["agenda"].get(0))
        .expect("Norrvik's forums have agendas");
    for (under, expected) in [
        (&point["id"], "INVALID_INPUT"),
        (&theirs["id"], "NOT_FOUND"),
    ] {
        let input = json!({ "meetingId": meeting["id"], "agendaItemId": under, "text": "Beslut." });
        let code = chair.is_refused("recordDecision", input).await;
        assert_eq!(code, expected, "{under}");
    }
    let decisions = chair
        .reads(&meeting["id"], "... on Meeting { decisions { id } }")
        .await;
    assert_eq!(decisions["decisions"], json!([]));
}

#[tokio::test]
async fn a_point_that_is_moved_makes_the_others_give_way() {
    let world = World::open().await;
    let chair = world.client("Älvsunda", "IT_MANAGER");
    let forum = given::a_forum(&chair, "STRATEGIC", None, None, &[]).await;
    let meeting = given::a_meeting(&chair, &forum).await;
    let mut points = Vec::new();
    for title in ["A", "B", "C", "D"] {
        let input = json!({ "meetingId": meeting["id"], "title": title });
        points.push(chair.does("addAgendaItem", input, "{ id version }").await);
    }
    chair
        .moves("updateAgendaItem", &points[3], json!({ "position": 2 }))
        .await;
    let agenda = "... on Meeting { agenda { position title } }";
    let agenda = chair.reads(&meeting["id"], agenda).await;
    let order: Vec<_> = agenda["agenda"]
        .as_array()
        .expect("points")
        .iter()
        .map(|point| {
            format!(
                "{}{}",
                point["position"],
                point["title"].as_str().expect("a title")
            )
        })
        .collect();
    assert_eq!(order, ["1A", "2D", "3B", "4C"]);
    for position in [0, 5] {
        let beyond = at(&points[0], json!({ "position": position }));
        let code = chair.is_refused("updateAgendaItem", beyond).await;
        assert_eq!(code, "INVALID_INPUT", "{position}");
    }
}

#[tokio::test]
async fn an_outdated_version_is_a_conflict() {
    let world = World::open().await;
    let chair = world.client("Älvsunda", "IT_MANAGER");
    let forum = given::a_forum(&chair, "STRATEGIC", None, None, &[]).await;
    let meeting = given::a_meeting(&chair, &forum).await;
    let place = json!({ "place": "Sessionssalen" });
    let changed = chair.moves("updateMeeting", &meeting, place).await;
    let late = at(&meeting, json!({ "place": "Källaren" }));
    let refused = chair.tries("updateMeeting", late, "{ id }").await;
    assert_eq!(refused.code(), Some("CONFLICT"));
    assert_eq!(
        refused.body["errors"][0]["extensions"]["currentVersion"],
        changed["version"]
    );
}

const BRIEFING: &str = "query($forum: ID!) { briefing(forumId: $forum) { \
    openActionItems(first: 100) { totalCount nodes { id } } suppliers { supplier { name } expired { totalCount } } \
    submissionsToReview(first: 100) { totalCount nodes { id supplier { name } } } \
    highRisks(first: 100) { totalCount nodes { id } } changes(first: 100) { nodes { topic organisation { name } } } } }";

#[tokio::test]
async fn what_is_open_is_briefed_apart_from_what_is_overdue() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let strategic = &customer
        .lists("forums", "filter: { level: [STRATEGIC] }", "{ id }")
        .await[0];
    let document = "query($forum: ID!) { briefing(forumId: $forum) { \
        all: openActionItems(first: 100) { nodes { id overdue } } \
        late: openActionItems(first: 100, overdue: true) { nodes { id overdue } } \
        coming: openActionItems(first: 100, overdue: false) { nodes { id overdue } } } }";
    let data = customer
        .ask(document, json!({ "forum": strategic["id"] }))
        .await;
    let nodes = |list: &str| data["briefing"][list]["nodes"].as_array().expect("a list");
    let (late, coming): (Vec<_>, Vec<_>) = nodes("all")
        .iter()
        .partition(|item| item["overdue"] == true);
    assert!(!late.is_empty() && !coming.is_empty());
    assert_eq!(nodes("late").iter().collect::<Vec<_>>(), late);
    assert_eq!(nodes("coming").iter().collect::<Vec<_>>(), coming);
}

#[tokio::test]
async fn a_supplier_is_briefed_on_its_own_part() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let supplier = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let strategic = &customer
        .lists("forums", "filter: { level: [STRATEGIC] }", "{ id }")
        .await[0];
    let briefed = async |who: &Client| {
        let data = who.ask(BRIEFING, json!({ "forum": strategic["id"] })).await;
        data["briefing"].clone()
    };
    let (whole, part) = (briefed(&customer).await, briefed(&supplier).await);
    assert_eq!(whole["suppliers"].as_array().map(Vec::len), Some(3));
    assert_eq!(part["suppliers"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        part["suppliers"][0]["supplier"]["name"],
        "Bältespännar Nät AB"
    );
    for submission in part["submissionsToReview"]["nodes"]
        .as_array()
        .expect("submissions")
    {
        assert_eq!(submission["supplier"]["name"], "Bältespännar Nät AB");
    }
    for list in ["openActionItems", "submissionsToReview", "highRisks"] {
        let (whole, part) = (&whole[list]["totalCount"], &part[list]["totalCount"]);
        assert!(part.as_i64() < whole.as_i64(), "{list}: {part} of {whole}");
    }
    for change in part["changes"]["nodes"].as_array().expect("events") {
        let by = change["organisation"]["name"].as_str().expect("a name");
        // In the forum and in shared analyses it sees the others at work, and not their evidence.
        let own = by.starts_with("Bältespännar") || by.starts_with("Älvsunda");
        assert!(own || change["topic"] != "EVIDENCE", "{change}");
    }
    let elsewhere = world.client("Norrvik", "IT_MANAGER");
    let stranger = elsewhere
        .send(BRIEFING, json!({ "forum": strategic["id"] }))
        .await;
    assert_eq!(stranger.code(), Some("NOT_FOUND"));
}
