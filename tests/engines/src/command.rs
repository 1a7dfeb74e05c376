//! Commands and processes: run to their end whatever signals come, and signalled with all that descends from them.

use std::{
    fs,
    os::unix::process::ExitStatusExt as _,
    process::ExitStatus,
    task::{Context, Poll},
    time::Duration,
};

use anyhow::Result;
use futures::FutureExt as _;
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    process::{Child, Command},
    signal::unix::{SignalKind, signal},
    time::timeout,
};

/// How long a command may take to clean up when it is told to end.
const GRACE: Duration = Duration::from_secs(15);

/// The signals that would end this program. While there is one of these they do not; they are told here.
pub struct Signals {
    listened: Vec<(Signal, tokio::signal::unix::Signal)>,
    first: Option<Signal>,
}

impl Signals {
    pub fn new() -> Result<Self> {
        let ending = [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT];
        let listened = ending.map(|one| {
            let kind = SignalKind::from_raw(one.as_raw());
            Ok((one, signal(kind)?))
        });
        Ok(Self {
            listened: listened.into_iter().collect::<Result<_>>()?,
            first: None,
        })
    }

    /// The next one.
    pub async fn next(&mut self) -> Signal {
        let signal = std::future::poll_fn(|context| self.poll(context)).await;
        *self.first.get_or_insert(signal)
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Signal> {
        let came = |(one, listened): &mut (Signal, tokio::signal::unix::Signal)| {
            listened.poll_recv(context).is_ready().then_some(*one)
        };
        let came = self.listened.iter_mut().find_map(came);
        came.map_or(Poll::Pending, Poll::Ready)
    }

    /// The first that came, if one did.
    pub fn came(&mut self) -> Option<Signal> {
        self.first.or_else(|| self.next().now_or_never())
    }
}

/// How a command ended.
pub struct Ended {
    status: Option<ExitStatus>,
    signal: Option<Signal>,
}

impl Ended {
    pub fn signalled(signal: Signal) -> Self {
        Self {
            status: None,
            signal: Some(signal),
        }
    }

    /// Its exit code as a shell would tell it; where this program itself was told to end, that.
    pub fn code(&self) -> u8 {
        let killed = |signal: i32| u8::try_from(128 + signal).unwrap_or(u8::MAX);
        match (self.signal, self.status) {
            (Some(signal), _) => killed(signal.as_raw()),
            (None, Some(status)) => match (status.code(), status.signal()) {
                (Some(code), _) => u8::try_from(code).unwrap_or(u8::MAX),
                (None, signal) => killed(signal.unwrap_or_default()),
            },
            (None, None) => u8::MAX,
        }
    }
}

/// Runs a command. When a signal tells this program to end, the command is told so, and after a while made to.
pub async fn run_to_end(command: &mut Command, signals: &mut Signals) -> Result<Ended> {
    let mut child = command.kill_on_drop(true).spawn()?;
    let signal = tokio::select! {
        status = child.wait() => return Ok(Ended { status: Some(status?), signal: None }),
        signal = signals.next() => signal,
    };
    // A terminal sends Ctrl-C to all that it runs: a second one would mean something else to many.
    let told = signal == Signal::INT && timeout(GRACE, child.wait()).await.is_ok();
    if !told {
        make_end(&mut child, Signal::TERM).await;
    }
    Ok(Ended::signalled(signal))
}

/// Has a process and its descendants end by a signal, and by force if it does not help.
pub async fn make_end(child: &mut Child, signal: Signal) {
    let Some(pid) = pid(child) else { return };
    signal_tree(pid, signal);
    if timeout(GRACE, child.wait()).await.is_err() {
        signal_tree(pid, Signal::STOP);
        signal_tree(pid, Signal::KILL);
        let _ = child.wait().await;
    }
}

/// Of one that runs still.
pub fn pid(child: &Child) -> Option<Pid> {
    child
        .id()
        .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?))
}

/// Signals a process and what descends from it, itself first.
pub fn signal_tree(root: Pid, signal: Signal) {
    let mut tree = vec![root];
    let mut done = 0;
    let families = families();
    while let Some(&parent) = tree.get(done) {
        done += 1;
        let children = families.iter().filter(|(_, of)| *of == parent);
        tree.extend(children.map(|(child, _)| *child));
    }
    for pid in tree {
        // It may be gone.
        let _ = kill_process(pid, signal);
    }
}

/// Every process with its parent. Where there is no `/proc`, none is known.
fn families() -> Vec<(Pid, Pid)> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let family = |name: &str| {
        let stat = fs::read_to_string(format!("/proc/{name}/stat")).ok()?;
        // The name before it, in parentheses, may hold anything: PID (NAME) STATE PARENT …
        let (_, rest) = stat.rsplit_once(") ")?;
        let parent = rest.split(' ').nth(1)?.parse().ok()?;
        Some((Pid::from_raw(name.parse().ok()?)?, Pid::from_raw(parent)?))
    };
    processes
        .filter_map(|entry| family(entry.file_name().to_str()?))
        .collect()
}
