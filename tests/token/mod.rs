//! API tokens: shown once, narrow, and over when they are over.

use serde_json::{Value, json};

use crate::harness::{Client, World};

fn tomorrow() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now() + chrono::TimeDelta::days(1)
}

async fn a_token(who: &Client, scopes: Value) -> Value {
    let input = json!({ "name": "prov", "scopes": scopes, "expiresAt": tomorrow() });
    who.does("createApiToken", input, "{ secret apiToken { id hint } }")
        .await
}

fn secret(made: &Value) -> &str {
    made["secret"].as_str().expect("a token")
}

#[tokio::test]
async fn a_secret_is_shown_once_and_kept_nowhere() {
    let world = World::open().await;
    let manager = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let made = a_token(&manager, json!(["EVIDENCE_READ"])).await;
    let listed = manager
        .lists(
            "apiTokens",
            "",
            "{ id name hint history { nodes { changes { field after } } } }",
        )
        .await;
    assert!(
        listed
            .iter()
            .any(|token| token["id"] == made["apiToken"]["id"])
    );
    assert!(!json!(listed).to_string().contains(secret(&made)));
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say_and_no_more() {
    let world = World::open().await;
    let manager = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let made = a_token(&manager, json!(["EVIDENCE_READ"])).await;
    let narrow = world.client_with(secret(&made));
    narrow.ask("{ evidence { totalCount } }", json!({})).await;
    let risks = narrow.send("{ risks { totalCount } }", json!({})).await;
    assert_eq!(risks.code(), Some("FORBIDDEN"));
    assert!(risks.message().contains("RISK_READ"), "{}", risks.message());
    let draft = json!({ "kind": "POLICY", "title": "Nej" });
    assert_eq!(narrow.is_refused("draftEvidence", draft).await, "FORBIDDEN");
}

#[tokio::test]
async fn a_token_cannot_make_a_wider_one() {
    let world = World::open().await;
    let manager = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let made = a_token(&manager, json!(["ADMINISTRATION_WRITE", "EVIDENCE_READ"])).await;
    let narrow = world.client_with(secret(&made));
    let wider = json!({ "name": "vidare", "scopes": ["EVIDENCE_WRITE"], "expiresAt": tomorrow() });
    assert_eq!(
        narrow.is_refused("createApiToken", wider).await,
        "INVALID_INPUT"
    );
}

#[tokio::test]
async fn a_revoked_token_is_refused_at_once() {
    let world = World::open().await;
    let manager = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let made = a_token(&manager, json!(["EVIDENCE_READ"])).await;
    let token = world.client_with(secret(&made));
    token.ask("{ viewer { name } }", json!({})).await;
    manager
        .does(
            "revokeApiToken",
            json!({ "id": made["apiToken"]["id"] }),
            "{ id }",
        )
        .await;
    let refused = token.send("{ viewer { name } }", json!({})).await;
    assert_eq!(refused.code(), Some("UNAUTHENTICATED"));
}

#[tokio::test]
async fn whoever_is_made_inactive_is_refused_at_once() {
    let world = World::open().await;
    let administrator = world.client("Bältespännar", "ADMINISTRATOR");
    let contributor = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let document = "{ viewer { person { id version } } }";
    let person = contributor.ask(document, json!({})).await["viewer"]["person"].clone();
    let input =
        json!({ "id": person["id"], "expectedVersion": person["version"], "status": "INACTIVE" });
    administrator
        .does("updatePerson", input, "{ status }")
        .await;
    assert_eq!(
        contributor.send(document, json!({})).await.code(),
        Some("UNAUTHENTICATED")
    );
}

#[tokio::test]
async fn a_colleagues_token_is_not_there_but_for_the_administrator() {
    let world = World::open().await;
    let manager = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let made = a_token(&manager, json!(["EVIDENCE_READ"])).await;
    let id = &made["apiToken"]["id"];
    assert!(
        world
            .client("Bältespännar", "ADMINISTRATOR")
            .finds(id)
            .await
    );
    assert!(
        !world
            .client("Bältespännar", "SUPPLIER_CONTRIBUTOR")
            .finds(id)
            .await
    );
    assert!(
        !world
            .client("Klientverket", "ADMINISTRATOR")
            .finds(id)
            .await
    );
}

#[tokio::test]
async fn nobody_raises_their_own_rights() {
    let world = World::open().await;
    let administrator = world.client("Älvsunda", "ADMINISTRATOR");
    let data = administrator
        .ask("{ viewer { person { id version } } }", json!({}))
        .await;
    let person = &data["viewer"]["person"];
    let input = json!({ "id": person["id"], "expectedVersion": person["version"], "roles": [{ "role": "IT_MANAGER" }] });
    assert_eq!(
        administrator.is_refused("updatePerson", input).await,
        "FORBIDDEN"
    );
}
