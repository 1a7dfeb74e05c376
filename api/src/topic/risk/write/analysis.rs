//! Working out risk analyses, and letting others take part.

use entity::{ReviewState, agreement, organisation, risk_analysis, risk_analysis_participant};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use crate::{
    Error, Result,
    access::{
        Act, Permit, Scope,
        action::{CreateRiskAnalysis, ShareRiskAnalysis, UpdateRiskAnalysis},
    },
    topic::{
        Machine,
        risk::{
            Analysis,
            model::{analysis_rules, editable},
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
    let owner = participant(&permit, &row, row.owner_id);
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
    analysis: &risk_analysis::Model,
    organisation: Uuid,
) -> risk_analysis_participant::Model {
    risk_analysis_participant::Model {
        id: permit.id(),
        risk_analysis_id: analysis.id,
        organisation_id: organisation,
        service_area: analysis.service_area,
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
pub(super) async fn welcome<A: Act>(
    permit: &Permit<A>,
    analysis: &Analysis,
    guest: Uuid,
) -> Result<()> {
    if !analysis.participants.contains(&guest) {
        let row = participant(permit, &analysis.row, guest);
        permit
            .create::<risk_analysis_participant::Entity>(row, "added")
            .await?;
    }
    Ok(())
}
