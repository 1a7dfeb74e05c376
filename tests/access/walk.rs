//! The whole schema, walked from its own introspection as every actor of the world: nothing that comes
//! back, however deep, may name a record that the actor's organisation does not see.
//!
//! A new field is walked as soon as it is in the schema. A root field that needs an
//! id has a case of its own; one that is not named in [`WITH_IDS`] fails the test.

use samsyn::access::TokenScope;
use serde_json::{Value, json};

use super::oracle::Oracle;
use crate::harness::{Actor, Schema, World};

/// How deep the documents go. Deeper records are reached through their own root lists.
const DEPTH: usize = 2;

/// Rows of a root connection: enough to meet foreign records if there were any.
const ROWS: &str = "first: 30";

/// All ids of records in an answer.
pub fn ids(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let is_id = text.split_once('_').is_some_and(|(prefix, id)| {
                prefix.len() == 3
                    && id.len() == 32
                    && id.bytes().all(|byte| byte.is_ascii_hexdigit())
            });
            if is_id {
                found.push(text.clone());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| ids(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| ids(field, found)),
        _ => {}
    }
}

/// Root fields that need an id, each with a document that takes it from a list.
const WITH_IDS: &[(&str, &str)] = &[
    ("node", "see `node.rs`: every id of the world"),
    (
        "allowedActions",
        "see `matrix.rs`: on the record of every mutation",
    ),
    ("briefing", "forums"),
    ("search", "see `search`: every word of the world"),
];

#[tokio::test]
async fn nothing_that_comes_back_names_what_the_organisation_does_not_see() {
    let world = World::open().await;
    for actor in &world.actors {
        world.signs_in(&actor.token).await;
    }
    let oracle = Oracle::of(&world.folder.records).await;
    let schema = Schema::of(&world).await;
    let mut seen = 0;
    for actor in &world.actors {
        let home = oracle.organisation(&actor.organisation);
        for field in schema.fields("Query") {
            let name = field["name"].as_str().expect("a name");
            let Some(selection) = schema.field(&field, DEPTH, ROWS) else {
                assert!(
                    WITH_IDS.iter().any(|(known, _)| *known == name),
                    "{name} needs a case: add it to WITH_IDS"
                );
                continue;
            };
            let answer = world
                .send(Some(&actor.token), &format!("{{ {selection} }}"), json!({}))
                .await;
            let mut found = Vec::new();
            ids(&answer.body, &mut found);
            for id in &found {
                let orgs = oracle
                    .seen_by
                    .get(id)
                    .unwrap_or_else(|| panic!("{name} names {id}, which does not exist"));
                assert!(
                    orgs.contains(&home),
                    "{name} shows {id} to {} of {}",
                    actor.name,
                    actor.organisation
                );
            }
            known_refusals(name, &answer.body);
            seen += found.len();
        }
        seen += briefings(&world, &oracle, &schema, actor).await;
    }
    assert!(seen > 10_000, "the walk meets many records: {seen}");
}

/// Machine clients act for an organisation without being a person: whatever a single scope of theirs lets them read
/// is the organisation's, too.
#[tokio::test]
async fn machine_clients_with_any_one_scope_meet_nothing_foreign_either() {
    let world = World::open().await;
    let oracle = Oracle::of(&world.folder.records).await;
    let schema = Schema::of(&world).await;
    let mut seen = 0;
    for (organisation, role) in [
        ("Älvsunda", "IT_MANAGER"),
        ("Bältespännar", "SUPPLIER_MANAGER"),
    ] {
        let home = oracle.organisation(organisation);
        for scope in TokenScope::every() {
            let token = world.machine(organisation, role, scope).await;
            for field in schema.fields("Query") {
                let name = field["name"].as_str().expect("a name");
                let Some(selection) = schema.field(&field, DEPTH, ROWS) else {
                    continue;
                };
                let document = format!("{{ {selection} }}");
                let answer = world.send(Some(&token), &document, json!({})).await;
                let mut found = Vec::new();
                ids(&answer.body, &mut found);
                for id in &found {
                    assert!(
                        of_scope(scope).contains(&&id[..4]),
                        "{name} shows {id} to a client with {scope:?} alone"
                    );
                    let orgs = oracle.seen_by.get(id);
                    // The client itself was made after the oracle looked.
                    let own = id.starts_with("tok_");
                    assert!(
                        own || orgs.is_some_and(|orgs| orgs.contains(&home)),
                        "{name} shows {id} to a client of {organisation} with {scope:?}"
                    );
                }
                known_refusals(name, &answer.body);
                seen += found.len();
            }
        }
    }
    assert!(seen > 1_000, "the walk meets many records: {seen}");
}

/// Of which kinds a token with this scope alone meets records: by the first letters of their ids.
fn of_scope(scope: TokenScope) -> Vec<&'static str> {
    // Who there is, with whom there are agreements and in which forums one meets, itself, and that something happened.
    let directory = ["org_", "per_", "agr_", "for_", "mbr_", "tok_", "evt_"];
    let own: &[&str] = match scope {
        TokenScope::EvidenceRead => &["evd_", "fil_", "sub_", "rnd_", "req_", "cmt_"],
        TokenScope::RiskRead => &["ana_", "rsk_", "acc_", "cmt_", "sub_", "rnd_"],
        TokenScope::ForumRead => &["mtg_", "agi_", "dec_"],
        TokenScope::ActionItemRead => &["act_", "stp_", "cmt_"],
        _ => &[],
    };
    directory.iter().chain(own).copied().collect()
}

/// A reader is told plainly what the roles do not allow; anything else that fails is a fault.
fn known_refusals(what: &str, body: &Value) {
    for error in body["errors"].as_array().into_iter().flatten() {
        let code = error["extensions"]["code"].as_str().unwrap_or_default();
        assert!(
            matches!(code, "FORBIDDEN" | "NOT_FOUND"),
            "{what}: {error:#}"
        );
    }
}

async fn briefings(world: &World, oracle: &Oracle, schema: &Schema, actor: &Actor) -> usize {
    let home = oracle.organisation(&actor.organisation);
    let answer = world
        .send(
            Some(&actor.token),
            "{ forums(first: 30) { nodes { id } } }",
            json!({}),
        )
        .await;
    let mut found = Vec::new();
    for forum in answer.body["data"]["forums"]["nodes"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let document = format!(
            "query($forum: ID!) {{ briefing(forumId: $forum) {} }}",
            schema.selection("Briefing", DEPTH - 1)
        );
        let answer = world
            .send(
                Some(&actor.token),
                &document,
                json!({ "forum": forum["id"] }),
            )
            .await;
        known_refusals("briefing", &answer.body);
        ids(&answer.body, &mut found);
    }
    for id in &found {
        assert!(
            oracle.seen_by[id].contains(&home),
            "the briefing shows {id} to {}",
            actor.organisation
        );
    }
    found.len()
}

#[tokio::test]
async fn without_a_token_there_is_nothing_but_the_schema() {
    let world = World::open().await;
    let schema = Schema::of(&world).await;
    for field in schema.fields("Query") {
        let name = field["name"].as_str().expect("a name");
        let selection = schema.field(&field, 1, ROWS).unwrap_or_else(|| match name {
            "node" => "node(id: \"sub_nonsense\") { id }".to_owned(),
            "allowedActions" => "allowedActions(id: \"sub_nonsense\")".to_owned(),
            "briefing" => "briefing(forumId: \"for_nonsense\") { since }".to_owned(),
            "search" => "search(text: \"risk\") { totalCount }".to_owned(),
            other => panic!("{other} needs a case"),
        });
        let answer = world
            .send(None, &format!("{{ {selection} }}"), json!({}))
            .await;
        assert_eq!(
            answer.code(),
            Some("UNAUTHENTICATED"),
            "{name}: {:#}",
            answer.body
        );
        assert!(
            answer.body["data"].get(name).is_none_or(Value::is_null),
            "{name}"
        );
    }
}
