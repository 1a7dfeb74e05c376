//! Step 5: what was handed in, round by round, and what was asked for.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait,
};

use crate::table::{Table, create, drop};

const SERVICE_AREA: &[&str] = &["APPLICATION_HOSTING", "NETWORK", "CLIENTS"];
const REVIEW_STATE: &[&str] = &["DRAFT", "SUBMITTED", "RETURNED", "APPROVED", "SUPERSEDED"];
const EVIDENCE_KIND: &[&str] = &[
    "CERTIFICATE",
    "AUDIT_REPORT",
    "STATEMENT_OF_APPLICABILITY",
    "PENETRATION_TEST",
    "RESTORE_TEST",
    "POLICY",
    "OTHER",
];
const REVIEW_OUTCOME: &[&str] = &["APPROVED", "RETURNED"];
const REQUEST_STATE: &[&str] = &["OPEN", "ANSWERED", "FULFILLED", "WITHDRAWN"];

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![
        Table::new("submission")
            .refers("agreement_id", "agreement")
            .refers("customer_id", "organisation")
            .refers("supplier_id", "organisation")
            .one_of("service_area", SERVICE_AREA)
            .refers("evidence_id", "evidence")
            .null()
            .refers("risk_analysis_id", "risk_analysis")
            .null()
            .one_of("state", REVIEW_STATE)
            .text("title", 200)
            .one_of("kind", EVIDENCE_KIND)
            .null()
            .date("valid_from")
            .null()
            .date("valid_until")
            .null()
            .int("rounds")
            .text("remark", 10_000)
            .null()
            .refers("created_by", "person")
            .null()
            .time("created_at")
            .refers("submitted_by", "person")
            .null()
            .time("submitted_at")
            .null()
            .refers("reviewed_by", "person")
            .null()
            .time("reviewed_at")
            .null()
            .time("updated_at")
            .int("version")
            .check("(evidence_id IS NULL) <> (risk_analysis_id IS NULL)")
            .check("(rounds = 0) = (submitted_at IS NULL)")
            .check("state = 'DRAFT' OR rounds > 0")
            .index(&["customer_id", "created_at", "id"])
            .index(&["customer_id", "state", "valid_until"])
            .index(&["supplier_id", "created_at", "id"])
            .index(&["evidence_id"])
            .index(&["risk_analysis_id"])
            .index(&["agreement_id"]),
        Table::new("submission_round")
            .refers("submission_id", "submission")
            .int("number")
            .json("content")
            .text("message", 10_000)
            .null()
            .refers("submitted_by", "person")
            .null()
            .time("submitted_at")
            .one_of("outcome", REVIEW_OUTCOME)
            .null()
            .text("remark", 10_000)
            .null()
            .refers("reviewed_by", "person")
            .null()
            .time("reviewed_at")
            .null()
            .unique(&["submission_id", "number"])
            .check("(outcome IS NULL) = (reviewed_at IS NULL)")
            .check("outcome IS NULL OR outcome <> 'RETURNED' OR remark IS NOT NULL"),
        Table::new("submission_file")
            .refers("round_id", "submission_round")
            .refers("submission_id", "submission")
            .refers("file_id", "evidence_file")
            .unique(&["round_id", "file_id"])
            .index(&["file_id"])
            .index(&["submission_id"]),
        Table::new("evidence_request")
            .refers("agreement_id", "agreement")
            .refers("customer_id", "organisation")
            .refers("supplier_id", "organisation")
            .one_of("service_area", SERVICE_AREA)
            .one_of("kind", EVIDENCE_KIND)
            .text("title", 200)
            .text("description", 10_000)
            .null()
            .date("due_on")
            .one_of("state", REQUEST_STATE)
            .refers("answer_id", "submission")
            .null()
            .text("remark", 10_000)
            .null()
            .refers("created_by", "person")
            .null()
            .time("created_at")
            .time("answered_at")
            .null()
            .time("closed_at")
            .null()
            .time("updated_at")
            .int("version")
            .check("state NOT IN ('ANSWERED', 'FULFILLED') OR answer_id IS NOT NULL")
            .check("(state IN ('FULFILLED', 'WITHDRAWN')) = (closed_at IS NOT NULL)")
            .index(&["customer_id", "due_on", "id"])
            .index(&["supplier_id", "due_on", "id"])
            .index(&["agreement_id"]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, tables()).await
    }
}
