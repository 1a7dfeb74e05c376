//! Risk analyses: worked out by those who take part and seen by nobody else; approved and accepted by
//! somebody other than who asks for it; kept as they then stood.

use serde_json::{Value, json};

use crate::harness::{Client, World, at, given};

const NETWORK: (&str, &str) = ("Älvsunda", "Bältespännar");

/// An analysis of the network supplier's with a risk of this likelihood and impact.
async fn begun(supplier: &Client, likelihood: i32, impact: i32) -> (Value, Value) {
    let agreement = given::agreement(supplier, NETWORK.0, NETWORK.1).await;
    let analysis = given::an_analysis(supplier, &agreement, "Analys av kärnnätet").await;
    let risk = given::a_risk(supplier, &analysis, likelihood, impact).await;
    (analysis, risk)
}

/// The same, handed in.
async fn handed_in(supplier: &Client, likelihood: i32, impact: i32) -> (Value, Value) {
    let (analysis, risk) = begun(supplier, likelihood, impact).await;
    let submitted = supplier
        .moves("submitRiskAnalysis", &analysis, json!({}))
        .await;
    (submitted, risk)
}

async fn asked(who: &Client, risk: &Value) -> Value {
    who.does("requestRiskAcceptance", wish(risk, 90), "{ id version }")
        .await
}

fn wish(risk: &Value, days: i64) -> Value {
    json!({ "riskId": risk["id"], "justification": "Utbytet är upphandlat.", "proposedUntil": given::in_days(days) })
}

#[tokio::test]
async fn an_analysis_is_its_owners_until_it_is_shared_or_handed_in() {
    let world = World::open().await;
    let supplier = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let (analysis, risk) = begun(&supplier, 4, 4).await;
    for (organisation, role) in [
        ("Älvsunda", "IT_MANAGER"),
        ("Norrvik", "IT_MANAGER"),
        ("Fjällnära", "SUPPLIER_MANAGER"),
    ] {
        let other = world.client(organisation, role);
        assert!(!other.finds(&analysis["id"]).await && !other.finds(&risk["id"]).await);
        let filter = "{ titleContains: \"kärnnätet\" }";
        assert_eq!(other.counts("riskAnalyses", filter).await, 0);
        let news = json!(other.news().await).to_string();
        assert!(!news.contains("kärnnätet") && !news.contains("Överbelastning"));
    }
    supplier
        .moves("submitRiskAnalysis", &analysis, json!({}))
        .await;
    assert!(customer.finds(&analysis["id"]).await && customer.finds(&risk["id"]).await);
    let stranger = world.client("Fjällnära", "SUPPLIER_MANAGER");
    assert!(!stranger.finds(&analysis["id"]).await);
}

#[tokio::test]
async fn several_suppliers_take_part_and_see_nothing_else_of_each_other() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "SECURITY_COORDINATOR");
    let network = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let clients = world.client("Klientverket", "SUPPLIER_CONTRIBUTOR");
    let hosting = world.client("Fjällnära", "SUPPLIER_MANAGER");
    let agreement = given::agreement(&customer, NETWORK.0, NETWORK.1).await;
    let mut analysis = given::an_analysis(&customer, &agreement, "Gemensam analys").await;
    for name in ["Bältespännar", "Klientverket"] {
        let guest = json!({ "organisationId": given::organisation(&customer, name).await });
        let shared = customer.moves("shareRiskAnalysis", &analysis, guest).await;
        analysis = shared;
    }
    let risk = given::a_risk(&network, &analysis, 3, 3).await;
    let score = "... on Risk { score createdBy { name } riskAnalysis { agreement { id } participants { organisation { name } } } }";
    let seen = clients.reads(&risk["id"], score).await;
    assert_eq!(seen["score"], 9);
    assert!(
        seen["createdBy"].is_null(),
        "the people of another supplier stay its own"
    );
    assert!(
        seen["riskAnalysis"]["agreement"].is_null(),
        "as do its agreements"
    );
    assert_eq!(
        seen["riskAnalysis"]["participants"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );
    assert!(!hosting.finds(&risk["id"]).await);
    let colleague = clients.is_refused("submitRiskAnalysis", at(&analysis, json!({})));
    assert_eq!(colleague.await, "FORBIDDEN");
    let other_party = world.client("Klientverket", "SUPPLIER_MANAGER");
    let other_party = other_party.is_refused("submitRiskAnalysis", at(&analysis, json!({})));
    assert_eq!(
        other_party.await,
        "FORBIDDEN",
        "it is handed in by a party of its agreement"
    );
}

#[tokio::test]
async fn no_supplier_brings_in_another() {
    let world = World::open().await;
    let supplier = world.client("Fjällnära", "SUPPLIER_MANAGER");
    let agreement = given::agreement(&supplier, "Älvsunda", "Fjällnära").await;
    let analysis = given::an_analysis(&supplier, &agreement, "Driftanalys").await;
    let norrvik = given::organisation(&supplier, "Norrvik").await;
    for (guest, expected) in [
        // Both are known, one from the strategic forum, the other as a customer.
        (
            given::organisation(&supplier, "Bältespännar").await,
            "INVALID_INPUT",
        ),
        (norrvik.clone(), "INVALID_INPUT"),
        (
            given::organisation(&supplier, "Fjällnära").await,
            "INVALID_STATE",
        ),
    ] {
        let guest = at(&analysis, json!({ "organisationId": guest }));
        let code = supplier.is_refused("shareRiskAnalysis", guest).await;
        assert_eq!(code, expected);
    }
    let network = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let (of_network, _) = begun(&network, 2, 2).await;
    let unknown = at(&of_network, json!({ "organisationId": norrvik }));
    let unknown = network.is_refused("shareRiskAnalysis", unknown).await;
    assert_eq!(unknown, "NOT_FOUND");
    let read = "... on RiskAnalysis { participants { organisation { name } } }";
    let read = supplier.reads(&analysis["id"], read).await;
    assert_eq!(read["participants"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn whoever_hands_it_in_does_not_approve_it() {
    let world = World::open().await;
    let coordinator = world.client("Älvsunda", "SECURITY_COORDINATOR");
    let manager = world.client("Älvsunda", "SERVICE_AREA_MANAGER:NETWORK");
    let (submitted, _) = handed_in(&coordinator, 2, 2).await;
    for (mutation, more) in [
        ("approveRiskAnalysis", json!({})),
        ("returnRiskAnalysis", json!({ "remark": "Nej." })),
    ] {
        let code = coordinator.is_refused(mutation, at(&submitted, more)).await;
        assert_eq!(code, "FORBIDDEN", "{mutation}");
    }
    manager
        .moves("approveRiskAnalysis", &submitted, json!({}))
        .await;
}

#[tokio::test]
async fn whoever_asks_for_acceptance_does_not_give_it() {
    let world = World::open().await;
    let supplier = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let it_manager = world.client("Älvsunda", "IT_MANAGER");
    let (_, risk) = handed_in(&supplier, 5, 5).await;
    let acceptance = asked(&it_manager, &risk).await;
    for (mutation, more) in [
        ("acceptRisk", json!({ "acceptedUntil": given::in_days(30) })),
        ("declineRisk", json!({ "note": "Nej." })),
    ] {
        let code = it_manager.is_refused(mutation, at(&acceptance, more)).await;
        assert_eq!(code, "FORBIDDEN", "{mutation}");
    }
    let standing = "... on RiskAcceptance { state decidedBy { id } }";
    assert_eq!(
        supplier.reads(&acceptance["id"], standing).await,
        json!({ "state": "REQUESTED", "decidedBy": null })
    );
}

#[tokio::test]
async fn only_a_high_risk_that_was_handed_in_is_accepted_once_and_for_a_year_at_most() {
    let world = World::open().await;
    let supplier = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let it_manager = world.client("Älvsunda", "IT_MANAGER");
    let (_, draft) = begun(&supplier, 5, 5).await;
    let (_, low) = handed_in(&supplier, 3, 3).await;
    let (_, high) = handed_in(&supplier, 2, 5).await;
    for (risk, days, expected) in [
        (&draft, 30, "INVALID_STATE"),
        (&low, 30, "INVALID_STATE"),
        (&high, -1, "INVALID_INPUT"),
        (&high, 400, "INVALID_INPUT"),
    ] {
        let code = supplier
            .is_refused("requestRiskAcceptance", wish(risk, days))
            .await;
        assert_eq!(code, expected, "{risk} for {days} days");
    }
    let acceptance = asked(&supplier, &high).await;
    let twice = supplier.is_refused("requestRiskAcceptance", wish(&high, 30));
    assert_eq!(twice.await, "INVALID_STATE");
    for days in [-1, 400] {
        let until = at(
            &acceptance,
            json!({ "acceptedUntil": given::in_days(days) }),
        );
        let code = it_manager.is_refused("acceptRisk", until).await;
        assert_eq!(code, "INVALID_INPUT", "{days}");
    }
    let silent = at(&acceptance, json!({ "note": " " }));
    let silent = it_manager.is_refused("declineRisk", silent).await;
    assert_eq!(silent, "INVALID_INPUT");
    let declined = it_manager
        .moves("declineRisk", &acceptance, json!({ "note": "Åtgärda." }))
        .await;
    let until = at(&declined, json!({ "acceptedUntil": given::in_days(30) }));
    let late = it_manager.is_refused("acceptRisk", until).await;
    assert_eq!(late, "INVALID_STATE");
    asked(&supplier, &high).await;
}

#[tokio::test]
async fn what_was_approved_stands_until_its_revision_is() {
    let world = World::open().await;
    let supplier = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let customer = world.client("Älvsunda", "SERVICE_AREA_MANAGER:NETWORK");
    let (submitted, risk) = handed_in(&supplier, 2, 2).await;
    let frozen = supplier
        .tries("updateRisk", at(&risk, json!({ "impact": 3 })), "{ id }")
        .await;
    assert_eq!(frozen.code(), Some("INVALID_STATE"), "while it is reviewed");
    let approved = customer
        .moves("approveRiskAnalysis", &submitted, json!({}))
        .await;
    let frozen = supplier
        .tries("updateRisk", at(&risk, json!({ "impact": 3 })), "{ id }")
        .await;
    assert_eq!(
        frozen.code(),
        Some("INVALID_STATE"),
        "and once it is approved"
    );
    assert!(
        frozen.message().contains("reviseRiskAnalysis"),
        "{}",
        frozen.message()
    );
    let revised = supplier
        .moves("reviseRiskAnalysis", &approved, json!({}))
        .await;
    supplier
        .moves("updateRisk", &risk, json!({ "impact": 5 }))
        .await;
    let submissions = async || {
        let selection = "... on RiskAnalysis { submissions { nodes { state rounds { content \
            { ... on SubmittedRiskAnalysis { risks { score } } } } } } }";
        let read = customer.reads(&submitted["id"], selection).await;
        let mut nodes = read["submissions"]["nodes"]
            .as_array()
            .expect("submissions")
            .clone();
        nodes.sort_by_key(|node| node["state"].to_string());
        nodes
    };
    let approved = json!({ "content": { "risks": [{ "score": 4 }] } });
    let while_revised = submissions().await;
    assert_eq!(while_revised[0]["state"], "APPROVED");
    assert_eq!(
        while_revised[0]["rounds"][0], approved,
        "as it was approved"
    );
    let again = supplier
        .moves("submitRiskAnalysis", &revised, json!({}))
        .await;
    customer
        .moves("approveRiskAnalysis", &again, json!({}))
        .await;
    let then = submissions().await;
    assert_eq!(then[0]["state"], "APPROVED");
    assert_eq!(then[0]["rounds"][0]["content"]["risks"][0]["score"], 10);
    assert_eq!(then[1]["state"], "SUPERSEDED");
    assert_eq!(then[1]["rounds"][0], approved);
}

#[tokio::test]
async fn an_outdated_version_is_a_conflict() {
    let world = World::open().await;
    let supplier = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let (_, risk) = begun(&supplier, 4, 4).await;
    let lower = json!({ "likelihood": 2 });
    let changed = supplier.moves("updateRisk", &risk, lower).await;
    let late = at(&risk, json!({ "likelihood": 5 }));
    let refused = supplier.tries("updateRisk", late, "{ id }").await;
    assert_eq!(refused.code(), Some("CONFLICT"));
    assert_eq!(
        refused.body["errors"][0]["extensions"]["currentVersion"],
        changed["version"]
    );
    let score = supplier.reads(&risk["id"], "... on Risk { score }").await;
    assert_eq!(score["score"], 8);
}

#[tokio::test]
async fn a_risk_that_makes_no_sense_is_not_kept() {
    let world = World::open().await;
    let supplier = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let (analysis, _) = begun(&supplier, 4, 4).await;
    let stranger = given::myself(&world.client("Norrvik", "IT_MANAGER")).await;
    let fellow_member = given::myself(&world.client("Fjällnära", "SUPPLIER_MANAGER")).await;
    let outsider = given::myself(&world.client("Älvsunda", "IT_MANAGER")).await;
    for (wrong, expected) in [
        (json!({ "likelihood": 0 }), "INVALID_INPUT"),
        (json!({ "impact": 6 }), "INVALID_INPUT"),
        (json!({ "title": "" }), "INVALID_INPUT"),
        (json!({ "residualImpact": 2 }), "INVALID_INPUT"),
        (
            json!({ "residualLikelihood": 4, "residualImpact": 4 }),
            "INVALID_INPUT",
        ),
        (json!({ "ownerId": stranger }), "NOT_FOUND"),
        // He is known from the strategic forum, and does not take part here.
        (json!({ "ownerId": fellow_member }), "INVALID_INPUT"),
        // She is of the customer, which does not take part yet.
        (json!({ "ownerId": outsider }), "INVALID_INPUT"),
    ] {
        let mut input = json!({
            "riskAnalysisId": analysis["id"], "title": "Kabelbrott", "likelihood": 3, "impact": 3,
            "treatment": "MITIGATE",
        });
        for (field, value) in wrong.as_object().expect("fields") {
            input[field] = value.clone();
        }
        let code = supplier.is_refused("addRisk", input).await;
        assert_eq!(code, expected, "{wrong}");
    }
    let risks = "... on RiskAnalysis { risks { totalCount } }";
    let read = supplier.reads(&analysis["id"], risks).await;
    assert_eq!(read["risks"]["totalCount"], 1);
}

#[tokio::test]
async fn the_manager_of_another_area_neither_sees_it_nor_decides_on_it() {
    let world = World::open().await;
    let supplier = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let (submitted, risk) = handed_in(&supplier, 5, 4).await;
    let acceptance = asked(&supplier, &risk).await;
    let of_hosting = world.client("Älvsunda", "SERVICE_AREA_MANAGER:APPLICATION_HOSTING");
    for id in [&submitted["id"], &risk["id"], &acceptance["id"]] {
        assert!(!of_hosting.finds(id).await, "{id}");
    }
    let filter = "{ titleContains: \"kärnnätet\" }";
    assert_eq!(of_hosting.counts("riskAnalyses", filter).await, 0);
    let code = of_hosting
        .is_refused("approveRiskAnalysis", at(&submitted, json!({})))
        .await;
    assert_eq!(code, "NOT_FOUND");
    let of_network = world.client("Älvsunda", "SERVICE_AREA_MANAGER:NETWORK");
    let until = at(&acceptance, json!({ "acceptedUntil": given::in_days(30) }));
    let code = of_network.is_refused("acceptRisk", until).await;
    assert_eq!(code, "FORBIDDEN", "accepting is the IT manager's");
}

#[tokio::test]
async fn an_internal_remark_stays_on_its_side() {
    let world = World::open().await;
    let supplier = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let (analysis, _) = handed_in(&supplier, 3, 3).await;
    let input = json!({ "riskAnalysisId": analysis["id"], "audience": "INTERNAL", "body": "Kundens hemlighet" });
    let remark = customer
        .does("commentOnRiskAnalysis", input, "{ id }")
        .await;
    assert!(customer.finds(&remark["id"]).await && !supplier.finds(&remark["id"]).await);
    let selection = "... on RiskAnalysis { comments { totalCount } }";
    let read = supplier.reads(&analysis["id"], selection).await;
    assert_eq!(read["comments"]["totalCount"], 0);
    let news = json!(supplier.news().await).to_string();
    assert!(!news.contains("Kundens hemlighet") && !news.contains("comment.added"));
}

#[tokio::test]
async fn the_register_is_narrowed_down_to_a_cell_and_a_supplier() {
    let world = World::open().await;
    let anna = world.client("Älvsunda", "IT_MANAGER");
    let selection = "{ id likelihood impact residualLikelihood residualImpact riskAnalysis { agreement { supplier { id } } } }";
    let all = anna.lists("risks", "", selection).await;
    assert!(all.len() > 5, "{all:#?}");
    let left = |risk: &Value, after: &str, now: &str| match &risk[after] {
        Value::Null => risk[now].clone(),
        assessed => assessed.clone(),
    };
    for risk in &all {
        let after = [
            left(risk, "residualLikelihood", "likelihood"),
            left(risk, "residualImpact", "impact"),
        ];
        for (filter, fits) in [
            (
                format!(
                    "{{ likelihood: {}, impact: {} }}",
                    risk["likelihood"], risk["impact"]
                ),
                &(|other: &Value| {
                    other["likelihood"] == risk["likelihood"] && other["impact"] == risk["impact"]
                }) as &dyn Fn(&Value) -> bool,
            ),
            (
                format!(
                    "{{ remainingLikelihood: {}, remainingImpact: {} }}",
                    after[0], after[1]
                ),
                &|other: &Value| {
                    left(other, "residualLikelihood", "likelihood") == after[0]
                        && left(other, "residualImpact", "impact") == after[1]
                },
            ),
            (
                format!(
                    "{{ supplierId: {} }}",
                    risk["riskAnalysis"]["agreement"]["supplier"]["id"]
                ),
                &|other: &Value| {
                    other["riskAnalysis"]["agreement"]["supplier"]
                        == risk["riskAnalysis"]["agreement"]["supplier"]
                },
            ),
        ] {
            let listed = anna
                .lists("risks", &format!("filter: {filter}"), selection)
                .await;
            let expected: Vec<_> = all.iter().filter(|other| fits(other)).cloned().collect();
            assert_eq!(listed, expected, "{filter}");
        }
    }
    // Another's organisation narrows down to nothing, as one that does not exist does.
    let stranger = given::organisation(&world.client("Norrvik", "IT_MANAGER"), "Norrvik").await;
    let of_stranger = format!("{{ supplierId: {stranger} }}");
    assert_eq!(anna.counts("risks", &of_stranger).await, 0);
}
