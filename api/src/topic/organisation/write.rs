//! Adding people, and changing who may do what.

use entity::{PersonStatus, Role, organisation, person, role_assignment};
use sea_orm::ColumnTrait;

use super::model::{Email, person_rules, role_rules};
use crate::{
    Error, Result,
    access::{
        Act, Grant, Permit, Scope,
        action::{ConfirmPersonAccess, CreatePerson},
    },
    validate::Check,
};

/// Adds a person with roles; `fill` puts what else is known into the new row.
///
/// # Errors
/// `Invalid` when a field breaks a rule, a role does not fit the organisation, or the address is taken.
pub async fn create_person(
    permit: Permit<CreatePerson>,
    name: String,
    email: &str,
    title: Option<String>,
    roles: Vec<Grant>,
    fill: impl FnOnce(&mut person::Model),
) -> Result<person::Model> {
    let mut check = Check::default();
    let email = check.parse::<Email>("email", email);
    let email = check.finish_with(email)?;
    let mut row = person::Model {
        id: permit.id(),
        organisation_id: permit.resource.id,
        name,
        email: email.as_str().to_owned(),
        title,
        status: PersonStatus::Active,
        created_at: permit.now(),
        last_sign_in_at: None,
        access_confirmed_at: None,
        access_confirmed_by: None,
        external_id: None,
        withdrawn_at: None,
        version: 1,
    };
    fill(&mut row);
    check_person(&permit.resource, &row, &roles)?;
    let taken = permit
        .find::<person::Entity>()?
        .filter(person::Column::OrganisationId.eq(row.organisation_id))
        .filter(person::Column::Email.eq(&row.email))
        .one()
        .await?;
    if taken.is_some() {
        return Err(Error::invalid(
            "email",
            "belongs to another person of the organisation",
        ));
    }
    let row = permit.create::<person::Entity>(row, "added").await?;
    for grant in roles {
        give(&permit, &row, grant).await?;
    }
    permit.commit().await?;
    Ok(row)
}

/// Changes a person, and replaces the roles if new ones are given.
///
/// # Errors
/// `Invalid` as [`create_person`].
pub async fn update_person<A: Act<Resource = person::Model>>(
    permit: Permit<A>,
    fill: impl FnOnce(&mut person::Model),
    roles: Option<Vec<Grant>>,
) -> Result<person::Model> {
    let before = permit.resource.clone();
    let mut after = before.clone();
    fill(&mut after);
    let home = permit
        .get::<organisation::Entity>(before.organisation_id)
        .await?;
    // Whoever may act again is there again.
    if after.status == PersonStatus::Active {
        after.withdrawn_at = None;
    }
    let stays = after.status == PersonStatus::Active
        && roles
            .as_ref()
            .is_none_or(|roles| roles.iter().any(|grant| grant.role == Role::Administrator));
    if !stays
        && administers(&permit, &before).await?
        && !another_administrator(&permit, &before).await?
    {
        return Err(Error::InvalidState(
            "The organisation would be left without an administrator. Give somebody else the role ADMINISTRATOR first."
                .to_owned(),
        ));
    }
    check_person(&home, &after, roles.as_deref().unwrap_or_default())?;
    let row = permit
        .change::<person::Entity>(&before, after, "updated")
        .await?;
    if row.status != PersonStatus::Active {
        permit.end_access(row.id).await?;
    }
    if let Some(roles) = roles {
        replace_roles(&permit, &row, roles).await?;
    }
    permit.commit().await?;
    Ok(row)
}

/// Whether the person administers the organisation.
async fn administers(scope: &Scope, person: &person::Model) -> Result<bool> {
    let held = scope
        .find::<role_assignment::Entity>()?
        .filter(role_assignment::Column::PersonId.eq(person.id))
        .filter(role_assignment::Column::Role.eq(Role::Administrator))
        .one()
        .await?;
    Ok(held.is_some() && person.status == PersonStatus::Active)
}

/// Whether somebody else administers the organisation. The actor counts as things stand now: of two who take the role
/// from each other at the same time, the second is no administrator any more.
async fn another_administrator<A: Act>(permit: &Permit<A>, than: &person::Model) -> Result<bool> {
    let holders = permit
        .find::<role_assignment::Entity>()?
        .filter(role_assignment::Column::Role.eq(Role::Administrator))
        .column(role_assignment::Column::PersonId);
    let other = permit
        .find::<person::Entity>()?
        .filter(person::Column::OrganisationId.eq(than.organisation_id))
        .filter(person::Column::Status.eq(PersonStatus::Active))
        .filter(person::Column::Id.ne(than.id))
        .filter(person::Column::Id.in_subquery(holders))
        .one()
        .await?;
    Ok(other.is_some())
}

/// Confirms that a person needs the roles held.
///
/// # Errors
/// `InvalidState` for somebody who may no longer act.
pub async fn confirm_access(permit: Permit<ConfirmPersonAccess>) -> Result<person::Model> {
    let before = permit.resource.clone();
    if before.status != PersonStatus::Active {
        return Err(Error::InvalidState(
            "This person may no longer act, so that there is no access to confirm.".to_owned(),
        ));
    }
    let after = person::Model {
        access_confirmed_at: Some(permit.now()),
        access_confirmed_by: permit.actor().person,
        ..before.clone()
    };
    let row = permit
        .change::<person::Entity>(&before, after, "access_confirmed")
        .await?;
    permit.commit().await?;
    Ok(row)
}

fn check_person(home: &organisation::Model, row: &person::Model, roles: &[Grant]) -> Result<()> {
    let mut check = Check::default();
    person_rules(row, &mut check);
    for grant in roles {
        role_rules(home.kind, grant.role, grant.area, &mut check);
    }
    check.finish()
}

async fn replace_roles<A: Act>(
    permit: &Permit<A>,
    person: &person::Model,
    wanted: Vec<Grant>,
) -> Result<()> {
    let held = permit
        .find::<role_assignment::Entity>()?
        .filter(role_assignment::Column::PersonId.eq(person.id))
        .all()
        .await?;
    let same = |row: &role_assignment::Model, grant: &Grant| {
        (row.role, row.service_area) == (grant.role, grant.area)
    };
    for row in &held {
        if !wanted.iter().any(|grant| same(row, grant)) {
            permit
                .remove::<role_assignment::Entity>(row, "withdrawn")
                .await?;
        }
    }
    for grant in wanted {
        if !held.iter().any(|row| same(row, &grant)) {
            give(permit, person, grant).await?;
        }
    }
    Ok(())
}

async fn give<A: Act>(permit: &Permit<A>, to: &person::Model, grant: Grant) -> Result<()> {
    let row = role_assignment::Model {
        id: permit.id(),
        person_id: to.id,
        role: grant.role,
        service_area: grant.area,
        created_at: permit.now(),
    };
    permit
        .create::<role_assignment::Entity>(row, "given")
        .await?;
    Ok(())
}
