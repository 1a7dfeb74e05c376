//! Setting an organisation's provider, and ending sessions.

use async_graphql::MaybeUndefined;
use entity::{email_domain, identity_provider, linked_identity, person, session};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

use super::{
    Federation,
    federation::client_secret_of,
    model::{self, Mapping, mapping_rules, rules, secret_rules},
    read::{domains, provider},
};
use crate::{
    Error, Result,
    access::{
        Act, Permit,
        action::{
            ForgetPersonIdentity, RemoveIdentityProvider, RevokeSession, SetIdentityProvider,
        },
    },
    validate::Check,
};

/// What a provider's settings shall be.
pub struct Wanted {
    /// The issuer identifier.
    pub issuer: String,
    /// As which client the service is known to it.
    pub client_id: String,
    /// The client's secret: left as it is, taken away, or this.
    pub client_secret: MaybeUndefined<String>,
    /// Whether access tokens that it gives to machine clients are taken.
    pub takes_access_tokens: bool,
    /// Whether it vouches for addresses without saying so.
    pub vouches_for_email: bool,
    /// Whether people whom nobody has added are let in.
    pub just_in_time: bool,
    /// What every sign-in needs.
    pub required: (Option<String>, Option<String>),
    /// The claim by which roles are given.
    pub role_claim: Option<String>,
    /// Which of its values give which role.
    pub role_mapping: Vec<Mapping>,
    /// Whose addresses lead to it.
    pub email_domains: Vec<String>,
}

/// Sets the organisation's provider, or changes its settings. Domains that are new lead to it when the operator has
/// confirmed them.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `Conflict` when somebody else has set it since it was read, `InvalidState`
/// when the service cannot keep secrets.
pub async fn set(
    permit: Permit<SetIdentityProvider>,
    federation: &Federation,
    expected: Option<i32>,
    wanted: Wanted,
) -> Result<identity_provider::Model> {
    let before = provider(&permit).await?;
    let current = before.as_ref().map(|row| row.version);
    if current != expected {
        return Err(match current {
            Some(current) => Error::Conflict { current },
            None => Error::invalid(
                "expectedVersion",
                "must be left out: no provider is set yet",
            ),
        });
    }
    let home = &permit.resource;
    let mut check = Check::default();
    secret_rules(wanted.client_secret.as_opt_deref().flatten(), &mut check);
    mapping_rules(
        home.kind,
        wanted.role_claim.as_deref(),
        &wanted.role_mapping,
        &mut check,
    );
    let named = model::domains(&wanted.email_domains, &mut check);
    let id = before.as_ref().map_or_else(|| permit.id(), |row| row.id);
    let secret = match wanted.client_secret {
        MaybeUndefined::Undefined => before.as_ref().and_then(|row| row.client_secret.clone()),
        MaybeUndefined::Null => None,
        MaybeUndefined::Value(secret) => {
            Some(federation.vault().seal(&client_secret_of(id), &secret)?)
        }
    };
    let after = identity_provider::Model {
        id,
        organisation_id: home.id,
        issuer: wanted.issuer,
        client_id: wanted.client_id,
        client_secret: secret,
        takes_access_tokens: wanted.takes_access_tokens,
        vouches_for_email: wanted.vouches_for_email,
        just_in_time: wanted.just_in_time,
        required_claim: wanted.required.0,
        required_value: wanted.required.1,
        role_claim: wanted.role_claim,
        role_mapping: model::kept(&wanted.role_mapping)?,
        created_at: before
            .as_ref()
            .map_or_else(|| permit.now(), |row| row.created_at),
        updated_at: permit.now(),
        version: before.as_ref().map_or(1, |row| row.version),
    };
    rules(&after, federation.allows_private(), &mut check);
    check.finish()?;
    let row = match &before {
        Some(before) => {
            // To another client the same people may be other subjects.
            if (&before.issuer, &before.client_id) != (&after.issuer, &after.client_id) {
                unlink(&permit, Condition::all()).await?;
            }
            permit
                .change::<identity_provider::Entity>(before, after, "updated")
                .await?
        }
        None => {
            permit
                .create::<identity_provider::Entity>(after, "set")
                .await?
        }
    };
    claim(&permit, &named).await?;
    permit.commit().await?;
    Ok(row)
}

/// Claims these domains for the organisation, and no others.
async fn claim(permit: &Permit<SetIdentityProvider>, named: &[String]) -> Result<()> {
    let claimed = domains(permit).await?;
    for row in &claimed {
        if !named.contains(&row.domain) {
            permit
                .remove::<email_domain::Entity>(row, "given_up")
                .await?;
        }
    }
    for domain in named {
        if !claimed.iter().any(|row| row.domain == *domain) {
            let row = email_domain::Model {
                id: permit.id(),
                organisation_id: permit.resource.id,
                domain: domain.clone(),
                claimed_at: permit.now(),
                confirmed_at: None,
            };
            permit
                .create::<email_domain::Entity>(row, "claimed")
                .await?;
        }
    }
    Ok(())
}

/// Forgets as whom a provider knows people: each is known by the address again when coming next.
async fn unlink<A: Act>(permit: &Permit<A>, whose: Condition) -> Result<()> {
    let linked = permit
        .find::<linked_identity::Entity>()?
        .filter(whose)
        .filter(linked_identity::Column::UnlinkedAt.is_null())
        .all()
        .await?;
    for before in linked {
        let after = linked_identity::Model {
            unlinked_at: Some(permit.now()),
            ..before.clone()
        };
        permit
            .change::<linked_identity::Entity>(&before, after, "unlinked")
            .await?;
    }
    Ok(())
}

/// Forgets as whom the provider knows a person, whose account there was made anew, say: who comes with the person's
/// address next is this one.
///
/// # Errors
/// `InvalidState` when nobody is known by that.
pub async fn forget(permit: Permit<ForgetPersonIdentity>) -> Result<person::Model> {
    use linked_identity::Column;
    let row = permit.resource.clone();
    let whose = Condition::all().add(Column::PersonId.eq(row.id));
    let known = permit
        .find::<linked_identity::Entity>()?
        .filter(whose.clone())
        .filter(Column::UnlinkedAt.is_null())
        .one()
        .await?;
    if known.is_none() {
        return Err(Error::InvalidState(
            "This person has never signed in by the provider, so that there is nothing to forget."
                .to_owned(),
        ));
    }
    unlink(&permit, whose).await?;
    permit.commit().await?;
    Ok(row)
}

/// Takes the organisation's provider away, with the domains that lead to it. Nobody signs in by it any more; who is
/// signed in stays so.
///
/// # Errors
/// `NotFound` when none is set, `Conflict` when it was changed since it was read.
pub async fn remove(permit: Permit<RemoveIdentityProvider>, expected: i32) -> Result<Uuid> {
    let row = provider(&permit).await?.ok_or(Error::NotFound)?;
    if row.version != expected {
        let current = row.version;
        return Err(Error::Conflict { current });
    }
    for domain in domains(&permit).await? {
        permit
            .remove::<email_domain::Entity>(&domain, "given_up")
            .await?;
    }
    // Whichever is set next may know the same people otherwise.
    unlink(&permit, Condition::all()).await?;
    permit
        .remove::<identity_provider::Entity>(&row, "removed")
        .await?;
    permit.commit().await?;
    Ok(row.id)
}

/// Ends a session at once.
///
/// # Errors
/// `InvalidState` when it was revoked already.
pub async fn revoke(permit: Permit<RevokeSession>) -> Result<session::Model> {
    let before = permit.resource.clone();
    if before.revoked_at.is_some() {
        return Err(Error::InvalidState(
            "This session has been ended already; nothing needs to be done.".to_owned(),
        ));
    }
    let row = end(&permit, &before).await?;
    permit.commit().await?;
    Ok(row)
}

async fn end<A: Act>(permit: &Permit<A>, before: &session::Model) -> Result<session::Model> {
    let after = session::Model {
        revoked_at: Some(permit.now()),
        ..before.clone()
    };
    permit
        .change::<session::Entity>(before, after, "revoked")
        .await
}
