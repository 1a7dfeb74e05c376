//! The tables are what `entity` says they are: the same columns, the same ones without a value, the
//! same closed sets of values.

use std::collections::BTreeSet;

use entity::*;
use sea_orm::{ActiveEnum, ColumnTrait, DatabaseConnection, EntityTrait, IdenStatic, Iterable};

use crate::{texts, the_exchange};

async fn tables(db: &DatabaseConnection) -> BTreeSet<String> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'seaql_migrations'";
    texts(db, sql).await.into_iter().collect()
}

/// Compares the columns, and tells the table's name.
async fn same_columns<E: EntityTrait>(db: &DatabaseConnection, entity: E) -> String {
    let table = entity.table_name().to_owned();
    let sql = format!(
        "SELECT name || CASE \"notnull\" WHEN 1 THEN '' ELSE '?' END FROM pragma_table_info('{table}')"
    );
    let made: BTreeSet<_> = texts(db, &sql).await.into_iter().collect();
    let described: BTreeSet<_> = E::Column::iter()
        .map(|column| {
            let mark = if column.def().is_null() { "?" } else { "" };
            format!("{}{mark}", column.as_str())
        })
        .collect();
    assert_eq!(made, described, "{table}");
    table
}

/// Names each entity once, so that one that is forgotten shows as a table too many.
macro_rules! compare {
    ($db:expr, $($entity:ident),+ $(,)?) => {
        BTreeSet::from([$(same_columns($db, $entity::Entity).await),+])
    };
}

#[tokio::test]
async fn every_table_has_the_columns_of_its_entity() {
    let db = the_exchange().await;
    let compared = compare!(
        &db,
        access_token,
        action_item,
        action_item_evidence,
        action_item_step,
        agenda_item,
        agreement,
        api_token,
        comment,
        decision,
        email_domain,
        event,
        event_audience,
        event_mark,
        evidence,
        evidence_file,
        evidence_request,
        forum,
        forum_membership,
        idempotency_key,
        identity_provider,
        ledger_seal,
        linked_identity,
        meeting,
        organisation,
        person,
        resumable_upload,
        risk,
        risk_acceptance,
        risk_analysis,
        risk_analysis_participant,
        role_assignment,
        saved_view,
        search_entry,
        search_word,
        session,
        submission,
        submission_file,
        submission_round,
        support_grant,
        upload,
        upload_part,
    );
    assert_eq!(compared, tables(&db).await);
}

/// The check that a column of these values must have.
fn check<E: ActiveEnum<Value = String>>(table: &str, column: &str) -> String {
    format!("{table}: {column} IN ('{}')", E::values().join("', '"))
}

/// Every check of the form that closed sets have, as the database keeps it.
async fn checks(db: &DatabaseConnection) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for table in tables(db).await {
        let sql = format!("SELECT sql FROM sqlite_master WHERE name = '{table}'");
        let create = texts(db, &sql).await.concat();
        for rule in create.split("CHECK (").skip(1) {
            let is_set = rule.split_once(" IN ('").is_some_and(|(column, _)| {
                column.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            });
            if let (true, Some((set, _))) = (is_set, rule.split_once("')")) {
                found.insert(format!("{table}: {set}')"));
            }
        }
    }
    found
}

#[tokio::test]
async fn every_closed_set_is_that_of_its_type() {
    let db = the_exchange().await;
    let described = BTreeSet::from([
        check::<ActionItemState>("action_item", "state"),
        check::<Priority>("action_item", "priority"),
        check::<ServiceArea>("action_item", "service_area"),
        check::<ActionItemStepKind>("action_item_step", "kind"),
        check::<ServiceArea>("agreement", "service_area"),
        check::<TokenUsage>("api_token", "usage"),
        check::<CommentAudience>("comment", "audience"),
        check::<ServiceArea>("event", "service_area"),
        check::<Topic>("event", "topic"),
        check::<EvidenceKind>("evidence", "kind"),
        check::<EvidenceKind>("evidence_request", "kind"),
        check::<EvidenceRequestState>("evidence_request", "state"),
        check::<ServiceArea>("evidence_request", "service_area"),
        check::<ForumLevel>("forum", "level"),
        check::<ServiceArea>("forum", "service_area"),
        check::<MemberDuty>("forum_membership", "duty"),
        check::<MeetingState>("meeting", "state"),
        check::<OrganisationKind>("organisation", "kind"),
        check::<PersonStatus>("person", "status"),
        check::<ServiceArea>("risk", "service_area"),
        check::<RiskTreatment>("risk", "treatment"),
        check::<ServiceArea>("risk_acceptance", "service_area"),
        check::<AcceptanceState>("risk_acceptance", "state"),
        check::<ServiceArea>("risk_analysis_participant", "service_area"),
        check::<ReviewState>("risk_analysis", "state"),
        check::<ServiceArea>("risk_analysis", "service_area"),
        check::<Role>("role_assignment", "role"),
        check::<ServiceArea>("role_assignment", "service_area"),
        check::<SearchKind>("search_entry", "kind"),
        check::<SearchKind>("search_word", "kind"),
        check::<EvidenceKind>("submission", "kind"),
        check::<ReviewState>("submission", "state"),
        check::<ServiceArea>("submission", "service_area"),
        check::<ReviewOutcome>("submission_round", "outcome"),
    ]);
    assert_eq!(checks(&db).await, described);
}
