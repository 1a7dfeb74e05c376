//! The people of the world and what they can do: what anybody can do through the public API, and
//! nothing else.
//!
//! Every change is a mutation on the real schema, in the name of a person and with that person's token,
//! so that the world obeys every rule that its visitors will meet. A mutation that is refused ends the
//! making of the world with its code and message.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result, anyhow, bail};
use bytes::Bytes;
use serde_json::{Value, json};

use super::timeline::Timeline;
use crate::{
    access::{Actor, Session, action::ReceiveEvidenceFile},
    app::App,
    topic::evidence,
};

/// The largest file that is put in; they are small.
const FILE: u64 = 1 << 20;

/// The world while it is made.
pub struct World {
    app: App,
    /// The common time of its stories.
    pub timeline: Timeline,
    people: BTreeMap<String, Arc<Actor>>,
    known: Mutex<BTreeMap<String, Record>>,
}

/// A record as somebody last saw it.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its id.
    pub id: String,
    /// Its version; 0 for a record that has none.
    pub version: i64,
}

/// Somebody who acts.
#[derive(Clone, Copy)]
pub struct Somebody<'w> {
    world: &'w World,
    actor: &'w Arc<Actor>,
}

impl World {
    /// A world of these people, by their names, in which nothing has happened yet.
    pub fn new(app: App, timeline: Timeline, people: BTreeMap<String, Arc<Actor>>) -> Self {
        Self {
            app,
            timeline,
            people,
            known: Mutex::default(),
        }
    }

    /// The person of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn person(&self, name: &str) -> Result<Somebody<'_>> {
        let actor = self
            .people
            .get(name)
            .with_context(|| format!("nobody is called {name}"))?;
        Ok(Somebody { world: self, actor })
    }

    /// Remembers a record under a name for other stories.
    pub fn remember(&self, name: impl Into<String>, record: &Record) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(name.into(), record.clone());
    }

    /// A record as a story has remembered it.
    ///
    /// # Errors
    /// When no story has, up to now.
    pub fn record(&self, name: &str) -> Result<Record> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let record = known
            .get(name)
            .with_context(|| format!("there is no {name} yet"))?;
        Ok(record.clone())
    }

    /// The id of a record that a story has remembered.
    ///
    /// # Errors
    /// As [`World::record`].
    pub fn id(&self, name: &str) -> Result<String> {
        Ok(self.record(name)?.id)
    }
}

impl Somebody<'_> {
    /// The person's id; nobody's for an integration.
    pub fn id(&self) -> String {
        crate::graphql::key::id::<entity::person::Entity>(self.actor.person.unwrap_or_default()).0
    }

    /// The id of the person's organisation.
    pub fn organisation_id(&self) -> String {
        crate::graphql::key::id::<entity::organisation::Entity>(self.actor.organisation).0
    }

    /// Does something that gives a record with a version.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn does(&self, mutation: &str, input: Value) -> Result<Record> {
        let done = self.mutate(mutation, input, "id version").await?;
        record(&done)
    }

    /// Does something with a record: `input` is what is said beside its id and version.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn moves(&self, mutation: &str, record: &Record, mut input: Value) -> Result<Record> {
        input["id"] = json!(record.id);
        input["expectedVersion"] = json!(record.version);
        self.does(mutation, input).await
    }

    /// Remarks on a record.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn comments(&self, on: On<'_>, audience: &str, body: &str) -> Result<()> {
        let (mutation, field, id) = match on {
            On::Submission(id) => ("commentOnSubmission", "submissionId", id),
            On::EvidenceRequest(id) => ("commentOnEvidenceRequest", "evidenceRequestId", id),
            On::RiskAnalysis(id) => ("commentOnRiskAnalysis", "riskAnalysisId", id),
            On::ActionItem(id) => ("commentOnActionItem", "actionItemId", id),
        };
        let input = json!({field: id, "audience": audience, "body": body});
        self.mutate(mutation, input, "id").await?;
        Ok(())
    }

    /// Sends the bytes of a file of a piece of evidence, perhaps in the place of another; gives its id.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn uploads(
        &self,
        evidence: &Record,
        name: &str,
        bytes: Vec<u8>,
        replaces: Option<&str>,
    ) -> Result<String> {
        let input =
            json!({"evidenceId": evidence.id, "fileName": name, "replacesFileId": replaces});
        let upload = self.mutate("createEvidenceUpload", input, "url").await?;
        let url = upload["url"].as_str().unwrap_or_default();
        let secret = url.rsplit('/').next().unwrap_or_default();
        self.world.timeline.pass();
        let file = self.puts(secret, name, bytes).await;
        let file = file.with_context(|| format!("{} uploads {name}", self.actor.name))?;
        Ok(crate::graphql::key::id::<entity::evidence_file::Entity>(file.id).0)
    }

    /// What the route for uploads does.
    async fn puts(
        &self,
        secret: &str,
        name: &str,
        bytes: Vec<u8>,
    ) -> crate::Result<entity::evidence_file::Model> {
        let App { door, blobs, .. } = &self.world.app;
        let (actor, upload) = door.uploader(secret).await?;
        let body = futures::stream::iter([Ok::<_, std::convert::Infallible>(Bytes::from(bytes))]);
        let received = blobs.receive(upload.owner_id, name, FILE, body).await?;
        let permit = door
            .permit::<ReceiveEvidenceFile>(&actor, upload.id, None)
            .await?;
        evidence::write::receive(permit, received).await
    }

    /// Carries out a mutation whose one argument is `input`, and gives what was selected of the answer.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn mutate(&self, mutation: &str, input: Value, selection: &str) -> Result<Value> {
        self.world.timeline.pass();
        let kind = pascal_case(mutation);
        let document = format!(
            "mutation($input: {kind}Input!) {{ {mutation}(input: $input) {{ {selection} }} }}"
        );
        let mut data = self.asks(&document, json!({"input": input})).await?;
        Ok(data[mutation].take())
    }

    /// Carries out any operation.
    ///
    /// # Errors
    /// When it is refused, with the code and message of the refusal.
    pub async fn asks(&self, document: &str, variables: Value) -> Result<Value> {
        let told = variables.to_string();
        let session = Session::new(self.world.app.door.clone(), Some(self.actor.clone()));
        let request = self.world.app.request(document, variables);
        let request = request.map_err(|errors| anyhow!("{document} is refused: {errors:?}"))?;
        let request = request.data(session);
        let answer = self.world.app.schema().execute(request).await;
        if let Some(error) = answer.errors.first() {
            let code = error
                .source::<crate::Error>()
                .map_or("no code", crate::Error::code);
            bail!(
                "{} asks {document} with {told}: {code}: {}",
                self.actor.name,
                error.message
            );
        }
        Ok(answer.data.into_json()?)
    }
}

/// What a remark stands on.
#[derive(Clone, Copy)]
pub enum On<'r> {
    /// A submission.
    Submission(&'r str),
    /// A request for evidence.
    EvidenceRequest(&'r str),
    /// A risk analysis.
    RiskAnalysis(&'r str),
    /// An action item.
    ActionItem(&'r str),
}

fn record(of: &Value) -> Result<Record> {
    let id = of["id"]
        .as_str()
        .ok_or_else(|| anyhow!("an answer without an id: {of}"))?;
    Ok(Record {
        id: id.to_owned(),
        version: of["version"].as_i64().unwrap_or_default(),
    })
}

fn pascal_case(camel_case: &str) -> String {
    let (first, rest) = camel_case.split_at(1);
    first.to_uppercase() + rest
}
