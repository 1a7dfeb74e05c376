//! What is refused, each with a clear page and an event: answers that are another's, old, forged or about somebody
//! else's people, and forms that other sites send.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::future::{join, join_all};
use serde_json::{Value, json};
use tokio::time::timeout;
use url::Url;

use super::{
    browser::{Browser, Page},
    given::{
        SESSION, asks, begins, connects, history, last_refusal, settings, with_rogue, world,
        world_with,
    },
    rogue::{Rogue, parameter},
};
use crate::harness::{World, template};

const ANNA: &str = "anna.lindqvist@alvsunda.example";
const WHO: &str = "{ viewer { name } }";

/// Begins, and gives where the browser is sent to and what it would be sent back with.
async fn begun(world: &World, browser: &mut Browser, rogue: &Rogue) -> (Url, Url) {
    let page = begins(world, browser, ANNA).await;
    let there = page.leads_to().expect("the provider");
    let mut back: Url = format!("{}sign-in/callback", world.base)
        .parse()
        .expect("a URL");
    back.query_pairs_mut()
        .append_pair("code", "a-code")
        .append_pair("state", &parameter(&there, "state"))
        .append_pair("iss", &rogue.issuer);
    (there, back)
}

/// Signs in at a provider that says this.
async fn tries(
    world: &World,
    rogue: &Rogue,
    claims: Value,
    algorithm: Option<&str>,
) -> (Browser, Page) {
    let mut browser = Browser::new();
    let (there, back) = begun(world, &mut browser, rogue).await;
    rogue.says(&there, &claims, algorithm);
    let page = browser.open(back.as_str()).await;
    (browser, page)
}

#[tokio::test]
async fn a_provider_that_says_what_is_right_lets_in() {
    let (world, rogue) = with_rogue().await;
    let (browser, page) = tries(&world, &rogue, json!({}), None).await;
    assert_eq!(page.status, 303, "{}", page.text);
    let who = asks(&world, &browser, WHO, json!({})).await.data(WHO);
    assert_eq!(who["viewer"]["name"], "Anna Lindqvist");
}

#[tokio::test]
async fn what_the_id_token_does_not_say_is_asked_for_of_the_same_subject() {
    let (world, rogue) = with_rogue().await;
    let silent = json!({ "email": null, "email_verified": null, "name": null });
    let said = json!({ "email": ANNA, "email_verified": true, "name": "Anna Lindqvist" });
    for (subject, status) in [("somebody-else", 403), ("rogue-anna", 303)] {
        let mut told = said.clone();
        told["sub"] = json!(subject);
        rogue.tells(told);
        let (_, page) = tries(&world, &rogue, silent.clone(), None).await;
        assert_eq!(page.status, status, "{}", page.text);
    }
    // What it does say, counts.
    rogue.tells(json!({ "sub": "other", "email": ANNA, "email_verified": true }));
    let denied = json!({ "sub": "other", "email_verified": false, "name": null });
    let (_, page) = tries(&world, &rogue, denied, None).await;
    assert_eq!(page.status, 403);
}

#[tokio::test]
async fn tokens_that_are_not_to_be_trusted_let_nobody_in() {
    let (world, rogue) = with_rogue().await;
    let now = chrono::Utc::now().timestamp();
    for (what, claims, algorithm) in [
        (
            "of another issuer",
            json!({ "iss": "https://evil.example" }),
            None,
        ),
        (
            "for somebody else",
            json!({ "aud": "another-client" }),
            None,
        ),
        (
            "for somebody else, too",
            json!({ "aud": ["samsyn", "another-client"] }),
            None,
        ),
        (
            "with another nonce",
            json!({ "nonce": "of-somebody-else" }),
            None,
        ),
        ("without a nonce", json!({ "nonce": null }), None),
        ("expired", json!({ "exp": now - 120 }), None),
        ("issued in the future", json!({ "iat": now + 600 }), None),
        ("not to be used yet", json!({ "nbf": now + 600 }), None),
        ("without a subject", json!({ "sub": null }), None),
        ("without a signature", json!({}), Some("none")),
        ("signed by a secret", json!({}), Some("HS256")),
        ("said to be of another key", json!({}), Some("RS256")),
    ] {
        let (browser, page) = tries(&world, &rogue, claims, algorithm).await;
        assert!(
            matches!(page.status.as_u16(), 403 | 502),
            "{what}: {}",
            page.status
        );
        assert!(
            page.text.contains("<h1>") && page.text.contains("Referens"),
            "{what}: {}",
            page.text
        );
        assert!(browser.cookie(&world.base, SESSION).is_none(), "{what}");
        let why = last_refusal(&world, "Älvsunda").await;
        assert!(
            matches!(
                why.as_str(),
                "ID_TOKEN_NOT_TRUSTED" | "PROVIDER_UNAVAILABLE"
            ),
            "{what}: {why}"
        );
    }
    // A minute of difference between the clocks is forgiven.
    let (_, page) = tries(
        &world,
        &rogue,
        json!({ "exp": now - 20, "iat": now + 20 }),
        None,
    )
    .await;
    assert_eq!(page.status, 303, "{}", page.text);
}

#[tokio::test]
async fn an_answer_counts_in_the_browser_that_began_and_from_the_issuer_that_was_asked() {
    let (world, rogue) = with_rogue().await;
    let mut browser = Browser::new();
    let (there, back) = begun(&world, &mut browser, &rogue).await;
    rogue.says(&there, &json!({}), None);

    // In another browser there is nothing that it could belong to.
    let mut other = Browser::new();
    assert_eq!(other.open(back.as_str()).await.status, 400);

    let with = |name: &str, value: Option<&str>| {
        let mut url = back.clone();
        let kept: Vec<(String, String)> = back
            .query_pairs()
            .into_owned()
            .filter(|(key, _)| key != name)
            .collect();
        url.query_pairs_mut().clear().extend_pairs(kept);
        if let Some(value) = value {
            url.query_pairs_mut().append_pair(name, value);
        }
        url
    };
    for (url, status, why) in [
        (
            with("state", Some("of-somebody-else")),
            400,
            "STATE_MISMATCH",
        ),
        (with("state", None), 400, "STATE_MISMATCH"),
        (with("code", None), 400, "STATE_MISMATCH"),
        (
            with("iss", Some("https://evil.example")),
            403,
            "WRONG_ISSUER",
        ),
        (with("iss", None), 403, "WRONG_ISSUER"),
        (
            with("error", Some("login_required")),
            403,
            "REFUSED_BY_PROVIDER",
        ),
    ] {
        let mut browser = Browser::new();
        let (_, own) = begun(&world, &mut browser, &rogue).await;
        let mut url = url;
        if parameter(&url, "state") == parameter(&back, "state") {
            let state = parameter(&own, "state");
            let kept: Vec<(String, String)> = url
                .query_pairs()
                .into_owned()
                .filter(|(key, _)| key != "state")
                .collect();
            url.query_pairs_mut()
                .clear()
                .extend_pairs(kept)
                .append_pair("state", &state);
        }
        let page = browser.open(url.as_str()).await;
        assert_eq!(page.status, status, "{url}: {}", page.text);
        assert_eq!(last_refusal(&world, "Älvsunda").await, why, "{url}");
        assert!(browser.cookie(&world.base, SESSION).is_none());
        // What was begun is over with the first answer.
        assert_eq!(browser.open(own.as_str()).await.status, 400);
    }
}

#[tokio::test]
async fn a_code_is_taken_once() {
    let world = world().await;
    let people =
        json!({ "anna": { "email": ANNA, "email_verified": true, "name": "Anna Lindqvist" } });
    let provider = super::provider::Provider::start(&world.base, &people);
    connects(
        &world,
        "Älvsunda",
        settings(&provider.issuer, "alvsunda.example"),
    )
    .await;
    let mut browser = Browser::new();
    let last = super::given::at_provider(&world, &mut browser, ANNA, "anna").await;
    let back = last.leads_to().expect("back");
    let pending = browser
        .cookie(&world.base, "__Host-samsyn-sign-in")
        .expect("one")
        .to_owned();
    assert_eq!(browser.open(back.as_str()).await.status, 303);
    // Somebody who has got hold of both tries the same again.
    let mut thief = Browser::new();
    thief.plant(&world.base, "__Host-samsyn-sign-in", Some(&pending));
    assert_eq!(thief.open(back.as_str()).await.status, 403);
    assert!(thief.cookie(&world.base, SESSION).is_none());
    assert_eq!(last_refusal(&world, "Älvsunda").await, "CODE_NOT_ACCEPTED");
}

#[tokio::test]
async fn people_of_others_are_nobody_whatever_their_provider_says() {
    let (world, rogue) = with_rogue().await;
    // Lisa's domain is her employer's, and leads there.
    let theirs = Rogue::start().await;
    let mut own = settings(&theirs.issuer, "fjallnara.example");
    own["roleClaim"] = json!("groups");
    own["roleMapping"] = json!([{ "value": "boss", "role": "SUPPLIER_MANAGER" }]);
    connects(&world, "Fjällnära", own).await;
    for (claims, why) in [
        (
            json!({ "email": "lisa.berg@fjallnara.example" }),
            "EMAIL_OF_OTHER_DOMAIN",
        ),
        (
            json!({ "email": "anna@nowhere.example" }),
            "EMAIL_OF_OTHER_DOMAIN",
        ),
        (json!({ "email_verified": false }), "EMAIL_NOT_VERIFIED"),
        (json!({ "email_verified": null }), "EMAIL_NOT_VERIFIED"),
        (json!({ "email": null }), "NO_EMAIL"),
        (json!({ "email": "nobody@alvsunda.example" }), "NOT_INVITED"),
    ] {
        let (browser, page) = tries(&world, &rogue, claims.clone(), None).await;
        assert_eq!(page.status, 403, "{claims}: {}", page.text);
        assert!(browser.cookie(&world.base, SESSION).is_none());
        assert_eq!(last_refusal(&world, "Älvsunda").await, why, "{claims}");
    }

    // What the other organisation's provider says of Anna makes nobody Anna.
    let mut browser = Browser::new();
    let page = begins(&world, &mut browser, "lisa.berg@fjallnara.example").await;
    let there = page.leads_to().expect("the provider");
    theirs.says(
        &there,
        &json!({ "groups": ["boss"], "roles": ["IT_MANAGER"] }),
        None,
    );
    let back = format!(
        "{}sign-in/callback?code=a&state={}&iss={}",
        world.base,
        parameter(&there, "state"),
        theirs.issuer
    );
    assert_eq!(browser.open(&back).await.status, 403);
    assert_eq!(
        last_refusal(&world, "Fjällnära").await,
        "EMAIL_OF_OTHER_DOMAIN"
    );

    // The municipality reads nothing of what happens at its supplier's provider.
    let all = history(&world, "Älvsunda").await;
    assert!(
        !format!("{all:?}").contains("fjallnara.example\")"),
        "{all:?}"
    );
}

#[tokio::test]
async fn roles_of_the_other_side_are_neither_mapped_nor_given() {
    let world = world().await;
    let rogue = Rogue::start().await;
    let administrator = world.actor("Fjällnära", "ADMINISTRATOR").token.clone();
    let mut input = settings(&rogue.issuer, "fjallnara.example");
    input["roleClaim"] = json!("groups");
    for role in ["IT_MANAGER", "READER", "ADMINISTRATOR"] {
        input["roleMapping"] = json!([{ "value": "all", "role": role }]);
        let document = "mutation($input: SetIdentityProviderInput!) { setIdentityProvider(input: $input) { id } }";
        let answer = world
            .send(Some(&administrator), document, json!({ "input": input }))
            .await;
        assert_eq!(
            answer.body["errors"][0]["extensions"]["code"], "INVALID_INPUT",
            "{role}"
        );
    }
}

#[tokio::test]
async fn a_domain_leads_nowhere_before_the_operator_has_confirmed_it() {
    let world = world().await;
    let rogue = Rogue::start().await;
    let supplier = world.actor("Fjällnära", "ADMINISTRATOR").token.clone();
    // A supplier claims the municipality's domain.
    let claim = settings(&rogue.issuer, "alvsunda.example");
    let set = world
        .does(
            &supplier,
            "setIdentityProvider",
            claim,
            "{ emailDomains { domain confirmedAt } }",
        )
        .await;
    assert_eq!(
        set["emailDomains"],
        json!([{ "domain": "alvsunda.example", "confirmedAt": null }])
    );
    let mut browser = Browser::new();
    let page = begins(&world, &mut browser, ANNA).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("Ingen organisation"), "{}", page.text);

    // That does not keep the municipality from having it; and then nobody else can.
    let own = Rogue::start().await;
    connects(
        &world,
        "Älvsunda",
        settings(&own.issuer, "alvsunda.example"),
    )
    .await;
    let home = super::given::organisation_id(&world, &supplier).await;
    assert!(
        world
            .door
            .as_operator()
            .confirm_domain(home, "alvsunda.example")
            .await
            .is_err()
    );
    let page = begins(&world, &mut browser, ANNA).await;
    assert!(
        page.leads_to()
            .expect("on")
            .as_str()
            .starts_with(&own.issuer)
    );
}

#[tokio::test]
async fn a_browser_is_led_to_no_other_site_and_keeps_no_session_that_was_planted() {
    let (world, rogue) = with_rogue().await;
    let mut browser = Browser::new();
    browser.plant(
        &world.base,
        SESSION,
        Some("session_planted-by-somebody-else"),
    );
    let form = [("email", ANNA), ("return_to", "https://evil.example/")];
    let page = browser
        .submit(&format!("{}sign-in", world.base), &form)
        .await;
    let there = page.leads_to().expect("the provider");
    rogue.says(&there, &json!({}), None);
    let back = format!(
        "{}sign-in/callback?code=a&state={}&iss={}",
        world.base,
        parameter(&there, "state"),
        rogue.issuer
    );
    let entered = browser.open(&back).await;
    assert_eq!(entered.leads_to().expect("on").as_str(), world.base);
    let session = browser.cookie(&world.base, SESSION).expect("a session");
    assert_ne!(session, "session_planted-by-somebody-else");
    for planted in ["//evil.example", "/\\evil.example", "https:/evil.example"] {
        let query: String = url::form_urlencoded::byte_serialize(planted.as_bytes()).collect();
        let page = browser
            .open(&format!("{}sign-in?return_to={query}", world.base))
            .await;
        assert!(
            !page.text.contains("value=\"//") && !page.text.contains("value=\"https:"),
            "{}",
            page.text
        );
    }
}

#[tokio::test]
async fn forms_of_other_sites_begin_and_end_nothing() {
    let (world, _rogue) = with_rogue().await;
    let client = reqwest::Client::new();
    for path in ["sign-in", "sign-out"] {
        let sent = client
            .post(format!("{}{path}", world.base))
            .header("origin", "https://evil.example")
            .header("sec-fetch-site", "cross-site")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("email={ANNA}"))
            .send()
            .await
            .expect("an answer");
        assert_eq!(sent.status(), 403, "{path}");
        assert!(sent.headers().get("set-cookie").is_none(), "{path}");
    }
}

#[tokio::test]
async fn what_is_answered_does_not_tell_who_has_an_account() {
    let (world, _rogue) = with_rogue().await;
    let mut shapes = vec![];
    for email in [ANNA, "nobody.at.all@alvsunda.example"] {
        let page = begins(&world, &mut Browser::new(), email).await;
        let to = page.leads_to().expect("the provider");
        shapes.push((page.status, to.path().to_owned(), page.headers.len()));
    }
    assert_eq!(shapes[0], shapes[1]);
}

#[tokio::test]
async fn attempts_are_counted_by_address() {
    let world = world_with(|settings| settings.identity.attempts_per_minute = 3).await;
    let mut browser = Browser::new();
    let mut statuses = vec![];
    for _ in 0..5 {
        statuses.push(
            begins(&world, &mut browser, "a@nowhere.example")
                .await
                .status
                .as_u16(),
        );
    }
    assert_eq!(statuses, [422, 422, 422, 429, 429]);
}

/// Waits until a provider has been asked so often.
async fn asked(rogue: &Rogue, times: usize) {
    let waiting = async {
        while rogue.was_asked() < times {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(30), waiting)
        .await
        .expect("it is asked");
}

#[tokio::test]
async fn a_provider_is_asked_once_for_all_who_sign_in_at_the_same_time() {
    let (world, rogue) = with_rogue().await;
    let before = rogue.was_asked();
    rogue.falls_silent(true);
    let many = join_all((0..10).map(|_| async {
        let page = begins(&world, &mut Browser::new(), ANNA).await;
        page.status.as_u16()
    }));
    let answers = async {
        asked(&rogue, before + 1).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        rogue.falls_silent(false);
    };
    let (statuses, ()) = join(many, answers).await;
    assert_eq!(statuses, [303; 10]);
    assert_eq!(rogue.was_asked(), before + 1);
}

#[tokio::test]
async fn a_provider_that_does_not_answer_holds_up_nobody_elses() {
    let (world, slow) = with_rogue().await;
    let quick = Rogue::start().await;
    let theirs = settings(&quick.issuer, "norrvik.example");
    connects(&world, "Norrvik", theirs).await;
    // A key that is not known has the keys fetched again, when they are not just fetched.
    let tells = async |rogue: &Rogue| {
        let claims = json!({ "iss": rogue.issuer, "aud": "samsyn" });
        let token = rogue.token("logout+jwt", &claims);
        let (_, rest) = token.split_once('.').expect("three parts");
        let header = json!({ "alg": "EdDSA", "kid": "another", "typ": "logout+jwt" });
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        let told = reqwest::Client::new()
            .post(format!("{}sign-out/back-channel", world.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("logout_token={header}.{rest}"));
        told.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!((tells(&slow).await, tells(&quick).await), (400, 400));
    let (before, quicks) = (slow.was_asked(), quick.was_asked());
    let clock = world.door.clock();
    clock.set(clock.now() + chrono::TimeDelta::seconds(10));

    slow.falls_silent(true);
    let waits = tells(&slow);
    let goes_on = async {
        asked(&slow, before + 1).await;
        let told = timeout(Duration::from_secs(5), tells(&quick)).await;
        slow.falls_silent(false);
        told.expect("it waits for no other")
    };
    assert_eq!(join(waits, goes_on).await, (400, 400));
    assert_eq!(quick.was_asked(), quicks + 1);
}

#[tokio::test]
async fn a_class_that_is_required_is_asked_for() {
    let world = world().await;
    let rogue = Rogue::start().await;
    let mut strict = settings(&rogue.issuer, "alvsunda.example");
    strict["requiredClaim"] = json!("acr");
    strict["requiredValue"] = json!("loa3");
    connects(&world, "Älvsunda", strict).await;
    for (said, status) in [("loa3", 303), ("loa2", 403)] {
        let mut browser = Browser::new();
        let (there, back) = begun(&world, &mut browser, &rogue).await;
        assert_eq!(parameter(&there, "acr_values"), "loa3");
        rogue.says(&there, &json!({ "acr": said }), None);
        assert_eq!(browser.open(back.as_str()).await.status, status, "{said}");
    }
}

#[tokio::test]
async fn the_demos_way_in_is_not_there_otherwise() {
    let world = world().await;
    let page = Browser::new()
        .submit(&format!("{}sign-in/demo", world.base), &[("person", "0")])
        .await;
    assert_eq!(page.status, 404);
}

#[tokio::test]
async fn a_demo_that_others_reach_lets_nobody_in_by_a_button() {
    // Without one no client over HTTP can be made; one that is there already is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    for (listen, status) in [("127.0.0.1:0", 303), ("0.0.0.0:0", 404)] {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut demo, said) = template::start_with(folder.path(), &["--listen", listen]);
        let url = Url::parse(&said.graphql).expect("a URL");
        let base = format!("http://127.0.0.1:{}/", url.port().expect("a port"));
        let page = Browser::new()
            .submit(&format!("{base}sign-in/demo"), &[("person", "0")])
            .await;
        template::stop(&mut demo);
        assert_eq!(page.status, status, "{listen}: {}", page.text);
    }
}
