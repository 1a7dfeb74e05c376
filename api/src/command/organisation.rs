//! `samsyn organisation`: the tenants, which only the operator of the service can add.

use anyhow::{Context, Result};
use clap::Subcommand;
use entity::{OrganisationKind, organisation};

use super::{SettingsArgs, by_name, print};
use crate::{
    access::Door,
    clock::Clock,
    graphql::key,
    topic::organisation::model::{OrganisationNumber, rules},
    validate::Check,
};

/// Add the organisations that exchange through this service
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub action: Action,
    /// Where the settings come from.
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// What to do with organisations.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Add an organisation
    ///
    /// Make a token for its first administrator next, who then adds people and roles through the API:
    ///
    ///   samsyn token create --organisation NUMBER --name "first administrator" --role ADMINISTRATOR
    ///   --scope ADMINISTRATION_WRITE
    #[command(after_long_help = EXAMPLES)]
    Create {
        /// Its Swedish organisation number, the last digit being the check digit
        #[arg(long)]
        number: String,
        /// Its registered name
        #[arg(long)]
        name: String,
        /// MUNICIPALITY or SUPPLIER
        #[arg(long, value_parser = by_name::<OrganisationKind>)]
        kind: OrganisationKind,
    },
}

const EXAMPLES: &str = "\
Examples:
  samsyn organisation create --kind municipality --number 212000-0142 --name \"Stockholms kommun\"";

/// Does what was asked with organisations.
///
/// # Errors
/// When a setting or an argument is wrong, or the number is taken.
pub async fn run(args: Args) -> Result<()> {
    let settings = args.settings.sources().load()?;
    let clock = Clock::system();
    let door = Door::open_for_command(settings.database.url.expose(), clock.clone()).await?;
    let Action::Create { number, name, kind } = args.action;
    let number: OrganisationNumber = number.parse().context("--number")?;
    let row = organisation::Model {
        id: clock.id(),
        number: number.digits().to_owned(),
        name,
        kind,
        created_at: clock.now(),
        version: 1,
    };
    let mut check = Check::default();
    rules(&row, &mut check);
    check.finish()?;
    door.as_operator().add_organisation(row.clone()).await?;
    print(&format!(
        "{} {number} {}",
        key::id::<organisation::Entity>(row.id).0,
        row.name
    ))
}
