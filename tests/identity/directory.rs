//! An organisation's own directory keeps its people and their roles up to date (SCIM 2.0).

use std::process::Command;

use serde_json::{Value, json};

use super::given::world;
use crate::{
    clients::passes,
    harness::{World, at},
};

async fn token(world: &World, organisation: &str) -> String {
    let administrator = world.actor(organisation, "ADMINISTRATOR").token.clone();
    let input = json!({ "name": "Katalogen", "expiresAt": chrono::Utc::now() + chrono::TimeDelta::days(30) });
    let made = world
        .does(
            &administrator,
            "createProvisioningToken",
            input,
            "{ secret }",
        )
        .await;
    made["secret"].as_str().expect("a token").to_owned()
}

struct Directory<'w> {
    world: &'w World,
    token: String,
}

impl Directory<'_> {
    async fn sends(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let method = method.parse().expect("a method");
        let url = format!("{}scim/v2{path}", self.world.base);
        let mut request = reqwest::Client::new()
            .request(method, url)
            .bearer_auth(&self.token);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/scim+json")
                .body(body.to_string());
        }
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a text");
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    async fn adds(&self, user_name: &str) -> Value {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": user_name, "externalId": format!("ext-{user_name}"), "displayName": "Ny Person", "active": true,
        });
        let (status, made) = self.sends("POST", "/Users", Some(body)).await;
        assert_eq!(status, 201, "{made}");
        made
    }

    async fn patches(&self, path: &str, operations: Value) -> (u16, Value) {
        let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
        self.sends("PATCH", path, Some(body)).await
    }
}

async fn person(world: &World, organisation: &str, name: &str) -> Value {
    let administrator = world.actor(organisation, "ADMINISTRATOR").token.clone();
    let document = format!(
        "{{ people(filter: {{ nameContains: \"{name}\" }}) {{ nodes {{ id email status title version roles {{ role serviceArea }} }} }} }}"
    );
    let read = world
        .send(Some(&administrator), &document, json!({}))
        .await
        .data(&document);
    read["people"]["nodes"][0].clone()
}

#[tokio::test]
async fn a_person_comes_changes_and_goes_with_the_directory() {
    let world = world().await;
    let directory = Directory {
        world: &world,
        token: token(&world, "Älvsunda").await,
    };
    let made = directory.adds("Ny.Person@alvsunda.example").await;
    assert_eq!(made["userName"], "ny.person@alvsunda.example");
    let path = format!("/Users/{}", made["id"].as_str().expect("an id"));

    let (status, _) = directory
        .sends(
            "POST",
            "/Users",
            Some(json!({ "userName": "ny.person@alvsunda.example" })),
        )
        .await;
    assert_eq!(status, 409);
    let group = "/Groups/SERVICE_AREA_MANAGER.NETWORK";
    let member = json!([{ "op": "add", "path": "members", "value": [{ "value": made["id"] }] }]);
    let before = person(&world, "Älvsunda", "Ny Person").await;
    assert_eq!(directory.patches(group, member.clone()).await.0, 200);
    let after = person(&world, "Älvsunda", "Ny Person").await;
    assert_ne!(
        after["version"], before["version"],
        "what was seen before is old"
    );
    assert_eq!(directory.patches(group, member).await.0, 200);
    let same = person(&world, "Älvsunda", "Ny Person").await;
    assert_eq!(same["version"], after["version"], "nothing has changed");
    let change = json!([{ "op": "Replace", "path": "title", "value": "Tekniker" }]);
    let (status, told) = directory.patches(&path, change).await;
    assert_eq!((status, &told["title"]), (200, &json!("Tekniker")));
    assert_eq!(told["groups"][0]["value"], "SERVICE_AREA_MANAGER.NETWORK");
    let seen = person(&world, "Älvsunda", "Ny Person").await;
    assert_eq!(
        seen["roles"],
        json!([{ "role": "SERVICE_AREA_MANAGER", "serviceArea": "NETWORK" }])
    );

    let (_, found) = directory
        .sends(
            "GET",
            "/Users?filter=externalId%20eq%20%22ext-Ny.Person@alvsunda.example%22",
            None,
        )
        .await;
    assert_eq!(
        (&found["totalResults"], &found["Resources"][0]["id"]),
        (&json!(1), &made["id"])
    );
    let left = json!([{ "op": "remove", "path": format!("members[value eq {}]", made["id"]) }]);
    let (_, told) = directory.patches(group, left).await;
    assert!(
        !told["members"]
            .to_string()
            .contains(made["id"].as_str().expect("an id"))
    );

    let (status, told) = directory
        .patches(
            &path,
            json!([{ "op": "replace", "value": { "active": false } }]),
        )
        .await;
    assert_eq!((status, &told["active"]), (200, &json!(false)));
    assert_eq!(directory.sends("DELETE", &path, None).await.0, 204);
    assert_eq!(directory.sends("GET", &path, None).await.0, 404);
    assert_eq!(directory.sends("DELETE", &path, None).await.0, 404);
    let kept = person(&world, "Älvsunda", "Ny Person").await;
    assert_eq!(
        kept["status"], "INACTIVE",
        "people are kept, for what tells of them"
    );
    let again = directory.adds("ny.person@alvsunda.example").await;
    assert_eq!(again["id"], made["id"]);
    let status = async || person(&world, "Älvsunda", "Ny Person").await["status"].clone();
    assert_eq!(status().await, "ACTIVE");
    // Not every directory says that whoever it adds may act.
    assert_eq!(directory.sends("DELETE", &path, None).await.0, 204);
    let silent = json!({ "userName": "ny.person@alvsunda.example" });
    let (code, again) = directory.sends("POST", "/Users", Some(silent)).await;
    assert_eq!((code, &again["id"]), (201, &made["id"]), "{again}");
    assert_eq!(status().await, "ACTIVE");
}

#[tokio::test]
async fn a_directory_reaches_its_own_people_and_its_token_nothing_else() {
    let world = world().await;
    let directory = Directory {
        world: &world,
        token: token(&world, "Älvsunda").await,
    };
    let (_, everybody) = directory.sends("GET", "/Users", None).await;
    assert_eq!(everybody["totalResults"], 10, "{everybody}");
    let stranger = world.actor("Bältespännar", "SUPPLIER_MANAGER");
    let stranger = person(&world, "Bältespännar", &stranger.name).await;
    let foreign = format!("/Users/{}", stranger["id"].as_str().expect("an id"));
    let never = "/Users/per_0192f3a0000070008000000000000000";
    for path in [foreign.as_str(), never, "/Users/nonsense"] {
        for (method, body) in [
            ("GET", None),
            ("PUT", Some(json!({ "userName": "a@b.example" }))),
            (
                "PATCH",
                Some(
                    json!({ "Operations": [{ "op": "replace", "path": "active", "value": false }] }),
                ),
            ),
            ("DELETE", None),
        ] {
            let (status, told) = directory.sends(method, path, body).await;
            assert_eq!(status, 404, "{method} {path}: {told}");
        }
    }
    let member =
        json!([{ "op": "add", "path": "members", "value": [{ "value": stranger["id"] }] }]);
    assert_eq!(directory.patches("/Groups/READER", member).await.0, 404);
    assert_eq!(
        directory
            .sends("GET", "/Groups/ADMINISTRATOR", None)
            .await
            .0,
        404
    );
    assert_eq!(
        directory
            .sends("GET", "/Groups/SUPPLIER_MANAGER", None)
            .await
            .0,
        404
    );

    let who = "{ viewer { name } }";
    assert_eq!(
        world
            .send(Some(&directory.token), who, json!({}))
            .await
            .status,
        401
    );
    for other in [
        world.actor("Älvsunda", "ADMINISTRATOR").token.clone(),
        world.actor("Älvsunda", "IT_MANAGER").token.clone(),
        world
            .machine(
                "Älvsunda",
                "READER",
                samsyn::access::TokenScope::AdministrationWrite,
            )
            .await,
    ] {
        let other = Directory {
            world: &world,
            token: other,
        };
        assert_eq!(other.sends("GET", "/Users", None).await.0, 401);
    }
    let anonymous = reqwest::get(format!("{}scim/v2/Users", world.base))
        .await
        .expect("an answer");
    assert_eq!(anonymous.status(), 401);
}

#[tokio::test]
async fn a_directory_neither_makes_nor_removes_administrators() {
    let world = world().await;
    let directory = Directory {
        world: &world,
        token: token(&world, "Älvsunda").await,
    };
    let peter = person(&world, "Älvsunda", "Peter Wallin").await;
    let path = format!("/Users/{}", peter["id"].as_str().expect("an id"));
    for (method, body) in [
        (
            "PATCH",
            Some(json!({ "Operations": [{ "op": "replace", "path": "active", "value": false }] })),
        ),
        ("DELETE", None),
    ] {
        let (status, told) = directory.sends(method, &path, body).await;
        assert_eq!(status, 409, "{told}");
    }
    // Nor does it give them other roles: an administrator made its token.
    let member = json!([{ "value": peter["id"] }]);
    let (status, group) = directory
        .sends(
            "PUT",
            "/Groups/IT_MANAGER",
            Some(json!({ "members": member })),
        )
        .await;
    assert_eq!((status, &group["members"]), (200, &json!([])));
    let kept = person(&world, "Älvsunda", "Peter Wallin").await;
    assert_eq!(
        kept["roles"],
        json!([{ "role": "ADMINISTRATOR", "serviceArea": null }])
    );
    assert_eq!(
        directory
            .sends("POST", "/Groups", Some(json!({ "displayName": "x" })))
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn a_directory_does_not_undo_what_administrators_did_to_its_people_or_to_who_made_its_token()
{
    let world = world().await;
    let directory = Directory {
        world: &world,
        token: token(&world, "Älvsunda").await,
    };
    let peters = world.actor("Älvsunda", "ADMINISTRATOR").token.clone();
    let karins = world.actor("Älvsunda", "READER").token.clone();
    let seen = async |filter: &str| {
        let document = format!(
            "{{ people(filter: {filter}) {{ nodes {{ id name email status version roles {{ role }} }} }} }}"
        );
        let read = world.send(Some(&karins), &document, json!({})).await;
        read.data(&document)["people"]["nodes"].clone()
    };
    let called =
        async |name: &str| seen(&format!("{{ nameContains: \"{name}\" }}")).await[0].clone();
    let change = async |by: &str, name: &str, what: Value| {
        let input = at(&called(name).await, what);
        world.does(by, "updatePerson", input, "{ id }").await;
    };
    let both = json!({ "roles": [{ "role": "READER" }, { "role": "ADMINISTRATOR" }] });
    change(&peters, "Karin Holm", both).await;
    let (peter, anna) = (called("Peter Wallin").await, called("Anna Lindqvist").await);
    for name in ["Peter Wallin", "Anna Lindqvist"] {
        change(&karins, name, json!({ "status": "INACTIVE" })).await;
    }

    let path = |of: &Value| format!("/Users/{}", of["id"].as_str().expect("an id"));
    let whole = |of: &Value| json!({ "userName": of["email"], "displayName": of["name"] });
    let let_in = json!([{ "op": "replace", "path": "active", "value": true }]);
    // A routine run says what it always says, and nothing of whether somebody may act.
    let (status, told) = directory
        .sends("PUT", &path(&anna), Some(whole(&anna)))
        .await;
    assert_eq!((status, &told["active"]), (200, &json!(false)), "{told}");
    assert_eq!(directory.patches(&path(&anna), let_in.clone()).await.0, 200);
    assert_eq!(called("Anna Lindqvist").await["status"], "ACTIVE");

    // Peter knows the secret: he is not let in by it, nor given a role when he is there again without his old one.
    assert_eq!(directory.patches(&path(&peter), let_in).await.0, 403);
    let mut active = whole(&peter);
    active["active"] = json!(true);
    assert_eq!(
        directory.sends("PUT", &path(&peter), Some(active)).await.0,
        403
    );
    let known = async || seen("{ accessConcern: [SECRETS_KNOWN] }").await;
    assert_eq!(known().await[0]["status"], "INACTIVE");
    let reader = json!({ "status": "ACTIVE", "roles": [{ "role": "READER" }] });
    change(&karins, "Peter Wallin", reader).await;
    let member = json!([{ "op": "add", "path": "members", "value": [{ "value": peter["id"] }] }]);
    directory.patches("/Groups/IT_MANAGER", member).await;
    let known = known().await;
    assert_eq!(known[0]["name"], "Peter Wallin");
    assert_eq!(known[0]["roles"], json!([{ "role": "READER" }]));
}

#[tokio::test]
async fn a_directory_that_asks_without_end_is_told_when_to_come_again() {
    let world = world().await;
    let secret = token(&world, "Älvsunda").await;
    let asks = async || {
        let request = reqwest::Client::new()
            .get(format!("{}scim/v2/Users?count=0", world.base))
            .bearer_auth(&secret);
        request.send().await.expect("an answer")
    };
    let mut done = 0;
    let last = loop {
        let answers = futures::future::join_all((0..50).map(|_| asks())).await;
        done += answers.iter().filter(|one| one.status() == 200).count();
        match answers.into_iter().find(|one| one.status() != 200) {
            Some(refused) => break refused,
            None => assert!(done < 10_000, "there is an end"),
        }
    };
    assert!(done >= 1800, "{done}");
    assert_eq!(last.status(), 429);
    assert!(last.headers().contains_key("retry-after"));
    assert_eq!(
        last.headers()["content-type"],
        "application/scim+json; charset=utf-8"
    );
}

#[tokio::test]
async fn a_directory_finds_people_and_groups_by_one_search() {
    let world = world().await;
    let directory = Directory {
        world: &world,
        token: token(&world, "Älvsunda").await,
    };
    let finds = async |path: &str, asked: Value| {
        let (status, found) = directory.sends("POST", path, Some(asked)).await;
        assert_eq!(status, 200, "{found}");
        let kinds = found["Resources"].as_array().expect("a list").iter();
        let kinds: Vec<_> = kinds
            .map(|one| {
                one["meta"]["resourceType"]
                    .as_str()
                    .expect("a kind")
                    .to_owned()
            })
            .collect();
        (found, kinds)
    };
    let (everything, kinds) = finds("/.search", json!({})).await;
    let (groups, of_groups) = finds("/Groups/.search", json!({})).await;
    let people = kinds.iter().filter(|kind| *kind == "User").count();
    assert_eq!((people, of_groups.len()), (10, kinds.len() - 10));
    assert_eq!(everything["totalResults"], kinds.len());
    assert_eq!(groups["totalResults"], of_groups.len());

    let page = json!({ "startIndex": 10, "count": 3, "excludedAttributes": ["members"] });
    let (page, kinds) = finds("/.search", page).await;
    assert_eq!(kinds, ["User", "Group", "Group"]);
    assert_eq!(page["totalResults"], everything["totalResults"]);
    assert_eq!(page["Resources"][1]["id"], groups["Resources"][0]["id"]);
    assert!(page["Resources"][1]["members"].is_null());

    for (filter, found) in [
        ("displayName eq \"READER\"", &["Group"][..]),
        ("displayName eq \"Peter Wallin\"", &["User"]),
        ("userName eq \"nobody@alvsunda.example\"", &[]),
        ("id eq \"nonsense\"", &[]),
    ] {
        let (_, kinds) = finds("/.search", json!({ "filter": filter })).await;
        assert_eq!(kinds, found, "{filter}");
    }
    let by_kind = json!({ "filter": "meta.resourceType eq \"Group\"" });
    assert_eq!(finds("/.search", by_kind).await.1, of_groups);
    for (path, filter) in [
        ("/.search", "nickName eq \"x\""),
        ("/Groups/.search", "userName eq \"x\""),
    ] {
        let (status, told) = directory
            .sends("POST", path, Some(json!({ "filter": filter })))
            .await;
        assert_eq!((status, &told["scimType"]), (400, &json!("invalidFilter")));
    }
}

#[tokio::test]
async fn what_is_no_request_of_scim_is_told_so() {
    let world = world().await;
    let directory = Directory {
        world: &world,
        token: token(&world, "Älvsunda").await,
    };
    for (method, path, body, status) in [
        ("GET", "/Users?filter=title%20co%20%22x%22", None, 400),
        ("GET", "/Users?startIndex=x", None, 400),
        ("POST", "/Users", Some(json!([])), 400),
        ("POST", "/Users", Some(json!({ "displayName": "x" })), 400),
        (
            "POST",
            "/Users",
            Some(json!({ "userName": "no address" })),
            400,
        ),
        ("POST", "/Users", Some(json!({ "userName": 1 })), 400),
        ("GET", "/Nothing", None, 404),
    ] {
        let (was, told) = directory.sends(method, path, body).await;
        assert_eq!(was, status, "{method} {path}: {told}");
    }
}

#[tokio::test]
async fn a_public_checker_of_scim_in_python_finds_nothing_wrong() {
    let world = world().await;
    let home = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests");
    let installed = Command::new(format!("{home}/venv"))
        .args(["scim", &format!("{home}/identity/scim.txt")])
        .output()
        .expect("tests/venv runs");
    passes("installing scim2-tester", &installed);
    let programs = String::from_utf8(installed.stdout).expect("a folder");
    let tried = tokio::process::Command::new(format!("{}/python", programs.trim()))
        .arg(format!("{home}/identity/scim_check.py"))
        .env("SAMSYN", &world.base)
        .env("TOKEN", token(&world, "Älvsunda").await)
        .output();
    passes("scim2-tester", &tried.await.expect("Python runs"));
}
