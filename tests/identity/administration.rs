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

/// The names of those whose access should be looked at for this reason.
async fn concerned(world: &World, concern: &str) -> Vec<String> {
    let token = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let document = format!(
        "{{ people(filter: {{ accessConcern: [{concern}] }}, first: 100) {{ nodes {{ name }} }} }}"
    );
    let read = world
        .send(Some(&token), &document, json!({}))
        .await
        .data(&document);
    let nodes = read["people"]["nodes"].as_array().expect("a list");
    nodes
        .iter()
        .map(|one| one["name"].as_str().expect("a name").to_owned())
        .collect()
}

async fn by_hand(world: &World, sql: &str) {
    use sea_orm::ConnectionTrait;
    let db = world.folder.records.by_hand().await;
    db.execute_unprepared(sql).await.expect("it is done");
}

#[tokio::test]
async fn accounts_that_nobody_uses_and_roles_that_are_too_wide_are_a_list() {
    let world = world().await;
    by_hand(
        &world,
        "UPDATE person SET created_at = '2020-01-01T00:00:00Z'",
    )
    .await;
    by_hand(&world, "UPDATE api_token SET last_used_at = NULL").await;
    let dormant = concerned(&world, "DORMANT").await;
    // Who asks has just used a token; nobody of other organisations is told of.
    assert!(
        dormant.contains(&"Anna Lindqvist".to_owned()),
        "{dormant:?}"
    );
    assert!(!dormant.contains(&"Peter Wallin".to_owned()), "{dormant:?}");
    assert_eq!(dormant.len(), 8, "{dormant:?}");
    let anna = world.actor("Älvsunda", "IT_MANAGER").token.clone();
    world.signs_in(&anna).await;
    assert!(
        !concerned(&world, "DORMANT")
            .await
            .contains(&"Anna Lindqvist".to_owned())
    );

    assert_eq!(concerned(&world, "WIDE_ROLES").await, [""; 0]);
    let administrator = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let people = "{ people(filter: { nameContains: \"Karin Holm\" }) { nodes { id version } } }";
    let found = world
        .send(Some(&administrator), people, json!({}))
        .await
        .data(people);
    let karin = found["people"]["nodes"][0].clone();
    let change = json!({
        "id": karin["id"], "expectedVersion": karin["version"],
        "roles": [{ "role": "READER" }, { "role": "ADMINISTRATOR" }],
    });
    world
        .does(&administrator, "updatePerson", change, "{ version }")
        .await;
    assert_eq!(concerned(&world, "WIDE_ROLES").await, ["Karin Holm"]);

    // Others are told neither the list nor when somebody was last here.
    let document = "{ people(filter: { accessConcern: [DORMANT] }) { totalCount } }";
    let refused = world.send(Some(&anna), document, json!({})).await;
    assert_eq!(refused.body["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let seen = "{ people(first: 100) { nodes { lastSignInAt accessConfirmedAt } } }";
    let read = world.send(Some(&anna), seen, json!({})).await.data(seen);
    for one in read["people"]["nodes"].as_array().expect("a list") {
        assert_eq!(
            one,
            &json!({ "lastSignInAt": null, "accessConfirmedAt": null })
        );
    }
}

#[tokio::test]
async fn access_is_confirmed_once_a_year_by_somebody_else() {
    let world = world().await;
    by_hand(
        &world,
        "UPDATE person SET created_at = '2020-01-01T00:00:00Z'",
    )
    .await;
    let due = concerned(&world, "REVIEW_DUE").await;
    assert_eq!(due.len(), 9, "{due:?}");
    let administrator = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let people = "{ people(filter: { accessConcern: [REVIEW_DUE] }, first: 100) { nodes { id name version } } }";
    let read = world
        .send(Some(&administrator), people, json!({}))
        .await
        .data(people);
    let confirm = "mutation($input: ConfirmPersonAccessInput!) { confirmPersonAccess(input: $input) { accessConfirmedAt accessConfirmedBy { name } } }";
    for one in read["people"]["nodes"].as_array().expect("a list") {
        let input = json!({ "input": { "id": one["id"], "expectedVersion": one["version"] } });
        let answer = world.send(Some(&administrator), confirm, input).await;
        match one["name"].as_str() {
            Some("Peter Wallin") => {
                assert_eq!(answer.body["errors"][0]["extensions"]["code"], "FORBIDDEN");
            }
            _ => assert_eq!(
                answer.data(confirm)["confirmPersonAccess"]["accessConfirmedBy"]["name"],
                "Peter Wallin"
            ),
        }
    }
    assert_eq!(concerned(&world, "REVIEW_DUE").await, ["Peter Wallin"]);
}

#[tokio::test]
async fn the_last_administrator_stays_whoever_is_quicker() {
    let world = world().await;
    let peter = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let karin = world.actor("Älvsunda", "READER").token.clone();
    let of = async |token: &str| {
        let document = "{ viewer { person { id version } } }";
        let read = world
            .send(Some(token), document, json!({}))
            .await
            .data(document);
        read["viewer"]["person"].clone()
    };
    let both = json!([{ "role": "READER" }, { "role": "ADMINISTRATOR" }]);
    let made = of(&karin).await;
    let input = json!({ "id": made["id"], "expectedVersion": made["version"], "roles": both });
    world
        .does(&peter, "updatePerson", input, "{ version }")
        .await;

    // Each takes the role from the other, at the same moment.
    let (one, other) = (of(&peter).await, of(&karin).await);
    let document = "mutation($input: UpdatePersonInput!) { updatePerson(input: $input) { id } }";
    let taken = |of: &serde_json::Value| json!({ "input": { "id": of["id"], "expectedVersion": of["version"], "roles": [{ "role": "READER" }] } });
    let (first, second) = tokio::join!(
        world.send(Some(&peter), document, taken(&other)),
        world.send(Some(&karin), document, taken(&one)),
    );
    let worked = [&first, &second]
        .iter()
        .filter(|answer| answer.body["errors"].is_null())
        .count();
    assert_eq!(worked, 1, "{} {}", first.body, second.body);
}

#[tokio::test]
async fn whoever_is_let_in_again_begins_anew() {
    let world = world().await;
    let administrator = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let anna = world.actor("Älvsunda", "IT_MANAGER").token.clone();
    // One who may only write sees neither her tokens nor her sessions, and ends them all the same.
    let narrow = json!({
        "name": "skriva", "scopes": ["ADMINISTRATION_WRITE"], "expiresAt": chrono::Utc::now() + chrono::TimeDelta::days(1),
    });
    let narrow = world
        .does(&administrator, "createApiToken", narrow, "{ secret }")
        .await;
    let narrow = narrow["secret"].as_str().expect("a token").to_owned();
    let who = "{ viewer { person { id version } } }";
    let her = world.send(Some(&anna), who, json!({})).await.data(who)["viewer"]["person"].clone();
    for (status, version) in [("INACTIVE", 1), ("ACTIVE", 2)] {
        let input = json!({ "id": her["id"], "expectedVersion": version, "status": status });
        world
            .does(&narrow, "updatePerson", input, "{ version }")
            .await;
    }
    assert_eq!(world.send(Some(&anna), who, json!({})).await.status, 401);
}

#[tokio::test]
async fn the_operator_sees_nothing_without_leave_and_nothing_after_it() {
    let world = world().await;
    let number = "212000-9903";
    let make = |more: &[&str]| {
        let url = world.folder.records.url();
        let mut command = std::process::Command::new(crate::harness::BINARY);
        command
            .args([
                "token",
                "create",
                "--organisation",
                number,
                "--name",
                "support",
            ])
            .args(more)
            .env("SAMSYN_DATABASE__URL", url)
            .current_dir(world.folder.path());
        command.output().expect("the binary runs")
    };
    let reads = [
        "--role",
        "READER",
        "--scope",
        "RISK_READ",
        "--expires-in",
        "30d",
    ];
    for refused in [
        &reads[..],
        &["--role", "ADMINISTRATOR", "--scope", "ADMINISTRATION_WRITE"],
    ] {
        let said = make(refused);
        assert_eq!(said.status.code(), Some(1));
        let text = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(text.contains("grantSupportAccess"), "{text}");
    }

    let administrator = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let grant = async |hours: i64| {
        let input = json!({ "reason": "Ärende 4711", "expiresAt": chrono::Utc::now() + chrono::TimeDelta::hours(hours) });
        let document = "mutation($input: GrantSupportAccessInput!) { grantSupportAccess(input: $input) { id active } }";
        world
            .send(Some(&administrator), document, json!({ "input": input }))
            .await
    };
    assert_eq!(
        grant(73).await.body["errors"][0]["extensions"]["code"],
        "INVALID_INPUT"
    );
    let given = grant(2).await.data("it is given")["grantSupportAccess"].clone();
    assert_eq!(given["active"], true);
    let said = make(&reads);
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    let token = String::from_utf8(said.stdout)
        .expect("a token")
        .trim()
        .to_owned();
    let risks = "{ risks { totalCount } }";
    world.send(Some(&token), risks, json!({})).await.data(risks);

    // It looks as nobody of the organisation, and does nothing else.
    for refused in [
        &["--role", "READER", "--scope", "RISK_WRITE"][..],
        &["--role", "READER", "--scope", "ADMINISTRATION_READ"],
        &["--role", "ADMINISTRATOR", "--scope", "ADMINISTRATION_WRITE"],
        &[
            "--person",
            "anna.lindqvist@alvsunda.example",
            "--scope",
            "RISK_READ",
        ],
    ] {
        assert_eq!(make(refused).status.code(), Some(1), "{refused:?}");
    }

    // It is listed, ends with the leave, and is in the history.
    let listed =
        "{ apiTokens(filter: { nameContains: \"support\" }) { nodes { name expiresAt } } }";
    let read = world
        .send(Some(&administrator), listed, json!({}))
        .await
        .data(listed);
    let until = read["apiTokens"]["nodes"][0]["expiresAt"]
        .as_str()
        .expect("an instant");
    let until: chrono::DateTime<chrono::Utc> = until.parse().expect("an instant");
    assert!(until <= chrono::Utc::now() + chrono::TimeDelta::hours(2));
    world
        .does(
            &administrator,
            "endSupportAccess",
            json!({ "id": given["id"] }),
            "{ active }",
        )
        .await;
    assert_eq!(world.send(Some(&token), risks, json!({})).await.status, 401);
    assert_eq!(make(&reads).status.code(), Some(1));

    // Nobody has to end it.
    let given = grant(2).await.data("it is given")["grantSupportAccess"].clone();
    let said = make(&reads);
    let token = String::from_utf8(said.stdout).expect("a token");
    let token = token.trim();
    world.send(Some(token), risks, json!({})).await.data(risks);
    let clock = world.door.clock();
    clock.set(clock.now() + chrono::TimeDelta::hours(2));
    assert_eq!(world.send(Some(token), risks, json!({})).await.status, 401);
    let leave = "query($id: ID!) { node(id: $id) { ... on SupportGrant { active } } }";
    let read = world
        .send(Some(&administrator), leave, json!({ "id": given["id"] }))
        .await;
    assert_eq!(read.data(leave)["node"]["active"], false);
}
