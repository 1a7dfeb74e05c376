//! Step 4: customer and supplier work out a risk analysis, and a risk that is too high is accepted.

use serde_json::json;

use super::Stage;
use crate::harness::{at, given::in_days};

pub async fn a_high_risk_is_worked_out_and_accepted(stage: &Stage) {
    let (supplier, customer) = (&stage.supplier, &stage.network_manager);
    let agreement = stage
        .first(
            supplier,
            "{ agreements { nodes { id } } }",
            "/agreements/nodes/0/id",
        )
        .await;
    let input = json!({ "agreementId": agreement, "title": "Berättelsens riskanalys" });
    let analysis = supplier
        .does("createRiskAnalysis", input, "{ id version state }")
        .await;
    let hidden = customer
        .send(
            "query($id: ID!) { node(id: $id) { id } }",
            json!({ "id": analysis["id"] }),
        )
        .await;
    assert_eq!(
        hidden.code(),
        Some("NOT_FOUND"),
        "a draft is its owner's until it is shared"
    );

    let home = stage
        .first(
            customer,
            "{ viewer { organisation { id } } }",
            "/viewer/organisation/id",
        )
        .await;
    supplier
        .does(
            "shareRiskAnalysis",
            at(&analysis, json!({ "organisationId": home })),
            "{ id }",
        )
        .await;
    let input = json!({ "riskAnalysisId": analysis["id"], "title": "Överbelastning", "likelihood": 4, "impact": 5,
        "treatment": "MITIGATE", "residualLikelihood": 3, "residualImpact": 4 });
    let high = supplier
        .does("addRisk", input, "{ id version score level }")
        .await;
    assert_eq!(
        (&high["score"], &high["level"]),
        (&json!(20), &json!("CRITICAL"))
    );
    let input = json!({ "riskAnalysisId": analysis["id"], "title": "Kabelbrott", "likelihood": 2, "impact": 2, "treatment": "ACCEPT" });
    customer.does("addRisk", input, "{ id }").await;

    let now = "query($id: ID!) { node(id: $id) { ... on RiskAnalysis { id version state } } }";
    let analysis = supplier.ask(now, json!({ "id": analysis["id"] })).await["node"].clone();
    let submitted = supplier
        .does(
            "submitRiskAnalysis",
            at(&analysis, json!({})),
            "{ id version state }",
        )
        .await;
    assert_eq!(submitted["state"], "SUBMITTED");
    let approved = customer
        .does(
            "approveRiskAnalysis",
            at(&submitted, json!({})),
            "{ id version state }",
        )
        .await;
    assert_eq!(approved["state"], "APPROVED");

    let input = json!({ "riskId": high["id"], "justification": "Utbyte är upphandlat.", "proposedUntil": in_days(180) });
    let asked = supplier
        .does("requestRiskAcceptance", input, "{ id version state }")
        .await;
    let own = supplier
        .tries(
            "acceptRisk",
            at(&asked, json!({ "acceptedUntil": in_days(180) })),
            "{ id }",
        )
        .await;
    assert_eq!(own.code(), Some("FORBIDDEN"), "who asks does not accept");
    let decision = at(&asked, json!({ "acceptedUntil": in_days(120) }));
    let accepted = stage
        .it_manager
        .does("acceptRisk", decision, "{ id state acceptedUntil }")
        .await;
    assert_eq!(accepted["state"], "ACCEPTED");
    assert_eq!(accepted["acceptedUntil"], in_days(120));

    supplier
        .does("reviseRiskAnalysis", at(&approved, json!({})), "{ id }")
        .await;
    supplier
        .does(
            "updateRisk",
            at(&high, json!({ "likelihood": 5 })),
            "{ score }",
        )
        .await;
    let kept = "query($id: ID!) { node(id: $id) { ... on RiskAcceptance { outdated riskAsItStood { likelihood score } risk { score } } } }";
    let kept = stage
        .it_manager
        .ask(kept, json!({ "id": accepted["id"] }))
        .await["node"]
        .clone();
    assert_eq!(
        kept["riskAsItStood"]["score"], 20,
        "the risk is kept as it then stood"
    );
    assert_eq!(kept["risk"]["score"], 25);
    assert_eq!(kept["outdated"], true);
}
