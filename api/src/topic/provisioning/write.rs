//! What a directory does with people and their roles.

use entity::{PersonStatus, Role, api_token, person, role_assignment};
use sea_orm::ColumnTrait;
use uuid::Uuid;

use super::{change::Change, http::Refusal};
use crate::{
    Error,
    access::{
        Grant, Permit, Scope,
        action::{CreatePerson, ProvisionPerson},
    },
    topic::organisation::{
        model::Email,
        write::{create_person, update_person},
    },
    validate::Check,
};

/// Adds a person without roles, or lets one in again whom the directory had deleted.
///
/// # Errors
/// `uniqueness` when the address or the directory's id belongs to somebody, `invalidValue` when a field breaks a rule.
pub async fn add(permit: Permit<CreatePerson>, change: Change) -> Result<person::Model, Refusal> {
    let email = change.user_name.clone().unwrap_or_default();
    let email = address(&email)?;
    free(
        &permit,
        &email,
        change.external_id.as_ref().and_then(Option::as_deref),
        None,
    )
    .await?;
    let name = change.name.clone().unwrap_or_else(|| email.clone());
    let row = create_person(permit, name, &email, None, vec![], |row| {
        let email = row.email.clone();
        fill(row, &change, email);
    })
    .await?;
    Ok(row)
}

/// Changes a person as the directory says.
///
/// # Errors
/// As [`add`], `InvalidState` where the last administrator would go, and `Forbidden` where whoever made the directory's
/// token would be let in again: that person knows the secret.
pub async fn change(
    permit: Permit<ProvisionPerson>,
    change: Change,
) -> Result<person::Model, Refusal> {
    let before = permit.resource.clone();
    let is_let_in = change.active == Some(true) && before.status != PersonStatus::Active;
    if is_let_in && maker(&permit).await? == Some(before.id) {
        return Err(Refusal::from(Error::Forbidden(
            "Have an administrator let this person act again: the token that you use was made by the same person.".to_owned(),
        )));
    }
    let email = match &change.user_name {
        Some(name) => address(name)?,
        None => before.email.clone(),
    };
    let external_id = change.external_id.as_ref().and_then(Option::as_deref);
    free(&permit, &email, external_id, Some(&before)).await?;
    Ok(update_person(permit, |row| fill(row, &change, email), None).await?)
}

/// Takes a person out of the directory: who may no longer act, and is not there for it.
///
/// # Errors
/// `InvalidState` for the last administrator.
pub async fn withdraw(permit: Permit<ProvisionPerson>) -> Result<(), Refusal> {
    let now = permit.now();
    let gone = |row: &mut person::Model| {
        row.status = PersonStatus::Inactive;
        row.withdrawn_at = Some(now);
        row.external_id = None;
    };
    update_person(permit, gone, None).await?;
    Ok(())
}

/// Who made the token that the directory shows.
async fn maker(scope: &Scope) -> crate::Result<Option<Uuid>> {
    let Some(token) = scope.actor().token() else {
        return Ok(None);
    };
    let row = scope
        .find::<api_token::Entity>()?
        .filter(api_token::Column::Id.eq(token))
        .one()
        .await?;
    Ok(row.and_then(|row| row.created_by))
}

/// Gives a person a role, or takes it; does nothing where that is so already. To an administrator, and to who made the
/// directory's token, only another administrator gives roles: whoever made a secret knows it.
///
/// # Errors
/// When the database fails.
pub async fn set_role(
    permit: Permit<ProvisionPerson>,
    grant: Grant,
    wanted: bool,
) -> Result<(), Refusal> {
    let mut roles = held(&permit, &permit.resource).await?;
    if roles.contains(&grant) == wanted || grant.role == Role::Administrator {
        return Ok(());
    }
    let administers = roles.iter().any(|held| held.role == Role::Administrator);
    if wanted && (administers || maker(&permit).await? == Some(permit.resource.id)) {
        return Ok(());
    }
    match wanted {
        true => roles.push(grant),
        false => roles.retain(|one| *one != grant),
    }
    update_person(permit, |_| {}, Some(roles)).await?;
    Ok(())
}

/// The roles of a person.
///
/// # Errors
/// When the database fails.
pub async fn held(scope: &Scope, of: &person::Model) -> crate::Result<Vec<Grant>> {
    let rows = scope
        .find::<role_assignment::Entity>()?
        .filter(role_assignment::Column::PersonId.eq(of.id))
        .all()
        .await?;
    let grant = |row: &role_assignment::Model| Grant {
        role: row.role,
        area: row.service_area,
    };
    Ok(rows.iter().map(grant).collect())
}

fn fill(row: &mut person::Model, change: &Change, email: String) {
    row.email = email;
    if let Some(name) = &change.name {
        row.name.clone_from(name);
    }
    if let Some(title) = &change.title {
        row.title.clone_from(title);
    }
    if let Some(external_id) = &change.external_id {
        row.external_id.clone_from(external_id);
    }
    if let Some(active) = change.active {
        row.status = match active {
            true => PersonStatus::Active,
            false => PersonStatus::Inactive,
        };
    }
}

fn address(text: &str) -> Result<String, Refusal> {
    let mut check = Check::default();
    let email = check.parse::<Email>("userName", text);
    let email = check
        .finish_with(email)
        .map_err(|error: Error| Refusal::from(error))?;
    Ok(email.as_str().to_owned())
}

/// Nobody else of the organisation has this address, or is called so by the directory.
async fn free(
    scope: &Scope,
    email: &str,
    external_id: Option<&str>,
    own: Option<&person::Model>,
) -> Result<(), Refusal> {
    use person::Column;
    let same = sea_orm::Condition::any()
        .add(Column::Email.eq(email))
        .add_option(external_id.map(|id| Column::ExternalId.eq(id)));
    let others = scope
        .find::<person::Entity>()?
        .filter(Column::OrganisationId.eq(scope.actor().organisation))
        .filter(same)
        .all()
        .await?;
    let taken = others
        .iter()
        .any(|row| own.is_none_or(|own| own.id != row.id));
    match taken {
        true => Err(Refusal::taken(
            "userName or externalId belongs to another person of the organisation",
        )),
        false => Ok(()),
    }
}
