//! Sessions: what they can do, who sees them, and how they end.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    browser::Browser,
    given::{SESSION, asks, begins, connects, settings, with_rogue, world, world_with},
    rogue::{Rogue, parameter},
};
use crate::harness::{Answer, Client, Said, Socket, World};

const WHO: &str = "{ viewer { name scopes } }";
const SESSIONS: &str =
    "{ sessions { nodes { id active current browser address person { name } } } }";

/// Anna, signed in at this provider.
async fn signed_in(world: &World, rogue: &Rogue, claims: Value) -> Browser {
    signed_in_with(Browser::new(), world, rogue, claims).await
}

/// The same in this browser.
async fn signed_in_with(
    mut browser: Browser,
    world: &World,
    rogue: &Rogue,
    claims: Value,
) -> Browser {
    let page = begins(world, &mut browser, "anna.lindqvist@alvsunda.example").await;
    let there = page.leads_to().expect("the provider");
    rogue.says(&there, &claims, None);
    let back = format!(
        "{}sign-in/callback?code=a&state={}&iss={}",
        world.base,
        parameter(&there, "state"),
        rogue.issuer
    );
    let page = browser.open(&back).await;
    assert_eq!(page.status, 303, "{}", page.text);
    browser
}

#[tokio::test]
async fn a_session_does_what_its_person_may_and_is_no_token() {
    let (world, rogue) = with_rogue().await;
    let browser = signed_in(&world, &rogue, json!({})).await;
    let who = asks(&world, &browser, WHO, json!({})).await.data(WHO);
    assert_eq!(
        who["viewer"]["scopes"].as_array().expect("a list").len(),
        10
    );
    let secret = browser.cookie(&world.base, SESSION).expect("a session");
    assert_eq!(world.send(Some(secret), WHO, json!({})).await.status, 401);
    let token = &world.actor("Älvsunda", "IT_MANAGER").token;
    assert_eq!(
        world.send_in_session(token, WHO, json!({})).await.status,
        401
    );
    assert_eq!(
        world
            .send_in_session("session_made-up", WHO, json!({}))
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn people_see_and_end_their_own_sessions_and_administrators_their_organisations() {
    let (world, rogue) = with_rogue().await;
    let first = signed_in(&world, &rogue, json!({})).await;
    let second = signed_in(&world, &rogue, json!({})).await;
    let own = asks(&world, &second, SESSIONS, json!({}))
        .await
        .data(SESSIONS);
    let own = own["sessions"]["nodes"].as_array().expect("a list").clone();
    assert_eq!(own.len(), 2);
    assert_eq!(
        (&own[0]["current"], &own[1]["current"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(own[0]["browser"], "Provwebb/1.0");
    assert_eq!(own[0]["address"], "127.0.0.1");

    // Neither a colleague nor another organisation's administrator sees them or ends them.
    let end = "mutation($id: ID!) { revokeSession(input: { id: $id }) { active } }";
    let id = json!({ "id": own[1]["id"] });
    for (organisation, role) in [
        ("Älvsunda", "READER"),
        ("Fjällnära", "ADMINISTRATOR"),
        ("Norrvik", "ADMINISTRATOR"),
    ] {
        let token = world.actor(organisation, role).token.clone();
        let seen = world
            .send(Some(&token), SESSIONS, json!({}))
            .await
            .data(SESSIONS);
        assert_eq!(
            seen["sessions"]["nodes"],
            json!([]),
            "{organisation} {role}"
        );
        let answer = world.send(Some(&token), end, id.clone()).await;
        assert_eq!(
            answer.body["errors"][0]["extensions"]["code"], "NOT_FOUND",
            "{organisation} {role}"
        );
    }

    asks(&world, &second, end, id).await.data(end);
    assert_eq!(asks(&world, &first, WHO, json!({})).await.status, 401);
    let administrator = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let id = json!({ "id": own[0]["id"] });
    world.send(Some(&administrator), end, id).await.data(end);
    assert_eq!(asks(&world, &second, WHO, json!({})).await.status, 401);
}

#[tokio::test]
async fn whoever_is_deactivated_is_out_at_once_and_what_is_open_ends() {
    let (world, rogue) = with_rogue().await;
    let browser = signed_in(&world, &rogue, json!({})).await;
    let secret = browser.cookie(&world.base, SESSION).expect("a session");
    let mut socket = Socket::open_in_session(&format!("{}graphql", world.base), secret).await;
    let follow = json!({ "query": "subscription { events { position } }" });
    socket.subscribe("a", follow).await;

    let administrator = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let people =
        "{ people(filter: { nameContains: \"Anna Lindqvist\" }) { nodes { id version } } }";
    let found = world
        .send(Some(&administrator), people, json!({}))
        .await
        .data(people);
    let anna = found["people"]["nodes"][0].clone();
    let change =
        json!({ "id": anna["id"], "expectedVersion": anna["version"], "status": "INACTIVE" });
    world
        .does(
            &administrator,
            "updatePerson",
            change.clone(),
            "{ version }",
        )
        .await;
    assert_eq!(asks(&world, &browser, WHO, json!({})).await.status, 401);
    let told = loop {
        // What happened to Anna is told first.
        match socket.next().await {
            (_, Said::Next(_)) => {}
            (_, told) => break told,
        }
    };
    assert_eq!(told, Said::Over(Some(4403)));

    // Nor does she come in again, and her session is not revived when she may act again.
    let mut again = Browser::new();
    let page = begins(&world, &mut again, "anna.lindqvist@alvsunda.example").await;
    let there = page.leads_to().expect("the provider");
    rogue.says(&there, &json!({}), None);
    let back = format!(
        "{}sign-in/callback?code=a&state={}&iss={}",
        world.base,
        parameter(&there, "state"),
        rogue.issuer
    );
    assert_eq!(again.open(&back).await.status, 403);
    assert_eq!(
        super::given::last_refusal(&world, "Älvsunda").await,
        "INACTIVE"
    );
    let back = json!({ "id": anna["id"], "expectedVersion": 2, "status": "ACTIVE" });
    world
        .does(&administrator, "updatePerson", back, "{ version }")
        .await;
    assert_eq!(asks(&world, &browser, WHO, json!({})).await.status, 401);
}

#[tokio::test]
async fn an_unused_session_ends_and_so_does_an_old_one() {
    let world = world_with(|settings| {
        settings.identity.session_idle = Duration::from_secs(3600);
        settings.identity.session_lifetime = Duration::from_secs(7200);
    })
    .await;
    let rogue = Rogue::start().await;
    connects(
        &world,
        "Älvsunda",
        settings(&rogue.issuer, "alvsunda.example"),
    )
    .await;
    let (unused, used) = (
        signed_in(&world, &rogue, json!({})).await,
        signed_in(&world, &rogue, json!({})).await,
    );
    let clock = world.door.clock();
    let minutes_later = |minutes| clock.set(clock.now() + chrono::TimeDelta::minutes(minutes));
    minutes_later(50);
    asks(&world, &used, WHO, json!({})).await.data(WHO);
    minutes_later(50);
    assert_eq!(asks(&world, &unused, WHO, json!({})).await.status, 401);
    asks(&world, &used, WHO, json!({})).await.data(WHO);
    // However much it is used, it ends.
    minutes_later(21);
    assert_eq!(asks(&world, &used, WHO, json!({})).await.status, 401);
}

#[tokio::test]
async fn whoever_has_no_role_ends_own_sessions_all_the_same() {
    let (world, rogue) = with_rogue().await;
    let administrator = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let input = json!({ "name": "Ny Person", "email": "ny.person@alvsunda.example", "roles": [] });
    world
        .does(&administrator, "createPerson", input, "{ id }")
        .await;
    let claims = json!({ "sub": "new", "email": "ny.person@alvsunda.example" });
    let lost = signed_in(&world, &rogue, claims.clone()).await;
    let here = signed_in(&world, &rogue, claims).await;
    let seen = asks(&world, &here, SESSIONS, json!({}))
        .await
        .data(SESSIONS);
    let seen = seen["sessions"]["nodes"].as_array().expect("a list");
    assert_eq!(seen.len(), 2);
    let other = seen.iter().find(|one| one["current"] == false);
    let document =
        "mutation($input: RevokeSessionInput!) { revokeSession(input: $input) { active } }";
    let input = json!({ "input": { "id": other.expect("the other one")["id"] } });
    asks(&world, &here, document, input).await.data(document);
    assert_eq!(asks(&world, &lost, WHO, json!({})).await.status, 401);
    asks(&world, &here, WHO, json!({})).await.data(WHO);
    // Those of others are not there.
    let annas = signed_in(&world, &rogue, json!({})).await;
    let hers = asks(&world, &annas, SESSIONS, json!({}))
        .await
        .data(SESSIONS);
    let input = json!({ "input": { "id": hers["sessions"]["nodes"][0]["id"] } });
    let refused = asks(&world, &here, document, input).await;
    assert_eq!(refused.code(), Some("NOT_FOUND"), "{:#}", refused.body);
}

#[tokio::test]
async fn a_revoked_session_that_is_used_again_is_told_of_once() {
    let (world, rogue) = with_rogue().await;
    let stolen = signed_in(&world, &rogue, json!({})).await;
    let own = asks(&world, &stolen, SESSIONS, json!({}))
        .await
        .data(SESSIONS);
    let administrator = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let input = json!({ "id": own["sessions"]["nodes"][0]["id"] });
    world
        .does(&administrator, "revokeSession", input, "{ active }")
        .await;
    let events = "{ events(first: 100) { nodes { event { action } } } }";
    let reuses = async || {
        let read = world.send(Some(&administrator), events, json!({})).await;
        let read = read.data(events);
        let told = read["events"]["nodes"].as_array().expect("a list").iter();
        told.filter(|one| one["event"]["action"] == "session.reused")
            .count()
    };
    assert_eq!(reuses().await, 0);
    for _ in 0..2 {
        assert_eq!(asks(&world, &stolen, WHO, json!({})).await.status, 401);
    }
    assert_eq!(reuses().await, 1);
}

const ROLES: &str = "{ viewer { roles { role } } }";

#[tokio::test]
async fn roles_by_claims_go_with_the_claim_and_administrators_get_none() {
    let world = world_with(|_| {}).await;
    let rogue = Rogue::start().await;
    let mut mapped = settings(&rogue.issuer, "alvsunda.example");
    mapped["roleClaim"] = json!("groups");
    mapped["roleMapping"] = json!([{ "value": "coordinators", "role": "SECURITY_COORDINATOR" }]);
    connects(&world, "Älvsunda", mapped).await;
    let roles = async |claims: Value| {
        let browser = signed_in(&world, &rogue, claims).await;
        let who = asks(&world, &browser, ROLES, json!({})).await.data(ROLES);
        let roles = who["viewer"]["roles"].as_array().expect("a list").iter();
        let roles = roles.map(|one| one["role"].as_str().expect("a role").to_owned());
        roles.collect::<std::collections::BTreeSet<_>>()
    };
    let set = |of: &[&str]| of.iter().map(|one| (*one).to_owned()).collect();
    let with = set(&["IT_MANAGER", "SECURITY_COORDINATOR"]);
    let without = set(&["IT_MANAGER"]);
    assert_eq!(roles(json!({ "groups": ["coordinators"] })).await, with);
    let elsewhere = json!({ "_claim_names": { "groups": "src1" } });
    assert_eq!(
        roles(elsewhere).await,
        with,
        "what it would say is not known"
    );
    assert_eq!(
        roles(json!({})).await,
        without,
        "of the last group, none is told"
    );

    let peter = json!({ "sub": "peter", "email": "peter.wallin@alvsunda.example", "groups": ["coordinators"] });
    assert_eq!(roles(peter).await, set(&["ADMINISTRATOR"]));
}

#[tokio::test]
async fn a_provider_that_ends_its_session_ends_ours() {
    let (world, rogue) = with_rogue().await;
    let browser = signed_in(&world, &rogue, json!({ "sid": "of-the-provider" })).await;
    let other = signed_in(&world, &rogue, json!({ "sid": "another" })).await;
    let now = chrono::Utc::now().timestamp();
    let right = json!({
        "iss": rogue.issuer, "aud": "samsyn", "iat": now, "exp": now + 60, "jti": "1", "sid": "of-the-provider",
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    let tells = async |token: String| {
        let client = reqwest::Client::new();
        let body = format!("logout_token={token}");
        let sent = client
            .post(format!("{}sign-out/back-channel", world.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send();
        sent.await.expect("an answer").status().as_u16()
    };
    let with = |name: &str, value: Value| {
        let mut claims = right.clone();
        claims[name] = value;
        claims
    };
    let forged = {
        let token = rogue.token("logout+jwt", &right);
        let (head, _) = token.rsplit_once('.').expect("three parts");
        format!("{head}.{}", URL_SAFE_NO_PAD.encode([0; 64]))
    };
    for (what, token) in [
        ("forged", forged),
        ("of another type", rogue.token("at+jwt", &right)),
        (
            "for somebody else",
            rogue.token("logout+jwt", &with("aud", json!("other"))),
        ),
        (
            "of another issuer",
            rogue.token("logout+jwt", &with("iss", json!("https://evil.example"))),
        ),
        (
            "expired",
            rogue.token("logout+jwt", &with("exp", json!(now - 120))),
        ),
        (
            "with a nonce",
            rogue.token("logout+jwt", &with("nonce", json!("a"))),
        ),
        (
            "of another event",
            rogue.token("logout+jwt", &with("events", json!({ "other": {} }))),
        ),
        (
            "of nobody",
            rogue.token("logout+jwt", &with("sid", Value::Null)),
        ),
        ("nothing", String::new()),
    ] {
        assert_eq!(tells(token).await, 400, "{what}");
    }
    asks(&world, &browser, WHO, json!({})).await.data(WHO);
    assert_eq!(tells(rogue.token("logout+jwt", &right)).await, 200);
    assert_eq!(asks(&world, &browser, WHO, json!({})).await.status, 401);
    asks(&world, &other, WHO, json!({})).await.data(WHO);

    let of_subject = json!({
        "iss": rogue.issuer, "aud": "samsyn", "iat": now, "exp": now + 60, "jti": "2", "sub": "rogue-anna",
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    assert_eq!(tells(rogue.token("logout+jwt", &of_subject)).await, 200);
    assert_eq!(asks(&world, &other, WHO, json!({})).await.status, 401);
}

#[tokio::test]
async fn sign_ins_and_ends_told_by_providers_do_not_keep_one_another_out() {
    let world = world_with(|settings| settings.identity.attempts_per_minute = 2).await;
    let tries = async || {
        let page = begins(&world, &mut Browser::new(), "a@nowhere.example").await;
        page.status.as_u16()
    };
    let tells = async || {
        let told = reqwest::Client::new()
            .post(format!("{}sign-out/back-channel", world.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("logout_token=of-nobody");
        told.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(
        [tries().await, tries().await, tries().await],
        [422, 422, 429]
    );
    assert_eq!(
        [tells().await, tells().await, tells().await],
        [400, 400, 429]
    );
}

#[tokio::test]
async fn what_is_sent_in_a_session_by_another_site_is_refused() {
    let (world, rogue) = with_rogue().await;
    let browser = signed_in(&world, &rogue, json!({})).await;
    let cookie = format!(
        "{SESSION}={}",
        browser.cookie(&world.base, SESSION).expect("one")
    );
    let client = reqwest::Client::new();
    let read = client
        .get(format!(
            "{}graphql?query=%7Bviewer%7Bname%7D%7D",
            world.base
        ))
        .header("cookie", &cookie)
        .header("sec-fetch-site", "cross-site");
    assert_eq!(read.send().await.expect("an answer").status(), 403);
    let written = client
        .post(format!("{}graphql", world.base))
        .header("cookie", &cookie)
        .header("origin", "https://evil.example")
        .header("content-type", "text/plain")
        .body("{\"query\":\"{viewer{name}}\"}");
    assert_eq!(written.send().await.expect("an answer").status(), 415);
}

#[tokio::test]
async fn an_upload_that_was_asked_for_in_a_session_ends_with_it() {
    let world = world().await;
    let rogue = Rogue::start().await;
    connects(
        &world,
        "Fjällnära",
        settings(&rogue.issuer, "fjallnara.example"),
    )
    .await;
    let administrator = world.actor("Fjällnära", "ADMINISTRATOR").token.clone();
    let added = json!({ "name": "Ny", "email": "ny@fjallnara.example", "roles": [{ "role": "SUPPLIER_CONTRIBUTOR" }] });
    world
        .does(&administrator, "createPerson", added, "{ id }")
        .await;
    let mut browser = Browser::new();
    let page = begins(&world, &mut browser, "ny@fjallnara.example").await;
    let there = page.leads_to().expect("the provider");
    rogue.says(
        &there,
        &json!({ "sub": "ny", "email": "ny@fjallnara.example", "name": "Ny" }),
        None,
    );
    let back = format!(
        "{}sign-in/callback?code=a&state={}&iss={}",
        world.base,
        parameter(&there, "state"),
        rogue.issuer
    );
    browser.open(&back).await;
    let draft = "mutation { draftEvidence(input: { kind: POLICY, title: \"Policy\" }) { id } }";
    let drafted = asks(&world, &browser, draft, json!({})).await.data(draft);
    let ask = "mutation($id: ID!) { createEvidenceUpload(input: { evidenceId: $id, fileName: \"a.pdf\" }) { url } }";
    let id = json!({ "id": drafted["draftEvidence"]["id"] });
    let first = asks(&world, &browser, ask, id.clone()).await.data(ask);
    let url = first["createEvidenceUpload"]["url"]
        .as_str()
        .expect("a URL")
        .to_owned();
    let put = world.put(&url, "%PDF-1.4\n%%EOF\n").await;
    assert!(put.get("errors").is_none(), "{put}");
    let second = asks(&world, &browser, ask, id).await.data(ask);
    let url = second["createEvidenceUpload"]["url"]
        .as_str()
        .expect("a URL")
        .to_owned();
    browser
        .submit(&format!("{}sign-out", world.base), &[])
        .await;
    let put = world.put(&url, "%PDF-1.4\n%%EOF\n").await;
    assert_eq!(
        put["errors"][0]["extensions"]["code"], "UNAUTHENTICATED",
        "{put}"
    );
}

#[tokio::test]
async fn behind_a_trusted_proxy_people_are_told_apart() {
    let trusting = |trusted: &[&str]| {
        let trusted: Vec<_> = trusted
            .iter()
            .map(|one| one.parse().expect("one"))
            .collect();
        world_with(move |settings| {
            settings.server.trusted_proxies = trusted;
            settings.identity.attempts_per_minute = 2;
        })
    };
    let tries = async |world: &World, told: &'static str| {
        let mut browser = Browser::behind_a_proxy(told);
        let page = begins(world, &mut browser, "a@nowhere.example").await;
        page.status.as_u16()
    };
    let trusted = trusting(&["127.0.0.0/8"]).await;
    let whoever = trusting(&[]).await;
    // What they say themselves stands before what the proxy says of them.
    for (told, by_trusted, by_whoever) in [
        ("203.0.113.7", 422, 422),
        ("192.0.2.1, 203.0.113.7", 422, 422),
        ("192.0.2.2, 203.0.113.7", 429, 429),
        ("203.0.113.8", 422, 429),
    ] {
        assert_eq!(tries(&trusted, told).await, by_trusted, "{told}");
        assert_eq!(tries(&whoever, told).await, by_whoever, "{told}");
    }

    let rogue = Rogue::start().await;
    let provider = settings(&rogue.issuer, "alvsunda.example");
    connects(&trusted, "Älvsunda", provider).await;
    let browser = Browser::behind_a_proxy("203.0.113.9");
    let browser = signed_in_with(browser, &trusted, &rogue, json!({})).await;
    let own = asks(&trusted, &browser, SESSIONS, json!({})).await;
    let own = own.data(SESSIONS);
    assert_eq!(own["sessions"]["nodes"][0]["address"], "203.0.113.9");
}

#[tokio::test]
async fn pages_of_other_origins_act_with_tokens_and_in_no_session() {
    let portal = "https://portal.example.se";
    let world = world_with(|settings| settings.server.allowed_origins = vec![portal.to_owned()]);
    let world = world.await;
    let rogue = Rogue::start().await;
    connects(
        &world,
        "Älvsunda",
        settings(&rogue.issuer, "alvsunda.example"),
    )
    .await;
    let browser = signed_in(&world, &rogue, json!({})).await;
    let secret = browser.cookie(&world.base, SESSION).expect("a session");
    let own = world.base.trim_end_matches('/');
    let token = &world.actor("Älvsunda", "READER").token;
    let graphql = format!("{}graphql", world.base);
    let cookie = format!("{SESSION}={secret}");

    let asks_from = async |origin: &str, token: Option<&str>| {
        let client = Client::new(&graphql, token);
        let headers = [("cookie", &*cookie), ("origin", origin)];
        client.send_with(WHO, json!({}), &headers).await
    };
    let name = |answer: &Answer| answer.body["data"]["viewer"]["name"].clone();
    assert_eq!(name(&asks_from(own, None).await), "Anna Lindqvist");
    let from_portal = asks_from(portal, None).await;
    assert_eq!(from_portal.code(), Some("UNAUTHENTICATED"));
    let with_token = name(&asks_from(portal, Some(token)).await);
    assert!(with_token.is_string() && with_token != "Anna Lindqvist");

    for (origin, token, heard) in [
        (own, None, Ok("connection_ack")),
        (portal, None, Err(Some(4401))),
        (portal, Some(token), Ok("connection_ack")),
    ] {
        let headers = [("cookie", &*cookie), ("origin", origin)];
        let init = token.map_or(json!({}), |token| json!({ "token": token }));
        let (_socket, said) = Socket::knock(&graphql, &headers, init).await;
        let said = said.map(|said| said["type"].clone());
        assert_eq!(said, heard.map(Value::from), "{origin}");
    }
}
