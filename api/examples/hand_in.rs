//! Lists what is to be done, hands in a file as evidence of a restore test, and follows what happens.
//!
//! ```sh
//! SAMSYN_URL=http://127.0.0.1:8080/graphql SAMSYN_TOKEN=… cargo run --example hand_in FILE
//! ```
//!
//! Types are made from `hand_in.graphql` and `../schema.graphql` when it is compiled. It needs the crates
//! `anyhow`, `bytes`, `chrono`, `futures`, `graphql_client`, `reqwest` (json, stream), `rustls` (ring), `serde`,
//! `serde_json`, `thiserror`, `tokio`, `tokio-util` (io) and `uuid` (v7), and nothing of this repository but the two files.

#![expect(clippy::print_stdout, reason = "it is a program for a terminal")]

use std::{env, fs, io, ops::ControlFlow, path::Path, time::Duration};

use anyhow::{Context, Result};
use bytes::Bytes;
use futures::TryStreamExt;
use graphql_client::GraphQLQuery;
use reqwest::{RequestBuilder, Response, StatusCode, header};
use tokio::{fs::File, io::AsyncBufReadExt, time::sleep};
use tokio_util::io::StreamReader;
use uuid::Uuid;

type DateTime = String;
type Date = String;
type Long = i64;

macro_rules! operations {
    ($($operation:ident)*) => {$(
        #[derive(GraphQLQuery)]
        #[graphql(schema_path = "schema.graphql", query_path = "examples/hand_in.graphql")]
        struct $operation;
    )*};
}
operations!(OpenActionItems Agreements DraftEvidence CreateEvidenceUpload);
operations!(CreateSubmission SubmitSubmission CurrentVersion Follow);

/// What the API said no with: the code is for programs, the message for people.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {message}")]
struct Refused {
    code: String,
    message: String,
}

struct Samsyn {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Samsyn {
    /// The data of an operation.
    async fn ask<Q: GraphQLQuery>(&self, variables: Q::Variables) -> Result<Q::ResponseData> {
        let request = self.post::<Q>(&self.url, variables, "application/graphql-response+json");
        data(&answer(&request).await?)
    }

    /// The same for a mutation that must happen once: repeated with the same key, it gets the first answer.
    async fn once<Q: GraphQLQuery>(&self, variables: Q::Variables) -> Result<Q::ResponseData> {
        let request = self.post::<Q>(&self.url, variables, "application/graphql-response+json");
        let request = request.header("Idempotency-Key", Uuid::now_v7().to_string());
        data(&answer(&request).await?)
    }

    fn post<Q: GraphQLQuery>(
        &self,
        url: &str,
        variables: Q::Variables,
        accept: &str,
    ) -> RequestBuilder {
        let request = self.http.post(url).bearer_auth(&self.token);
        request
            .header(header::ACCEPT, accept)
            .json(&Q::build_query(variables))
    }

    /// All open action items, page by page.
    async fn list_open_action_items(&self) -> Result<()> {
        let mut after = None;
        loop {
            let variables = open_action_items::Variables { after };
            let page = self.ask::<OpenActionItems>(variables).await?.action_items;
            for item in page.nodes {
                let mark = if item.overdue { "!" } else { " " };
                println!("{} {mark} {}", item.due_on, item.title);
            }
            if !page.page_info.has_next_page {
                return Ok(());
            }
            after = page.page_info.end_cursor;
        }
    }

    /// Sends the bytes of a file; the URL for it is a secret, and works without a token.
    async fn upload(&self, evidence: String, file: &Path) -> Result<serde_json::Value> {
        let variables = create_evidence_upload::Variables {
            evidence,
            file_name: name(file),
        };
        let upload = self.ask::<CreateEvidenceUpload>(variables).await?;
        let request = self.http.put(upload.create_evidence_upload.url);
        let answer = request.body(File::open(file).await?).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// Submits on the version that was last seen; gives the id of the submission.
    async fn hand_in(&self, evidence: String, agreement: String) -> Result<String> {
        let variables = create_submission::Variables {
            evidence,
            agreement,
        };
        let created = self.once::<CreateSubmission>(variables).await?;
        let create_submission::CreateSubmissionCreateSubmission { id, mut version } =
            created.create_submission;
        loop {
            let variables = submit_submission::Variables {
                id: id.clone(),
                version,
            };
            match self.once::<SubmitSubmission>(variables).await {
                Ok(_) => return Ok(id),
                // Somebody else has changed it: read it again, and repeat the change if it still makes sense.
                Err(refused) if code(&refused) == Some("CONFLICT") => {
                    version = self.version(id.clone()).await?;
                }
                Err(refused) => return Err(refused),
            }
        }
    }

    async fn version(&self, id: String) -> Result<i64> {
        use current_version::CurrentVersionNode::Submission;
        let found = self
            .ask::<CurrentVersion>(current_version::Variables { id })
            .await?;
        match found.node {
            Some(Submission(submission)) => Ok(submission.version),
            _ => anyhow::bail!("it is not there any more"),
        }
    }

    /// Tells what happens, as it happens, until `told` has heard enough. The last position is kept, so that
    /// nothing is missed or comes twice, however often the connection breaks and whenever this is run again.
    async fn follow(&self, told: impl Fn(&follow::FollowEvents) -> ControlFlow<()>) -> Result<()> {
        loop {
            match self.listen(&told).await {
                Ok(()) => return Ok(()),
                Err(error)
                    if code(&error)
                        .is_some_and(|code| !["RATE_LIMITED", "INTERNAL"].contains(&code)) =>
                {
                    return Err(error);
                }
                Err(broken) => eprintln!("{broken}"),
            }
            sleep(Duration::from_secs(2)).await;
        }
    }

    async fn listen(&self, told: &impl Fn(&follow::FollowEvents) -> ControlFlow<()>) -> Result<()> {
        let after = fs::read_to_string("samsyn.position").unwrap_or_else(|_| "0".to_owned());
        let variables = follow::Variables {
            after: Some(after.parse()?),
        };
        let stream = format!("{}/stream", self.url);
        let request = self.post::<Follow>(&stream, variables, "text/event-stream");
        let body = request.send().await?.bytes_stream();
        let mut lines = StreamReader::new(body.map_err(io::Error::other)).lines();
        while let Some(line) = lines.next_line().await? {
            // An event comes on a line of data; a refusal is all of the body.
            let json = line.strip_prefix("data: ").unwrap_or(&line);
            if !json.starts_with('{') {
                continue;
            }
            let entry = data::<follow::ResponseData>(json.as_bytes())?.events;
            let heard = told(&entry);
            fs::write("samsyn.position", entry.position.to_string())?;
            if heard.is_break() {
                return Ok(());
            }
        }
        anyhow::bail!("the stream has ended")
    }
}

/// The body of an answer. What was not answered is asked again; `RATE_LIMITED` says when.
async fn answer(request: &RequestBuilder) -> Result<Bytes> {
    let mut attempt = 1;
    loop {
        let request = request.try_clone().context("its body is no stream")?;
        let tried = async {
            let response = request.send().await?;
            anyhow::Ok((pause(&response), response.bytes().await?))
        };
        let pause = match tried.await {
            Ok((Some(pause), _)) if attempt < 5 => pause,
            Ok((_, body)) => return Ok(body),
            Err(broken) if attempt == 5 => return Err(broken),
            Err(_) => Duration::from_secs(attempt),
        };
        sleep(pause).await;
        attempt += 1;
    }
}

/// For how long to wait before the same is asked again, if that helps.
fn pause(response: &Response) -> Option<Duration> {
    let busy = [
        StatusCode::TOO_MANY_REQUESTS,
        StatusCode::SERVICE_UNAVAILABLE,
    ];
    let told = response.headers().get(header::RETRY_AFTER);
    let seconds = told.and_then(|told| told.to_str().ok()?.parse().ok());
    busy.contains(&response.status())
        .then(|| Duration::from_secs(seconds.unwrap_or(5)))
}

fn data<D: serde::de::DeserializeOwned>(body: &[u8]) -> Result<D> {
    let answer: graphql_client::Response<D> = serde_json::from_slice(body)?;
    if let Some(error) = answer.errors.into_iter().flatten().next() {
        let code = error
            .extensions
            .and_then(|more| Some(more.get("code")?.as_str()?.to_owned()));
        let (code, message) = (code.unwrap_or_default(), error.message);
        return Err(Refused { code, message }.into());
    }
    answer.data.context("an answer has data or errors")
}

fn code(error: &anyhow::Error) -> Option<&str> {
    error
        .downcast_ref()
        .map(|Refused { code, .. }| code.as_str())
}

fn name(file: &Path) -> String {
    file.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[tokio::main]
async fn main() -> Result<()> {
    let file = env::args_os().nth(1).context("which file?")?;
    let file = Path::new(&file);
    // For reqwest's `rustls-no-provider`; with its default features this is not needed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let samsyn = Samsyn {
        http: reqwest::Client::new(),
        url: env::var("SAMSYN_URL")?,
        token: env::var("SAMSYN_TOKEN")?,
    };
    samsyn.list_open_action_items().await?;

    let agreements = samsyn
        .ask::<Agreements>(agreements::Variables {})
        .await?
        .agreements
        .nodes;
    let agreement = agreements
        .into_iter()
        .find(|one| one.in_force)
        .context("no agreement is in force")?;
    let draft = draft_evidence::Variables {
        title: format!("Restore test, {}", name(file)),
        valid_from: chrono::Utc::now().date_naive().to_string(),
    };
    let evidence = samsyn.once::<DraftEvidence>(draft).await?.draft_evidence.id;
    let uploaded = samsyn.upload(evidence.clone(), file).await?;
    println!(
        "uploaded: {}",
        uploaded["file"]["sha256"].as_str().unwrap_or_default()
    );
    let submission = samsyn.hand_in(evidence, agreement.id).await?;
    println!("handed in: {submission}");

    let told = |entry: &follow::FollowEvents| {
        let subject = entry
            .event
            .subject
            .as_ref()
            .map(|subject| subject.id.as_str());
        println!(
            "{} {} {}",
            entry.position,
            entry.event.action,
            subject.unwrap_or("-")
        );
        // Here it ends with the event of the submission itself; an integration goes on.
        if entry.event.action == "submission.submitted" && subject == Some(&submission) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    };
    samsyn.follow(told).await
}
