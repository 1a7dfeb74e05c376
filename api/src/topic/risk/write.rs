//! Working out risk analyses, handing them in and reviewing them, and having risks accepted.

use chrono::NaiveDate;
use entity::{
    AcceptanceState, PersonStatus, ReviewOutcome, ReviewState, RiskTreatment, agreement,
    organisation, person, risk, risk_acceptance, risk_analysis, risk_analysis_participant,
    submission,
};
use sea_orm::{ColumnTrait, Condition};
use serde_json::Value;
use uuid::Uuid;

use super::{
    AnalysedRisk, Analysis, AskedAcceptance,
    model::{
        ACCEPT, DECLINE, acceptable, acceptance_period, acceptance_rules, analysis_rules, editable,
        revisable, rules, score,
    },
    read::risks,
};
use crate::{
    Error, Result,
    access::{
        Act, Permit, Scope,
        action::{
            AcceptRisk, AddRisk, ApproveRiskAnalysis, CloseRisk, CreateRiskAnalysis, DeclineRisk,
            RequestRiskAcceptance, ReturnRiskAnalysis, ReviseRiskAnalysis, ShareRiskAnalysis,
            SubmitRiskAnalysis, UpdateRisk, UpdateRiskAnalysis,
        },
    },
    topic::{
        Machine, Transition,
        submission::{
            content::{AnalysisContent, Content, RiskContent},
            write::{Subject, conclude, hand_in, prepare},
        },
    },
    validate::Check,
};

/// Begins an analysis under an agreement, for the own organisation alone; `fill` puts the caller's
/// fields into the new row.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `InvalidState` when the agreement has ended.
pub async fn create(
    permit: Permit<CreateRiskAnalysis>,
    fill: impl FnOnce(&mut risk_analysis::Model),
) -> Result<risk_analysis::Model> {
    let agreement = &permit.resource;
    if agreement.ends_on.is_some_and(|last| last < permit.today()) {
        return Err(Error::InvalidState(
            "This agreement has ended, so nothing can be handed in under it. Begin the analysis under an agreement that runs."
                .to_owned(),
        ));
    }
    let now = permit.now();
    let mut row = risk_analysis::Model {
        id: permit.id(),
        agreement_id: agreement.id,
        customer_id: agreement.customer_id,
        owner_id: permit.actor().organisation,
        service_area: agreement.service_area,
        title: String::new(),
        description: None,
        state: ReviewState::FIRST,
        review_on: None,
        created_by: permit.actor().person,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    fill(&mut row);
    check(&row)?;
    let row = permit.create::<risk_analysis::Entity>(row, "begun").await?;
    let owner = participant(&permit, row.id, row.owner_id);
    permit
        .insert::<risk_analysis_participant::Entity>(owner)
        .await?;
    permit.commit().await?;
    Ok(row)
}

fn check(row: &risk_analysis::Model) -> Result<()> {
    let mut check = Check::default();
    analysis_rules(row, &mut check);
    check.finish()
}

fn participant<A: Act>(
    permit: &Permit<A>,
    analysis: Uuid,
    organisation: Uuid,
) -> risk_analysis_participant::Model {
    risk_analysis_participant::Model {
        id: permit.id(),
        risk_analysis_id: analysis,
        organisation_id: organisation,
        added_by: permit.actor().person,
        added_at: permit.now(),
    }
}

/// Changes what an analysis says of itself.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `InvalidState` while it is reviewed or approved.
pub async fn update(
    permit: Permit<UpdateRiskAnalysis>,
    fill: impl FnOnce(&mut risk_analysis::Model),
) -> Result<risk_analysis::Model> {
    let before = &permit.resource.row;
    editable(before.state)?;
    let mut after = before.clone();
    fill(&mut after);
    check(&after)?;
    let row = permit
        .change::<risk_analysis::Entity>(before, after, "updated")
        .await?;
    permit.commit().await?;
    Ok(row)
}

/// Lets another organisation take part.
///
/// # Errors
/// `NotFound` when the actor does not see that organisation, `Invalid` when it may not be brought in,
/// `InvalidState` when it takes part already.
pub async fn share(permit: Permit<ShareRiskAnalysis>, with: Uuid) -> Result<risk_analysis::Model> {
    let analysis = &permit.resource;
    let guest = permit.get::<organisation::Entity>(with).await?;
    if analysis.participants.contains(&guest.id) {
        return Err(Error::InvalidState(
            "This organisation takes part in the risk analysis already; nothing needs to be shared.".to_owned(),
        ));
    }
    if !may_bring_in(&permit, &analysis.row, guest.id).await? {
        return Err(Error::invalid(
            "organisationId",
            "must be the customer of the agreement or, if the analysis is the customer's own, a supplier with which it has an agreement that runs",
        ));
    }
    let row = analysis.row.clone();
    welcome(&permit, analysis, guest.id).await?;
    permit.commit().await?;
    Ok(row)
}

/// Whether the owner may let this organisation take part. A supplier may only bring in its customer, so
/// that one supplier never brings in another.
async fn may_bring_in(scope: &Scope, analysis: &risk_analysis::Model, guest: Uuid) -> Result<bool> {
    use agreement::Column;
    let supplier = match analysis.customer_id {
        customer if customer == guest => analysis.owner_id,
        customer if customer == analysis.owner_id => guest,
        _ => return Ok(false),
    };
    let runs = Condition::any()
        .add(Column::EndsOn.is_null())
        .add(Column::EndsOn.gte(scope.today()));
    let agreement = scope
        .find::<agreement::Entity>()?
        .filter(Column::CustomerId.eq(analysis.customer_id))
        .filter(Column::SupplierId.eq(supplier))
        .filter(runs)
        .one()
        .await?;
    Ok(agreement.is_some())
}

/// Makes an organisation take part, if it does not yet.
async fn welcome<A: Act>(permit: &Permit<A>, analysis: &Analysis, guest: Uuid) -> Result<()> {
    if !analysis.participants.contains(&guest) {
        let row = participant(permit, analysis.row.id, guest);
        permit
            .create::<risk_analysis_participant::Entity>(row, "added")
            .await?;
    }
    Ok(())
}

/// Adds a risk with the next number; `fill` puts the caller's fields into the new row.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `InvalidState` while the analysis is reviewed or approved.
pub async fn add(
    permit: Permit<AddRisk>,
    treatment: RiskTreatment,
    fill: impl FnOnce(&mut risk::Model),
) -> Result<risk::Model> {
    let analysis = &permit.resource;
    editable(analysis.row.state)?;
    let last = risks(&permit, analysis.row.id)
        .await?
        .last()
        .map_or(0, |risk| risk.number);
    let now = permit.now();
    let mut row = risk::Model {
        id: permit.id(),
        risk_analysis_id: analysis.row.id,
        number: last + 1,
        title: String::new(),
        description: None,
        likelihood: 0,
        impact: 0,
        score: 0,
        treatment,
        treatment_plan: None,
        residual_likelihood: None,
        residual_impact: None,
        residual_score: None,
        owner_id: None,
        review_on: None,
        closed_at: None,
        created_by: permit.actor().person,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    fill(&mut row);
    let row = rated(&permit, analysis, row, None).await?;
    let row = permit.create::<risk::Entity>(row, "added").await?;
    permit.commit().await?;
    Ok(row)
}

/// Changes a risk; its scores follow.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `InvalidState` while the analysis is reviewed or approved, and
/// when the risk is closed.
pub async fn update_risk(
    permit: Permit<UpdateRisk>,
    fill: impl FnOnce(&mut risk::Model),
) -> Result<risk::Model> {
    let AnalysedRisk {
        row: before,
        analysis,
    } = &permit.resource;
    open(before, analysis)?;
    let mut after = before.clone();
    fill(&mut after);
    let after = rated(&permit, analysis, after, before.owner_id).await?;
    let row = permit
        .change::<risk::Entity>(before, after, "updated")
        .await?;
    permit.commit().await?;
    Ok(row)
}

/// Closes a risk that no longer exists.
///
/// # Errors
/// `InvalidState` while the analysis is reviewed or approved, and when the risk is closed already.
pub async fn close(permit: Permit<CloseRisk>) -> Result<risk::Model> {
    let AnalysedRisk {
        row: before,
        analysis,
    } = &permit.resource;
    open(before, analysis)?;
    let after = risk::Model {
        closed_at: Some(permit.now()),
        ..before.clone()
    };
    let row = permit
        .change::<risk::Entity>(before, after, "closed")
        .await?;
    permit.commit().await?;
    Ok(row)
}

fn open(risk: &risk::Model, of: &Analysis) -> Result<()> {
    editable(of.row.state)?;
    match risk.closed_at {
        None => Ok(()),
        Some(_) => Err(Error::InvalidState(
            "This risk is closed. If it exists again, add it anew with addRisk.".to_owned(),
        )),
    }
}

/// The row with its scores, once it keeps the rules and whoever is newly named to answer for it can.
async fn rated(
    scope: &Scope,
    analysis: &Analysis,
    mut row: risk::Model,
    former_owner: Option<Uuid>,
) -> Result<risk::Model> {
    row.score = score(row.likelihood, row.impact);
    let residual = row.residual_likelihood.zip(row.residual_impact);
    row.residual_score = residual.map(|(likelihood, impact)| score(likelihood, impact));
    let mut check = Check::default();
    rules(&row, &mut check);
    if let Some(owner) = row.owner_id.filter(|_| row.owner_id != former_owner) {
        let person = scope.get::<person::Entity>(owner).await?;
        check.require(
            "ownerId",
            person.status == PersonStatus::Active
                && analysis.participants.contains(&person.organisation_id),
            "must be an active person of an organisation that takes part",
        );
    }
    check.finish()?;
    Ok(row)
}

/// Hands in the analysis with all its risks as they stand now. The customer sees it from now on: it
/// takes part before anything is told of the handing in.
///
/// # Errors
/// `Forbidden` for a supplier that takes part under another agreement, `InvalidState` when there is no
/// open risk, while it is reviewed or approved, and when the agreement is not in force.
pub async fn submit(
    permit: Permit<SubmitRiskAnalysis>,
    message: Option<String>,
) -> Result<risk_analysis::Model> {
    let analysis = &permit.resource;
    let before = &analysis.row;
    let agreement = agreement_of(&permit, before).await?;
    editable(before.state)?;
    let risks = risks(&permit, before.id).await?;
    if risks.iter().all(|risk| risk.closed_at.is_some()) {
        return Err(Error::InvalidState(
            "This risk analysis has no open risk. Add one with addRisk before it is handed in."
                .to_owned(),
        ));
    }
    let submission = match &analysis.submission {
        Some(under_way) => under_way.clone(),
        None => prepare(&permit, &agreement, subject(before)).await?,
    };
    welcome(&permit, analysis, before.customer_id).await?;
    let content = Content::RiskAnalysis(AnalysisContent::of(before, &risks));
    let submission = hand_in(&permit, &submission, content, &[], message).await?;
    let row = follow(&permit, before, &submission, "submitted").await?;
    permit.commit().await?;
    Ok(row)
}

/// The agreement of the analysis, for a party of it.
async fn agreement_of(scope: &Scope, analysis: &risk_analysis::Model) -> Result<agreement::Model> {
    let agreement = scope
        .maybe::<agreement::Entity>(analysis.agreement_id)
        .await?;
    agreement.ok_or_else(|| {
        Error::Forbidden(
            "A risk analysis is handed in and revised by the parties of its agreement. Ask the organisation that owns it to do so."
                .to_owned(),
        )
    })
}

fn subject(analysis: &risk_analysis::Model) -> Subject {
    Subject {
        evidence_id: None,
        risk_analysis_id: Some(analysis.id),
        title: analysis.title.clone(),
        kind: None,
    }
}

/// Gives the analysis the state of its latest submission.
async fn follow<A: Act>(
    permit: &Permit<A>,
    before: &risk_analysis::Model,
    submission: &submission::Model,
    verb: &str,
) -> Result<risk_analysis::Model> {
    let after = risk_analysis::Model {
        state: submission.state,
        ..before.clone()
    };
    permit
        .change::<risk_analysis::Entity>(before, after, verb)
        .await
}

/// Opens an approved analysis for changes. What was approved stands until what comes of them is
/// approved in its place.
///
/// # Errors
/// `Forbidden` for a supplier that takes part under another agreement, `InvalidState` when it is not
/// approved or the agreement is not in force.
pub async fn revise(permit: Permit<ReviseRiskAnalysis>) -> Result<risk_analysis::Model> {
    let before = &permit.resource.row;
    let agreement = agreement_of(&permit, before).await?;
    revisable(before.state)?;
    let submission = prepare(&permit, &agreement, subject(before)).await?;
    let row = follow(&permit, before, &submission, "revised").await?;
    permit.commit().await?;
    Ok(row)
}

/// Approves the analysis as it was handed in; what was approved before is superseded.
///
/// # Errors
/// `InvalidState` when it does not wait for review.
pub async fn approve(
    permit: Permit<ApproveRiskAnalysis>,
    remark: Option<String>,
) -> Result<risk_analysis::Model> {
    review(permit, ReviewOutcome::Approved, remark, "approved").await
}

/// Returns the analysis, with a remark.
///
/// # Errors
/// `InvalidState` when it does not wait for review, `Invalid` when the remark says nothing.
pub async fn send_back(
    permit: Permit<ReturnRiskAnalysis>,
    remark: String,
) -> Result<risk_analysis::Model> {
    review(permit, ReviewOutcome::Returned, Some(remark), "returned").await
}

async fn review<A: Act<Resource = Analysis>>(
    permit: Permit<A>,
    outcome: ReviewOutcome,
    remark: Option<String>,
    verb: &str,
) -> Result<risk_analysis::Model> {
    let Analysis {
        row: before,
        submission,
        ..
    } = &permit.resource;
    let submission = submission.as_ref().ok_or_else(not_handed_in)?;
    let submission = conclude(&permit, submission, outcome, remark).await?;
    let row = follow(&permit, before, &submission, verb).await?;
    permit.commit().await?;
    Ok(row)
}

fn not_handed_in() -> Error {
    Error::InvalidState(
        "This risk analysis has not been handed in yet. That is done with submitRiskAnalysis."
            .to_owned(),
    )
}

/// Asks the customer's IT manager to accept a risk that stays high. Once the analysis has been handed
/// in, that is possible in any state: a risk does not wait for a review.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `InvalidState` when the risk needs no acceptance, the analysis
/// has never been handed in, or acceptance has been asked for already.
pub async fn request_acceptance(
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
