//! `samsyn token`: API tokens made by the operator, the first one above all.

use std::time::Duration;

use clap::{ArgGroup, Subcommand};
use entity::{Role, ServiceArea};

use super::{SettingsArgs, by_name};
use crate::access::{Grant, TokenScope};

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
  samsyn token create --organisation 212000-0142 --name \"service desk\" \\
      --role READER --scope ACTION_ITEM_READ --expires-in 1y
  samsyn token create --organisation 212000-0142 --name \"Anna's dashboard\" \\
      --person anna@example.se --scope FORUM_READ --scope RISK_READ";

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
