//! `samsyn organisation`: the tenants, which only the operator of the service can add.

use clap::Subcommand;
use entity::OrganisationKind;

use super::{SettingsArgs, by_name};

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
