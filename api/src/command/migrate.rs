//! `samsyn migrate`: the tables of the database, up, down, and where they are.

use anyhow::Result;
use clap::Subcommand;

use super::{SettingsArgs, print};
use crate::access::migrate::{self, Step};

/// Bring the database up to this version of samsyn, or back
///
/// `serve` does this by itself on SQLite. On PostgreSQL it is a step of its own: it needs the owner of
/// the tables, and the service runs as a role with fewer rights. All steps of one call succeed
/// together, or nothing is changed.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    settings: SettingsArgs,
}

const EXAMPLES: &str = "\
Examples:
  samsyn migrate                            the same as `samsyn migrate up`
  samsyn migrate status
  SAMSYN_DATABASE__URL=postgres://owner:…@db/samsyn samsyn migrate up --service-role samsyn";

#[derive(Debug, Subcommand)]
enum Action {
    /// Take every step that the database has not been through (this is the default)
    Up {
        /// PostgreSQL: the role as which the service works; it gets the rights that it needs and no others
        #[arg(long, value_name = "ROLE")]
        service_role: Option<String>,
    },
    /// Take steps back, together with the data that they made room for
    Down {
        /// How many
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        steps: u32,
        /// Say that the data of these steps may be lost; take a backup first
        #[arg(long, required = true)]
        lose_data: bool,
    },
    /// Show every step, and whether the database has been through it
    Status,
}

/// Does what the arguments say, and prints the steps: that is its log, too.
pub(super) async fn run(args: Args) -> Result<()> {
    let settings = args.settings.sources().load()?;
    let url = settings.database.url.expose();
    let up = Action::Up { service_role: None };
    match args.action.unwrap_or(up) {
        Action::Up { service_role } => {
            report("applied", &migrate::up(url, service_role.as_deref()).await?)
        }
        Action::Down { steps, .. } => report("reverted", &migrate::down(url, steps).await?),
        Action::Status => migrate::status(url).await?.iter().try_for_each(show),
    }
}

fn report(verb: &str, steps: &[String]) -> Result<()> {
    if steps.is_empty() {
        return print("nothing to do");
    }
    steps
        .iter()
        .try_for_each(|step| print(&format!("{verb} {step}")))
}

fn show(step: &Step) -> Result<()> {
    let state = if step.applied { "applied" } else { "pending" };
    print(&format!("{state} {}", step.name))
}
