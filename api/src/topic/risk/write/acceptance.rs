//! Asking that a risk be accepted, and deciding on it.

use chrono::NaiveDate;
use entity::{AcceptanceState, risk, risk_acceptance, submission};
use sea_orm::ColumnTrait;
use serde_json::Value;
use uuid::Uuid;

use super::review::not_handed_in;
use crate::{
    Error, Result,
    access::{
        Act, Permit, Scope,
        action::{AcceptRisk, DeclineRisk, RequestRiskAcceptance},
    },
    topic::{
        Machine, Transition,
        risk::{
            AskedAcceptance,
            model::{ACCEPT, DECLINE, acceptable, acceptance_period, acceptance_rules},
        },
        submission::content::RiskContent,
    },
    validate::Check,
};

/// Asks the customer's IT manager to accept a risk that stays high. Once the analysis has been handed
/// in, that is possible in any state: a risk does not wait for a review.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `InvalidState` when the risk needs no acceptance, the analysis
/// has never been handed in, or acceptance has been asked for already.
pub async fn request(
    permit: Permit<RequestRiskAcceptance>,
    justification: String,
    proposed_until: NaiveDate,
) -> Result<risk_acceptance::Model> {
    let risk = &permit.resource.row;
    acceptable(risk)?;
    handed_in_once(&permit, risk.risk_analysis_id).await?;
    not_asked_already(&permit, risk.id).await?;
    let row = risk_acceptance::Model {
        id: permit.id(),
        risk_id: risk.id,
        risk_analysis_id: risk.risk_analysis_id,
        customer_id: risk.customer_id,
        service_area: risk.service_area,
        state: AcceptanceState::FIRST,
        justification,
        proposed_until,
        requested_by: permit.actor().person,
        requested_organisation_id: permit.actor().organisation,
        requested_at: permit.now(),
        accepted_until: None,
        decided_by: None,
        decided_at: None,
        decision_note: None,
        risk_version: risk.version,
        risk_as_it_stood: as_it_stands(risk)?,
        version: 1,
    };
    let mut check = Check::default();
    acceptance_rules(&row, &mut check);
    acceptance_period("proposedUntil", proposed_until, permit.today(), &mut check);
    check.finish()?;
    let row = permit
        .create::<risk_acceptance::Entity>(row, "requested")
        .await?;
    permit.commit().await?;
    Ok(row)
}

async fn handed_in_once(scope: &Scope, analysis: Uuid) -> Result<()> {
    use submission::{Column, Entity};
    let handed_in = scope
        .find::<Entity>()?
        .filter(Column::RiskAnalysisId.eq(analysis))
        .filter(Column::Rounds.gt(0))
        .one()
        .await?;
    handed_in.map(|_| ()).ok_or_else(not_handed_in)
}

async fn not_asked_already(scope: &Scope, risk: Uuid) -> Result<()> {
    use risk_acceptance::{Column, Entity};
    let asked = scope
        .find::<Entity>()?
        .filter(Column::RiskId.eq(risk))
        .filter(Column::State.eq(AcceptanceState::Requested))
        .one()
        .await?;
    match asked {
        None => Ok(()),
        Some(_) => Err(Error::InvalidState(
            "Acceptance of this risk has been asked for and waits for the IT manager's decision."
                .to_owned(),
        )),
    }
}

/// The risk as it is kept with what is asked or decided about it.
fn as_it_stands(risk: &risk::Model) -> Result<Value> {
    serde_json::to_value(RiskContent::from(risk)).map_err(Error::internal)
}

/// Accepts the risk as it stands now, until a date.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `InvalidState` when it has been decided already or the risk no
/// longer needs acceptance.
pub async fn accept(
    permit: Permit<AcceptRisk>,
    until: NaiveDate,
    note: Option<String>,
) -> Result<risk_acceptance::Model> {
    ACCEPT.apply(permit.resource.row.state)?;
    acceptable(&permit.resource.risk.row)?;
    let mut check = Check::default();
    acceptance_period("acceptedUntil", until, permit.today(), &mut check);
    check.finish()?;
    decide(permit, &ACCEPT, Some(until), note).await
}

/// Declines to accept the risk as it stands now.
///
/// # Errors
/// `Invalid` when the note says nothing, `InvalidState` when it has been decided already.
pub async fn decline(permit: Permit<DeclineRisk>, note: String) -> Result<risk_acceptance::Model> {
    decide(permit, &DECLINE, None, Some(note)).await
}

async fn decide<A: Act<Resource = AskedAcceptance>>(
    permit: Permit<A>,
    decision: &Transition<AcceptanceState>,
    accepted_until: Option<NaiveDate>,
    decision_note: Option<String>,
) -> Result<risk_acceptance::Model> {
    let AskedAcceptance { row: before, risk } = &permit.resource;
    let after = risk_acceptance::Model {
        state: decision.apply(before.state)?,
        accepted_until,
        decided_by: permit.actor().person,
        decided_at: Some(permit.now()),
        decision_note,
        risk_version: risk.row.version,
        risk_as_it_stood: as_it_stands(&risk.row)?,
        ..before.clone()
    };
    let mut check = Check::default();
    acceptance_rules(&after, &mut check);
    check.finish()?;
    let row = permit
        .change::<risk_acceptance::Entity>(before, after, decision.done)
        .await?;
    permit.commit().await?;
    Ok(row)
}
