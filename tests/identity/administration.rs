//! Setting the provider: who may, and what is refused.

use serde_json::json;

use super::{
    given::{connects, settings, world},
    rogue::Rogue,
};
use crate::harness::World;

const SET: &str = "mutation($input: SetIdentityProviderInput!) { setIdentityProvider(input: $input) { id version } }";
const READ: &str = "{ identityProvider { id issuer clientId hasClientSecret redirectUri emailDomains { domain } } }";

#[tokio::test]
async fn administrators_set_their_own_organisations_provider_and_nobody_else_sees_it() {
    let world = world().await;
    let rogue = Rogue::start().await;
    connects(
        &world,
        "Älvsunda",
        settings(&rogue.issuer, "alvsunda.example"),
    )
    .await;
    let own = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let read = world.send(Some(&own), READ, json!({})).await.data(READ);
    assert_eq!(read["identityProvider"]["issuer"], rogue.issuer);
    assert_eq!(
        read["identityProvider"]["redirectUri"],
        format!("{}sign-in/callback", world.base)
    );
    let id = read["identityProvider"]["id"].clone();

    let node = "query($id: ID!) { node(id: $id) { id } }";
    for (organisation, role, sees) in [
        ("Norrvik", "ADMINISTRATOR", Some(json!(null))),
        ("Fjällnära", "ADMINISTRATOR", Some(json!(null))),
        ("Älvsunda", "IT_MANAGER", None),
        ("Älvsunda", "READER", None),
    ] {
        let token = world.actor(organisation, role).token.clone();
        let answer = world.send(Some(&token), READ, json!({})).await;
        match sees {
            Some(seen) => assert_eq!(
                answer.data(READ)["identityProvider"],
                seen,
                "{organisation}"
            ),
            None => assert_eq!(
                answer.body["errors"][0]["extensions"]["code"], "FORBIDDEN",
                "{role}"
            ),
        }
        let answer = world.send(Some(&token), node, json!({ "id": id })).await;
        assert!(
            answer.body["data"]["node"].is_null(),
            "{organisation} {role}"
        );
        let answer = world
            .send(
                Some(&token),
                SET,
                json!({ "input": settings(&rogue.issuer, "a.example") }),
            )
            .await;
        if role != "ADMINISTRATOR" {
            assert_eq!(
                answer.body["errors"][0]["extensions"]["code"], "FORBIDDEN",
                "{role}"
            );
        }
    }
    let nobody = world.send(None, READ, json!({})).await;
    assert_eq!(
        nobody.body["errors"][0]["extensions"]["code"],
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn the_secret_is_kept_encrypted_stays_when_it_is_left_out_and_is_shown_to_nobody() {
    let world = world().await;
    let rogue = Rogue::start().await;
    connects(
        &world,
        "Älvsunda",
        settings(&rogue.issuer, "alvsunda.example"),
    )
    .await;
    let kept = secret_in_database(&world).await.expect("a secret");
    assert!(!kept.contains(super::provider::CLIENT.1));
    let token = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let mut again = settings(&rogue.issuer, "alvsunda.example");
    again["expectedVersion"] = json!(1);
    again
        .as_object_mut()
        .expect("an object")
        .remove("clientSecret");
    let set = world
        .does(
            &token,
            "setIdentityProvider",
            again.clone(),
            "{ hasClientSecret version }",
        )
        .await;
    assert_eq!(set, json!({ "hasClientSecret": true, "version": 2 }));
    assert_eq!(secret_in_database(&world).await, Some(kept));
    again["expectedVersion"] = json!(2);
    again["clientSecret"] = json!(null);
    let set = world
        .does(&token, "setIdentityProvider", again, "{ hasClientSecret }")
        .await;
    assert_eq!(set["hasClientSecret"], false);
    assert_eq!(secret_in_database(&world).await, None);
}

async fn secret_in_database(world: &World) -> Option<String> {
    use sea_orm::{ConnectionTrait, Statement};
    let db = world.folder.records.by_hand().await;
    let sql = "SELECT client_secret FROM identity_provider";
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let row = db
        .query_one_raw(statement)
        .await
        .expect("a row")
        .expect("one");
    row.try_get_by_index(0).expect("a text or nothing")
}

#[tokio::test]
async fn what_cannot_be_a_provider_is_refused_with_what_would_be_right() {
    let world = world().await;
    let rogue = Rogue::start().await;
    let token = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let right = settings(&rogue.issuer, "alvsunda.example");
    for (field, value, path) in [
        ("issuer", json!("not a url"), "issuer"),
        ("issuer", json!("http://127.0.0.1:1"), "issuer"),
        ("issuer", json!(format!("{}/", rogue.issuer)), "issuer"),
        ("emailDomains", json!([]), "emailDomains"),
        ("emailDomains", json!(["@alvsunda.example"]), "emailDomains"),
        ("clientId", json!(" "), "clientId"),
        ("requiredClaim", json!("amr"), "requiredValue"),
        ("roleClaim", json!("groups"), "roleMapping"),
    ] {
        let mut input = right.clone();
        input[field] = value.clone();
        let answer = world
            .send(Some(&token), SET, json!({ "input": input }))
            .await;
        let error = &answer.body["errors"][0];
        assert_eq!(
            error["extensions"]["code"], "INVALID_INPUT",
            "{field} {value}: {error}"
        );
        assert!(
            error["message"].as_str().expect("text").contains(path),
            "{field} {value}: {error}"
        );
    }
    let mut stale = right.clone();
    stale["expectedVersion"] = json!(7);
    let answer = world
        .send(Some(&token), SET, json!({ "input": stale }))
        .await;
    assert_eq!(
        answer.body["errors"][0]["extensions"]["code"],
        "INVALID_INPUT"
    );
    world
        .does(&token, "setIdentityProvider", right.clone(), "{ id }")
        .await;
    let answer = world
        .send(Some(&token), SET, json!({ "input": right }))
        .await;
    assert_eq!(answer.body["errors"][0]["extensions"]["code"], "CONFLICT");
    let removed = json!({ "expectedVersion": 1 });
    world
        .does(&token, "removeIdentityProvider", removed, "{ id }")
        .await;
    let read = world.send(Some(&token), READ, json!({})).await.data(READ);
    assert!(read["identityProvider"].is_null());
}

#[tokio::test]
async fn without_a_key_no_secret_is_kept_and_nobody_signs_in() {
    let world = super::given::world_with(|settings| settings.identity.key = None).await;
    let rogue = Rogue::start().await;
    let token = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let input = settings(&rogue.issuer, "alvsunda.example");
    let answer = world
        .send(Some(&token), SET, json!({ "input": input }))
        .await;
    let error = &answer.body["errors"][0];
    assert_eq!(error["extensions"]["code"], "INVALID_STATE");
    assert!(
        error["message"]
            .as_str()
            .expect("text")
            .contains("identity.key"),
        "{error}"
    );
}
