//! `samsyn serve`: the service itself.

use anyhow::Result;

use super::SettingsArgs;
use crate::{app::App, clock::Clock, server, telemetry};

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

/// Serves until the process is told to stop.
///
/// # Errors
/// When a setting is wrong, the address is taken, or database or evidence store cannot be opened.
pub async fn run(args: Args) -> Result<()> {
    let listen = args.listen;
    let settings = args
        .settings
        .sources()
        .flag("--listen", ("server", "listen"), listen)
        .load()?;
    let telemetry = telemetry::start(&settings.log, &settings.telemetry)?;
    let listener = server::bind(&settings.server).await?;
    let base = settings.server.base_url(listener.local_addr()?);
    let app = App::open(&settings, base, Clock::system()).await?;
    tracing::info!(
        version = telemetry::version(),
        address = %listener.local_addr()?,
        "serving"
    );
    let served = app.serve(listener, app.routes(&settings), &settings).await;
    telemetry.stop().await;
    served
}
