//! The flags that every command shares which reads the settings.

use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::config::{Settings, Sources};

/// Where the settings come from.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Settings")]
pub struct SettingsArgs {
    /// Read settings from this file [default: samsyn.toml, if it is there]
    #[arg(long, env = "SAMSYN_CONFIG", value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// Keep database and evidence in this folder, unless settings say where [default: samsyn-data]
    #[arg(long, env = "SAMSYN_DATA", value_name = "DIR", global = true)]
    data: Option<PathBuf>,
    /// Use this database, the setting `database.url`
    ///
    /// `sqlite://FILE`, or `postgres://USER:PASSWORD@HOST/DATABASE`. A password is better kept in the
    /// environment, SAMSYN_DATABASE__URL, where other users of the machine do not see it.
    #[arg(long, value_name = "URL", global = true)]
    database: Option<String>,
}

impl SettingsArgs {
    /// The sources to load the settings from; a command adds its own flags to them.
    pub(super) fn sources(self) -> Sources {
        // An empty variable counts as not set, as for the settings themselves.
        let given = |path: &PathBuf| !path.as_os_str().is_empty();
        Sources::of_the_process(self.config.filter(given), self.data.filter(given)).flag(
            "--database",
            ("database", "url"),
            self.database,
        )
    }
}

/// Makes sure that there is something to be looked at: whoever names a wrong place must not be told that
/// what is there is whole.
///
/// # Errors
/// When a file or folder that the settings name is not there.
pub(super) fn must_exist(settings: &Settings) -> anyhow::Result<()> {
    let database = settings.database.url.expose().strip_prefix("sqlite://");
    if let Some(file) = database.filter(|file| !Path::new(file).exists()) {
        bail!("there is no database {file}; name one with --database or --data");
    }
    Ok(())
}
