//! Engines as containers of the images that `tests/containers/build` makes.
//!
//! testcontainers has a watchdog that removes containers when a signal comes. It is left out: it would take the engines
//! from the command before that has ended, and end this program before it has seen to the command. What a signal
//! leads to is in `command`; a container that goes out of use is removed by testcontainers, or by hand where it was not
//! even started. What is left after a SIGKILL is found by its label.

use std::{env, fmt, process, time::Duration};

use anyhow::{Context as _, Result, anyhow, bail};
use testcontainers::{
    ContainerAsync, GenericImage, ImageExt as _,
    bollard::{
        Docker,
        models::HostConfig,
        query_parameters::{KillContainerOptions, RemoveContainerOptions},
    },
    core::{IntoContainerPort as _, client::docker_client_instance},
    runners::AsyncRunner as _,
};
use tokio::{
    process::Command,
    time::{Instant, sleep, timeout},
};

use crate::{
    NoStore,
    command::{Signals, run_to_end},
    engine::{Engine, free_port, repository},
    ready,
};

/// How long one may take until it answers.
const STARTED_WITHIN: Duration = Duration::from_secs(90);
/// How long one may take to stop before it is killed.
const STOPPED_WITHIN: i32 = 30;

/// An engine in a container.
pub struct Container {
    pub address: String,
    engine: Engine,
    image: String,
    docker: Docker,
    container: ContainerAsync<GenericImage>,
}

/// Whether there is a Docker engine to start containers with.
pub async fn docker_answers() -> Result<Docker> {
    let docker = docker_client_instance().await?;
    let answer = timeout(Duration::from_secs(5), docker.ping()).await;
    answer.map_err(|_| anyhow!("it does not answer in time"))??;
    Ok(docker)
}

/// The host of a Docker engine that is not on this machine.
fn distant() -> Option<String> {
    let named = env::var("DOCKER_HOST").ok()?;
    let address = named
        .strip_prefix("tcp://")
        .or_else(|| named.strip_prefix("http://"))?;
    let (host, _port) = address.rsplit_once(':')?;
    Some(host.to_owned())
}

impl Container {
    pub async fn start(engine: Engine, durable: bool, signals: &mut Signals) -> Result<Self> {
        build(engine, signals).await?;
        let mut failure = anyhow!("no try");
        // A port may be taken in the meantime.
        for _ in 0..3 {
            match Self::try_start(engine, durable).await {
                Ok(started) => return Ok(started),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    async fn try_start(engine: Engine, durable: bool) -> Result<Self> {
        let docker = docker_answers().await?;
        let host = distant();
        let image = format!("samsyn-test-{}", engine.name());
        let (port, inner) = (free_port()?, inner_port(engine));
        let name = format!("{image}-{}-{port}", process::id());
        // Nobody else needs to reach it, as it lets everybody in.
        let only_here = host.is_none();
        let mut request = GenericImage::new(image.as_str(), "latest")
            .with_mapped_port(port, inner.tcp())
            .with_container_name(&name)
            .with_label("samsyn.engine", engine.name())
            .with_startup_timeout(STARTED_WITHIN)
            .with_cmd(engine.settings(durable))
            .with_host_config_modifier(move |config| {
                if only_here {
                    bind_here(config);
                }
            });
        if engine == Engine::Postgres {
            request = request
                .with_shm_size(256 << 20)
                .with_env_var("POSTGRES_HOST_AUTH_METHOD", "trust")
                .with_env_var(
                    "POSTGRES_INITDB_ARGS",
                    "--no-sync --encoding UTF8 --locale C.UTF-8",
                );
        }
        let container = match request.start().await {
            Ok(container) => container,
            Err(error) => {
                let forced = RemoveContainerOptions {
                    force: true,
                    v: true,
                    ..Default::default()
                };
                let _ = docker.remove_container(&name, Some(forced)).await;
                return Err(error.into());
            }
        };
        let started = Self {
            address: format!("{}:{port}", host.as_deref().unwrap_or("127.0.0.1")),
            engine,
            image,
            docker,
            container,
        };
        if let Err(error) = started.prepare().await {
            started.end().await;
            return Err(error);
        }
        Ok(started)
    }

    async fn prepare(&self) -> Result<()> {
        self.answers().await?;
        if self.engine == Engine::Postgres {
            ready::postgres(&self.address, ready::ROLES).await?;
        }
        Ok(())
    }

    /// Waits until it answers.
    async fn answers(&self) -> Result<()> {
        let end = Instant::now() + STARTED_WITHIN;
        loop {
            let Err(error) = ready::version(self.engine, &self.address).await else {
                return Ok(());
            };
            if !self.container.is_running().await? || Instant::now() > end {
                let said = self.container.stderr_to_vec().await.unwrap_or_default();
                return Err(error.context(String::from_utf8_lossy(&said).into_owned()));
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// Ends all that is in it at once.
    pub async fn kill(&self) -> Result<()> {
        let kill = KillContainerOptions {
            signal: "SIGKILL".to_owned(),
        };
        self.docker
            .kill_container(self.container.id(), Some(kill))
            .await?;
        // One that is paused dies when it is not any more.
        let _ = self.container.unpause().await;
        let gone = async {
            while self.container.is_running().await? {
                sleep(Duration::from_millis(20)).await;
            }
            Ok(())
        };
        timeout(Duration::from_secs(30), gone).await?
    }

    pub async fn stop(&self) -> Result<()> {
        Ok(self
            .container
            .stop_with_timeout(Some(STOPPED_WITHIN))
            .await?)
    }

    /// With what it kept on its disk, at its address.
    pub async fn start_again(&self) -> Result<()> {
        if self.container.is_running().await? {
            bail!("it runs");
        }
        self.container.start().await?;
        self.answers().await
    }

    pub async fn pause(&self) -> Result<()> {
        Ok(self.container.pause().await?)
    }

    pub async fn resume(&self) -> Result<()> {
        Ok(self.container.unpause().await?)
    }

    pub async fn end(self) {
        let _ = self.container.unpause().await;
        let id = self.container.id().to_owned();
        if let Err(error) = self.container.rm().await {
            eprintln!(
                "engines: {} is left: docker rm -f {id} ({error})",
                self.image
            );
        }
    }
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.container.id().get(..12).unwrap_or_default();
        write!(f, "a container of {} ({id})", self.image)
    }
}

fn inner_port(engine: Engine) -> u16 {
    match engine {
        Engine::Postgres => 5432,
        Engine::Redis => 6379,
        Engine::S3 | Engine::S3Disk => 5000,
    }
}

/// Has its ports bound to this machine's loopback interface alone.
fn bind_here(config: &mut HostConfig) {
    let bindings = config
        .port_bindings
        .iter_mut()
        .flat_map(|all| all.values_mut());
    for binding in bindings.flatten().flatten() {
        binding.host_ip = Some("127.0.0.1".to_owned());
    }
}

/// Makes the image, unless it is there and fresh.
async fn build(engine: Engine, signals: &mut Signals) -> Result<()> {
    let mut command = Command::new(repository().join("tests/containers/build"));
    // What it prints is no output of the command's.
    command.arg(engine.name()).stdout(std::io::stderr());
    let built = run_to_end(&mut command, signals).await;
    match built.context("tests/containers/build")?.code() {
        0 => Ok(()),
        3 if engine == Engine::S3 => Err(NoStore::Moto.into()),
        _ => bail!("its image cannot be built"),
    }
}
