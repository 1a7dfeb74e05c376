//! References that were bent by hand to another tenant's records: whoever reads them over the API is told
//! that there is nothing, and never what is there.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::{oracle::Oracle, walk::ids};
use crate::harness::World;

/// Who reads, what is bent, and how it is read: the organisation, the column, whose records it is bent to,
/// and the list with what leads there.
const BENT: &[(&str, &str, &str, &str)] = &[
    (
        "Älvsunda",
        "UPDATE risk SET owner_id = (SELECT id FROM person WHERE organisation_id = {foreign} LIMIT 1)",
        "Norrvik",
        "risks { nodes { id owner { id name } } }",
    ),
    (
        "Klientverket",
        "UPDATE evidence_request SET answer_id = (SELECT id FROM submission WHERE supplier_id = {foreign} AND customer_id <> {own} LIMIT 1)",
        "Bältespännar",
        "evidenceRequests { nodes { id answer { id title } } }",
    ),
    (
        "Klientverket",
        "UPDATE submission SET agreement_id = (SELECT id FROM agreement WHERE supplier_id = {foreign} LIMIT 1)",
        "Bältespännar",
        "submissions { nodes { id agreement { id title } } }",
    ),
    (
        "Klientverket",
        "UPDATE submission SET evidence_id = (SELECT id FROM evidence WHERE owner_id = {foreign} LIMIT 1) WHERE evidence_id IS NOT NULL",
        "Bältespännar",
        "submissions { nodes { id evidence { id title } } }",
    ),
    (
        "Klientverket",
        "UPDATE evidence_request SET agreement_id = (SELECT id FROM agreement WHERE supplier_id = {foreign} LIMIT 1)",
        "Bältespännar",
        "evidenceRequests { nodes { id agreement { id title } } }",
    ),
    (
        "Klientverket",
        "UPDATE risk SET risk_analysis_id = (SELECT id FROM risk_analysis WHERE owner_id = {foreign} LIMIT 1) WHERE number = 99",
        "Bältespännar",
        "risks { nodes { id riskAnalysis { id title } } }",
    ),
    (
        "Klientverket",
        "UPDATE evidence SET created_by = (SELECT id FROM person WHERE organisation_id = {foreign} LIMIT 1)",
        "Bältespännar",
        "evidence { nodes { id createdBy { id name } } }",
    ),
];

/// The ids of all that an organisation has nothing to do with.
fn foreign_ids(answer: &Value, oracle: &Oracle, home: uuid::Uuid) -> Vec<String> {
    let mut found = Vec::new();
    ids(answer, &mut found);
    found.retain(|id| !oracle.seen_by[id].contains(&home));
    found
}

#[tokio::test]
async fn a_reference_bent_to_a_foreign_record_shows_nothing_of_it() {
    for (reader, bend, foreign, read) in BENT {
        let world = World::open().await;
        let oracle = Oracle::of(&world.folder.records).await;
        let (own, foreign) = (oracle.organisation(reader), oracle.organisation(foreign));
        let id = |organisation: uuid::Uuid| match &world.folder.records {
            crate::harness::Records::File(_) => format!("x'{}'", organisation.simple()),
            crate::harness::Records::Database(_) => format!("'{organisation}'"),
        };
        let bend = bend
            .replace("{own}", &id(own))
            .replace("{foreign}", &id(foreign));
        let db = world.folder.records.by_hand().await;
        db.execute_unprepared(&bend).await.expect("it is bent");
        db.close().await.expect("it closes");

        let role = if *reader == "Älvsunda" {
            "IT_MANAGER"
        } else {
            "SUPPLIER_MANAGER"
        };
        let token = world.actor(reader, role).token.clone();
        let answer = world
            .send(Some(&token), &format!("{{ {read} }}"), json!({}))
            .await;
        let shown = foreign_ids(&answer.body["data"], &oracle, own);
        assert!(shown.is_empty(), "{bend}: {shown:?}");
        for error in answer.body["errors"].as_array().into_iter().flatten() {
            assert_eq!(
                error["extensions"]["code"], "NOT_FOUND",
                "{bend}: {error:#}"
            );
        }
    }
}
