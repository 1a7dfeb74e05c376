//! Search: everybody finds what they see by any form of its words, and nothing tells of what they do not see.

use std::collections::{BTreeMap, BTreeSet};

use entity::{search_entry, search_word};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Database, EntityTrait, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    access::oracle::Oracle,
    harness::{
        Client, Records, World,
        engine::Postgres,
        given::{agreement, evidence, in_days},
    },
};

const SEARCH: &str = "query($text: String!, $kind: [SearchKind!], $first: Int, $after: String) { \
    search(text: $text, kind: $kind, first: $first, after: $after) { totalCount \
    nodes { kind title snippet { text matched } subject { __typename id } } \
    edges { cursor } pageInfo { hasNextPage endCursor } } }";

async fn finds(who: &Client, text: &str) -> Value {
    let variables = json!({ "text": text, "first": 100 });
    who.ask(SEARCH, variables).await["search"].clone()
}

/// What it found is called.
fn titles(found: &Value) -> Vec<&str> {
    let nodes = found["nodes"].as_array().expect("nodes");
    nodes
        .iter()
        .map(|node| node["title"].as_str().expect("a title"))
        .collect()
}

async fn finds_nothing(who: &Client, text: &str) {
    let found = finds(who, text).await;
    assert_eq!(found["totalCount"], 0, "{text}: {found:#}");
    assert_eq!(found["nodes"], json!([]), "{text}");
    assert_eq!(found["pageInfo"]["hasNextPage"], false, "{text}");
}

async fn drafts(supplier: &Client, title: &str, description: &str) -> Value {
    let input = json!({ "kind": "POLICY", "title": title, "description": description });
    supplier
        .does("draftEvidence", input, "{ id version }")
        .await
}

#[tokio::test]
async fn every_form_of_a_swedish_word_finds_it() {
    let world = World::open().await;
    let supplier = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let made = drafts(
        &supplier,
        "Kvällsrutin för brandväggarna",
        "Ärenden om åtgärder söks i listan över riskanalysen XK-1917.",
    )
    .await;
    for text in [
        "kvällsrutin brandvägg",
        "KVÄLLSRUTINER brandväggar",
        "brandväggens kvällsrutin",
        "kvällsruti",
        "riskanalyser kvällsrutin",
        "riskanalys kvällsrutiner",
        "ärende åtgärd kvällsrutin",
        "xk-1917",
        "(xk 1917)",
        "XK",
        "kva\u{308}llsrutin",
    ] {
        let found = finds(&supplier, text).await;
        assert_eq!(found["totalCount"], 1, "{text}: {found:#}");
        let hit = &found["nodes"][0];
        assert_eq!(hit["kind"], "EVIDENCE");
        assert_eq!(hit["subject"]["id"], made["id"]);
        assert_eq!(hit["subject"]["__typename"], "Evidence");
    }
    for text in [
        "kvallsrutin",
        "kvällsrutin saknas",
        "arende kvällsrutin",
        "k",
    ] {
        finds_nothing(&supplier, text).await;
    }
    let found = finds(&supplier, "åtgärden kvällsrutin").await;
    assert_eq!(
        found["nodes"][0]["snippet"],
        json!([
            { "text": "Ärenden om ", "matched": false },
            { "text": "åtgärder", "matched": true },
            { "text": " söks i listan över riskanalysen XK-1917.", "matched": false },
        ])
    );
    // A kind narrows, and one that there is nothing of is no error.
    let variables = json!({ "text": "kvällsrutin", "kind": ["EVIDENCE", "RISK"] });
    assert_eq!(
        supplier.ask(SEARCH, variables).await["search"]["totalCount"],
        1
    );
    let variables = json!({ "text": "kvällsrutin", "kind": ["RISK"] });
    assert_eq!(
        supplier.ask(SEARCH, variables).await["search"]["totalCount"],
        0
    );
}

#[tokio::test]
async fn a_record_is_found_by_what_it_says_now() {
    let world = World::open().await;
    let supplier = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let made = drafts(&supplier, "Gammalrutin", "Vattuskorpion").await;
    let renamed = supplier
        .moves("updateEvidence", &made, json!({ "title": "Nyrutin" }))
        .await;
    finds_nothing(&supplier, "gammalrutin").await;
    assert_eq!(titles(&finds(&supplier, "nyrutin").await), ["Nyrutin"]);
    assert_eq!(
        titles(&finds(&supplier, "vattuskorpioner").await),
        ["Nyrutin"]
    );
    supplier
        .moves(
            "updateEvidence",
            &renamed,
            json!({ "description": null, "title": "Vattuskorpion" }),
        )
        .await;
    let found = finds(&supplier, "vattuskorpion").await;
    assert_eq!(found["nodes"][0]["snippet"][0]["text"], "Vattuskorpion");
    finds_nothing(&supplier, "nyrutin").await;
}

#[tokio::test]
async fn what_stands_in_the_title_comes_first_then_what_changed_last() {
    let world = World::open().await;
    let supplier = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    drafts(&supplier, "Fjällräv A", "x").await;
    drafts(&supplier, "Tam hund", "Inte en fjällräv").await;
    drafts(&supplier, "Fjällräv B", "x").await;
    let found = finds(&supplier, "fjällrävar").await;
    assert_eq!(titles(&found), ["Fjällräv B", "Fjällräv A", "Tam hund"]);
}

#[tokio::test]
async fn a_draft_is_found_by_its_owner_alone_until_it_is_handed_in() {
    let world = World::open().await;
    let owner = world.client("Bältespännar", "SUPPLIER_CONTRIBUTOR");
    let title = "Intyg om snödroppsvägen";
    let made = evidence(&owner, title).await;
    let agreement = agreement(&owner, "Älvsunda", "Bältespännar").await;
    let input = json!({ "evidenceId": made["id"], "agreementId": agreement });
    let submission = owner
        .does("createSubmission", input, "{ id version }")
        .await;
    let kinds = |found: &Value| {
        let nodes = found["nodes"].as_array().expect("nodes").clone();
        let kinds: BTreeSet<_> = nodes.iter().map(|node| node["kind"].to_string()).collect();
        kinds.into_iter().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        kinds(&finds(&owner, "snödroppsväg").await),
        "\"EVIDENCE\" \"SUBMISSION\""
    );
    let reader = world.client("Bältespännar", "SUPPLIER_READER");
    assert_eq!(finds(&reader, "snödroppsväg").await["totalCount"], 2);
    // A colleague who reads no evidence, the customer, others, and nobody.
    let strangers = [
        ("Bältespännar", "ADMINISTRATOR"),
        ("Älvsunda", "IT_MANAGER"),
        ("Älvsunda", "READER"),
        ("Norrvik", "IT_MANAGER"),
        ("Fjällnära", "SUPPLIER_MANAGER"),
        ("Klientverket", "SUPPLIER_MANAGER"),
    ];
    for (organisation, role) in strangers {
        finds_nothing(&world.client(organisation, role), "snödroppsväg").await;
    }
    let answer = world
        .anonymous()
        .send(SEARCH, json!({ "text": "snödroppsväg" }))
        .await;
    assert_eq!(answer.code(), Some("UNAUTHENTICATED"));

    owner
        .moves("submitSubmission", &submission, json!({}))
        .await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    assert_eq!(
        kinds(&finds(&customer, "snödroppsväg").await),
        "\"SUBMISSION\""
    );
    for (organisation, role) in &strangers[3..] {
        finds_nothing(&world.client(organisation, role), "snödroppsväg").await;
    }
    // The manager of another area does not see what is handed in under this agreement.
    let managers = world.actors.iter().filter(|one| {
        one.organisation.starts_with("Älvsunda") && one.roles == ["SERVICE_AREA_MANAGER"]
    });
    for manager in managers {
        let expected = i32::from(manager.service_areas == ["NETWORK"]);
        let found = finds(&world.client_with(&manager.token), "snödroppsväg").await;
        assert_eq!(found["totalCount"], expected, "{:?}", manager.service_areas);
    }
}

#[tokio::test]
async fn the_customers_internal_records_are_not_found_by_suppliers() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let input = json!({ "level": "STRATEGIC", "name": "Slutet forum Ormvråk", "description": "Uppsägningsplan för hackspetten" });
    let forum = customer.does("createForum", input, "{ id }").await;
    let input = json!({ "forumId": forum["id"], "title": "Ormvråksmöte", "startsAt": format!("{}T09:00:00Z", in_days(3)) });
    let meeting = customer.does("scheduleMeeting", input, "{ id }").await;
    let input = json!({ "meetingId": meeting["id"], "title": "Ormvråkens framtid" });
    let item = customer
        .does("addAgendaItem", input, "{ id version }")
        .await;
    customer
        .moves("updateAgendaItem", &item, json!({ "notes": "hackspetten" }))
        .await;
    assert_eq!(finds(&customer, "ormvråk").await["totalCount"], 3);
    for supplier in ["Fjällnära", "Bältespännar", "Klientverket"] {
        for text in ["ormvråk", "hackspett", "uppsägningsplan ormvråk"] {
            finds_nothing(&world.client(supplier, "SUPPLIER_MANAGER"), text).await;
        }
    }
    finds_nothing(&world.client("Norrvik", "IT_MANAGER"), "ormvråk").await;
    // With a token that reads of action items alone: the forum is the directory's, the meeting is not.
    let scope = samsyn::access::TokenScope::ActionItemRead;
    let token = world.machine("Älvsunda", "IT_MANAGER", scope).await;
    let found = finds(&world.client_with(&token), "ormvråk").await;
    assert_eq!(titles(&found), ["Slutet forum Ormvråk"]);
}

/// Of each word that anything in the world says: who searches for it finds what the organisation sees of it.
#[tokio::test]
async fn every_word_of_the_world_finds_what_one_sees_and_nothing_else() {
    let world = World::open().await;
    let oracle = Oracle::of(&world.folder.records).await;
    let seen_by: BTreeMap<Uuid, _> = oracle
        .seen_by
        .iter()
        .map(|(id, orgs)| (uuid(id), orgs))
        .collect();
    let db = world.folder.records.by_hand().await;
    let entries = search_entry::Entity::find()
        .all(&db)
        .await
        .expect("entries");
    let words = search_word::Entity::find().all(&db).await.expect("words");
    assert!(
        entries.len() > 200 && words.len() > 3000,
        "{} {}",
        entries.len(),
        words.len()
    );
    let mut said: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
    for row in &words {
        said.entry(&row.word).or_default().insert(row.entry_id);
    }
    // Every seventh word, each as somebody else.
    let searchers: Vec<_> = world
        .actors
        .iter()
        .filter(|actor| {
            let widest = ["IT_MANAGER", "SUPPLIER_MANAGER"];
            actor
                .roles
                .iter()
                .any(|role| widest.contains(&role.as_str()))
        })
        .collect();
    let (mut found, mut hidden) = (0, 0);
    for (number, word) in said.keys().step_by(7).enumerate() {
        let stem = &migration::search::words(word)[0].stem;
        let begins = word.chars().count() > 1;
        let entries: BTreeSet<_> = said
            .range(word.to_owned()..)
            .take_while(|(other, _)| {
                if begins {
                    other.starts_with(word)
                } else {
                    *other == word
                }
            })
            .chain(said.get_key_value(stem.as_str()))
            .flat_map(|(_, entries)| entries.iter().copied())
            .collect();
        for turn in 0..2 {
            let actor = searchers[(number * 2 + turn) % searchers.len()];
            let home = oracle.organisation(&actor.organisation);
            let expected: BTreeSet<_> = entries
                .iter()
                .copied()
                .filter(|id| seen_by[id].contains(&home))
                .collect();
            let who = world.client_with(&actor.token);
            let answer = finds(&who, word).await;
            let total = answer["totalCount"].as_u64().expect("a number");
            assert_eq!(
                total,
                expected.len() as u64,
                "{word} as {}",
                actor.organisation
            );
            let shown: BTreeSet<_> = answer["nodes"]
                .as_array()
                .expect("nodes")
                .iter()
                .map(|node| uuid(node["subject"]["id"].as_str().expect("an id")))
                .collect();
            if total <= 100 {
                assert_eq!(shown, expected, "{word} as {}", actor.organisation);
            }
            found += shown.len();
            hidden += entries.len() - expected.len();
        }
    }
    assert!(
        found > 200 && hidden > 200,
        "{found} found, {hidden} hidden"
    );
}

fn uuid(id: &str) -> Uuid {
    let (_, id) = id.split_once('_').expect("an id");
    Uuid::try_parse(id).expect("a UUID")
}

/// What every kind of actor finds, with whatever token, stands below what the organisation sees.
#[tokio::test]
async fn no_role_finds_what_the_organisation_does_not_see() {
    let world = World::open().await;
    let oracle = Oracle::of(&world.folder.records).await;
    let mut seen = 0;
    for actor in &world.actors {
        let home = oracle.organisation(&actor.organisation);
        let who = world.client_with(&actor.token);
        for text in [
            "a", "be", "drift", "risk", "ri", "s", "möte", "IT", "27001", "en",
        ] {
            let found = finds(&who, text).await;
            for node in found["nodes"].as_array().expect("nodes") {
                let id = node["subject"]["id"].as_str().expect("an id");
                assert!(
                    oracle.seen_by[id].contains(&home),
                    "{text}: {id}, {}",
                    actor.name
                );
                let snippet = node["snippet"].as_array().expect("a snippet");
                assert!(
                    snippet.iter().any(|part| part["matched"] == true),
                    "{node:#}"
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 1000, "{seen}");
}

#[tokio::test]
async fn pages_show_everything_once_and_count_it() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    let whole = finds(&customer, "risk").await;
    let total = whole["totalCount"].as_u64().expect("a number");
    assert!((10..=100).contains(&total), "{total}");
    let (mut after, mut seen) = (Value::Null, Vec::new());
    loop {
        let variables = json!({ "text": "risk", "first": 3, "after": after });
        let page = customer.ask(SEARCH, variables).await["search"].clone();
        assert_eq!(page["totalCount"], total);
        seen.extend(page["nodes"].as_array().expect("nodes").clone());
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(json!(seen), whole["nodes"]);
    for (name, value) in [
        ("first", json!(101)),
        ("after", json!("nonsense")),
        ("after", json!("e30")),
        // A year that no database holds.
        (
            "after",
            json!(
                "eyJyYW5rIjowLCJjaGFuZ2VkX2F0IjoiKzk5OTk5LTAxLTAxVDAwOjAwOjAwWiIsImlkIjoiMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwIn0"
            ),
        ),
    ] {
        let mut variables = json!({ "text": "risk" });
        variables[name] = value;
        let answer = customer.send(SEARCH, variables).await;
        assert_eq!(
            answer.code(),
            Some("INVALID_INPUT"),
            "{name}: {:#}",
            answer.body
        );
    }
    let answer = customer
        .send(SEARCH, json!({ "text": "risk", "first": 0 }))
        .await;
    assert_eq!(answer.data("a page of none")["search"]["totalCount"], total);
}

#[tokio::test]
async fn whatever_is_typed_is_a_search() {
    let world = World::open().await;
    let customer = world.client("Älvsunda", "IT_MANAGER");
    for text in [
        "",
        " ",
        "\"",
        "''",
        "& | !",
        "()",
        "*",
        ":*",
        "<->",
        "-",
        "--",
        "%",
        "_",
        "\\",
        ";",
        "…",
        "👩🏽‍💻",
        "\u{308}",
        "a & b | !c",
        "NEAR(a b)",
        "title:risk",
        "\" OR \"\" = \"",
        "'; DROP TABLE search_word; --",
        "risk*",
        "^risk",
        "\u{10ffff}",
        "ﬁ ß İ ǅ",
    ] {
        let answer = customer.send(SEARCH, json!({ "text": text })).await;
        assert_eq!(answer.code(), None, "{text}: {:#}", answer.body);
        let says_something = !migration::search::words(text).is_empty();
        if !says_something {
            assert_eq!(answer.data(text)["search"]["totalCount"], 0, "{text}");
        }
    }
    for text in ["x".repeat(201), "a b c d e f g h i".to_owned()] {
        let answer = customer.send(SEARCH, json!({ "text": text })).await;
        assert_eq!(answer.code(), Some("INVALID_INPUT"), "{text}");
    }
    // Signs that SQL knows are no signs of a search.
    assert_ne!(finds(&customer, "risk").await["totalCount"], 0);
}

#[tokio::test]
async fn a_page_costs_a_statement_for_every_kind_at_the_most() {
    let world = World::open().await;
    let token = world.actor("Älvsunda", "IT_MANAGER").token.clone();
    let document = "query($first: Int!) { search(text: \"i\", first: $first) { totalCount nodes { title subject { id } } } \
        more: search(text: \"av\", first: $first) { nodes { subject { id } } } }";
    let (found, cost) = world
        .measure(&token, document, json!({ "first": 100 }))
        .await;
    let rows = found["more"]["nodes"].as_array().expect("nodes").len();
    assert!(rows > 20, "{rows}");
    let kinds = 13;
    assert!(cost <= 2 * (3 + kinds), "{cost} statements");
}

/// On both engines words are looked up in their index; on PostgreSQL also under row-level security, where an operator
/// that is not leakproof would not be.
#[tokio::test]
async fn words_are_looked_up_in_their_index() {
    let world = World::open().await;
    let look = "SELECT entry_id FROM search_word WHERE word = 'risk' OR (word >= 'ris' AND word < 'ris\u{10ffff}')";
    let plan = match &world.folder.records {
        Records::File(_) => {
            let db = world.folder.records.by_hand().await;
            lines(&db, &format!("EXPLAIN QUERY PLAN {look}"), 3).await
        }
        Records::Database(database) => {
            let mut options = sea_orm::ConnectOptions::new(database.url("samsyn_service"));
            options.max_connections(1);
            let db = Database::connect(options).await.expect("a connection");
            for said in [
                "SET enable_seqscan = off",
                "SELECT set_config('samsyn.organisation', gen_random_uuid()::text, false)",
            ] {
                db.execute_unprepared(said).await.expect("a setting");
            }
            lines(&db, &format!("EXPLAIN {look}"), 0).await
        }
    };
    assert!(plan.contains("ix_search_word_word_entry_id"), "{plan}");
    assert!(!plan.contains("SCAN search_word\n"), "{plan}");
    if matches!(world.folder.records, Records::Database(_)) {
        assert!(plan.contains("Index Cond: ((word >= 'ris'"), "{plan}");
    }
}

async fn lines(db: &impl ConnectionTrait, sql: &str, column: usize) -> String {
    let asked = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(asked).await.expect("a plan");
    let lines = rows
        .iter()
        .map(|row| row.try_get_by_index::<String>(column).expect("a line"));
    lines.map(|line| line + "\n").collect()
}

/// The step that brings the index has what was there before be found.
#[tokio::test]
async fn what_was_there_before_is_found_when_the_step_is_taken() {
    let postgres = Postgres::empty();
    let (by_owner, by_hand) = match &postgres {
        None => {
            let mut options = sea_orm::ConnectOptions::new("sqlite::memory:");
            options.max_connections(1);
            let db = Database::connect(options).await.expect("a database");
            (db.clone(), db)
        }
        Some(database) => (
            Database::connect(database.url("samsyn_owner"))
                .await
                .expect("a connection"),
            Database::connect(database.url("postgres"))
                .await
                .expect("a connection"),
        ),
    };
    Migrator::up(&by_owner, Some(9))
        .await
        .expect("the steps before");
    let (home, risk) = (Uuid::now_v7(), Uuid::now_v7());
    let id = |id: Uuid| match &postgres {
        Some(_) => format!("'{id}'"),
        None => format!("X'{}'", id.simple()),
    };
    let organisation = format!(
        "INSERT INTO organisation (id, number, name, kind, created_at, version) \
         VALUES ({}, '2120001355', 'Björkslätts kommun', 'MUNICIPALITY', '2026-01-01T00:00:00+00:00', 1)",
        id(home)
    );
    let evidence = format!(
        "INSERT INTO evidence (id, owner_id, kind, title, description, standard, created_at, updated_at, version) \
         VALUES ({}, {}, 'POLICY', 'Brandväggarna', NULL, 'ISO 27001', '2026-01-01T00:00:00+00:00', '2026-02-01T00:00:00+00:00', 1)",
        id(risk),
        id(home)
    );
    for statement in [organisation, evidence] {
        by_hand.execute_unprepared(&statement).await.expect("a row");
    }
    Migrator::up(&by_owner, None).await.expect("the step");
    let entries = search_entry::Entity::find()
        .all(&by_hand)
        .await
        .expect("entries");
    let said: BTreeMap<_, _> = entries
        .into_iter()
        .map(|row| (row.id, (row.title, row.body)))
        .collect();
    assert_eq!(
        said[&risk],
        ("Brandväggarna".to_owned(), Some("ISO 27001".to_owned()))
    );
    assert_eq!(
        said[&home],
        (
            "Björkslätts kommun".to_owned(),
            Some("2120001355".to_owned())
        )
    );
    let words = search_word::Entity::find()
        .all(&by_hand)
        .await
        .expect("words");
    let of_risk: BTreeMap<_, _> = words
        .iter()
        .filter(|row| row.entry_id == risk)
        .map(|row| (row.word.as_str(), row.in_title))
        .collect();
    let expected = [
        ("27001", false),
        ("brandvägg", true),
        ("brandväggarna", true),
        ("iso", false),
    ];
    assert_eq!(of_risk, BTreeMap::from(expected));
    Migrator::down(&by_owner, Some(1))
        .await
        .expect("it is taken back");
}
