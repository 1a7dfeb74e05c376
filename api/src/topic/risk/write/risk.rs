//! Adding risks to an analysis, changing and closing them.

use entity::{PersonStatus, RiskTreatment, person, risk};
use uuid::Uuid;

use crate::{
    Error, Result,
    access::{
        Permit, Scope,
        action::{AddRisk, CloseRisk, UpdateRisk},
    },
    topic::risk::{
        AnalysedRisk, Analysis,
        model::{editable, rules, score},
        read::risks,
    },
    validate::Check,
};

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
        customer_id: analysis.row.customer_id,
        service_area: analysis.row.service_area,
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
pub async fn update(
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
