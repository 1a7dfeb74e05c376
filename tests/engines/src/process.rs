//! Engines as processes, from the binaries of this machine.
//!
//! Each has a folder that goes with it, and a process group of its own, so that Ctrl-C reaches it only through this program.
//! Even if this program is killed they do not stay: the kernel ends them with the thread that started them (`setpriv`;
//! on Linux alone).

use std::{
    env,
    ffi::OsString,
    fmt, fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, Result, anyhow, bail};
use rustix::process::{Signal, geteuid};
use tempfile::TempDir;
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep},
};

use crate::{
    NoStore,
    command::{Signals, make_end, pid, run_to_end, signal_tree},
    engine::{Engine, free_port, repository},
    ready,
};

/// How long one may take until it answers.
const STARTED_WITHIN: Duration = Duration::from_secs(60);

/// An engine as a process.
pub struct Process {
    pub address: String,
    engine: Engine,
    program: PathBuf,
    arguments: Vec<OsString>,
    port: u16,
    child: Option<Child>,
    // Last, so that it goes when nobody writes to it any more.
    folder: TempDir,
}

impl Process {
    pub async fn start(engine: Engine, durable: bool, signals: &mut Signals) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(&format!("samsyn-{}-", engine.name()))
            .tempdir()?;
        let program = match engine {
            Engine::Postgres => postgres_in(folder.path(), signals).await?,
            Engine::Redis => in_path(&["redis-server", "valkey-server"]).context(
                "redis-server is missing\nhint: apt-get install redis-server, or the like",
            )?,
            Engine::S3 => moto(signals).await?,
            Engine::S3Disk => s3s_fs(folder.path(), signals).await?,
        };
        let mut process = Self {
            address: String::new(),
            engine,
            program,
            arguments: engine
                .settings(durable)
                .into_iter()
                .map(OsString::from)
                .collect(),
            port: 0,
            child: None,
            folder,
        };
        // A port may be taken in the meantime.
        let mut started = Err(anyhow!("no try"));
        for _ in 0..5 {
            process.port = free_port()?;
            process.address = format!("127.0.0.1:{}", process.port);
            started = process.start_again().await;
            if started.is_ok() {
                break;
            }
        }
        started?;
        if engine == Engine::Postgres {
            ready::postgres(&process.address, ready::ROLES).await?;
        }
        Ok(process)
    }

    /// With what it kept in its folder, at its address.
    pub async fn start_again(&mut self) -> Result<()> {
        if self
            .child
            .as_mut()
            .is_some_and(|child| matches!(child.try_wait(), Ok(None)))
        {
            bail!("it runs");
        }
        let log = self.folder.path().join("log");
        let file = fs::File::options().create(true).append(true).open(&log)?;
        let mut command = as_its_user(self.engine, &self.program);
        command
            .args(self.place())
            .args(&self.arguments)
            .current_dir(self.folder.path())
            .process_group(0)
            .kill_on_drop(true)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file);
        let child = self.child.insert(command.spawn()?);
        let end = Instant::now() + STARTED_WITHIN;
        loop {
            let ended = child.try_wait()?;
            // Somebody else may have the port and answer there.
            if ended.is_none() && ready::version(self.engine, &self.address).await.is_ok() {
                return Ok(());
            }
            if ended.is_some() || Instant::now() > end {
                make_end(child, at_once(self.engine)).await;
                bail!(
                    fs::read_to_string(log)
                        .unwrap_or_default()
                        .trim()
                        .to_owned()
                );
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// The arguments that say where it listens and keeps what it has.
    fn place(&self) -> Vec<OsString> {
        let (port, folder) = (self.port.to_string(), self.folder.path());
        let words = match self.engine {
            Engine::Postgres => {
                let listen = [
                    "-c",
                    "listen_addresses=127.0.0.1",
                    "-c",
                    "unix_socket_directories=",
                ];
                let mut words: Vec<OsString> = vec!["-D".into(), folder.join("data").into()];
                words.extend(["-p", &port].map(OsString::from));
                words.extend(listen.map(OsString::from));
                return words;
            }
            Engine::Redis => ["--bind", "127.0.0.1", "--port", &port],
            Engine::S3 | Engine::S3Disk => ["--host", "127.0.0.1", "--port", &port],
        };
        let mut words = words.map(OsString::from).to_vec();
        if self.engine == Engine::S3Disk {
            words.push(folder.join("data").into());
        }
        words
    }

    /// Ends it and its descendants at once.
    pub async fn kill(&mut self) -> Result<()> {
        self.pause()?; // so that it starts no others
        self.signal(Signal::KILL)?;
        self.reap().await
    }

    pub async fn stop(&mut self) -> Result<()> {
        let child = self.child.as_mut().context("it does not run")?;
        let Some(pid) = pid(child) else {
            bail!("it does not run")
        };
        signal_tree(pid, Signal::CONT);
        let _ = rustix::process::kill_process(pid, orderly(self.engine));
        self.reap().await
    }

    async fn reap(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.wait().await?;
        }
        Ok(())
    }

    pub fn pause(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    pub fn resume(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let pid = self.child.as_ref().and_then(pid);
        signal_tree(pid.context("it does not run")?, signal);
        Ok(())
    }

    pub async fn end(mut self) {
        let _ = self.resume();
        if let Some(mut child) = self.child.take() {
            make_end(&mut child, at_once(self.engine)).await;
        }
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pid = self.child.as_ref().and_then(Child::id).unwrap_or_default();
        write!(f, "{} (process {pid})", self.program.display())
    }
}

/// The signal that ends it in good order, without waiting for those who are connected.
fn orderly(engine: Engine) -> Signal {
    match engine {
        Engine::Postgres => Signal::INT,
        Engine::Redis | Engine::S3 | Engine::S3Disk => Signal::TERM,
    }
}

/// The one that ends it at once, but does not leave its shared memory behind.
fn at_once(engine: Engine) -> Signal {
    match engine {
        Engine::Postgres => Signal::QUIT,
        Engine::Redis | Engine::S3 | Engine::S3Disk => Signal::TERM,
    }
}

/// A program of an engine: PostgreSQL's refuse to be run by root.
fn as_its_user(engine: Engine, program: &Path) -> Command {
    let Some(setpriv) = in_path(&["setpriv"]) else {
        return Command::new(program);
    };
    let ends_by = match at_once(engine) {
        Signal::QUIT => "QUIT",
        _ => "TERM",
    };
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", ends_by]);
    if engine == Engine::Postgres && geteuid().is_root() {
        command.args([
            "--reuid",
            "postgres",
            "--regid",
            "postgres",
            "--init-groups",
        ]);
    }
    command.arg("--").arg(program);
    command
}

/// Makes a cluster in a folder, and gives its server.
async fn postgres_in(folder: &Path, signals: &mut Signals) -> Result<PathBuf> {
    let programs = postgres_programs()
        .context("PostgreSQL's initdb is missing\nhint: apt-get install postgresql, or the like")?;
    if geteuid().is_root() {
        let mut given = Command::new("chown");
        given.arg("postgres:").arg(folder);
        finish(&mut given, signals).await?;
    }
    let log = fs::File::create(folder.join("initdb.log"))?;
    let mut made = as_its_user(Engine::Postgres, &programs.join("initdb"));
    made.arg("--pgdata")
        .arg(folder.join("data"))
        .args(["--username", "postgres", "--auth", "trust"])
        .args(["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    let made = finish(&mut made, signals).await;
    made.with_context(|| fs::read_to_string(folder.join("initdb.log")).unwrap_or_default())?;
    Ok(programs.join("postgres"))
}

async fn finish(command: &mut Command, signals: &mut Signals) -> Result<()> {
    match run_to_end(command, signals).await?.code() {
        0 => Ok(()),
        code => bail!(
            "{} ended with {code}",
            command.as_std().get_program().to_string_lossy()
        ),
    }
}

/// The folder of PostgreSQL's programs: Debian's newest, or where `initdb` is found.
fn postgres_programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = versions
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("bin/initdb").exists())
        .max_by_key(number);
    newest.map(|path| path.join("bin")).or_else(|| {
        Some(
            in_path(&["initdb"])?
                .canonicalize()
                .ok()?
                .parent()?
                .to_owned(),
        )
    })
}

/// The first of these programs that is found.
fn in_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<_> = env::split_paths(&path).collect();
    let mut candidates = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.find(|program| program.is_file())
}

/// Installs moto, unless it is there, and gives its server.
async fn moto(signals: &mut Signals) -> Result<PathBuf> {
    let mut command = Command::new(repository().join("tests/venv"));
    command.args(["s3", "tests/harness/s3.txt"]);
    let programs = installed(command, NoStore::Moto, signals).await?;
    Ok(programs.join("moto_server"))
}

/// Makes a place for objects in a folder, installs s3s-fs, unless it is there, and gives it.
async fn s3s_fs(folder: &Path, signals: &mut Signals) -> Result<PathBuf> {
    fs::create_dir(folder.join("data"))?;
    let command = Command::new(repository().join("tests/engines/s3-disk"));
    installed(command, NoStore::S3sFs, signals).await
}

/// What a script says of where something is that it installs; it ends with 3 when it cannot be installed.
async fn installed(
    mut command: Command,
    problem: NoStore,
    signals: &mut Signals,
) -> Result<PathBuf> {
    let script = command.as_std().get_program().display().to_string();
    let said = tempfile::NamedTempFile::new()?;
    command.stdout(said.reopen()?);
    let ended = run_to_end(&mut command, signals).await;
    match ended.with_context(|| script.clone())?.code() {
        0 => Ok(fs::read_to_string(said)?.trim().into()),
        3 => Err(problem.into()),
        code => bail!("{script} ended with {code}"),
    }
}
