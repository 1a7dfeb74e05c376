//! The calendar that programs follow: what its person may read, at an address that opens nothing else.

use std::collections::BTreeSet;

use samsyn::access::TokenScope;
use serde_json::{Value, json};

use crate::harness::{Client, World, given};

const NETWORK: Option<&str> = Some("NETWORK");

async fn a_calendar(who: &Client, language: &str) -> String {
    let input = json!({ "name": "Telefonen", "language": language });
    let made = who.does("createCalendarFeed", input, "{ address }").await;
    made["address"].as_str().expect("an address").to_owned()
}

/// What is at an address, to somebody who shows nothing else.
async fn at(world: &World, address: &str) -> (u16, String) {
    let answer = world.anonymous().fetch(address, &[]).await;
    let status = answer.status().as_u16();
    (status, answer.text().await.expect("a text"))
}

/// The lines of the calendar at an address, each whole.
async fn lines(world: &World, address: &str) -> Vec<String> {
    let (status, text) = at(world, address).await;
    assert_eq!(status, 200, "{text}");
    let unfolded = text.replace("\r\n ", "");
    unfolded.split("\r\n").map(str::to_owned).collect()
}

/// The ids of the records that a calendar tells of, without its own.
fn ids(lines: &[String]) -> BTreeSet<String> {
    let named = lines.iter().filter_map(|line| line.strip_prefix("UID:"));
    let ids = named.map(|uid| uid.split('@').next().unwrap_or(uid).to_owned());
    ids.filter(|id| !id.starts_with("tok_")).collect()
}

fn says(lines: &[String], text: &str) -> bool {
    lines.iter().any(|line| line.contains(text))
}

/// What Anna has for the network: a forum with its supplier, a meeting, and something to do and to hand in.
async fn a_busy_month(world: &World) -> [Value; 3] {
    let anna = world.client("Älvsunda", "IT_MANAGER");
    let forum = given::a_forum(&anna, "TACTICAL", NETWORK, None, &["Bältespännar"]).await;
    let meeting = given::a_meeting(&anna, &forum).await;
    let item = given::an_action_item(&anna, &forum, "Bältespännar", 20).await;
    let agreement = given::agreement(&anna, "Älvsunda", "Bältespännar").await;
    let input = json!({
        "agreementId": agreement, "kind": "RESTORE_TEST", "title": "Återläsningsprov", "dueOn": given::in_days(30),
    });
    let request = anna.does("createEvidenceRequest", input, "{ id }").await;
    [&meeting, &item, &request].map(|record| record["id"].clone())
}

#[tokio::test]
async fn it_tells_of_meetings_and_of_what_is_due() {
    let world = World::open().await;
    let records = a_busy_month(&world).await;
    let supplier = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let certificate = given::a_certificate(&supplier, "ISO 27001").await;
    let input = json!({
        "id": certificate["id"], "expectedVersion": certificate["version"], "validUntil": given::in_days(60),
    });
    supplier.does("updateEvidence", input, "{ id }").await;

    let swedish = lines(&world, &a_calendar(&supplier, "SWEDISH").await).await;
    let told = ids(&swedish);
    for id in records.iter().chain([&certificate["id"]]) {
        assert!(
            told.contains(id.as_str().expect("an id")),
            "{id} in {told:?}"
        );
    }
    for text in [
        "SUMMARY:Provmöte",
        "SUMMARY:Åtgärd ska vara klar: Byt brandvägg",
        "SUMMARY:Underlag ska lämnas: Återläsningsprov",
        "SUMMARY:Sista giltighetsdag: ISO 27001",
        "SUMMARY:Kalenderns adress slutar gälla",
        "Provforum TACTICAL",
        "Älvsunda kommun",
        "/meetings/mtg_",
    ] {
        assert!(says(&swedish, text), "{text} in {swedish:#?}");
    }
    let english = lines(&world, &a_calendar(&supplier, "ENGLISH").await).await;
    assert_eq!(ids(&english), told);
    assert!(says(&english, "SUMMARY:Action item due: Byt brandvägg"));
}

#[tokio::test]
async fn it_tells_what_is_done_no_longer() {
    let world = World::open().await;
    let [meeting, item, request] = a_busy_month(&world).await;
    let anna = world.client("Älvsunda", "IT_MANAGER");
    let address = a_calendar(&world.client("Bältespännar", "SUPPLIER_MANAGER"), "SWEDISH").await;
    let version = |record: Value| json!({ "id": record["id"], "version": record["version"] });
    let read = anna.reads(&item, "... on ActionItem { id version }").await;
    let done = json!({ "remark": "Behövs inte." });
    anna.moves("cancelActionItem", &version(read), done).await;
    let read = anna
        .reads(&request, "... on EvidenceRequest { id version }")
        .await;
    anna.moves("withdrawEvidenceRequest", &version(read), json!({}))
        .await;
    let told = ids(&lines(&world, &address).await);
    for (id, expected) in [(&meeting, true), (&item, false), (&request, false)] {
        assert_eq!(told.contains(id.as_str().expect("an id")), expected, "{id}");
    }
}

/// Who has a calendar, and as whom they look at records.
const PEOPLE: [(&str, &str); 9] = [
    ("Älvsunda", "IT_MANAGER"),
    ("Älvsunda", "SERVICE_AREA_MANAGER:CLIENTS"),
    ("Älvsunda", "SERVICE_AREA_MANAGER:NETWORK"),
    ("Älvsunda", "READER"),
    ("Älvsunda", "ADMINISTRATOR"),
    ("Bältespännar", "SUPPLIER_READER"),
    ("Fjällnära", "SUPPLIER_MANAGER"),
    ("Klientverket", "SUPPLIER_CONTRIBUTOR"),
    ("Norrvik", "IT_MANAGER"),
];

#[tokio::test]
async fn nobody_is_told_of_what_they_may_not_read() {
    let world = World::open().await;
    let records = a_busy_month(&world).await;
    let mut told_of_any = 0;
    for (organisation, role) in PEOPLE {
        let who = world.client(organisation, role);
        let told = ids(&lines(&world, &a_calendar(&who, "SWEDISH").await).await);
        for id in &told {
            // An acceptance is read on at its risk.
            assert!(
                who.finds(&json!(id)).await,
                "{role} of {organisation}: {id}"
            );
        }
        told_of_any += told.len();
        let reads = (organisation, role) == ("Bältespännar", "SUPPLIER_READER");
        let reads = reads
            || organisation == "Älvsunda"
                && !matches!(role, "ADMINISTRATOR" | "SERVICE_AREA_MANAGER:CLIENTS");
        let meeting = records[0].as_str().expect("an id");
        assert_eq!(told.contains(meeting), reads, "{role} of {organisation}");
    }
    assert!(told_of_any > 10, "only {told_of_any} entries were tried");
}

#[tokio::test]
async fn its_secret_opens_nothing_else() {
    let world = World::open().await;
    let anna = world.client("Älvsunda", "IT_MANAGER");
    let address = a_calendar(&anna, "SWEDISH").await;
    let secret = address
        .rsplit('/')
        .next()
        .and_then(|last| last.split('.').next());
    let secret = secret.expect("a secret");
    let refused = world
        .client_with(secret)
        .send("{ viewer { name } }", json!({}))
        .await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (401, Some("UNAUTHENTICATED"))
    );
    let (status, _) = at(&world, &format!("{}calendar/{secret}", world.base)).await;
    assert_eq!(status, 200);
    // Nor is a token for something else one for a calendar.
    let token = &world.actor("Älvsunda", "IT_MANAGER").token;
    let unknown = at(&world, &format!("{}calendar/cal_unknown.ics", world.base)).await;
    assert_eq!(unknown.0, 404);
    for other in [token.as_str(), "", "%00", "%FF", "x.ics?language=%FF"] {
        let answer = at(&world, &format!("{}calendar/{other}.ics", world.base)).await;
        assert_eq!(answer, unknown, "{other}");
    }
    // It is nobody's to see among tokens but its person's and the administrator's, and by name alone.
    let listed = anna
        .lists("apiTokens", "filter: { own: true }", "{ name usage hint }")
        .await;
    let feed = listed.iter().find(|token| token["usage"] == "CALENDAR");
    let feed = feed.expect("it is listed").to_string();
    assert!(!feed.contains(secret), "{feed}");
    let colleague = world.client("Älvsunda", "READER");
    assert!(
        !json!(colleague.lists("apiTokens", "", "{ name }").await)
            .to_string()
            .contains("Telefonen")
    );
}

#[tokio::test]
async fn an_address_that_works_no_longer_is_like_one_that_never_did() {
    let world = World::open().await;
    let unknown = at(&world, &format!("{}calendar/cal_unknown.ics", world.base)).await;
    let karin = world.client("Älvsunda", "READER");
    let input = json!({ "name": "Surfplattan", "language": "SWEDISH" });
    let made = karin
        .does("createCalendarFeed", input, "{ address apiToken { id } }")
        .await;
    let revoked = made["address"].as_str().expect("an address");
    assert_eq!(at(&world, revoked).await.0, 200);
    karin
        .does(
            "revokeApiToken",
            json!({ "id": made["apiToken"]["id"] }),
            "{ id }",
        )
        .await;
    assert_eq!(at(&world, revoked).await, unknown);

    let orphaned = a_calendar(&karin, "SWEDISH").await;
    let peter = world.client("Älvsunda", "ADMINISTRATOR");
    let herself = given::myself(&karin).await;
    let person = peter.reads(&herself, "... on Person { id version }").await;
    peter
        .moves("updatePerson", &person, json!({ "status": "INACTIVE" }))
        .await;
    assert_eq!(at(&world, &orphaned).await, unknown);
}

#[tokio::test]
async fn it_holds_no_more_than_the_token_that_made_it() {
    let world = World::open().await;
    a_busy_month(&world).await;
    let manager = world.client("Bältespännar", "SUPPLIER_MANAGER");
    let expires = chrono::Utc::now() + chrono::TimeDelta::days(1);
    let narrow = async |scopes: Value| {
        let input = json!({ "name": "smal", "scopes": scopes, "expiresAt": expires });
        let made = manager.does("createApiToken", input, "{ secret }").await;
        world.client_with(made["secret"].as_str().expect("a token"))
    };
    let of_evidence = narrow(json!(["ADMINISTRATION_WRITE", "EVIDENCE_READ"])).await;
    let told = lines(&world, &a_calendar(&of_evidence, "SWEDISH").await).await;
    for (text, expected) in [
        ("Återläsningsprov", true),
        ("Provmöte", false),
        ("Byt brandvägg", false),
    ] {
        assert_eq!(says(&told, text), expected, "{text} in {told:#?}");
    }

    let of_nothing = narrow(json!(["ADMINISTRATION_WRITE"])).await;
    let input = json!({ "name": "Telefonen", "language": "SWEDISH" });
    assert_eq!(
        of_nothing
            .is_refused("createCalendarFeed", input.clone())
            .await,
        "FORBIDDEN"
    );
    let machine = world
        .machine("Älvsunda", "IT_MANAGER", TokenScope::AdministrationWrite)
        .await;
    let machine = world.client_with(&machine);
    assert_eq!(
        machine.is_refused("createCalendarFeed", input).await,
        "FORBIDDEN"
    );
    let unnamed = json!({ "name": " ", "language": "SWEDISH" });
    assert_eq!(
        manager.is_refused("createCalendarFeed", unnamed).await,
        "INVALID_INPUT"
    );
}

#[tokio::test]
async fn it_is_not_given_more_often_than_a_program_needs() {
    let world = World::open().await;
    let address = a_calendar(&world.client("Älvsunda", "READER"), "SWEDISH").await;
    let other = a_calendar(&world.client("Älvsunda", "READER"), "SWEDISH").await;
    for _ in 0..30 {
        assert_eq!(at(&world, &address).await.0, 200);
    }
    let refused = world.anonymous().fetch(&address, &[]).await;
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(at(&world, &other).await.0, 200);
}
