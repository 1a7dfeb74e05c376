//! Step 6: forums, meetings, decisions and action items.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait,
};

use crate::table::{Table, create, drop};

const FORUM_LEVEL: &[&str] = &["STRATEGIC", "TACTICAL", "OPERATIONAL"];
const SERVICE_AREA: &[&str] = &["APPLICATION_HOSTING", "NETWORK", "CLIENTS"];
const MEMBER_DUTY: &[&str] = &["CHAIR", "SECRETARY", "MEMBER"];
const MEETING_STATE: &[&str] = &["PLANNED", "HELD", "SIGNED"];
const ACTION_ITEM_STATE: &[&str] = &[
    "OPEN",
    "IN_PROGRESS",
    "REPORTED_DONE",
    "VERIFIED",
    "CANCELLED",
];
const PRIORITY: &[&str] = &["LOW", "NORMAL", "HIGH"];
const STEP_KIND: &[&str] = &["CASCADED", "DELEGATED", "ESCALATED"];

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![
        Table::new("forum")
            .refers("customer_id", "organisation")
            .one_of("level", FORUM_LEVEL)
            .text("name", 200)
            .text("description", 10_000)
            .null()
            .one_of("service_area", SERVICE_AREA)
            .null()
            .refers("parent_id", "forum")
            .null()
            .time("created_at")
            .time("updated_at")
            .int("version")
            .check("level <> 'STRATEGIC' OR parent_id IS NULL")
            .unique(&["customer_id", "name"])
            .index(&["parent_id"]),
        Table::new("forum_membership")
            .refers("forum_id", "forum")
            .refers("organisation_id", "organisation")
            .refers("person_id", "person")
            .null()
            .one_of("duty", MEMBER_DUTY)
            .time("created_at")
            .unique(&["forum_id", "organisation_id", "person_id"])
            .unique_without(&["forum_id", "organisation_id"], "person_id")
            .check("duty = 'MEMBER' OR person_id IS NOT NULL")
            .index(&["organisation_id"])
            .index(&["person_id"]),
        Table::new("meeting")
            .refers("forum_id", "forum")
            .text("title", 200)
            .time("starts_at")
            .time("ends_at")
            .null()
            .text("place", 200)
            .null()
            .one_of("state", MEETING_STATE)
            .text("minutes", 10_000)
            .null()
            .json("minutes_as_signed")
            .null()
            .time("held_at")
            .null()
            .refers("signed_by", "person")
            .null()
            .time("signed_at")
            .null()
            .refers("created_by", "person")
            .null()
            .time("created_at")
            .time("updated_at")
            .int("version")
            .check("ends_at IS NULL OR ends_at > starts_at")
            .check("(state = 'SIGNED') = (signed_at IS NOT NULL)")
            .check("(state = 'SIGNED') = (minutes_as_signed IS NOT NULL)")
            .index(&["forum_id", "starts_at", "id"]),
        Table::new("agenda_item")
            .refers("meeting_id", "meeting")
            .int("position")
            .text("title", 200)
            .text("notes", 10_000)
            .null()
            .refers("risk_id", "risk")
            .null()
            .refers("submission_id", "submission")
            .null()
            .time("created_at")
            .time("updated_at")
            .int("version")
            .index(&["meeting_id", "position", "id"]),
        Table::new("decision")
            .refers("meeting_id", "meeting")
            .refers("agenda_item_id", "agenda_item")
            .null()
            .int("number")
            .text("text", 10_000)
            .refers("created_by", "person")
            .null()
            .time("created_at")
            .time("updated_at")
            .int("version")
            .unique(&["meeting_id", "number"]),
        Table::new("action_item")
            .refers("customer_id", "organisation")
            .refers("forum_id", "forum")
            .refers("raised_in_id", "forum")
            .refers("meeting_id", "meeting")
            .null()
            .refers("decision_id", "decision")
            .null()
            .refers("risk_id", "risk")
            .null()
            .one_of("service_area", SERVICE_AREA)
            .null()
            .text("title", 200)
            .text("description", 10_000)
            .null()
            .one_of("state", ACTION_ITEM_STATE)
            .one_of("priority", PRIORITY)
            .date("due_on")
            .refers("assignee_organisation_id", "organisation")
            .refers("assignee_id", "person")
            .null()
            .text("report", 10_000)
            .null()
            .refers("reported_by", "person")
            .null()
            .time("reported_at")
            .null()
            .refers("verified_by", "person")
            .null()
            .time("closed_at")
            .null()
            .text("remark", 10_000)
            .null()
            .refers("created_by", "person")
            .null()
            .time("created_at")
            .time("updated_at")
            .int("version")
            .check("(state IN ('VERIFIED', 'CANCELLED')) = (closed_at IS NOT NULL)")
            .check("state <> 'VERIFIED' OR reported_at IS NOT NULL")
            .index(&["customer_id", "due_on", "id"])
            .index(&["forum_id", "due_on", "id"])
            .index_without(&["forum_id", "due_on", "id"], "closed_at")
            .index(&["assignee_organisation_id", "due_on", "id"])
            .index(&["meeting_id"])
            .index(&["decision_id"]),
        Table::new("action_item_step")
            .refers("action_item_id", "action_item")
            .int("number")
            .one_of("kind", STEP_KIND)
            .refers("from_forum_id", "forum")
            .refers("to_forum_id", "forum")
            .text("reason", 10_000)
            .null()
            .refers("made_by", "person")
            .null()
            .time("made_at")
            .unique(&["action_item_id", "number"]),
        Table::new("action_item_evidence")
            .refers("action_item_id", "action_item")
            .refers("submission_id", "submission")
            .time("added_at")
            .unique(&["action_item_id", "submission_id"])
            .index(&["submission_id"]),
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
