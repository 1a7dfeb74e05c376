//! References that were bent by hand to another tenant's records: whoever reads them over the API is told
//! that there is nothing, and never what is there.

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{oracle::Oracle, walk::ids};
use crate::harness::{Records, World};

/// A column that is bent, and how it is read.
struct Bent {
    table: &'static str,
    column: &'static str,
    /// Rows of the foreigner's that it may be bent to.
    to: &'static str,
    /// A list of the reader's, with what leads along the column.
    read: &'static str,
}

const BENT: &[Bent] = &[
    Bent {
        table: "risk",
        column: "owner_id",
        to: "person WHERE organisation_id = {foreign}",
        read: "risks { nodes { id owner { id name } } }",
    },
    Bent {
        table: "evidence_request",
        column: "answer_id",
        to: "submission WHERE supplier_id = {foreign} AND evidence_id IS NOT NULL",
        read: "evidenceRequests { nodes { id answer { id title } } }",
    },
    Bent {
        table: "evidence_request",
        column: "agreement_id",
        to: "agreement WHERE supplier_id = {foreign}",
        read: "evidenceRequests { nodes { id agreement { id title } } }",
    },
    Bent {
        table: "submission",
        column: "agreement_id",
        to: "agreement WHERE supplier_id = {foreign}",
        read: "submissions { nodes { id agreement { id title } } }",
    },
    Bent {
        table: "submission",
        column: "evidence_id",
        to: "evidence WHERE owner_id = {foreign}",
        read: "submissions { nodes { id evidence { id title } } }",
    },
    Bent {
        table: "evidence",
        column: "created_by",
        to: "person WHERE organisation_id = {foreign}",
        read: "evidence { nodes { id createdBy { id name } } }",
    },
];

impl Bent {
    /// Bends all references of the column to one row of the foreigner's.
    async fn bend(&self, records: &Records, foreign: Uuid) {
        let db = records.by_hand().await;
        let foreign = match records {
            Records::File(_) => format!("x'{}'", foreign.simple()),
            Records::Database(_) => format!("'{foreign}'"),
        };
        let backend = db.get_database_backend();
        let target = format!("SELECT id FROM {} LIMIT 1", self.to);
        let target = Statement::from_string(backend, target.replace("{foreign}", &foreign));
        let target = db.query_one_raw(target).await.expect("a query");
        let target: Uuid = target
            .expect("the foreigner has such a record")
            .try_get_by_index(0)
            .expect("an id");
        let Self { table, column, .. } = self;
        let bent = format!("UPDATE {table} SET {column} = $1 WHERE {column} IS NOT NULL");
        let bent = Statement::from_sql_and_values(backend, bent, [target.into()]);
        let bent = db.execute_raw(bent).await.expect("it is bent");
        assert!(bent.rows_affected() > 0, "{table}.{column} is bent");
        db.close().await.expect("it closes");
    }
}

/// The ids of all that an organisation has nothing to do with.
fn foreign_ids(answer: &Value, oracle: &Oracle, home: Uuid) -> Vec<String> {
    let mut found = Vec::new();
    ids(answer, &mut found);
    found.retain(|id| !oracle.seen_by[id].contains(&home));
    found
}

/// Whether a node of the list leads to another record.
fn led_somewhere(answer: &Value) -> bool {
    let list = answer.as_object().and_then(|data| data.values().next());
    let nodes = list.and_then(|list| list["nodes"].as_array());
    let mut nodes = nodes.into_iter().flatten();
    nodes.any(|node| {
        let mut fields = node.as_object().into_iter().flat_map(|node| node.values());
        fields.any(Value::is_object)
    })
}

#[tokio::test]
async fn a_reference_bent_to_a_foreign_record_shows_nothing_of_it() {
    for bent in BENT {
        let world = World::open().await;
        let oracle = Oracle::of(&world.folder.records).await;
        let home = oracle.organisation("Klientverket");
        let token = world
            .actor("Klientverket", "SUPPLIER_MANAGER")
            .token
            .clone();
        let document = format!("{{ {} }}", bent.read);
        let name = format!("{}.{}", bent.table, bent.column);

        let straight = world.send(Some(&token), &document, json!({})).await;
        assert!(
            led_somewhere(&straight.body["data"]),
            "{name} leads somewhere: {:#}",
            straight.body
        );
        bent.bend(&world.folder.records, oracle.organisation("Bältespännar"))
            .await;

        let answer = world.send(Some(&token), &document, json!({})).await;
        let shown = foreign_ids(&answer.body["data"], &oracle, home);
        assert!(shown.is_empty(), "{name}: {shown:?}");
        assert!(
            !led_somewhere(&answer.body["data"]),
            "{name}: {:#}",
            answer.body
        );
        for error in answer.body["errors"].as_array().into_iter().flatten() {
            assert_eq!(
                error["extensions"]["code"], "NOT_FOUND",
                "{name}: {error:#}"
            );
        }
    }
}
