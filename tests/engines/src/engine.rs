//! The engines, and one that runs, whichever way it was started.

use std::{fmt, net::TcpListener, path::Path};

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::{
    arguments::Way, command::Signals, container::Container, process::Process, ready::version,
};

/// What can be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Engine {
    /// PostgreSQL, with the roles `postgres`, `samsyn_owner` and `samsyn_service`, who need no password.
    Postgres,
    /// Redis, or Valkey, which lets everybody in.
    Redis,
    /// moto, a store that speaks S3 and lets everybody in. It keeps everything in memory.
    S3,
    /// s3s-fs, a store that speaks S3, wants a key, and keeps what it has as files.
    S3Disk,
}

impl Engine {
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Redis => "redis",
            Self::S3 => "s3",
            Self::S3Disk => "s3-disk",
        }
    }

    /// The way it is started where this one is asked for. There is no image of s3s-fs.
    fn started(self, asked: Way) -> Way {
        match self {
            Self::S3Disk => Way::Local,
            _ => asked,
        }
    }

    /// What tells a test its address.
    pub fn variable(self) -> String {
        format!(
            "SAMSYN_TEST_{}",
            self.name().to_uppercase().replace('-', "_")
        )
    }

    /// How PostgreSQL and Redis are to work: as fast as they can, or so that nothing confirmed is lost when they
    /// are killed.
    ///
    /// Without an `fsync`, too, PostgreSQL keeps what it wrote when it alone is killed; what is lost with it is what
    /// `synchronous_commit = off` leaves in its memory. A durable one is as it comes, all the same, so that tests of
    /// failures try what is used in earnest. What Redis needs is the append-only file, which is written before it answers.
    pub fn settings(self, durable: bool) -> Vec<String> {
        let settings: &[&str] = match (self, durable) {
            (Self::Postgres, false) => &[
                "-c max_connections=500",
                "-c autovacuum=off",
                "-c fsync=off",
                "-c synchronous_commit=off",
                "-c full_page_writes=off",
                "-c wal_level=minimal",
                "-c max_wal_senders=0",
            ],
            (Self::Postgres, true) => &["-c max_connections=500", "-c autovacuum=off"],
            (Self::Redis, false) => &["--databases 10000", "--appendonly no", "--save"],
            (Self::Redis, true) => &["--databases 10000", "--appendonly yes", "--save"],
            (Self::S3, _) => &[],
            (Self::S3Disk, _) => &["--access-key PROVNYCKEL", "--secret-key provhemlighet"],
        };
        let mut words: Vec<String> = settings
            .iter()
            .flat_map(|setting| setting.split(' '))
            .map(str::to_owned)
            .collect();
        if self == Self::Redis {
            words.push(String::new()); // no snapshots
        }
        words
    }
}

/// An engine that was started here.
pub struct Running {
    engine: Engine,
    version: String,
    at: At,
}

enum At {
    Container(Box<Container>),
    Process(Box<Process>),
}

impl Running {
    pub async fn start(
        engine: Engine,
        way: Way,
        durable: bool,
        signals: &mut Signals,
    ) -> Result<Self> {
        let at = match engine.started(way) {
            Way::Containers => {
                At::Container(Box::new(Container::start(engine, durable, signals).await?))
            }
            Way::Local => At::Process(Box::new(Process::start(engine, durable, signals).await?)),
        };
        let mut running = Self {
            engine,
            version: String::new(),
            at,
        };
        match version(engine, running.address()).await {
            Ok(version) => running.version = version,
            Err(error) => {
                running.end().await;
                return Err(error);
            }
        }
        Ok(running)
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// HOST:PORT. It stays the same as long as this lives.
    pub fn address(&self) -> &str {
        match &self.at {
            At::Container(container) => &container.address,
            At::Process(process) => &process.address,
        }
    }

    /// Ends it for good.
    pub async fn end(self) {
        match self.at {
            At::Container(container) => container.end().await,
            At::Process(process) => process.end().await,
        }
    }

    /// Does to it what a test asks for.
    pub async fn suffer(&mut self, what: &str) -> Result<()> {
        match (&mut self.at, what) {
            (At::Container(container), "kill") => container.kill().await,
            (At::Container(container), "stop") => container.stop().await,
            (At::Container(container), "start") => container.start_again().await,
            (At::Container(container), "pause") => container.pause().await,
            (At::Container(container), "resume") => container.resume().await,
            (At::Process(process), "kill") => process.kill().await,
            (At::Process(process), "stop") => process.stop().await,
            (At::Process(process), "start") => process.start_again().await,
            (At::Process(process), "pause") => process.pause(),
            (At::Process(process), "resume") => process.resume(),
            _ => bail!("no such thing as {what:?}: kill, stop, start, pause or resume"),
        }
    }
}

impl fmt::Display for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, version) = (self.engine.name(), &self.version);
        match &self.at {
            At::Container(container) => write!(f, "{name} {version} in {container}")?,
            At::Process(process) => write!(f, "{name} {version} from {process}")?,
        }
        write!(f, ", at {}", self.address())
    }
}

/// A port that nobody uses: below those that the system gives to connections, so that one of them does not take it
/// while its engine is down.
pub fn free_port() -> Result<u16> {
    for _ in 0..100 {
        let port = rand::random_range(20_000..30_000);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port is free");
}

/// The repository's folder.
pub fn repository() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}
