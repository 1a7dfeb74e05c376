//! `samsyn verify-ledger`: the proof that nothing that happened was altered.

use super::SettingsArgs;

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
