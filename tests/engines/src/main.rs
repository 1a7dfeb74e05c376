//! Starts the engines that tests need, runs a command beside them, and ends as it does.
//!
//! Tests are run on real engines, and always on the same: containers of the images of `tests/containers` where a
//! Docker engine answers, servers from the binaries of the machine otherwise. Both are started, disturbed and stopped
//! here, so that neither scripts nor tests need to know which they are. See `README.md` for how it is used.
//!
//! One engine more is a variant of [`Engine`] with how it tells that it is ready ([`ready`]), its image
//! ([`container`]) and its binaries ([`process`]).

mod arguments;
mod command;
mod container;
mod control;
mod engine;
mod process;
mod ready;

use std::{env, ffi::OsStr, process::ExitCode, sync::Arc};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Parser as _;
use tokio::{net::TcpListener, sync::Mutex};

use arguments::{Arguments, Way};
use command::{Ended, Signals};
use engine::Running;

/// A store that speaks S3 is not to be had here. Told apart from other failures, as tests may do without.
#[derive(Debug, thiserror::Error)]
enum NoStore {
    #[error("moto cannot be installed\nhint: apt-get install python3-venv, and a way to PyPI")]
    Moto,
    #[error("s3s-fs cannot be installed\nhint: a way to crates.io")]
    S3sFs,
}

/// How this ends when a store cannot be installed, and when anything else fails before the command runs.
const NO_STORE: u8 = 3;
const FAILED: u8 = 4;

// One thread: what is started here ends with the thread that started it (see `process`).
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    ExitCode::from(beside_engines(arguments).await.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        if error.is::<NoStore>() {
            NO_STORE
        } else {
            FAILED
        }
    }))
}

async fn beside_engines(arguments: Arguments) -> Result<u8> {
    let mut signals = Signals::new()?;
    let way = way(&arguments).await?;
    let engines = Arc::new(Mutex::new(Vec::new()));
    let ended = run(&arguments, way, &engines, &mut signals).await;
    for engine in engines.lock().await.drain(..) {
        engine.end().await;
    }
    // What fails on the way because this is told to end is no failure.
    match (ended, signals.came()) {
        (Err(_), Some(signal)) => Ok(Ended::signalled(signal).code()),
        (ended, _) => ended.map(|ended| ended.code()),
    }
}

/// The way to start them: as it was asked, or by containers if they are to be had.
async fn way(arguments: &Arguments) -> Result<Way> {
    Ok(match arguments.forced(env::var("SAMSYN_ENGINES"))? {
        Some(Way::Containers) => {
            if let Err(error) = container::docker_answers().await {
                bail!(
                    "no Docker engine answers: {error:#}\n\
                     hint: start dockerd (apt-get install docker.io), or name one in DOCKER_HOST"
                );
            }
            Way::Containers
        }
        Some(Way::Local) => Way::Local,
        None if container::docker_answers().await.is_ok() => Way::Containers,
        None => Way::Local,
    })
}

async fn run(
    arguments: &Arguments,
    way: Way,
    engines: &Arc<Mutex<Vec<Running>>>,
    signals: &mut Signals,
) -> Result<Ended> {
    let mut variables = vec![("SAMSYN_TEST_ENGINES".to_owned(), way.name().to_owned())];
    for &engine in &arguments.engines() {
        let started = Running::start(engine, way, arguments.durable, signals).await;
        let started = started.with_context(|| format!("{} does not start", engine.name()))?;
        eprintln!("engines: {started}");
        variables.push((engine.variable(), started.address().to_owned()));
        engines.lock().await.push(started);
        // Between two of them, so that nothing is left half started.
        if let Some(signal) = signals.came() {
            return Ok(Ended::signalled(signal));
        }
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    variables.push((
        "SAMSYN_TEST_ENGINES_CONTROL".to_owned(),
        listener.local_addr()?.to_string(),
    ));
    let control = tokio::spawn(control::serve(listener, Arc::clone(engines)));
    let (program, rest) = arguments
        .command
        .split_first()
        .ok_or_else(|| anyhow!("no command"))?;
    let mut command = tokio::process::Command::new(program);
    for (name, _) in env::vars_os().filter(|(name, _)| tells_of_this_package(name)) {
        command.env_remove(name);
    }
    command.args(rest).envs(variables);
    let ended = command::run_to_end(&mut command, signals).await;
    control.abort();
    // It lets go of the engines only when it is really over.
    let _ = control.await;
    ended.with_context(|| format!("{} cannot be run", program.to_string_lossy()))
}

/// Whether `cargo run` has set the variable for this program. Some build scripts watch these: a cargo that the command
/// runs would compile half of the dependencies anew.
fn tells_of_this_package(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    ["CARGO_PKG_", "CARGO_MANIFEST_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}
