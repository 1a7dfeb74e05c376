//! People sign in with their employer.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    browser::Browser,
    given::{
        SESSION, asks, at_provider, begins, connects, history, last_refusal, settings, signs_in,
        world,
    },
    provider::Provider,
};
use crate::harness::World;

const WHO: &str = "{ viewer { name organisation { name } roles { role } } }";

fn anna() -> Value {
    json!({ "email": "anna.lindqvist@alvsunda.example", "email_verified": true, "name": "Anna Lindqvist" })
}

#[tokio::test]
async fn two_people_of_two_organisations_sign_in_through_two_providers() {
    let world = world().await;
    let municipality = Provider::start(&world.base, &json!({ "anna": anna() }));
    let supplier = Provider::start(
        &world.base,
        &json!({ "lisa": { "email": "lisa.berg@fjallnara.example", "email_verified": true, "name": "Lisa Berg" } }),
    );
    connects(
        &world,
        "Älvsunda",
        settings(&municipality.issuer, "alvsunda.example"),
    )
    .await;
    let added = json!({ "name": "Lisa Berg", "email": "lisa.berg@fjallnara.example", "roles": [{ "role": "SUPPLIER_CONTRIBUTOR" }] });
    let administrator = world.actor("Fjällnära", "ADMINISTRATOR").token.clone();
    world
        .does(&administrator, "createPerson", added, "{ id }")
        .await;
    connects(
        &world,
        "Fjällnära",
        settings(&supplier.issuer, "fjallnara.example"),
    )
    .await;

    for (email, account, name, organisation, role) in [
        (
            "Anna.Lindqvist@alvsunda.example",
            "anna",
            "Anna Lindqvist",
            "Älvsunda kommun",
            "IT_MANAGER",
        ),
        (
            "lisa.berg@fjallnara.example",
            "lisa",
            "Lisa Berg",
            "Fjällnära Drift AB",
            "SUPPLIER_CONTRIBUTOR",
        ),
    ] {
        let mut browser = Browser::new();
        let back = signs_in(&world, &mut browser, email, account).await;
        assert_eq!(back.status, 303, "{}", back.text);
        let there = format!("{}schema.graphql", world.base);
        assert_eq!(back.leads_to().expect("on").as_str(), there);
        let set = back.headers.get_all("set-cookie").iter();
        let set: Vec<_> = set.map(|one| one.to_str().expect("text")).collect();
        let session = set
            .iter()
            .find(|one| one.starts_with(SESSION))
            .expect("a session");
        for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            assert!(session.contains(attribute), "{session}");
        }
        assert!(!session.contains("Domain"), "{session}");

        let who = asks(&world, &browser, WHO, json!({})).await.data(WHO);
        assert_eq!(
            who["viewer"],
            json!({ "name": name, "organisation": { "name": organisation }, "roles": [{ "role": role }] })
        );
    }
}

#[tokio::test]
async fn who_came_before_is_known_by_issuer_and_subject_whatever_the_address() {
    let world = world().await;
    let first = Provider::start(&world.base, &json!({ "anna": anna(), "other": anna() }));
    connects(
        &world,
        "Älvsunda",
        settings(&first.issuer, "alvsunda.example"),
    )
    .await;
    let mut browser = Browser::new();
    let back = signs_in(
        &world,
        &mut browser,
        "anna.lindqvist@alvsunda.example",
        "anna",
    )
    .await;
    assert_eq!(back.status, 303, "{}", back.text);
    let old = browser
        .cookie(&world.base, SESSION)
        .expect("a session")
        .to_owned();

    // Signing in again is a new session, and ends the one before.
    let back = signs_in_again(&world, &mut browser, "anna.lindqvist@alvsunda.example").await;
    assert_eq!(back.status, 303, "{}", back.text);
    let new = browser.cookie(&world.base, SESSION).expect("a session");
    assert_ne!(old, new);
    assert_eq!(
        world.send_in_session(&old, WHO, json!({})).await.status,
        401
    );
    asks(&world, &browser, WHO, json!({})).await.data(WHO);

    // Another subject with her address is not Anna.
    let mut stranger = Browser::new();
    let back = signs_in(
        &world,
        &mut stranger,
        "anna.lindqvist@alvsunda.example",
        "other",
    )
    .await;
    assert_eq!(back.status, 403);
    assert_eq!(last_refusal(&world, "Älvsunda").await, "OTHER_SUBJECT");
    // Unless her account was made anew, and her administrator says so.
    let administrator = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let people =
        "{ people(filter: { nameContains: \"Anna Lindqvist\" }) { nodes { id version } } }";
    let found = world
        .send(Some(&administrator), people, json!({}))
        .await
        .data(people);
    let her = found["people"]["nodes"][0].clone();
    let forget = json!({ "id": her["id"], "expectedVersion": her["version"] });
    let mut anew = Browser::new();
    world
        .does(&administrator, "forgetPersonIdentity", forget, "{ id }")
        .await;
    let back = signs_in(
        &world,
        &mut anew,
        "anna.lindqvist@alvsunda.example",
        "other",
    )
    .await;
    assert_eq!(back.status, 303, "{}", back.text);
    anew.submit(&format!("{}sign-out", world.base), &[]).await;
    let sessions = "{ sessions { nodes { person { name } active } } }";
    let all = world
        .send(Some(&administrator), sessions, json!({}))
        .await
        .data(sessions);
    let all = all["sessions"]["nodes"].as_array().expect("a list");
    assert_eq!(all.len(), 3, "{all:?}");
    assert_eq!(
        all[1],
        json!({ "person": { "name": "Anna Lindqvist" }, "active": true })
    );
    assert_eq!(
        (&all[0]["active"], &all[2]["active"]),
        (&json!(false), &json!(false))
    );
}

/// The provider knows the browser still, and asks nothing.
async fn signs_in_again(world: &World, browser: &mut Browser, email: &str) -> super::browser::Page {
    let begun = begins(world, browser, email).await;
    let back = format!("{}sign-in/callback", world.base);
    let last = browser.follow_until(begun, &back).await;
    let back = last
        .leads_to()
        .expect("the provider sends the browser back");
    browser.open(back.as_str()).await
}

#[tokio::test]
async fn whoever_was_not_added_comes_in_only_where_the_organisation_lets_them() {
    let world = world().await;
    let new = json!({ "email": "ny.person@alvsunda.example", "email_verified": true, "name": "Ny Person", "groups": ["it", "samsyn-net"] });
    let provider = Provider::start(&world.base, &json!({ "ny": new }));
    connects(
        &world,
        "Älvsunda",
        settings(&provider.issuer, "alvsunda.example"),
    )
    .await;
    let mut browser = Browser::new();
    let back = signs_in(&world, &mut browser, "ny.person@alvsunda.example", "ny").await;
    assert_eq!(back.status, 403);
    assert!(browser.cookie(&world.base, SESSION).is_none());
    assert_eq!(last_refusal(&world, "Älvsunda").await, "NOT_INVITED");

    let mut open = settings(&provider.issuer, "alvsunda.example");
    open["justInTime"] = json!(true);
    open["roleClaim"] = json!("groups");
    open["roleMapping"] = json!([{ "value": "samsyn-net", "role": "SERVICE_AREA_MANAGER", "serviceArea": "NETWORK" }]);
    open["expectedVersion"] = json!(1);
    connects(&world, "Älvsunda", open.clone()).await;
    let back = signs_in_again(&world, &mut browser, "ny.person@alvsunda.example").await;
    assert_eq!(back.status, 303, "{}", back.text);
    let who = asks(&world, &browser, WHO, json!({})).await.data(WHO);
    let roles = who["viewer"]["roles"].as_array().expect("roles");
    assert_eq!(roles.len(), 2, "{roles:?}");
    for role in ["READER", "SERVICE_AREA_MANAGER"] {
        assert!(roles.contains(&json!({ "role": role })), "{roles:?}");
    }

    let seen = version_of(&world, "ny.person@alvsunda.example").await;
    signs_in_again(&world, &mut browser, "ny.person@alvsunda.example").await;
    let later = version_of(&world, "ny.person@alvsunda.example").await;
    assert_eq!(later["version"], seen["version"], "nothing has changed");

    // A role that the claim no longer gives is taken; one that nobody mapped is left.
    open["roleMapping"] =
        json!([{ "value": "other", "role": "SERVICE_AREA_MANAGER", "serviceArea": "NETWORK" }]);
    open["expectedVersion"] = json!(2);
    connects(&world, "Älvsunda", open).await;
    signs_in_again(&world, &mut browser, "ny.person@alvsunda.example").await;
    let who = asks(&world, &browser, WHO, json!({})).await.data(WHO);
    assert_eq!(who["viewer"]["roles"], json!([{ "role": "READER" }]));

    // Whoever saw the roles as they were does not set them back.
    let administrator = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let change =
        json!({ "id": seen["id"], "expectedVersion": seen["version"], "title": "Tekniker" });
    let document =
        "mutation($input: UpdatePersonInput!) { updatePerson(input: $input) { version } }";
    let answer = world
        .send(Some(&administrator), document, json!({ "input": change }))
        .await;
    assert_eq!(answer.code(), Some("CONFLICT"), "{:#}", answer.body);
}

/// The person with this address, as an administrator sees it.
async fn version_of(world: &World, email: &str) -> Value {
    let administrator = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let document = "{ people(first: 100) { nodes { id email version } } }";
    let read = world.send(Some(&administrator), document, json!({})).await;
    let read = read.data(document);
    let mut people = read["people"]["nodes"].as_array().expect("a list").iter();
    people
        .find(|one| one["email"] == email)
        .expect("somebody")
        .clone()
}

#[tokio::test]
async fn a_required_claim_keeps_out_who_signed_in_without_it() {
    let world = world().await;
    let provider = Provider::start(&world.base, &json!({ "anna": anna() }));
    let mut strict = settings(&provider.issuer, "alvsunda.example");
    strict["requiredClaim"] = json!("amr");
    strict["requiredValue"] = json!("mfa");
    connects(&world, "Älvsunda", strict).await;
    let mut browser = Browser::new();
    let back = signs_in(
        &world,
        &mut browser,
        "anna.lindqvist@alvsunda.example",
        "anna",
    )
    .await;
    assert_eq!(back.status, 403);
    assert_eq!(
        last_refusal(&world, "Älvsunda").await,
        "REQUIRED_CLAIM_MISSING"
    );
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_fetched() {
    let world = world().await;
    let mut provider = Provider::start(&world.base, &json!({ "anna": anna() }));
    connects(
        &world,
        "Älvsunda",
        settings(&provider.issuer, "alvsunda.example"),
    )
    .await;
    let mut browser = Browser::new();
    signs_in(
        &world,
        &mut browser,
        "anna.lindqvist@alvsunda.example",
        "anna",
    )
    .await;
    provider.rotates_its_key();
    // What is known of the provider may be a moment old, and is not asked for again so soon.
    for _ in 0..20 {
        let mut next = Browser::new();
        let back = signs_in(&world, &mut next, "anna.lindqvist@alvsunda.example", "anna").await;
        if back.status == 303 {
            return;
        }
        assert_eq!(
            last_refusal(&world, "Älvsunda").await,
            "ID_TOKEN_NOT_TRUSTED"
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("the new key is fetched");
}

#[tokio::test]
async fn signing_out_ends_the_session_here_and_at_the_provider() {
    let world = world().await;
    let provider = Provider::start(&world.base, &json!({ "anna": anna() }));
    connects(
        &world,
        "Älvsunda",
        settings(&provider.issuer, "alvsunda.example"),
    )
    .await;
    let mut browser = Browser::new();
    signs_in(
        &world,
        &mut browser,
        "anna.lindqvist@alvsunda.example",
        "anna",
    )
    .await;
    let session = browser
        .cookie(&world.base, SESSION)
        .expect("a session")
        .to_owned();
    let out = browser
        .submit(&format!("{}sign-out", world.base), &[])
        .await;
    assert_eq!(out.status, 303);
    let there = out.leads_to().expect("on");
    assert!(there.as_str().starts_with(&provider.issuer), "{there}");
    assert!(there.query().expect("a query").contains("id_token_hint="));
    assert!(browser.cookie(&world.base, SESSION).is_none());
    assert_eq!(
        world.send_in_session(&session, WHO, json!({})).await.status,
        401
    );
}

#[tokio::test]
async fn everything_that_was_set_and_tried_is_in_the_administrators_history() {
    let world = world().await;
    let provider = Provider::start(&world.base, &json!({ "anna": anna() }));
    connects(
        &world,
        "Älvsunda",
        settings(&provider.issuer, "alvsunda.example"),
    )
    .await;
    let mut browser = Browser::new();
    let last = at_provider(
        &world,
        &mut browser,
        "anna.lindqvist@alvsunda.example",
        "anna",
    )
    .await;
    let mut back = last.leads_to().expect("back");
    back.query_pairs_mut().append_pair("error", "access_denied");
    let told = browser.open(back.as_str()).await;
    assert_eq!(told.status, 403);
    let history = history(&world, "Älvsunda").await;
    let actions: Vec<_> = history.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(
        actions,
        ["identity_provider.sign_in_refused", "identity_provider.set"]
    );
    let secret = format!("{history:?}");
    assert!(
        !secret.contains(super::provider::CLIENT.1) && !secret.contains("client_secret"),
        "{secret}"
    );
}
