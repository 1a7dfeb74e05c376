//! The command line: one file a command, with its arguments, its help and what it does.
//!
//! What always holds: standard output carries results and nothing else, so that it can be piped; a
//! failure is one line on standard error, with a hint where there is one. The process ends with 0
//! when it did what was asked, 2 when the command line or a setting is wrong, 1 when anything else
//! failed.
//!
//! To add a command: a file with `Args` and `run`, a variant of [`Command`], a line in [`dispatch`].

pub mod demo;
pub mod identity;
pub mod migrate;
pub mod organisation;
pub mod permissions;
pub mod schema;
pub mod serve;
mod settings;
pub mod token;
mod verify_evidence;
pub mod verify_ledger;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anyhow::{Context, Result};
use async_graphql::resolver_utils::EnumType;
use clap::{Parser, Subcommand};

pub use settings::SettingsArgs;

use crate::{config, server::CannotListen, telemetry};

const EXIT_FAILURE: u8 = 1;
const EXIT_USAGE: u8 = 2;

/// Samsyn: where a municipality and the suppliers that run its IT exchange risk analyses, evidence and action items.
///
/// One program is the whole service: the GraphQL API, its database (SQLite unless settings name a
/// PostgreSQL), and the tools to look after it.
#[derive(Debug, Parser)]
#[command(name = "samsyn", version = telemetry::version(), arg_required_else_help = true, after_long_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Settings:
  Every setting has a default. To change it, in rising precedence: a line in samsyn.toml (or the file
  named by --config), an environment variable SAMSYN_SECTION__NAME with two underscores, such as
  SAMSYN_DATABASE__URL, or a flag of the command. deploy/samsyn.example.toml shows every setting.

Exit status:
  0 it was done, 1 it failed, 2 the command line or a setting is wrong.

Examples:
  samsyn migrate                            bring the database up to this version
  samsyn migrate status --database sqlite:///srv/samsyn/samsyn.sqlite
  SAMSYN_DATABASE__MAX_CONNECTIONS=20 samsyn migrate --config /etc/samsyn.toml";

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    Serve(serve::Args),
    Migrate(migrate::Args),
    /// Print the GraphQL schema in the definition language, for code generators and reviews
    Schema,
    Permissions(permissions::Args),
    VerifyLedger(verify_ledger::Args),
    VerifyEvidence(verify_evidence::Args),
    Organisation(organisation::Args),
    Identity(identity::Args),
    Token(token::Args),
}

/// Does what the process's command line says.
pub async fn run() -> ExitCode {
    // Ends the process itself for help (0) and for a command line that is wrong (2).
    let cli = Cli::parse();
    match dispatch(cli.command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // When standard error is closed there is nobody left to tell.
            let _ = io::stderr().write_all(told(&error).as_bytes());
            ExitCode::from(exit_status(&error))
        }
    }
}

async fn dispatch(command: Command) -> Result<()> {
    match command {
        Command::Demo(args) => demo::run(args).await,
        Command::Serve(args) => serve::run(args).await,
        Command::Migrate(args) => migrate::run(args).await,
        Command::Schema => schema::run(),
        Command::Permissions(args) => permissions::run(&args),
        Command::VerifyLedger(args) => verify_ledger::run(args).await,
        Command::VerifyEvidence(args) => verify_evidence::run(args).await,
        Command::Organisation(args) => organisation::run(args).await,
        Command::Identity(args) => identity::run(args).await,
        Command::Token(args) => token::run(args).await,
    }
}

/// The failure for a person at a terminal.
fn told(error: &anyhow::Error) -> String {
    let line = format!("{error:#}").replace('\n', " ");
    match hint(error) {
        Some(hint) => format!("error: {line}\nhint: {hint}\n"),
        None => format!("error: {line}\n"),
    }
}

fn hint(error: &anyhow::Error) -> Option<&'static str> {
    let settings = error.downcast_ref().map(config::Error::hint);
    settings.or_else(|| error.downcast_ref().map(CannotListen::hint))
}

fn exit_status(error: &anyhow::Error) -> u8 {
    if error.is::<config::Error>() {
        EXIT_USAGE
    } else {
        EXIT_FAILURE
    }
}

/// Writes a line of the result to standard output, at once.
pub(crate) fn print(line: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        // The reader has seen enough, as `head` does.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to standard output"),
    }
}

/// Reads a value by its name in the schema, in whatever case and with `-` for `_`.
fn by_name<T: EnumType>(text: &str) -> Result<T, String> {
    let name = text.replace('-', "_").to_uppercase();
    let item = T::items().iter().find(|item| item.name == name);
    item.map(|item| item.value).ok_or_else(|| {
        let names: Vec<_> = T::items().iter().map(|item| item.name).collect();
        format!("it must be one of {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, error::ErrorKind};
    use entity::OrganisationKind;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn nothing_unknown_is_accepted() {
        for (line, kind) in [
            ("samsyn fly", ErrorKind::InvalidSubcommand),
            ("samsyn migrate --fast", ErrorKind::UnknownArgument),
            ("samsyn migrate down", ErrorKind::MissingRequiredArgument),
        ] {
            let error = Cli::try_parse_from(line.split(' ')).expect_err(line);
            assert_eq!(error.kind(), kind, "{line}");
        }
    }

    #[test]
    fn a_failure_is_one_line_and_a_hint() {
        let setting = config::Error::Invalid {
            key: "server.listen".to_owned(),
            origin: "--listen".to_owned(),
            problem: "no".to_owned(),
        };
        let error = anyhow::Error::new(setting);
        assert_eq!(
            told(&error),
            "error: setting `server.listen` (--listen): no\n\
             hint: deploy/samsyn.example.toml shows every setting with its meaning and default\n"
        );
        assert_eq!(exit_status(&error), EXIT_USAGE);

        let error = anyhow::anyhow!("disk\nfull").context("cannot write");
        assert_eq!(told(&error), "error: cannot write: disk full\n");
        assert_eq!(exit_status(&error), EXIT_FAILURE);
    }

    #[test]
    fn values_are_known_by_their_names_in_the_schema() {
        assert_eq!(by_name("MUNICIPALITY"), Ok(OrganisationKind::Municipality));
        assert_eq!(by_name("supplier"), Ok(OrganisationKind::Supplier));
        assert_eq!(
            by_name::<OrganisationKind>("school"),
            Err("it must be one of MUNICIPALITY, SUPPLIER".to_owned())
        );
    }
}
