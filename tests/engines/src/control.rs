//! How a test disturbs the engines: at SAMSYN_TEST_ENGINES_CONTROL it says in a line what happens to which, as in
//! `kill postgres`, and reads `ok` when that is done, or `error: …`.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::Mutex,
    task::JoinSet,
};

use crate::engine::Running;

type Engines = Arc<Mutex<Vec<Running>>>;

/// Serves those who ask, until this is aborted.
pub async fn serve(listener: TcpListener, engines: Engines) {
    let mut asking = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let engines = Arc::clone(&engines);
        // Whoever goes away before the answer does not want it.
        asking.spawn(async move { converse(stream, engines).await.ok() });
    }
}

async fn converse(stream: TcpStream, engines: Engines) -> Result<()> {
    let (from, mut to) = stream.into_split();
    let mut lines = BufReader::new(from).lines();
    while let Some(line) = lines.next_line().await? {
        let answer = match obey(&line, &engines).await {
            Ok(()) => "ok\n".to_owned(),
            Err(error) => format!("error: {error:#}\n"),
        };
        to.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

async fn obey(line: &str, engines: &Engines) -> Result<()> {
    let (what, name) = line
        .trim()
        .split_once(' ')
        .context("as in: kill postgres")?;
    let mut engines = engines.lock().await;
    let mut named = engines.iter_mut().filter(|one| one.engine().name() == name);
    let engine = named.next();
    let engine = engine.with_context(|| format!("{name} was not started here"))?;
    engine.suffer(what).await
}
