//! Machine clients: access tokens for minutes, for credentials, assertions and tokens of the own provider.

use std::process::Command;

use oauth2::{ClientId, ClientSecret, Scope, TokenResponse, TokenUrl, basic::BasicClient};
use serde_json::{Value, json};

use super::{
    given::{connects, settings, world, world_with},
    rogue::{Rogue, key_set, pem, token},
};
use crate::{
    clients::passes,
    harness::{Answer, World},
};

const WHO: &str = "{ viewer { name person { id } scopes roles { role } } }";

/// A client of Älvsunda that reads and writes action items, with a public key.
async fn client(world: &World) -> (String, String) {
    registered(world, json!({ "publicKeys": key_set() })).await
}

async fn registered(world: &World, more: Value) -> (String, String) {
    let administrator = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let mut input = json!({
        "name": "Ärendehantering", "scopes": ["ACTION_ITEM_READ", "ACTION_ITEM_WRITE"],
        "roles": [{ "role": "SECURITY_COORDINATOR" }],
        "expiresAt": chrono::Utc::now() + chrono::TimeDelta::days(30),
    });
    for (name, value) in more.as_object().expect("an object") {
        input[name] = value.clone();
    }
    let made = world
        .does(
            &administrator,
            "createMachineClient",
            input,
            "{ clientId clientSecret tokenEndpoint }",
        )
        .await;
    let text = |name: &str| made[name].as_str().expect("a text").to_owned();
    assert_eq!(text("tokenEndpoint"), format!("{}oauth/token", world.base));
    (text("clientId"), text("clientSecret"))
}

/// Sends a form to one of the routes; gives the status and what is told.
async fn sends(
    world: &World,
    path: &str,
    basic: Option<(&str, &str)>,
    form: &[(&str, &str)],
) -> (u16, Value) {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let mut request = reqwest::Client::new()
        .post(format!("{}{path}", world.base))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    if let Some((id, secret)) = basic {
        request = request.basic_auth(id, Some(secret));
    }
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let status = answer.status().as_u16();
    if status == 401 {
        assert!(answer.headers().contains_key("www-authenticate"));
    }
    let text = answer.text().await.expect("a text");
    (status, serde_json::from_str(&text).unwrap_or_default())
}

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

async fn access(world: &World, (id, secret): (&str, &str), scope: &str) -> String {
    let (status, told) = sends(
        world,
        "oauth/token",
        Some((id, secret)),
        &[GRANT, ("scope", scope)],
    )
    .await;
    assert_eq!(status, 200, "{told}");
    told["access_token"].as_str().expect("a token").to_owned()
}

async fn asks(world: &World, token: &str) -> Answer {
    world.send(Some(token), WHO, json!({})).await
}

#[tokio::test]
async fn an_access_token_does_what_its_scopes_and_the_clients_roles_say() {
    let world = world().await;
    let (id, secret) = client(&world).await;
    let (status, told) = sends(&world, "oauth/token", Some((&id, &secret)), &[GRANT]).await;
    assert_eq!(status, 200);
    assert_eq!(told["token_type"], "Bearer");
    assert_eq!(told["scope"], "ACTION_ITEM_READ ACTION_ITEM_WRITE");
    let seconds = told["expires_in"].as_i64().expect("a number");
    assert!((590..=600).contains(&seconds), "{seconds}");

    let narrow = access(&world, (&id, &secret), "ACTION_ITEM_READ").await;
    let who = asks(&world, &narrow).await.data(WHO);
    assert_eq!(
        who["viewer"],
        json!({ "name": "Ärendehantering", "person": null, "scopes": ["ACTION_ITEM_READ"], "roles": [{ "role": "SECURITY_COORDINATOR" }] })
    );
    let items = "{ actionItems { totalCount } }";
    let seen = world
        .send(Some(&narrow), items, json!({}))
        .await
        .data(items);
    assert!(
        seen["actionItems"]["totalCount"]
            .as_i64()
            .expect("a number")
            > 0
    );
    let risks = world
        .send(Some(&narrow), "{ risks { totalCount } }", json!({}))
        .await;
    assert_eq!(risks.body["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let (status, told) = sends(
        &world,
        "oauth/token",
        Some((&id, &secret)),
        &[GRANT, ("scope", "RISK_READ")],
    )
    .await;
    assert_eq!((status, &told["error"]), (400, &json!("invalid_scope")));
}

/// What stands in the header, what in the form, and what is answered.
type Case<'a> = (
    Option<(&'a str, &'a str)>,
    Vec<(&'a str, &'a str)>,
    u16,
    &'a str,
);

#[tokio::test]
async fn a_client_is_known_by_its_own_credentials_and_by_nothing_else() {
    let world = world().await;
    let (id, secret) = client(&world).await;
    // Neither opens what the other is for.
    assert_eq!(asks(&world, &secret).await.status, 401);
    let bearer = world.actor("Älvsunda", "IT_MANAGER").token.clone();
    let tokens = "{ apiTokens(filter: { integration: true }) { nodes { id usage name } } }";
    let administrator = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let listed = world
        .send(Some(&administrator), tokens, json!({}))
        .await
        .data(tokens);
    let listed = listed["apiTokens"]["nodes"]
        .as_array()
        .expect("a list")
        .clone();
    let plain = listed
        .iter()
        .find(|token| token["usage"] == "BEARER")
        .expect("one");
    let plain = plain["id"].as_str().expect("an id");

    let cases: [Case<'_>; 10] = [
        (Some((&id, "client_wrong")), vec![], 401, "invalid_client"),
        (
            Some(("tok_0192f3a0000070008000000000000000", &secret)),
            vec![],
            401,
            "invalid_client",
        ),
        (Some(("nonsense", &secret)), vec![], 401, "invalid_client"),
        (Some((plain, &bearer)), vec![], 401, "invalid_client"),
        (None, vec![], 401, "invalid_client"),
        (None, vec![("client_id", &id)], 401, "invalid_client"),
        (
            None,
            vec![("client_id", &id), ("client_secret", "client_wrong")],
            401,
            "invalid_client",
        ),
        (
            Some((&id, &secret)),
            vec![("client_secret", &secret)],
            400,
            "invalid_request",
        ),
        (
            Some((&id, &secret)),
            vec![("client_id", "other")],
            401,
            "invalid_client",
        ),
        (
            None,
            vec![("client_id", &id), ("client_assertion", "a.b.c")],
            400,
            "invalid_request",
        ),
    ];
    for (basic, mut fields, status, error) in cases {
        fields.push(GRANT);
        let (was, told) = sends(&world, "oauth/token", basic, &fields).await;
        assert_eq!(
            (was, told["error"].as_str()),
            (status, Some(error)),
            "{basic:?} {fields:?}"
        );
    }
    let (status, told) = sends(
        &world,
        "oauth/token",
        Some((&id, &secret)),
        &[("grant_type", "password")],
    )
    .await;
    assert_eq!(
        (status, told["error"].as_str()),
        (400, Some("unsupported_grant_type"))
    );
    let posted = [
        GRANT,
        ("client_id", id.as_str()),
        ("client_secret", secret.as_str()),
    ];
    assert_eq!(sends(&world, "oauth/token", None, &posted).await.0, 200);

    // What it was refused is there for the administrators to see.
    let document = "query($id: ID!) { node(id: $id) { ... on ApiToken { history { nodes { action changes { field after } } } } } }";
    let read = world
        .send(Some(&administrator), document, json!({ "id": id }))
        .await
        .data(document);
    let history = read["node"]["history"]["nodes"].to_string();
    assert!(
        history.contains("api_token.access_refused") && history.contains("WRONG_SECRET"),
        "{history}"
    );
    assert!(!history.contains(&secret));
}

#[tokio::test]
async fn what_was_revoked_works_no_longer_and_is_told_to_nobody_else() {
    let world = world().await;
    let (id, secret) = client(&world).await;
    let (other, others) = registered(&world, json!({ "name": "En annan" })).await;
    let token = access(&world, (&id, &secret), "ACTION_ITEM_READ").await;
    let (_, told) = sends(
        &world,
        "oauth/introspect",
        Some((&id, &secret)),
        &[("token", &token)],
    )
    .await;
    assert_eq!(
        (&told["active"], &told["scope"]),
        (&json!(true), &json!("ACTION_ITEM_READ"))
    );
    let (_, told) = sends(
        &world,
        "oauth/introspect",
        Some((&other, &others)),
        &[("token", &token)],
    )
    .await;
    assert_eq!(told, json!({ "active": false }));
    assert_eq!(
        sends(
            &world,
            "oauth/revoke",
            Some((&other, &others)),
            &[("token", &token)]
        )
        .await
        .0,
        200
    );
    asks(&world, &token).await.data(WHO);
    assert_eq!(
        sends(&world, "oauth/introspect", None, &[("token", &token)])
            .await
            .0,
        401
    );
    assert_eq!(
        sends(
            &world,
            "oauth/revoke",
            Some((&id, &secret)),
            &[("token", &token)]
        )
        .await
        .0,
        200
    );
    assert_eq!(asks(&world, &token).await.status, 401);
    let (_, told) = sends(
        &world,
        "oauth/introspect",
        Some((&id, &secret)),
        &[("token", &token)],
    )
    .await;
    assert_eq!(told, json!({ "active": false }));

    // The client's end is that of all its tokens.
    let token = access(&world, (&id, &secret), "ACTION_ITEM_READ").await;
    let administrator = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    world
        .does(
            &administrator,
            "revokeApiToken",
            json!({ "id": id }),
            "{ active }",
        )
        .await;
    assert_eq!(asks(&world, &token).await.status, 401);
    assert_eq!(
        sends(&world, "oauth/token", Some((&id, &secret)), &[GRANT])
            .await
            .0,
        401
    );
}

#[tokio::test]
async fn an_assertion_is_the_clients_own_for_here_and_counts_once() {
    let world = world().await;
    let (id, _) = client(&world).await;
    let now = chrono::Utc::now().timestamp();
    let right = json!({ "iss": id, "sub": id, "aud": format!("{}oauth/token", world.base), "exp": now + 60, "jti": "one" });
    let with = |name: &str, value: Value| {
        let mut claims = right.clone();
        claims[name] = value;
        claims
    };
    let sent_to = async |path: &str, assertion: &str| {
        let form = [
            GRANT,
            ("token", "access_made-up"),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", assertion),
        ];
        sends(&world, path, None, &form).await.0
    };
    let sent = async |assertion: &str| sent_to("oauth/token", assertion).await;
    for (what, claims) in [
        ("another client's", with("iss", json!("tok_x"))),
        ("about another client", with("sub", json!("tok_x"))),
        (
            "for another service",
            with("aud", json!("https://other.example")),
        ),
        ("expired", with("exp", json!(now - 120))),
        ("made to last", with("exp", json!(now + 7200))),
        ("not yet to be used", with("nbf", json!(now + 600))),
        ("without a name", with("jti", Value::Null)),
        ("without an end", with("exp", Value::Null)),
    ] {
        assert_eq!(sent(&token("JWT", &claims)).await, 401, "{what}");
    }
    assert_eq!(sent(&token("at+jwt", &right)).await, 401, "of another type");
    let forged = token("JWT", &right);
    let (head, _) = forged.rsplit_once('.').expect("three parts");
    assert_eq!(sent(&format!("{head}.")).await, 401, "without a signature");
    assert_eq!(sent("nonsense").await, 401);
    assert_eq!(sent(&token("JWT", &right)).await, 200);
    assert_eq!(sent(&token("JWT", &right)).await, 401, "again");
    let of_service = with("aud", json!([world.base.trim_end_matches('/')]));
    let mut second = of_service;
    second["jti"] = json!("two");
    assert_eq!(sent(&token("JWT", &second)).await, 200);

    // Once for whatever it is shown.
    let paths = ["oauth/token", "oauth/introspect", "oauth/revoke"];
    for (index, first) in paths.into_iter().enumerate() {
        let shown = token("JWT", &with("jti", json!(format!("for-{index}"))));
        assert_eq!(sent_to(first, &shown).await, 200, "{first}");
        for then in paths {
            assert_eq!(sent_to(then, &shown).await, 401, "{first}, then {then}");
        }
    }
}

/// To whom access tokens for this organisation are addressed.
async fn audience(world: &World, organisation: &str) -> String {
    let token = world.actor(organisation, "ADMINISTRATOR").token.clone();
    let document = "{ identityProvider { audience } }";
    let read = world
        .send(Some(&token), document, json!({}))
        .await
        .data(document);
    read["identityProvider"]["audience"]
        .as_str()
        .expect("a text")
        .to_owned()
}

#[tokio::test]
async fn access_tokens_of_the_own_provider_are_taken_for_a_registered_client_of_the_organisation() {
    let world = world().await;
    let rogue = Rogue::start().await;
    let mut own = settings(&rogue.issuer, "alvsunda.example");
    own["takesAccessTokens"] = json!(true);
    connects(&world, "Älvsunda", own).await;
    registered(&world, json!({ "providerClientId": "arenden" })).await;
    // Another organisation uses the same provider, and takes no access tokens of it.
    connects(
        &world,
        "Norrvik",
        settings(&rogue.issuer, "norrvik.example"),
    )
    .await;
    let audience = audience(&world, "Älvsunda").await;
    // Another one takes them, and knows a client of the same name: it is given none that were meant for the first.
    let mut third = settings(&rogue.issuer, "baltespannar.example");
    third["takesAccessTokens"] = json!(true);
    connects(&world, "Bältespännar", third).await;
    let theirs = world.actor("Bältespännar", "ADMINISTRATOR").token.clone();
    let input = json!({
        "name": "Falsk", "scopes": ["ACTION_ITEM_READ"], "roles": [{ "role": "SUPPLIER_READER" }],
        "providerClientId": "arenden", "expiresAt": chrono::Utc::now() + chrono::TimeDelta::days(1),
    });
    world
        .does(&theirs, "createMachineClient", input, "{ clientId }")
        .await;
    let now = chrono::Utc::now().timestamp();
    let right = json!({
        "iss": rogue.issuer, "aud": audience, "exp": now + 300, "iat": now, "sub": "service", "client_id": "arenden",
        "jti": "1", "scope": "ACTION_ITEM_READ RISK_READ",
    });
    let who = asks(&world, &rogue.token("at+jwt", &right)).await.data(WHO);
    assert_eq!(who["viewer"]["name"], "Ärendehantering");
    // What the client does not have, no token gives it.
    assert_eq!(who["viewer"]["scopes"], json!(["ACTION_ITEM_READ"]));
    // It counts as used, so that nobody takes it for forgotten.
    let administrator = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let used =
        "{ apiTokens(filter: { nameContains: \"Ärendehantering\" }) { nodes { lastUsedAt } } }";
    let read = world.send(Some(&administrator), used, json!({})).await;
    assert!(read.data(used)["apiTokens"]["nodes"][0]["lastUsedAt"].is_string());

    let with = |name: &str, value: Value| {
        let mut claims = right.clone();
        claims[name] = value;
        claims
    };
    // As Keycloak says it of a client, too.
    let with_class = rogue.token("at+jwt", &with("acr", json!("1")));
    asks(&world, &with_class).await.data(WHO);
    for (what, typ, claims) in [
        ("an ID token", "JWT", right.clone()),
        (
            "for somebody else",
            "at+jwt",
            with("aud", json!("https://other.example")),
        ),
        ("for the sign-in", "at+jwt", with("aud", json!("samsyn"))),
        ("expired", "at+jwt", with("exp", json!(now - 120))),
        ("without an end", "at+jwt", with("exp", Value::Null)),
        ("of the future", "at+jwt", with("nbf", json!(now + 600))),
        (
            "of a client that is not registered",
            "at+jwt",
            with("client_id", json!("other")),
        ),
        ("of nobody", "at+jwt", with("client_id", Value::Null)),
        (
            "of another issuer",
            "at+jwt",
            with("iss", json!("https://evil.example")),
        ),
        ("given to a person", "at+jwt", with("auth_time", json!(now))),
        (
            "given to a person who proved it",
            "at+jwt",
            with("amr", json!(["pwd", "mfa"])),
        ),
    ] {
        assert_eq!(
            asks(&world, &rogue.token(typ, &claims)).await.status,
            401,
            "{what}"
        );
    }
    let forged = rogue.token("at+jwt", &right);
    let (head, _) = forged.rsplit_once('.').expect("three parts");
    assert_eq!(asks(&world, &format!("{head}.AAAA")).await.status, 401);
}

#[tokio::test]
async fn private_keys_and_what_is_no_key_are_refused() {
    let world = world().await;
    let administrator = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let mut private = key_set();
    private["keys"][0]["d"] = json!("AAAA");
    for keys in [
        private,
        json!({ "keys": [] }),
        json!([]),
        json!("x"),
        json!({ "keys": [{ "kty": "nonsense" }] }),
    ] {
        let input = json!({
            "name": "x", "scopes": ["RISK_READ"], "roles": [{ "role": "READER" }], "publicKeys": keys,
            "expiresAt": chrono::Utc::now() + chrono::TimeDelta::days(1),
        });
        let document = "mutation($input: CreateMachineClientInput!) { createMachineClient(input: $input) { clientId } }";
        let answer = world
            .send(Some(&administrator), document, json!({ "input": input }))
            .await;
        assert_eq!(
            answer.body["errors"][0]["extensions"]["code"], "INVALID_INPUT",
            "{keys}"
        );
    }
}

#[tokio::test]
async fn attempts_of_machines_are_counted_by_address_too() {
    let world = world_with(|settings| settings.identity.attempts_per_minute = 2).await;
    let mut statuses = vec![];
    for _ in 0..3 {
        statuses.push(
            sends(&world, "oauth/token", Some(("a", "b")), &[GRANT])
                .await
                .0,
        );
    }
    assert_eq!(statuses, [401, 401, 429]);
}

#[tokio::test]
async fn attempts_of_a_client_are_counted_wherever_it_is_and_are_its_own() {
    let world = world_with(|settings| {
        settings.identity.attempts_per_minute = 2;
        settings.server.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    })
    .await;
    let (id, secret) = client(&world).await;
    let from = async |address: u8, secret: &str| {
        let request = reqwest::Client::new()
            .post(format!("{}oauth/token", world.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-forwarded-for", format!("203.0.113.{address}"))
            .basic_auth(&id, Some(secret))
            .body("grant_type=client_credentials");
        request.send().await.expect("an answer").status().as_u16()
    };
    // Others who know its name use up nothing of what it has.
    for address in 10..16 {
        assert_eq!(from(address, "wrong").await, 401);
    }
    for (address, status) in [(1, 200), (2, 200), (3, 429)] {
        assert_eq!(from(address, &secret).await, status);
    }
}

#[tokio::test]
async fn the_public_client_of_rust_gets_a_token_by_metadata_alone() {
    let world = world().await;
    let (id, secret) = client(&world).await;
    let sender = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let at = format!("{}.well-known/oauth-authorization-server", world.base);
    let metadata: Value = sender
        .get(at)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let endpoint = metadata["token_endpoint"]
        .as_str()
        .expect("an endpoint")
        .to_owned();
    let public = BasicClient::new(ClientId::new(id))
        .set_client_secret(ClientSecret::new(secret))
        .set_token_uri(TokenUrl::new(endpoint).expect("a URL"));
    let sends = async |request: oauth2::HttpRequest| {
        let request = reqwest::Request::try_from(request)?;
        let answer = sender.execute(request).await?;
        let mut response = http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            response = response.header(name, value);
        }
        let body = answer.bytes().await?.to_vec();
        Ok::<_, reqwest::Error>(response.body(body).expect("a response"))
    };
    let given = public
        .exchange_client_credentials()
        .add_scope(Scope::new("ACTION_ITEM_READ".to_owned()))
        .request_async(&sends)
        .await
        .expect("a token");
    let who = asks(&world, given.access_token().secret()).await.data(WHO);
    assert_eq!(who["viewer"]["scopes"], json!(["ACTION_ITEM_READ"]));
}

#[tokio::test]
async fn the_public_client_of_python_gets_a_token_by_metadata_alone() {
    let world = world().await;
    let (id, secret) = client(&world).await;
    let home = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests");
    let installed = Command::new(format!("{home}/venv"))
        .args(["authlib", &format!("{home}/identity/authlib.txt")])
        .output()
        .expect("tests/venv runs");
    passes("installing authlib", &installed);
    let programs = String::from_utf8(installed.stdout).expect("a folder");
    let tried = tokio::process::Command::new(format!("{}/python", programs.trim()))
        .arg(format!("{home}/identity/authlib_client.py"))
        .env("SAMSYN", &world.base)
        .env("CLIENT_ID", id)
        .env("CLIENT_SECRET", secret)
        .env("PRIVATE_KEY", pem())
        .output();
    passes("authlib", &tried.await.expect("Python runs"));
}
