//! Organisations whose people sign in with providers of their own.

use std::collections::BTreeMap;

use samsyn::config::Settings;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    browser::{Browser, Page},
    provider::CLIENT,
    rogue::Rogue,
};
use crate::harness::{Answer, World};

/// 32 bytes in Base64.
const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The cookie of a session.
pub const SESSION: &str = "__Host-samsyn";

/// The world, with a key, and providers on the own machine allowed.
pub async fn world() -> World {
    world_with(|_| {}).await
}

/// The same with settings of one's own.
pub async fn world_with(adjust: impl FnOnce(&mut Settings)) -> World {
    World::open_with(|settings| {
        settings.identity.key = Some(KEY.into());
        settings.identity.allow_private_providers = true;
        adjust(settings);
    })
    .await
}

/// The settings of a provider, as an administrator gives them.
pub fn settings(issuer: &str, domain: &str) -> Value {
    let (id, secret) = CLIENT;
    json!({ "issuer": issuer, "clientId": id, "clientSecret": secret, "emailDomains": [domain] })
}

/// Has the organisation's administrator set a provider, and the operator confirm the domain.
pub async fn connects(world: &World, organisation: &str, input: Value) -> Value {
    let token = world.actor(organisation, "ADMINISTRATOR").token.clone();
    let selection = "{ id version emailDomains { domain confirmedAt } hasClientSecret }";
    let set = world
        .does(&token, "setIdentityProvider", input, selection)
        .await;
    let home = organisation_id(world, &token).await;
    for domain in set["emailDomains"].as_array().expect("a list") {
        let domain = domain["domain"].as_str().expect("a text");
        let confirmed = world.door.as_operator().confirm_domain(home, domain).await;
        confirmed.expect("it is nobody else's");
    }
    set
}

/// The world, with a provider for Älvsunda that says what a test has it say.
pub async fn with_rogue() -> (World, Rogue) {
    let world = world().await;
    let rogue = Rogue::start().await;
    connects(
        &world,
        "Älvsunda",
        settings(&rogue.issuer, "alvsunda.example"),
    )
    .await;
    (world, rogue)
}

/// The id of the organisation of this token.
pub async fn organisation_id(world: &World, token: &str) -> Uuid {
    let actor = world.door.authenticate(token).await.expect("an actor");
    actor.organisation
}

/// Types the address, and signs in at the provider as this account; gives the page before the browser is back.
pub async fn at_provider(world: &World, browser: &mut Browser, email: &str, account: &str) -> Page {
    let begun = begins(world, browser, email).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    let form = browser.follow(begun).await;
    assert_eq!(form.status, 200, "{}", form.text);
    let fields = [("prompt", "login"), ("login", account), ("password", "x")];
    let sent = browser.submit(form.url.as_str(), &fields).await;
    browser
        .follow_until(sent, &format!("{}sign-in/callback", world.base))
        .await
}

/// Types the address and goes on.
pub async fn begins(world: &World, browser: &mut Browser, email: &str) -> Page {
    let url = format!("{}sign-in", world.base);
    browser
        .submit(&url, &[("email", email), ("return_to", "/schema.graphql")])
        .await
}

/// Signs in all the way; gives what the service answered to what the provider sent.
pub async fn signs_in(world: &World, browser: &mut Browser, email: &str, account: &str) -> Page {
    let last = at_provider(world, browser, email, account).await;
    let back = last
        .leads_to()
        .expect("the provider sends the browser back");
    browser.open(back.as_str()).await
}

/// Asks the API in the session of this browser.
pub async fn asks(world: &World, browser: &Browser, document: &str, variables: Value) -> Answer {
    let session = browser.cookie(&world.base, SESSION).unwrap_or_default();
    world.send_in_session(session, document, variables).await
}

/// What happened to the organisation's provider, latest first, as its administrator reads it: the action, and the
/// fields that it tells of.
pub async fn history(world: &World, organisation: &str) -> Vec<(String, BTreeMap<String, Value>)> {
    let token = world.actor(organisation, "ADMINISTRATOR").token.clone();
    let document =
        "{ identityProvider { history(first: 100) { nodes { action changes { field after } } } } }";
    let read = world
        .send(Some(&token), document, json!({}))
        .await
        .data(document);
    let nodes = read["identityProvider"]["history"]["nodes"].as_array();
    let told = |node: &Value| {
        let changes = node["changes"].as_array().expect("a list");
        let field = |one: &Value| (text(&one["field"]), one["after"].clone());
        (text(&node["action"]), changes.iter().map(field).collect())
    };
    nodes.expect("a list").iter().map(told).collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// Why the last sign-in was refused, as the administrators see it.
pub async fn last_refusal(world: &World, organisation: &str) -> String {
    let history = history(world, organisation).await;
    let (action, told) = history.first().expect("an event");
    assert_eq!(action, "identity_provider.sign_in_refused");
    text(&told["reason"])
}
