//! Every record of the world, asked for by its id as every organisation: found by those who see it, and
//! for all others exactly as absent as one that does not exist.

use serde_json::json;

use super::oracle::Oracle;
use crate::harness::{Actor, World};

/// Ids asked for in one document.
const AT_ONCE: usize = 20;

/// Of each organisation somebody who sees everything the organisation sees, administration apart.
fn widest(world: &World) -> Vec<Actor> {
    let widest = ["IT_MANAGER", "SUPPLIER_MANAGER"];
    let mut found: Vec<Actor> = Vec::new();
    for actor in &world.actors {
        let wide = actor
            .roles
            .iter()
            .any(|role| widest.contains(&role.as_str()));
        if wide
            && found
                .iter()
                .all(|other| other.organisation != actor.organisation)
        {
            found.push(actor.clone());
        }
    }
    found
}

#[tokio::test]
async fn every_record_is_found_by_those_who_see_it_and_by_nobody_else() {
    let world = World::open().await;
    let oracle = Oracle::of(&world.folder.records).await;
    let (mut found, mut absent, mut wrong) = (0, 0, Vec::new());
    for actor in widest(&world) {
        let home = oracle.organisation(&actor.organisation);
        let ids: Vec<_> = oracle
            .seen_by
            .iter()
            .filter(|(id, _)| is_exchange(id))
            .collect();
        for chunk in ids.chunks(AT_ONCE) {
            let fields: Vec<_> = chunk
                .iter()
                .map(|(id, _)| format!("{id}: node(id: \"{id}\") {{ __typename id }}"))
                .collect();
            let document = format!("{{ {} }}", fields.join(" "));
            let answer = world.send(Some(&actor.token), &document, json!({})).await;
            for (id, orgs) in chunk {
                let shown = answer.body["data"][id]["id"].as_str() == Some(id.as_str());
                match (orgs.contains(&home), shown) {
                    (true, true) => found += 1,
                    (false, false) => absent += 1,
                    (may, _) => wrong.push(format!(
                        "{} {} {id}",
                        actor.organisation,
                        if may { "misses" } else { "sees" }
                    )),
                }
            }
            only_not_found(&answer.body);
        }
    }
    assert!(
        wrong.is_empty(),
        "{} records, such as: {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(20)]
    );
    assert!(
        found > 500 && absent > 500,
        "the world is large enough to tell: {found} found, {absent} absent"
    );
}

/// Tokens, sessions, providers and the events of administration are an administrator's, and the steps of an action item are
/// read with it; `walk` meets them all.
fn is_exchange(id: &str) -> bool {
    !["tok_", "ses_", "idp_", "sup_", "evt_", "stp_", "viw_"]
        .iter()
        .any(|prefix| id.starts_with(prefix))
}

fn only_not_found(body: &serde_json::Value) {
    let errors = body["errors"].as_array().cloned().unwrap_or_default();
    for error in errors {
        assert_eq!(error["extensions"]["code"], "NOT_FOUND", "{error:#}");
    }
}

#[tokio::test]
async fn a_foreign_id_and_one_that_never_was_are_answered_alike() {
    let world = World::open().await;
    let oracle = Oracle::of(&world.folder.records).await;
    let stranger = world.actor("Klientverket", "SUPPLIER_MANAGER");
    let home = oracle.organisation("Klientverket");
    let foreign = oracle
        .seen_by
        .iter()
        .find(|(id, orgs)| id.starts_with("sub_") && !orgs.contains(&home));
    let foreign = foreign.expect("others have submissions").0;
    let document = "query($id: ID!) { node(id: $id) { id } }";
    let mut answers = Vec::new();
    for id in [
        foreign.as_str(),
        "sub_0192f3a0000070008000000000000000",
        "sub_nonsense",
        "nonsense",
        "",
    ] {
        let mut answer = world
            .send(Some(&stranger.token), document, json!({ "id": id }))
            .await;
        answer.body["errors"][0]["locations"].take();
        answers.push((answer.status, answer.body));
    }
    assert_eq!(answers[0].1["errors"][0]["extensions"]["code"], "NOT_FOUND");
    for other in &answers[1..] {
        assert_eq!(*other, answers[0]);
    }
}
