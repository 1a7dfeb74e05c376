//! What reading a document costs beside executing it; `tests/load/guard` runs it.
//!
//! ```sh
//! gate FOLDER TOKEN
//! ```
//!
//! FOLDER is one that `samsyn demo` has made, TOKEN one of its actors'. The same queries are executed with
//! and without the guard, the validation and the coercion of variables, in turns, on one processor's time.

#![expect(clippy::print_stdout, reason = "it is a program for a terminal")]

use std::{env, fs, path::Path};

use anyhow::{Context, Result, anyhow, ensure};
use async_graphql::{
    Request, Variables,
    parser::{parse_query, types::ExecutableDocument},
};
use samsyn::{
    access::Session,
    app::App,
    clock::Clock,
    config::{Database, Evidence, Settings},
    graphql::{
        document::{Asked, Documents},
        limits::Limits,
    },
};
use serde_json::{Value, json};

/// How many percent of a normal query's time reading it may cost.
const MOST: f64 = 5.0;
/// Turns of each way, and queries in a turn.
const TURNS: usize = 12;
const QUERIES: usize = 60;

const LIST: &str = "query List($first: Int!, $filter: ActionItemFilter) {
    actionItems(first: $first, filter: $filter) {
        nodes {
            id title state dueOn overdue priority version
            assignee { id name } assigneeOrganisation { id name } forum { id name level }
        }
        pageInfo { hasNextPage endCursor }
    }
}";

const BRIEFING: &str = "query Briefing($forum: ID!, $first: Int = 20) {
    briefing(forumId: $forum) {
        forum { id name level }
        changes(first: $first) { nodes { at action person { name } subject { id } } }
        highRisks(first: $first) { nodes { id title level riskAnalysis { title } } }
        expiredAcceptances(first: $first) { nodes { id state } }
    }
}";

/// How a query gets to the executor.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// Parsed long ago, neither guarded nor validated.
    Bare,
    /// Through the gate, which knows the document.
    Warm,
    /// Through the gate, which has never seen the document.
    Cold,
}

struct Bench {
    app: App,
    documents: Documents,
    actor: std::sync::Arc<samsyn::access::Actor>,
}

struct Query {
    text: &'static str,
    variables: Value,
    parsed: ExecutableDocument,
}

impl Query {
    fn new(text: &'static str, variables: Value) -> Result<Self> {
        let parsed = parse_query(text)?;
        Ok(Self {
            text,
            variables,
            parsed,
        })
    }
}

impl Bench {
    async fn execute(&self, query: &Query, way: Way, turn: usize) -> Result<Value> {
        let request = match way {
            Way::Bare => {
                let mut request = Request::new("");
                request.variables = Variables::from_json(query.variables.clone());
                request.set_parsed_query(query.parsed.clone());
                request
            }
            Way::Warm => self.read(query.text.to_owned(), query.variables.clone())?,
            Way::Cold => {
                let unseen = format!("{}# {turn}", query.text);
                self.read(unseen, query.variables.clone())?
            }
        };
        let session = Session::new(self.app.door.clone(), Some(self.actor.clone()));
        let answer = self.app.schema().execute(request.data(session)).await;
        ensure!(answer.errors.is_empty(), "{:?}", answer.errors);
        Ok(answer.data.into_json()?)
    }

    fn read(&self, text: String, variables: Value) -> Result<Request> {
        let refused = |errors| anyhow!("refused: {errors:?}");
        let document = self
            .documents
            .find(Asked::Text(text), false)
            .map_err(refused)?;
        let operation = self.documents.operation(document, None, variables);
        Ok(operation.map_err(refused)?.into_request().0)
    }

    /// The processor's time for a turn.
    async fn turn(&self, query: &Query, way: Way, turn: usize) -> Result<u64> {
        let before = processor_time()?;
        for i in 0..QUERIES {
            self.execute(query, way, turn * QUERIES + i).await?;
        }
        Ok(processor_time()? - before)
    }

    /// By how many percent of the bare query's time the others take longer.
    async fn compare(&self, name: &str, query: &Query) -> Result<f64> {
        for way in [Way::Bare, Way::Warm, Way::Cold] {
            self.turn(query, way, usize::MAX / QUERIES / 2).await?;
        }
        let (mut bare, mut warm, mut cold) = (0, 0, 0);
        for turn in 0..TURNS {
            bare += self.turn(query, Way::Bare, turn).await?;
            warm += self.turn(query, Way::Warm, turn).await?;
            cold += self.turn(query, Way::Cold, turn).await?;
        }
        let more = |with: u64| (with as f64 / bare as f64 - 1.0) * 100.0;
        println!(
            "{name}: known document {:+.1} %, unknown document {:+.1} %",
            more(warm),
            more(cold)
        );
        Ok(more(warm))
    }
}

/// What this process has used of the processor, in ticks of the system.
fn processor_time() -> Result<u64> {
    let stat = fs::read_to_string("/proc/self/stat").context("needs Linux")?;
    let fields: Vec<_> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    ticks(11)
        .zip(ticks(12))
        .map(|(user, system)| user + system)
        .context("no times")
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let (folder, token) = arguments
        .next()
        .zip(arguments.next())
        .context("gate FOLDER TOKEN")?;
    let folder = Path::new(&folder);
    let settings = Settings {
        database: Database {
            url: Database::url_in(folder),
            ..Database::default()
        },
        evidence: Evidence {
            url: Evidence::url_in(folder),
            ..Evidence::default()
        },
        ..Settings::default()
    };
    let app = App::open(&settings, "http://localhost/".parse()?, Clock::system()).await?;
    let limits = Limits {
        cost: usize::MAX,
        ..Limits::default()
    };
    let bench = Bench {
        documents: Documents::new(&app.schema().sdl(), limits)?,
        actor: app.door.authenticate(&token).await?,
        app,
    };
    let forums = Query::new("{ forums(first: 1) { nodes { id } } }", json!({}))?;
    let forum = bench.execute(&forums, Way::Warm, 0).await?["forums"]["nodes"][0]["id"].take();
    let list = Query::new(LIST, json!({ "first": 50, "filter": { "open": true } }))?;
    let briefing = Query::new(BRIEFING, json!({ "forum": forum }))?;
    let list = bench.compare("50 action items", &list).await?;
    let briefing = bench.compare("a briefing", &briefing).await?;
    ensure!(
        list.max(briefing) < MOST,
        "reading a known document costs {MOST} % or more"
    );
    Ok(())
}
