//! `samsyn verify-ledger`: the proof that nothing that happened was altered.

use anyhow::{Context, Result, bail};

use super::{SettingsArgs, print};
use crate::{access::Door, clock::Clock, graphql::key, ledger::verify::Verdict};

/// Check that no event was altered, removed or reordered since it was sealed
///
/// Recomputes the chain of hashes from the first event to the last, and names the first event that does
/// not fit. Ends with 1 if there is one. Changes nothing; the service may run at the same time.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Where the settings come from.
    #[command(flatten)]
    pub settings: SettingsArgs,
}

const EXAMPLES: &str = "\
Examples:
  samsyn verify-ledger
  samsyn verify-ledger --database sqlite:///srv/backup/samsyn.sqlite";

/// Walks the ledger and says what was found.
///
/// # Errors
/// When an event does not fit, or the database cannot be read.
pub async fn run(args: Args) -> Result<()> {
    let settings = args.settings.sources().load()?;
    super::settings::must_exist(&settings)?;
    let door = Door::open(settings.database.url.expose(), 2, Clock::system()).await?;
    let verdict = door
        .verify_ledger()
        .await
        .context("the database holds no ledger that can be read; is it this version's?")?;
    match verdict {
        Verdict::Whole {
            events,
            head,
            unsealed,
        } => {
            print(&format!(
                "The ledger is whole: {events} events, none altered, removed or reordered."
            ))?;
            print(&format!("Head: {events}:{head}"))?;
            if unsealed > 0 {
                print(&format!(
                    "{unsealed} more events are not sealed yet; the service seals them when it runs."
                ))?;
            }
            Ok(())
        }
        Verdict::Broken {
            sequence,
            event,
            problem,
        } => {
            let id = event.map(|id| format!(" ({})", key::id::<entity::event::Entity>(id).0));
            bail!(
                "the ledger is broken at event {sequence}{}: {problem}",
                id.unwrap_or_default()
            )
        }
    }
}
