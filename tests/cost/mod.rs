//! What a page costs: as many statements for 100 rows as for 10, however deep the query goes.

use serde_json::{Value, json};

use crate::harness::{Schema, World};

/// How deep the documents go below a list.
const DEPTH: usize = 2;

/// Statements that a request costs besides its fields: none are known. A relation costs one, a nested
/// connection one for its rows and one for its total.
fn most(document: &str) -> u64 {
    let relations = document.matches('{').count() + document.matches("totalCount").count();
    u64::try_from(relations).expect("a small number")
}

#[tokio::test]
async fn no_page_costs_a_statement_a_row() {
    let world = World::open().await;
    let schema = Schema::of(&world).await;
    let token = world.actor("Älvsunda", "IT_MANAGER").token.clone();
    for field in schema.fields("Query") {
        let name = field["name"].as_str().expect("a name");
        let Some(large) = schema.field(&field, DEPTH, "first: 100") else {
            continue;
        };
        let document = format!("{{ {large} }}");
        let before = world.door.statements();
        let answer = world.send(Some(&token), &document, json!({})).await;
        let cost = world.door.statements() - before;
        assert!(
            cost <= most(&document),
            "{name}: {cost} statements for {document}: {:#}",
            answer.body["errors"]
        );
    }
}

/// The lists that the portal and the documented examples show, with what they show of each row.
const PAGES: &[(&str, &str, &str)] = &[
    (
        "actionItems",
        "IT_MANAGER",
        "id title state dueOn overdue assigneeOrganisation { name } assignee { name } forum { name level } path { kind } evidence { title } comments(first: 3) { totalCount nodes { body } }",
    ),
    (
        "risks",
        "IT_MANAGER",
        "id title level riskAnalysis { title customer { name } } acceptances { state }",
    ),
    (
        "submissions",
        "IT_MANAGER",
        "id title state validity supplier { name } agreement { title } submittedBy { name } rounds { number outcome content { ... on SubmittedEvidence { files { name } } } }",
    ),
    (
        "events",
        "IT_MANAGER",
        "position event { at action organisation { name } person { name } subject { id } changes { field } }",
    ),
    (
        "people",
        "IT_MANAGER",
        "id name organisation { name } roles { role }",
    ),
];

/// The kinds of records that can be read by id alone.
const NODE_KINDS: u64 = 20;

#[tokio::test]
async fn a_page_of_a_hundred_rows_costs_what_a_page_of_ten_costs() {
    let world = World::open().await;
    for (list, role, selection) in PAGES {
        let token = world.actor("Älvsunda", role).token.clone();
        let document = format!(
            "query($first: Int!) {{ {list}(first: $first) {{ totalCount nodes {{ {selection} }} }} }}"
        );
        let (small, cost_of_ten) = world
            .measure(&token, &document, json!({ "first": 10 }))
            .await;
        let (large, cost_of_hundred) = world
            .measure(&token, &document, json!({ "first": 100 }))
            .await;
        assert!(
            rows(&large, list) > rows(&small, list),
            "{list} must grow for this to prove anything"
        );
        // Of ten rows none may refer to what one of a hundred does: a relation that is nowhere costs
        // nothing. The subject of an event may be of any kind, each of which costs one.
        let fields = u64::try_from(document.matches('{').count()).expect("a small number");
        let kinds = if document.contains("subject") {
            NODE_KINDS
        } else {
            0
        };
        assert!(
            cost_of_hundred <= cost_of_ten.max(fields + kinds),
            "{list}: {cost_of_ten} statements for ten rows, {cost_of_hundred} for a hundred"
        );
    }
}

fn rows(data: &Value, list: &str) -> usize {
    data[list]["nodes"].as_array().expect("rows").len()
}
