//! What a customer has with each of its suppliers: as many of everything as the lists have, for whoever may read them.

use serde_json::{Value, json};

use crate::harness::{Client, World, given};

const OVERVIEW: &str = "{ supplierOverviews { supplier { id name } serviceAreas highRiskCount \
    openActionItems(first: 1) { totalCount } overdueActionItems(first: 1) { totalCount } \
    openRequests(first: 1) { totalCount } overdueRequests(first: 1) { totalCount } \
    submissionsToReview(first: 1) { totalCount } \
    expiring(first: 1) { totalCount } expired(first: 1) { totalCount } } }";

async fn overviews(who: &Client) -> Vec<Value> {
    let data = who.ask(OVERVIEW, json!({})).await;
    data["supplierOverviews"]
        .as_array()
        .expect("a list")
        .clone()
}

fn names(overviews: &[Value]) -> Vec<&str> {
    let names = overviews
        .iter()
        .map(|overview| overview["supplier"]["name"].as_str());
    names.map(|name| name.expect("a name")).collect()
}

/// More for the supplier of the network to do than the demo has.
async fn busy(world: &World) {
    let anna = world.client("Älvsunda", "IT_MANAGER");
    let supplier = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let forum = given::a_forum(&anna, "TACTICAL", Some("NETWORK"), None, &["Bältespännar"]).await;
    given::an_action_item(&anna, &forum, "Bältespännar", 3).await;
    let agreement = given::agreement(&anna, "Älvsunda", "Bältespännar").await;
    let evidence = given::evidence(&supplier, "ISO 27001").await;
    given::handed_in(&supplier, &evidence, &agreement).await;
    let analysis = given::an_analysis(&anna, &agreement, "Nätets brandväggar").await;
    given::a_risk(&anna, &analysis, 5, 4).await;
    given::a_risk(&anna, &analysis, 1, 2).await;
}

#[tokio::test]
async fn it_counts_what_the_lists_have() {
    let world = World::open().await;
    busy(&world).await;
    let anna = world.client("Älvsunda", "IT_MANAGER");
    let told = overviews(&anna).await;
    assert!(told.len() > 2, "{told:#?}");
    for overview in &told {
        let id = &overview["supplier"]["id"];
        for (count, list, filter) in [
            (
                "openActionItems",
                "actionItems",
                "open: true, assigneeOrganisationId: ID",
            ),
            (
                "overdueActionItems",
                "actionItems",
                "overdue: true, assigneeOrganisationId: ID",
            ),
            (
                "openRequests",
                "evidenceRequests",
                "state: [OPEN], supplierId: ID",
            ),
            (
                "overdueRequests",
                "evidenceRequests",
                "overdue: true, supplierId: ID",
            ),
            (
                "submissionsToReview",
                "submissions",
                "state: [SUBMITTED], supplierId: ID",
            ),
            (
                "expiring",
                "submissions",
                "state: [APPROVED], validity: [EXPIRING], supplierId: ID",
            ),
            (
                "expired",
                "submissions",
                "state: [APPROVED], validity: [EXPIRED], supplierId: ID",
            ),
        ] {
            let filter = format!("{{ {} }}", filter.replace("ID", &id.to_string()));
            let listed = anna.counts(list, &filter).await;
            assert_eq!(
                overview[count]["totalCount"], listed,
                "{count} of {overview:#}"
            );
        }
        let filter =
            format!("{{ open: true, remainingLevel: [HIGH, CRITICAL], supplierId: {id} }}");
        assert_eq!(
            overview["highRiskCount"],
            anna.counts("risks", &filter).await
        );
    }
    let network = told
        .iter()
        .find(|one| one["supplier"]["name"] == "Bältespännar Nät AB");
    let network = network.expect("the supplier of the network");
    assert_eq!(network["serviceAreas"], json!(["NETWORK"]));
    assert!(network["highRiskCount"].as_i64() > Some(0), "{network:#}");
}

#[tokio::test]
async fn everybody_sees_their_own_suppliers_alone() {
    let world = World::open().await;
    busy(&world).await;
    let network = world.client("Älvsunda", "SERVICE_AREA_MANAGER:NETWORK");
    let of_network = overviews(&network).await;
    assert_eq!(names(&of_network), ["Bältespännar Nät AB"]);
    for role in ["SUPPLIER_MANAGER", "SUPPLIER_READER"] {
        let supplier = world.client("Bältespännar", role);
        assert_eq!(overviews(&supplier).await, [Value::Null; 0], "{role}");
    }
    // Another customer of the same supplier is told of nothing that is Älvsunda's.
    let norrvik = world.client("Norrvik", "IT_MANAGER");
    let before = overviews(&norrvik).await;
    assert_eq!(names(&before), ["Fjällnära Drift AB"]);
    let anna = world.client("Älvsunda", "IT_MANAGER");
    let forum = given::a_forum(&anna, "STRATEGIC", None, None, &["Fjällnära"]).await;
    given::an_action_item(&anna, &forum, "Fjällnära", 3).await;
    assert_eq!(overviews(&norrvik).await, before);
    assert_eq!(
        world.anonymous().send(OVERVIEW, json!({})).await.code(),
        Some("UNAUTHENTICATED")
    );
}

#[tokio::test]
async fn an_agreement_is_in_force_by_its_days_alone() {
    let world = World::open().await;
    let anna = world.client("Älvsunda", "IT_MANAGER");
    let all = anna.lists("agreements", "", "{ id inForce }").await;
    for wanted in [true, false] {
        let filter = format!("filter: {{ inForce: {wanted} }}");
        let listed = anna.lists("agreements", &filter, "{ id inForce }").await;
        let expected: Vec<_> = all
            .iter()
            .filter(|one| one["inForce"] == wanted)
            .cloned()
            .collect();
        assert_eq!(listed, expected, "in force: {wanted}");
    }
}

#[tokio::test]
async fn what_is_ones_own_is_told_apart() {
    let world = World::open().await;
    let anna = world.client("Älvsunda", "IT_MANAGER");
    let peter = world.client("Älvsunda", "ADMINISTRATOR");
    let me = given::myself(&peter).await;
    let all = peter.lists("apiTokens", "", "{ id person { id } }").await;
    for own in [true, false] {
        let filter = format!("filter: {{ own: {own} }}");
        let listed = peter
            .lists("apiTokens", &filter, "{ id person { id } }")
            .await;
        let is = |token: &&Value| (token["person"]["id"] == me) == own;
        let expected: Vec<_> = all.iter().filter(is).cloned().collect();
        assert!(
            !expected.is_empty() && listed == expected,
            "own: {own}: {listed:#?}"
        );
    }
    let colleagues = anna.counts("people", "{ colleague: true }").await;
    let others = anna.counts("people", "{ colleague: false }").await;
    assert!(colleagues > 0 && others > 0);
    assert_eq!(colleagues + others, anna.counts("people", "{}").await);
    let own = given::organisation(&anna, "Älvsunda").await;
    let by_id = anna
        .counts("people", &format!("{{ organisationId: {own} }}"))
        .await;
    assert_eq!(colleagues, by_id);

    let supplier = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let us = given::organisation(&supplier, "Bältespännar").await;
    let by_id = format!("{{ assigneeOrganisationId: {us} }}");
    let ours = supplier
        .counts("actionItems", "{ assignedToUs: true }")
        .await;
    assert!(ours > 0 && ours == supplier.counts("actionItems", &by_id).await);
}
