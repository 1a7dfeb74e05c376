//! `samsyn token`: API tokens made by the operator, the first one above all.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use clap::{ArgGroup, Subcommand};
use entity::{Role, ServiceArea, TokenUsage, support_grant};
use uuid::Uuid;

use super::{SettingsArgs, by_name, print};
use crate::{
    access::{ClientProof, Door, Grant, NewToken, Operator, TokenScope},
    clock::Clock,
    topic::organisation::model::{Email, OrganisationNumber, role_rules},
    validate::{Check, TITLE},
};

/// Make API tokens
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
    /// Where the settings come from.
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Make a token and print its secret, which is shown this once
    Create(Create),
}

/// What the token is for.
///
/// It acts as a person (`--person`), who can then never do more than the person's roles allow, or as an
/// integration with roles of its own (`--role`); in both cases no more than its scopes say.
///
/// The operator sees no organisation's records without its leave: an administrator of the organisation gives it with
/// grantSupportAccess, for days at the most, and the token ends with it. None is needed for a token that does
/// nothing but administer, as long as the organisation has no administrator.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES, group(ArgGroup::new("actor").required(true)))]
pub struct Create {
    /// The number of the organisation that it acts for
    #[arg(long, value_name = "NUMBER")]
    pub organisation: String,
    /// What it is for, as people will see it in lists and in the history
    #[arg(long)]
    pub name: String,
    /// Act as the person with this e-mail address
    #[arg(long, value_name = "EMAIL", group = "actor")]
    pub person: Option<String>,
    /// Act as an integration with this role; SERVICE_AREA_MANAGER:AREA for that one (may be repeated)
    #[arg(long, value_parser = grant, group = "actor")]
    pub role: Vec<Grant>,
    /// Limit it to this scope, such as ACTION_ITEM_READ (may be repeated)
    #[arg(long, required = true, value_parser = by_name::<TokenScope>)]
    pub scope: Vec<TokenScope>,
    /// How long it works
    #[arg(long, default_value = "90d", value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub expires_in: Duration,
}

const EXAMPLES: &str = "\
Examples:
  samsyn token create --organisation 212000-0142 --name \"first administrator\" \\
      --role ADMINISTRATOR --scope ADMINISTRATION_WRITE --expires-in 1d
  samsyn token create --organisation 212000-0142 --name \"support, case 4711\" \\
      --role READER --scope RISK_READ --expires-in 4h";

fn grant(text: &str) -> Result<Grant, String> {
    let (role, area) = match text.split_once(':') {
        Some((role, area)) => (by_name(role)?, Some(by_name::<ServiceArea>(area)?)),
        None => (by_name(text)?, None),
    };
    if (role == Role::ServiceAreaManager) != area.is_some() {
        return Err(
            "a service-area manager, and nobody else, has an area: SERVICE_AREA_MANAGER:NETWORK"
                .to_owned(),
        );
    }
    Ok(Grant { role, area })
}

/// Makes the token and prints its secret.
///
/// # Errors
/// When a setting or an argument is wrong, or there is no such organisation or person.
pub async fn run(args: Args) -> Result<()> {
    let settings = args.settings.sources().load()?;
    let clock = Clock::system();
    let door = Door::open_for_command(settings.database.url.expose(), clock.clone()).await?;
    let Action::Create(wanted) = args.action;
    let number: OrganisationNumber = wanted.organisation.parse().context("--organisation")?;
    let operator = door.as_operator();
    let organisation = operator.organisation(number.digits()).await?;
    let organisation = organisation.with_context(|| {
        format!("there is no organisation {number}; add it with `samsyn organisation create`")
    })?;
    let mut check = Check::default();
    for grant in &wanted.role {
        role_rules(organisation.kind, grant.role, grant.area, &mut check);
    }
    check.text("--name", &wanted.name, TITLE);
    check.finish()?;
    let person = match &wanted.person {
        None => None,
        Some(email) => {
            let email: Email = email.parse().context("--person")?;
            let person = operator.person(organisation.id, email.as_str()).await?;
            Some(
                person
                    .with_context(|| format!("{} has nobody with this address", organisation.name))?
                    .id,
            )
        }
    };
    let expires_at = clock.now() + wanted.expires_in;
    let leave = leave(&operator, organisation.id, &wanted, clock.now()).await?;
    let new = NewToken {
        organisation: organisation.id,
        person,
        name: wanted.name,
        scopes: wanted.scope,
        roles: wanted.role,
        created_by: None,
        expires_at: leave
            .as_ref()
            .map_or(expires_at, |leave| leave.expires_at.min(expires_at)),
        support: leave.map(|leave| leave.id),
        usage: TokenUsage::Bearer,
        proof: ClientProof::default(),
    };
    let (row, secret) = new.make(&clock)?;
    operator.add_token(row).await?;
    print(&secret.reveal())
}

/// The leave under which the operator makes a token, which then reads and does nothing else, as nobody of the
/// organisation. None is needed for one that does nothing but administer, as long as the organisation has no
/// administrator who could do so.
async fn leave(
    operator: &Operator<'_>,
    organisation: Uuid,
    wanted: &Create,
    now: DateTime<Utc>,
) -> Result<Option<support_grant::Model>> {
    use TokenScope::{
        ActionItemRead, AdministrationRead, AdministrationWrite, EvidenceRead, ForumRead, RiskRead,
    };
    let all = |among: &[TokenScope]| wanted.scope.iter().all(|scope| among.contains(scope));
    let administers = all(&[AdministrationRead, AdministrationWrite]);
    if administers && !operator.has_administrator(organisation).await? {
        return Ok(None);
    }
    let Some(given) = operator.leave_of(organisation, now).await? else {
        bail!(
            "this needs the organisation's leave: have one of its administrators give it with grantSupportAccess, or make the token in the API. Without, a token can only administer (ADMINISTRATION_READ, ADMINISTRATION_WRITE), for an organisation that has no administrator yet"
        );
    };
    let reads = all(&[EvidenceRead, RiskRead, ForumRead, ActionItemRead]);
    let as_itself = wanted.person.is_none()
        && wanted
            .role
            .iter()
            .all(|grant| grant.role != Role::Administrator);
    if !reads || !as_itself {
        bail!(
            "under the organisation's leave a token reads and does nothing else: with scopes EVIDENCE_READ, RISK_READ, FORUM_READ and ACTION_ITEM_READ, a role other than ADMINISTRATOR, and as no person"
        );
    }
    Ok(Some(given))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_has_an_area_exactly_if_it_needs_one() {
        let network = Grant {
            role: Role::ServiceAreaManager,
            area: Some(ServiceArea::Network),
        };
        assert_eq!(grant("service-area-manager:network"), Ok(network));
        assert!(grant("READER").is_ok());
        for wrong in [
            "SERVICE_AREA_MANAGER",
            "READER:NETWORK",
            "READER:ROOFS",
            "KING",
        ] {
            assert!(grant(wrong).is_err(), "{wrong}");
        }
    }
}
