//! A Redis, and whether it answers.
//!
//! Nobody waits long for it: what it does not answer in time is done without it, and from then on it is
//! not asked until it answers again, which one task looks after.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use anyhow::Context as _;
use futures::StreamExt;
use redis::{
    AsyncCommands, Client, RedisResult, Script, ToRedisArgs,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::telemetry::meters::METERS;

/// How long an answer may take.
const ANSWER: Duration = Duration::from_millis(250);
/// How long it may take to connect.
const CONNECT: Duration = Duration::from_secs(2);
/// How often it is asked whether it is there.
const BEAT: Duration = Duration::from_secs(1);

/// Where replicas tell one another that there is news. Nothing is said but that.
const HINTS: &str = "samsyn:sealed";

/// A Redis. Clones share its connection.
#[derive(Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    client: Client,
    connection: ConnectionManager,
    /// Whether it answers.
    here: watch::Sender<bool>,
}

impl Redis {
    /// The Redis at this URL; it is connected to when it is there.
    ///
    /// # Errors
    /// When the URL cannot be understood.
    pub(super) fn open(url: &str) -> anyhow::Result<Self> {
        // Its TLS takes the process's provider; another one may have been chosen already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::open(url).context("is not the address of a Redis")?;
        let config = ConnectionManagerConfig::new()
            .set_response_timeout(Some(ANSWER))
            .set_connection_timeout(Some(CONNECT))
            // Whoever asks must not wait for attempts: the next beat makes one.
            .set_number_of_retries(0);
        let connection = ConnectionManager::new_lazy_with_config(client.clone(), config)?;
        let redis = Arc::new(Inner {
            client,
            connection,
            here: watch::Sender::new(true),
        });
        tokio::spawn(beat(Arc::downgrade(&redis)));
        Ok(Self(redis))
    }

    /// Whether it answers, as far as is known.
    #[must_use]
    pub fn is_here(&self) -> bool {
        *self.0.here.borrow()
    }

    /// Has it carry out a script on these keys; nothing when it does not answer.
    pub async fn run(
        &self,
        script: &Script,
        keys: &[String],
        arguments: &[impl ToRedisArgs],
    ) -> Option<Vec<f64>> {
        if !self.is_here() {
            return None;
        }
        let mut connection = self.0.connection.clone();
        let mut call = script.prepare_invoke();
        keys.iter().for_each(|key| {
            call.key(key);
        });
        arguments.iter().for_each(|argument| {
            call.arg(argument);
        });
        let answer = timeout(ANSWER, call.invoke_async::<Vec<String>>(&mut connection)).await;
        let numbers = self.0.judged(answer)?;
        numbers.iter().map(|number| number.parse().ok()).collect()
    }

    /// Tells the other replicas that there is news.
    pub async fn hint(&self) {
        if self.is_here() {
            let mut connection = self.0.connection.clone();
            let told = timeout(ANSWER, connection.publish::<_, _, ()>(HINTS, "")).await;
            self.0.judged(told);
        }
    }

    /// Listens for hints until what is given is dropped.
    pub fn listen(&self) -> Listening {
        let heard = Arc::new(Notify::new());
        let task = tokio::spawn(listen(self.0.client.clone(), heard.clone()));
        Listening { heard, task }
    }
}

impl Inner {
    /// Takes note of whether it answered.
    fn judged<T>(&self, answer: Result<RedisResult<T>, tokio::time::error::Elapsed>) -> Option<T> {
        let (answer, problem) = match answer {
            Ok(Ok(answer)) => (Some(answer), None),
            Ok(Err(error)) => (None, Some(error.to_string())),
            Err(_) => (None, Some("no answer in time".to_owned())),
        };
        let here = problem.is_none();
        METERS.bus(here);
        let changed = self.here.send_if_modified(|was| {
            let changed = *was != here;
            *was = here;
            changed
        });
        match problem {
            Some(problem) if changed => tracing::warn!(
                problem,
                "Redis does not answer: each replica keeps budgets of its own until it does"
            ),
            None if changed => tracing::info!("Redis answers again"),
            _ => {}
        }
        answer
    }
}

/// Asks over and over whether it is there, for as long as anybody uses it.
async fn beat(redis: Weak<Inner>) {
    while let Some(redis) = redis.upgrade() {
        let mut connection = redis.connection.clone();
        let asked = timeout(CONNECT, connection.ping::<String>()).await;
        redis.judged(asked);
        drop(redis);
        sleep(BEAT).await;
    }
}

async fn listen(client: Client, heard: Arc<Notify>) {
    loop {
        if let Err(error) = hear(&client, &heard).await {
            tracing::debug!(%error, "no hints from Redis");
        }
        sleep(BEAT).await;
    }
}

/// Hears hints until the connection is lost.
async fn hear(client: &Client, heard: &Notify) -> RedisResult<()> {
    let mut hints = client.get_async_pubsub().await?;
    hints.subscribe(HINTS).await?;
    // What was said before has been missed.
    heard.notify_one();
    let mut hints = hints.into_on_message();
    while hints.next().await.is_some() {
        // Many hints at once are as good as one.
        heard.notify_one();
    }
    Ok(())
}

/// Hears hints, until it is dropped.
pub struct Listening {
    heard: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Listening {
    /// Waits until there has been a hint that nobody has heard yet.
    pub async fn heard(&self) {
        self.heard.notified().await;
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}
