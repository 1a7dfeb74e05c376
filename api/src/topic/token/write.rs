//! Making and revoking API tokens.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use entity::{Role, TokenUsage, api_token, organisation};
use sea_orm::ColumnTrait;

use crate::{
    Error, Result,
    access::{
        Act, Actor, ClientProof, Grant, NewToken, Permit, Secret, TokenScope,
        action::{
            CreateApiToken, CreateCalendarFeed, CreateIntegrationToken, CreateMachineClient,
            CreateProvisioningToken, RevokeApiToken,
        },
    },
    oidc::jwt,
    topic::organisation::model::role_rules,
    validate::{Check, TITLE},
};

/// How long a token may work: a year, whichever.
const LONGEST: TimeDelta = TimeDelta::days(366);

/// A token that is sent with each request.
const BEARER: (TokenUsage, ClientProof) = (
    TokenUsage::Bearer,
    ClientProof {
        public_keys: None,
        provider_client: None,
    },
);
/// The longest name of a client at a provider.
const PROVIDER_CLIENT: usize = 500;

/// What a new token is for, and how far it goes.
pub struct Wanted {
    /// What it is for.
    pub name: String,
    /// What it is limited to.
    pub scopes: Vec<TokenScope>,
    /// From when it no longer works.
    pub expires_at: DateTime<Utc>,
}

/// Makes a token that acts as the person who makes it.
///
/// # Errors
/// `Forbidden` for an integration, `Invalid` when a field breaks a rule.
pub async fn create(
    permit: Permit<CreateApiToken>,
    wanted: Wanted,
) -> Result<(api_token::Model, Secret)> {
    let Some(person) = permit.actor().person else {
        return Err(Error::Forbidden(
            "An integration cannot make tokens for itself. Ask an administrator for createIntegrationToken."
                .to_owned(),
        ));
    };
    let mut check = Check::default();
    rules(&wanted, permit.actor(), permit.now(), &mut check);
    check.finish()?;
    keep(permit, Some(person), wanted, vec![], BEARER).await
}

/// Makes a token for an integration with roles of its own.
///
/// # Errors
/// `Invalid` when a field breaks a rule or a role is not one for an integration of this organisation.
pub async fn create_for_integration(
    permit: Permit<CreateIntegrationToken>,
    wanted: Wanted,
    roles: Vec<Grant>,
) -> Result<(api_token::Model, Secret)> {
    let mut check = Check::default();
    rules(&wanted, permit.actor(), permit.now(), &mut check);
    integration_rules(&permit.resource, &roles, &mut check);
    check.finish()?;
    keep(permit, None, wanted, roles, BEARER).await
}

/// Registers a machine client with roles of its own, which proves itself by its secret or as `proof` says.
///
/// # Errors
/// `Invalid` when a field breaks a rule, a key cannot be used, or the provider's client is another's.
pub async fn register_client(
    permit: Permit<CreateMachineClient>,
    wanted: Wanted,
    roles: Vec<Grant>,
    proof: ClientProof,
) -> Result<(api_token::Model, Secret)> {
    let mut check = Check::default();
    rules(&wanted, permit.actor(), permit.now(), &mut check);
    integration_rules(&permit.resource, &roles, &mut check);
    proof_rules(&proof, &mut check);
    check.finish()?;
    if let Some(named) = &proof.provider_client {
        release(&permit, named).await?;
    }
    keep(
        permit,
        None,
        wanted,
        roles,
        (TokenUsage::ClientCredentials, proof),
    )
    .await
}

/// Makes a token for the organisation's own directory, which keeps people and roles up to date with it.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `Forbidden` for an integration.
pub async fn create_for_directory(
    permit: Permit<CreateProvisioningToken>,
    name: String,
    expires_at: DateTime<Utc>,
) -> Result<(api_token::Model, Secret)> {
    let wanted = Wanted {
        name,
        scopes: vec![TokenScope::AdministrationWrite],
        expires_at,
    };
    let mut check = Check::default();
    rules(&wanted, permit.actor(), permit.now(), &mut check);
    check.finish()?;
    let usage = (TokenUsage::Provisioning, ClientProof::default());
    keep(permit, None, wanted, vec![], usage).await
}

/// What a calendar shows of, as far as its person may read it.
const CALENDAR: [TokenScope; 4] = [
    TokenScope::EvidenceRead,
    TokenScope::RiskRead,
    TokenScope::ForumRead,
    TokenScope::ActionItemRead,
];

/// Makes an address under which programs follow the calendar of the person who makes it, for a year.
///
/// # Errors
/// `Forbidden` for an integration, and with a token that may read nothing that a calendar shows; `Invalid` when the
/// name breaks a rule.
pub async fn create_for_calendar(
    permit: Permit<CreateCalendarFeed>,
    name: String,
) -> Result<(api_token::Model, Secret)> {
    let Some(person) = permit.actor().person else {
        return Err(Error::Forbidden(
            "An integration has no calendar. A person makes one, with createCalendarFeed."
                .to_owned(),
        ));
    };
    let shown = CALENDAR.into_iter();
    let wanted = Wanted {
        name,
        scopes: shown
            .filter(|scope| permit.actor().has_scope(*scope))
            .collect(),
        expires_at: permit.now() + LONGEST,
    };
    if wanted.scopes.is_empty() {
        return Err(Error::Forbidden(
            "The token in use reads nothing that a calendar shows. Use one with FORUM_READ or ACTION_ITEM_READ."
                .to_owned(),
        ));
    }
    let mut check = Check::default();
    rules(&wanted, permit.actor(), permit.now(), &mut check);
    check.finish()?;
    let usage = (TokenUsage::Calendar, ClientProof::default());
    keep(permit, Some(person), wanted, vec![], usage).await
}

/// Lets another machine client have this client at the provider, if the one that has it works no longer.
async fn release(permit: &Permit<CreateMachineClient>, named: &str) -> Result<()> {
    let holder = permit
        .find::<api_token::Entity>()?
        .filter(api_token::Column::ProviderClient.eq(named))
        .one()
        .await?;
    match holder {
        None => Ok(()),
        Some(holder) if holder.revoked_at.is_none() && holder.expires_at > permit.now() => {
            Err(Error::invalid(
                "providerClientId",
                "belongs to another machine client of the organisation; revoke that one first",
            ))
        }
        Some(holder) => {
            let released = api_token::Model {
                provider_client: None,
                ..holder.clone()
            };
            permit
                .change::<api_token::Entity>(&holder, released, "released")
                .await?;
            Ok(())
        }
    }
}

fn proof_rules(proof: &ClientProof, check: &mut Check) {
    check.optional_text(
        "providerClientId",
        proof.provider_client.as_deref(),
        PROVIDER_CLIENT,
    );
    if let Some(keys) = &proof.public_keys {
        check.require(
            "publicKeys",
            jwt::key_set(keys).is_some_and(|set| !set.keys().is_empty()),
            "must be a JSON Web Key Set with at least one public key that signs: RSA, EC (P-256, P-384) or Ed25519",
        );
        check.require(
            "publicKeys",
            !jwt::has_private(keys),
            "must not have private keys: keep those to yourself, and make new ones, as these have been sent",
        );
    }
}

async fn keep<A: Act<Resource = organisation::Model>>(
    permit: Permit<A>,
    person: Option<uuid::Uuid>,
    wanted: Wanted,
    roles: Vec<Grant>,
    (usage, proof): (TokenUsage, ClientProof),
) -> Result<(api_token::Model, Secret)> {
    let token = NewToken {
        organisation: permit.resource.id,
        person,
        name: wanted.name,
        scopes: wanted.scopes,
        roles,
        created_by: permit.actor().person,
        // PostgreSQL keeps no more.
        expires_at: wanted.expires_at.trunc_subsecs(6),
        support: None,
        usage,
        proof,
    };
    let (row, secret) = token.make(permit.clock())?;
    let row = permit.create::<api_token::Entity>(row, "created").await?;
    permit.commit().await?;
    Ok((row, secret))
}

fn rules(wanted: &Wanted, maker: &Actor, now: DateTime<Utc>, check: &mut Check) {
    check.text("name", &wanted.name, TITLE);
    check.require(
        "scopes",
        !wanted.scopes.is_empty(),
        "must name at least one scope",
    );
    check.require(
        "scopes",
        wanted.scopes.iter().all(|scope| maker.has_scope(*scope)),
        "must be among the scopes of the token that you use now",
    );
    check.require(
        "expiresAt",
        wanted.expires_at > now,
        "must lie in the future",
    );
    check.require(
        "expiresAt",
        wanted.expires_at <= now + LONGEST,
        format!("must lie at most {} days ahead", LONGEST.num_days()),
    );
}

fn integration_rules(of: &organisation::Model, roles: &[Grant], check: &mut Check) {
    check.require("roles", !roles.is_empty(), "must name at least one role");
    for grant in roles {
        role_rules(of.kind, grant.role, grant.area, check);
        check.require(
            "roles",
            grant.role != Role::Administrator,
            "must not include ADMINISTRATOR: a person answers for who may do what",
        );
    }
}

/// Ends the use of a token at once.
///
/// # Errors
/// `InvalidState` when it has been revoked already.
pub async fn revoke(permit: Permit<RevokeApiToken>) -> Result<api_token::Model> {
    let before = &permit.resource;
    if before.revoked_at.is_some() {
        return Err(Error::InvalidState(
            "This token has been revoked already; nothing needs to be done.".to_owned(),
        ));
    }
    let after = api_token::Model {
        revoked_at: Some(permit.now()),
        ..before.clone()
    };
    let row = permit
        .change::<api_token::Entity>(before, after, "revoked")
        .await?;
    permit.commit().await?;
    Ok(row)
}

#[cfg(test)]
mod tests {
    use entity::{OrganisationKind, ServiceArea};
    use uuid::Uuid;

    use super::*;

    fn told(fill: impl FnOnce(&mut Check)) -> Vec<String> {
        let mut check = Check::default();
        fill(&mut check);
        match check.finish() {
            Err(Error::Invalid(told)) => told.into_iter().map(|v| v.path).collect(),
            _ => vec![],
        }
    }

    fn a_token_for(scopes: &[TokenScope], expires_at: DateTime<Utc>) -> Wanted {
        Wanted {
            name: "service desk".to_owned(),
            scopes: scopes.to_vec(),
            expires_at,
        }
    }

    fn the_it_manager() -> Actor {
        let tenant = (Uuid::nil(), OrganisationKind::Municipality);
        Actor::new(tenant, Some(Uuid::nil()), "Anna".to_owned(), vec![])
    }

    #[test]
    fn a_token_never_goes_beyond_the_one_it_is_made_with() {
        use TokenScope::{AdministrationWrite, EvidenceRead, RiskRead};
        let now = DateTime::UNIX_EPOCH;
        let maker =
            the_it_manager().with_token(Uuid::nil(), vec![AdministrationWrite, EvidenceRead]);
        let told = |scopes: &[TokenScope], maker: &Actor| {
            let wanted = a_token_for(scopes, now + LONGEST);
            told(|check| rules(&wanted, maker, now, check))
        };
        assert_eq!(told(&[EvidenceRead], &maker), [""; 0]);
        assert_eq!(told(&[EvidenceRead, RiskRead], &maker), ["scopes"]);
        assert_eq!(told(&[], &maker), ["scopes"]);
        assert_eq!(told(&[RiskRead], &the_it_manager()), [""; 0]);
    }

    #[test]
    fn a_token_expires_within_a_year() {
        let now = DateTime::UNIX_EPOCH;
        for (after, accepted) in [
            (TimeDelta::zero(), false),
            (TimeDelta::seconds(1), true),
            (LONGEST, true),
            (LONGEST + TimeDelta::seconds(1), false),
        ] {
            let wanted = a_token_for(&[TokenScope::RiskRead], now + after);
            let told = told(|check| rules(&wanted, &the_it_manager(), now, check));
            assert_eq!(told.is_empty(), accepted, "{after}");
        }
    }

    #[test]
    fn an_integration_has_roles_of_its_organisation_and_no_administrator_s() {
        let municipality = organisation::Model {
            id: Uuid::nil(),
            number: "2120000142".to_owned(),
            name: "Kommunen".to_owned(),
            kind: OrganisationKind::Municipality,
            created_at: DateTime::UNIX_EPOCH,
            version: 1,
        };
        let told = |role, area| {
            let grant = Grant { role, area };
            told(|check| integration_rules(&municipality, &[grant], check))
        };
        assert_eq!(told(Role::Reader, None), [""; 0]);
        assert_eq!(
            told(Role::ServiceAreaManager, Some(ServiceArea::Network)),
            [""; 0]
        );
        assert_eq!(told(Role::ServiceAreaManager, None), ["serviceArea"]);
        assert_eq!(told(Role::SupplierReader, None), ["role"]);
        assert_eq!(told(Role::Administrator, None), ["roles"]);
    }

    #[test]
    fn nothing_secret_stands_in_the_event_of_a_token() {
        let new = NewToken {
            organisation: Uuid::nil(),
            person: None,
            name: "service desk".to_owned(),
            scopes: vec![TokenScope::RiskRead],
            roles: vec![],
            created_by: None,
            expires_at: DateTime::UNIX_EPOCH,
            support: None,
            usage: TokenUsage::Bearer,
            proof: ClientProof::default(),
        };
        let clock = crate::clock::Clock::fixed(DateTime::UNIX_EPOCH, 1);
        let (row, secret) = new.make(&clock).expect("a token");
        let event = serde_json::to_string(&row).expect("JSON");
        assert!(
            !event.contains(&row.hash) && !event.contains(&secret.reveal()),
            "{event}"
        );
    }
}
