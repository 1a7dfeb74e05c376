//! Step 4: risk analyses, those who take part, their risks and acceptances.
//!
//! What stands under an analysis keeps its customer and service area, which never change: whose a risk is, and who
//! sees it, is told by the risk and by who takes part, without looking at the analysis.

use sea_orm_migration::prelude::{
    DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait,
};

use crate::table::{Table, create, drop};

const SERVICE_AREA: &[&str] = &["APPLICATION_HOSTING", "NETWORK", "CLIENTS"];
const REVIEW_STATE: &[&str] = &["DRAFT", "SUBMITTED", "RETURNED", "APPROVED", "SUPERSEDED"];
const RISK_TREATMENT: &[&str] = &["MITIGATE", "ACCEPT", "AVOID", "TRANSFER"];
const ACCEPTANCE_STATE: &[&str] = &["REQUESTED", "ACCEPTED", "DECLINED"];

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<Table> {
    vec![
        Table::new("risk_analysis")
            .refers("agreement_id", "agreement")
            .refers("customer_id", "organisation")
            .refers("owner_id", "organisation")
            .one_of("service_area", SERVICE_AREA)
            .text("title", 200)
            .text("description", 10_000).null()
            .one_of("state", REVIEW_STATE)
            .date("review_on").null()
            .refers("created_by", "person").null()
            .time("created_at")
            .time("updated_at")
            .int("version")
            .index(&["customer_id", "created_at", "id"])
            .index(&["owner_id", "created_at", "id"])
            .index(&["agreement_id"]),
        Table::new("risk_analysis_participant")
            .refers("risk_analysis_id", "risk_analysis")
            .refers("organisation_id", "organisation")
            .one_of("service_area", SERVICE_AREA)
            .refers("added_by", "person").null()
            .time("added_at")
            .unique(&["risk_analysis_id", "organisation_id"])
            .index(&["organisation_id"]),
        Table::new("risk")
            .refers("risk_analysis_id", "risk_analysis")
            .refers("customer_id", "organisation")
            .one_of("service_area", SERVICE_AREA)
            .int("number")
            .text("title", 200)
            .text("description", 10_000).null()
            .int("likelihood")
            .int("impact")
            .int("score")
            .one_of("treatment", RISK_TREATMENT)
            .text("treatment_plan", 10_000).null()
            .int("residual_likelihood").null()
            .int("residual_impact").null()
            .int("residual_score").null()
            .refers("owner_id", "person").null()
            .date("review_on").null()
            .time("closed_at").null()
            .refers("created_by", "person").null()
            .time("created_at")
            .time("updated_at")
            .int("version")
            .unique(&["risk_analysis_id", "number"])
            .check("likelihood BETWEEN 1 AND 5 AND impact BETWEEN 1 AND 5 AND score = likelihood * impact")
            .check("(residual_likelihood IS NULL AND residual_impact IS NULL AND residual_score IS NULL) OR (residual_likelihood IS NOT NULL AND residual_impact IS NOT NULL AND residual_score IS NOT NULL AND residual_likelihood BETWEEN 1 AND 5 AND residual_impact BETWEEN 1 AND 5 AND residual_score = residual_likelihood * residual_impact)")
            .index(&["score", "id"])
            // Most have been closed, and those that are not are what is looked at.
            .index_without(&["risk_analysis_id"], "closed_at"),
        Table::new("risk_acceptance")
            .refers("risk_id", "risk")
            .refers("risk_analysis_id", "risk_analysis")
            .refers("customer_id", "organisation")
            .one_of("service_area", SERVICE_AREA)
            .one_of("state", ACCEPTANCE_STATE)
            .text("justification", 10_000)
            .date("proposed_until")
            .refers("requested_by", "person").null()
            .refers("requested_organisation_id", "organisation")
            .time("requested_at")
            .date("accepted_until").null()
            .refers("decided_by", "person").null()
            .time("decided_at").null()
            .text("decision_note", 10_000).null()
            .int("risk_version")
            .json("risk_as_it_stood")
            .int("version")
            .check("(state = 'ACCEPTED') = (accepted_until IS NOT NULL)")
            .check("(state = 'REQUESTED') = (decided_at IS NULL)")
            .index(&["risk_id", "requested_at"])
            .index(&["risk_analysis_id"]),
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
