//! What the command line says.

use std::{collections::BTreeSet, env::VarError, ffi::OsString};

use anyhow::{Result, bail};
use clap::Parser;

use crate::engine::Engine;

/// Runs a command beside engines that are there for it alone, and ends as it does.
///
/// The command finds their addresses, HOST:PORT, in SAMSYN_TEST_POSTGRES, SAMSYN_TEST_REDIS, SAMSYN_TEST_S3 and
/// SAMSYN_TEST_S3_DISK, and in SAMSYN_TEST_ENGINES whether they are `containers` or `local`. Ends with 3 when a store that
/// speaks S3 cannot be installed, and with 4 when anything else keeps the command from being run.
#[derive(Debug, Parser)]
#[command(name = "engines")]
pub struct Arguments {
    /// Start containers, or fail; SAMSYN_ENGINES=containers asks for the same.
    #[arg(long, conflicts_with = "local")]
    containers: bool,
    /// Start servers from the binaries of this machine, or fail; SAMSYN_ENGINES=local asks for the same.
    #[arg(long)]
    local: bool,
    /// What the engines have confirmed survives that they are killed: for tests that do so.
    #[arg(long)]
    pub durable: bool,
    /// The engines to start.
    #[arg(required = true, value_name = "ENGINE")]
    named: Vec<Engine>,
    /// The command to run, with its arguments.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// How engines are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As containers.
    Containers,
    /// As processes, from the binaries of this machine.
    Local,
}

impl Way {
    /// What tests are told.
    pub fn name(self) -> &'static str {
        match self {
            Self::Containers => "containers",
            Self::Local => "local",
        }
    }
}

impl Arguments {
    /// Each once.
    pub fn engines(&self) -> BTreeSet<Engine> {
        self.named.iter().copied().collect()
    }

    /// The way that is asked for: by the command line, or by what SAMSYN_ENGINES holds.
    pub fn forced(&self, variable: Result<String, VarError>) -> Result<Option<Way>> {
        let asked = match (self.containers, self.local) {
            (true, _) => "containers".to_owned(),
            (_, true) => "local".to_owned(),
            _ => variable.unwrap_or_default(),
        };
        Ok(match asked.as_str() {
            "" => None,
            "containers" => Some(Way::Containers),
            "local" => Some(Way::Local),
            other => bail!("SAMSYN_ENGINES is {other:?}\nhint: containers or local"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split(' '))
    }

    fn nothing() -> Result<String, VarError> {
        Err(VarError::NotPresent)
    }

    #[test]
    fn the_command_keeps_its_own_options() {
        let all =
            said("engines --durable s3 postgres s3 -- cargo test -- --local").expect("a line");
        assert_eq!(
            Vec::from_iter(all.engines()),
            [Engine::Postgres, Engine::S3]
        );
        assert_eq!(all.command, ["cargo", "test", "--", "--local"]);
        assert!(all.durable);
        assert_eq!(all.forced(nothing()).expect("a way"), None);
    }

    #[test]
    fn a_line_without_engine_or_command_is_refused() {
        for line in [
            "engines -- true",
            "engines postgres",
            "engines postgres --",
            "engines oracle -- true",
            "engines --local --containers redis -- true",
        ] {
            assert!(said(line).is_err(), "{line}");
        }
    }

    #[test]
    fn the_command_line_goes_before_the_environment() {
        let variable = |value: &str| Ok(value.to_owned());
        let asked = said("engines --local redis -- true").expect("a line");
        assert_eq!(
            asked.forced(variable("containers")).expect("a way"),
            Some(Way::Local)
        );
        let open = said("engines redis -- true").expect("a line");
        assert_eq!(
            open.forced(variable("containers")).expect("a way"),
            Some(Way::Containers)
        );
        assert_eq!(open.forced(variable("")).expect("a way"), None);
        assert!(open.forced(variable("lokal")).is_err());
    }
}
