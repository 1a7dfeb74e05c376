//! `samsyn serve`: the service itself.

use super::SettingsArgs;

/// Serve the API
///
/// On an empty folder this starts with an embedded SQLite database and a folder for evidence, both
/// under `samsyn-data`. It stops on SIGTERM or Ctrl-C, after the requests under way are answered.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Listen on this address and port, the setting `server.listen`; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Where the settings come from.
    #[command(flatten)]
    pub settings: SettingsArgs,
}

const EXAMPLES: &str = "\
Examples:
  samsyn serve
  samsyn serve --listen 0.0.0.0:8080 --data /srv/samsyn
  SAMSYN_LOG__FORMAT=json samsyn serve --config /etc/samsyn.toml";
