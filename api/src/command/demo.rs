//! `samsyn demo`: a world to look around in.

use std::{
    fs,
    io::{ErrorKind, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use chrono::Utc;
use portal::sign_in::DemoPerson;
use serde_json::json;
use tempfile::{NamedTempFile, TempDir};
use url::Url;

use super::print;
use crate::{
    app::{App, GRAPHQL, SUBSCRIPTIONS},
    clock::Clock,
    config::{Database, Evidence, Limits, Log, Server, ServiceUrl, Settings},
    demo::{
        self,
        people::{Cast, Visitor, title},
    },
    server, telemetry,
    topic::identity::http::DemoPeople,
};

/// Serve a realistic world to look around in
///
/// A municipality, its three suppliers, and a second municipality that shares one of them, with people
/// in every role, agreements, and a year of history. Prints tokens and commands that are ready to be
/// pasted. The world is the same at every start but for its dates, which follow today's.
///
/// Settings for database, evidence and bus are not looked at: the demo never touches real data. A database
/// named by --database must be empty, or the demo's own.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Listen on this address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Print one JSON object with addresses and tokens, for scripts, once it serves
    #[arg(long)]
    pub json: bool,
    /// Keep the files in this folder [default: a new temporary folder, removed at the end]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Keep the records in this database [default: SQLite, in the folder]
    ///
    /// On PostgreSQL it has been through `samsyn migrate up --service-role`, and the URL is that role's.
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  samsyn demo
  samsyn demo --listen 127.0.0.1:0 --json | head -n 1 | jq .graphql
  samsyn demo --database postgres://samsyn:…@localhost/demo --data demo-files";

/// Who can be acted as, with their tokens; it is there when the world is whole.
const CAST: &str = "demo.json";
/// What [`Database::url_in`] calls the database.
const DATABASE: &str = "samsyn.sqlite";

/// Makes the world, and serves it until the process is told to stop.
///
/// # Errors
/// When the address is taken, the files cannot be written, or the folder holds something else.
pub async fn run(args: Args) -> Result<()> {
    let folder = Folder::open(args.data)?;
    let settings = settings(args.listen, folder.path(), args.database);
    let _nowhere_else = telemetry::start(&settings.log, &settings.telemetry)?;
    let listener = server::bind(&settings.server).await?;
    let base = settings.server.base_url(listener.local_addr()?);
    // Listened for from here on, so that a temporary folder goes whenever the demo is told to stop.
    let mut stop = Box::pin(server::stop_signal()?);
    let (app, cast) = tokio::select! {
        opened = open(&settings, &base, folder.path()) => opened?,
        () = &mut stop => return Ok(()),
    };
    let said = if args.json {
        for_scripts(&base, &cast)?
    } else {
        for_people(&base, &cast, &folder)?
    };
    print(&said)?;
    let people = match settings.server.listen.ip().is_loopback() {
        true => to_sign_in_as(&cast),
        false => DemoPeople::default(),
    };
    let routes = app.routes_for_demo(&settings, people);
    app.serve_until(listener, routes, &settings, stop).await
}

/// Where the demo keeps its files.
enum Folder {
    Temporary(TempDir),
    Kept(PathBuf),
}

impl Folder {
    fn open(kept: Option<PathBuf>) -> Result<Self> {
        match kept {
            Some(path) => Ok(Self::Kept(path)),
            None => {
                let made = tempfile::Builder::new().prefix("samsyn-demo-").tempdir();
                Ok(Self::Temporary(made.context(
                    "cannot make a temporary folder; name one with --data",
                )?))
            }
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Temporary(folder) => folder.path(),
            Self::Kept(path) => path,
        }
    }
}

/// Settings of the demo's own: neither files nor the environment are looked at.
fn settings(listen: SocketAddr, folder: &Path, database: Option<String>) -> Settings {
    Settings {
        server: Server {
            listen,
            ..Server::default()
        },
        database: Database {
            url: database.map_or_else(|| Database::url_in(folder), ServiceUrl::new),
            ..Database::default()
        },
        evidence: Evidence {
            url: Evidence::url_in(folder),
            ..Evidence::default()
        },
        // One person tries it, by scripts too, as everybody at once.
        limits: Limits {
            token_points_per_minute: 10_000_000,
            organisation_points_per_minute: 50_000_000,
            anonymous_points_per_minute: 1_000_000,
            ..Limits::default()
        },
        log: Log {
            filter: "warn".to_owned(),
            ..Log::default()
        },
        ..Settings::default()
    }
}

/// The people of the demo, as the page on which one signs in shows them. Whoever reaches it can be any of them, so
/// that it is for the own machine alone.
fn to_sign_in_as(cast: &Cast) -> DemoPeople {
    let shown = |(number, visitor): (usize, &Visitor)| {
        let person = DemoPerson {
            id: number.to_string(),
            name: visitor.name.clone(),
            about: format!("{}, {}", title(&visitor.name), visitor.organisation),
        };
        (person, visitor.token.clone())
    };
    cast.actors.iter().enumerate().map(shown).collect()
}

/// Opens the world that is in the folder; makes it there first, if need be.
async fn open(settings: &Settings, base: &Url, folder: &Path) -> Result<(App, Cast)> {
    let cast = match cast_in(folder)? {
        Some(cast) => cast,
        None => make(settings, base, folder).await?,
    };
    let app = App::open(settings, base.clone(), Clock::system()).await?;
    Ok((app, cast))
}

async fn make(settings: &Settings, base: &Url, folder: &Path) -> Result<Cast> {
    let name = folder.display();
    if folder.join(DATABASE).exists() {
        bail!(
            "--data {name}: there is a database, but no {CAST} beside it: it is not a demo's, or the \
             making of the demo was broken off. Name another folder, or remove this one if nothing in it is needed"
        );
    }
    let app = App::open_to_fill(settings, base.clone(), demo::clock(Utc::now())).await?;
    if !app.door.as_operator().has_let_nobody_in().await? {
        bail!(
            "--data {name}: there is no {CAST}, but the database has organisations: it is not a demo's, or the \
             demo's files are in another folder. Name an empty database, or that folder"
        );
    }
    let cast = demo::make(&app).await?;
    app.door.seal().await;
    keep(&cast, folder).with_context(|| format!("cannot write {CAST} in {name}"))?;
    Ok(cast)
}

fn cast_in(folder: &Path) -> Result<Option<Cast>> {
    let path = folder.join(CAST);
    match fs::read(&path) {
        Ok(text) => {
            let cast = serde_json::from_slice(&text);
            cast.map(Some)
                .with_context(|| format!("cannot understand {}", path.display()))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Writes who can be acted as, for this user's eyes only, in one step.
fn keep(cast: &Cast, folder: &Path) -> Result<()> {
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(&serde_json::to_vec_pretty(cast)?)?;
    file.persist(folder.join(CAST))?;
    Ok(())
}

fn subscriptions(base: &Url) -> Result<Url> {
    let mut url = base.join(SUBSCRIPTIONS)?;
    let scheme = if base.scheme() == "https" {
        "wss"
    } else {
        "ws"
    };
    url.set_scheme(scheme)
        .map_err(|()| anyhow::anyhow!("{url} cannot become {scheme}"))?;
    Ok(url)
}

/// One line of JSON.
fn for_scripts(base: &Url, cast: &Cast) -> Result<String> {
    let said = json!({
        "graphql": base.join(GRAPHQL)?.as_str(),
        "subscriptions": subscriptions(base)?.as_str(),
        "portal": base.as_str(),
        "actors": cast.actors,
        "integrations": cast.integrations,
    });
    Ok(said.to_string())
}

/// Where it serves, and a script for a second terminal.
fn for_people(base: &Url, cast: &Cast, folder: &Folder) -> Result<String> {
    let path = folder.path().display();
    let files = match folder {
        Folder::Temporary(_) => format!("{path} (removed at exit; keep them with --data DIR)"),
        Folder::Kept(_) => path.to_string(),
    };
    let graphql = base.join(GRAPHQL)?;
    let subscriptions = subscriptions(base)?;
    let script = demo::guide::script(base, cast, folder.path(), Utc::now().date_naive())?;
    Ok(format!(
        "\
Samsyn demo: two municipalities, their three suppliers, and a year of what they did together.

  GraphQL        {graphql}
  Subscriptions  {subscriptions}
  Explorer       {base}explorer
  Portal         {base}
  Sign in        {base}sign-in
  Files          {files}

Stop it with Ctrl-C. Everybody's token stands in {CAST} among the files, and in the answer to --json.
Paste the following into a second terminal to look around; README.md has the whole tour.

{script}"
    ))
}
