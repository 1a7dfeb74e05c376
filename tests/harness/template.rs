//! The world that every test begins with: made by the real binary, once for each build and day.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::UNIX_EPOCH,
};

use serde::Deserialize;
use tempfile::TempDir;

use super::engine::{self, Records};

/// The binary under test.
pub const BINARY: &str = env!("CARGO_BIN_EXE_samsyn");

/// Somebody of the demo's world, as `samsyn demo --json` tells it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    pub organisation: String,
    pub service_areas: Vec<String>,
    pub roles: Vec<String>,
    pub name: String,
    pub token: String,
}

impl Actor {
    /// Whether it belongs to the organisation (by the beginning of its name) and has this role; a
    /// service-area manager's is named with the area, as in `SERVICE_AREA_MANAGER:NETWORK`.
    pub fn is(&self, organisation: &str, role: &str) -> bool {
        let (role, area) = match role.split_once(':') {
            Some((role, area)) => (role, Some(area)),
            None => (role, None),
        };
        self.organisation.starts_with(organisation)
            && self.roles.iter().any(|held| held == role)
            && area.is_none_or(|area| self.service_areas == [area])
    }
}

/// The first line of `samsyn demo --json`.
#[derive(Clone, Debug, Deserialize)]
pub struct Announcement {
    pub graphql: String,
    pub subscriptions: String,
    pub actors: Vec<Actor>,
}

/// Starts the demo on a folder, with its records at this URL, and waits until it serves.
pub fn start(data: &Path, records: &str) -> (Child, Announcement) {
    start_with(data, &["--listen", "127.0.0.1:0", "--database", records])
}

/// The same with these arguments.
pub fn start_with(data: &Path, arguments: &[&str]) -> (Child, Announcement) {
    let mut demo = Command::new(BINARY)
        .args(["demo", "--json", "--data"])
        .arg(data)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut line = String::new();
    let out = demo.stdout.take().expect("its output is piped");
    BufReader::new(out)
        .read_line(&mut line)
        .expect("it announces itself");
    let announcement = serde_json::from_str(&line).unwrap_or_else(|error| {
        panic!("the demo's first line is not what scripts read ({error}): {line}")
    });
    (demo, announcement)
}

/// Asks a process to stop, as a supervisor does, and waits for it.
pub fn stop(child: &mut Child) -> std::process::ExitStatus {
    let asked = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    asked.expect("kill runs");
    child.wait().expect("it ends")
}

/// A test's own copy of the world: its files, and its records.
pub struct Folder {
    files: TempDir,
    pub records: Records,
}

impl Folder {
    pub fn copy() -> Self {
        // Without it no client over HTTP can be made; one that is there already is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let own = tempfile::tempdir().expect("a temporary folder");
        let (template, _kept_until_copied) = template();
        copy_all(&template, own.path());
        Self {
            records: Records::copy(&template, own.path()),
            files: own,
        }
    }

    pub fn path(&self) -> &Path {
        self.files.path()
    }
}

/// The template's folder; the first process to need it makes it, the others wait. The lock that comes
/// with it keeps others from clearing it away.
fn template() -> (PathBuf, File) {
    let built = fs::metadata(BINARY)
        .and_then(|file| file.modified())
        .expect("the binary is there");
    let built = built
        .duration_since(UNIX_EPOCH)
        .expect("it was built after 1970")
        .as_nanos();
    let today = chrono::Utc::now().date_naive();
    let home = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let kind = engine::server().map_or("world", |_| "postgres-world");
    let folder = home.join(format!("{kind}-{built}-{today}"));
    let lock = File::create(home.join(format!("{kind}.lock"))).expect("a lock file");
    let instance = engine::instance();
    let is_ready = || fs::read_to_string(folder.join("ready")).is_ok_and(|made| made == instance);
    lock.lock_shared()
        .expect("the lock is given sooner or later");
    while !is_ready() {
        lock.unlock().expect("the lock is given back");
        lock.lock().expect("the lock is given sooner or later");
        if !is_ready() {
            make(home, kind, &folder, &instance);
        }
        lock.unlock().expect("the lock is given back");
        lock.lock_shared()
            .expect("the lock is given sooner or later");
    }
    (folder, lock)
}

/// Makes the template, and clears former ones away.
fn make(home: &Path, kind: &str, folder: &Path, instance: &str) {
    let former = format!("{kind}-");
    for entry in fs::read_dir(home)
        .expect("the folder can be read")
        .flatten()
    {
        if entry.file_name().to_string_lossy().starts_with(&former) {
            fs::remove_dir_all(entry.path()).expect("a former template can be removed");
        }
    }
    let records = engine::make_template(folder)
        .unwrap_or_else(|| format!("sqlite://{}/samsyn.sqlite", folder.display()));
    let (mut demo, _) = start(folder, &records);
    assert!(
        stop(&mut demo).success(),
        "the demo ends well when asked to"
    );
    fs::write(folder.join("ready"), instance).expect("the template is marked");
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from)
        .expect("the folder can be read")
        .flatten()
    {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_all(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file can be copied");
        }
    }
}
