//! The service itself (`samsyn serve`) as one of several that share a world.

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use samsyn::config::Evidence;
use serde_json::Value;

use super::{Actor, BINARY, Client, Folder};

/// How long it may take to start.
const LONG: Duration = Duration::from_secs(60);

/// A process that serves, until it is dropped.
pub struct Replica {
    process: Child,
    log: PathBuf,
    pub base: String,
}

impl Replica {
    /// Starts one on the world of this folder, with these settings beside.
    pub async fn start(folder: &Folder, settings: &[(&str, &str)]) -> Self {
        let log = folder.path().join(format!("log-{}", uuid::Uuid::new_v4()));
        let evidence = Evidence::url_in(folder.path());
        let process = Command::new(BINARY)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .current_dir(folder.path())
            .env("SAMSYN_DATABASE__URL", folder.records.url())
            .env("SAMSYN_EVIDENCE__URL", evidence.expose())
            .env("SAMSYN_LOG__FORMAT", "json")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stderr(File::create(&log).expect("a file for its log"))
            .spawn()
            .expect("the binary starts");
        let mut replica = Self {
            process,
            log,
            base: String::new(),
        };
        let begun = std::time::Instant::now();
        while !replica.is_ready().await {
            let ended = replica.process.try_wait().expect("its state can be read");
            assert!(
                ended.is_none() && begun.elapsed() < LONG,
                "{}",
                replica.said()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        replica
    }

    /// Whether it takes requests.
    pub async fn is_ready(&mut self) -> bool {
        if self.base.is_empty() {
            let serving = self
                .lines()
                .into_iter()
                .find(|line| line["message"] == "serving");
            let Some(serving) = serving else { return false };
            let address = serving["address"].as_str().expect("an address");
            self.base = format!("http://{address}");
        }
        let ready = reqwest::get(format!("{}/readyz", self.base)).await;
        ready.is_ok_and(|answer| answer.status().is_success())
    }

    /// What it has logged.
    pub fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The whole lines of that.
    pub fn lines(&self) -> Vec<Value> {
        let said = self.said();
        said.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    pub fn graphql(&self) -> String {
        format!("{}/graphql", self.base)
    }

    /// Somebody with this token.
    pub fn client(&self, token: &str) -> Client {
        Client::new(&self.graphql(), Some(token))
    }

    /// Ends it as a power cut does.
    pub fn kill(&mut self) {
        self.process.kill().expect("it can be killed");
        self.process.wait().expect("it ends");
    }

    /// Asks it to stop, as a supervisor does.
    pub fn is_told_to_stop(&self) {
        let asked = Command::new("kill")
            .args(["-TERM", &self.process.id().to_string()])
            .status();
        asked.expect("kill runs");
    }

    /// Waits until it has ended, which it must do well.
    pub fn ends(&mut self) {
        let ended = self.process.wait().expect("it ends");
        assert!(
            ended.success(),
            "it ends well when asked to: {}",
            self.said()
        );
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The token of an actor of a folder's world.
pub fn token(folder: &Folder, organisation: &str, role: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Kept {
        actors: Vec<Actor>,
    }
    let kept = fs::read(folder.path().join("demo.json")).expect("what the demo keeps");
    let kept: Kept = serde_json::from_slice(&kept).expect("it is the demo's");
    let found = kept
        .actors
        .into_iter()
        .find(|actor| actor.is(organisation, role));
    found.expect("the world has such an actor").token
}
