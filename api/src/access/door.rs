//! The door itself: it holds the pool, opens scopes, gives permits and has the ledger sealed.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chrono::TimeDelta;
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbBackend, QueryResult, Statement, Value};
use tokio::sync::{Mutex, watch};
use uuid::Uuid;

use super::{
    Act, Actor, Permit, Resource, Scope,
    claim::{Claim, Duty},
    migrate, pool,
};
use crate::{Error, Result, clock::Clock, ledger, telemetry::meters::METERS};

/// The one door to the data. Clones share it.
#[derive(Clone)]
pub struct Door(Arc<Inner>);

struct Inner {
    pool: DatabaseConnection,
    clock: Clock,
    most_connections: u64,
    statements: Arc<AtomicU64>,
    /// How often sealing was asked for, and how many of these askings are done with.
    asked: AtomicU64,
    sealing: Mutex<u64>,
    seals_at_once: bool,
    /// The number of the last event that is known to be sealed.
    end: watch::Sender<i64>,
}

impl Door {
    /// Opens the database at this URL.
    ///
    /// # Errors
    /// When it cannot be opened; the error names the setting.
    pub async fn open(url: &str, max_connections: u32, clock: Clock) -> anyhow::Result<Self> {
        let pool = pool::open(url, max_connections).await?;
        Ok(Self::over(pool, clock, true, max_connections))
    }

    /// Opens a new database to fill it, as the demo does, and to open it anew when that is done: until then a
    /// power cut may ruin it on SQLite, and nothing is sealed before [`Door::seal`] is asked to.
    ///
    /// # Errors
    /// As [`Door::open`].
    pub async fn open_to_fill(url: &str, clock: Clock) -> anyhow::Result<Self> {
        let pool = pool::open_to_fill(url).await?;
        Ok(Self::over(pool, clock, false, pool::TO_FILL))
    }

    fn over(
        pool: DatabaseConnection,
        clock: Clock,
        seals_at_once: bool,
        most_connections: u32,
    ) -> Self {
        Self(Arc::new(Inner {
            pool,
            clock,
            most_connections: most_connections.into(),
            statements: Arc::default(),
            asked: AtomicU64::default(),
            sealing: Mutex::default(),
            seals_at_once,
            end: watch::Sender::new(0),
        }))
    }

    /// Opens the database for a command beside the service, as [`Door::prepare`] does.
    ///
    /// # Errors
    /// As [`Door::open`] and [`Door::prepare`].
    pub async fn open_for_command(url: &str, clock: Clock) -> anyhow::Result<Self> {
        let door = Self::open(url, 2, clock).await?;
        door.prepare().await?;
        Ok(door)
    }

    /// Makes sure that the database can be worked with: on SQLite by taking the steps that it lacks, on
    /// PostgreSQL by looking whether the owner of the tables has done so and this is another role.
    ///
    /// # Errors
    /// When a step fails or is missing, or PostgreSQL's row-level security would not bind.
    pub async fn prepare(&self) -> anyhow::Result<()> {
        migrate::prepare(&self.0.pool).await
    }

    /// Where time and ids come from.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// How many statements have been sent through scopes and permits since the door was opened: for
    /// tests that no page costs a statement a row.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> Result<()> {
        Ok(self.0.pool.ping().await?)
    }

    /// Opens a reading transaction for the actor.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn scope(&self, actor: &Arc<Actor>) -> Result<Scope> {
        let tx = self.begin_reading().await?;
        Claim::of(actor).make(&tx).await?;
        Ok(self.scoped(tx, actor))
    }

    fn scoped(&self, tx: DatabaseTransaction, actor: &Arc<Actor>) -> Scope {
        let statements = self.0.statements.clone();
        let now = self.0.clock.now();
        Scope::new(tx, actor.clone(), now, statements)
    }

    /// Opens a writing transaction, loads the record and asks the action table.
    ///
    /// # Errors
    /// `NotFound` when the record does not exist for the actor, `Forbidden` when the actor may not
    /// do this with it, `Conflict` when it is not at the version the caller expects.
    pub async fn permit<A: Act>(
        &self,
        actor: &Arc<Actor>,
        id: Uuid,
        expected: Option<i32>,
    ) -> Result<Permit<A>> {
        let tx = self.begin_writing().await?;
        Claim::of(actor).make_to_write(&tx).await?;
        let scope = self.scoped(tx, actor);
        let resource = A::Resource::load(&scope, id).await?;
        A::RULE.check(actor, &resource.facts())?;
        match (expected, resource.version()) {
            (Some(expected), Some(current)) if expected != current => {
                Err(Error::Conflict { current })
            }
            _ => Ok(Permit::new(self.clone(), scope, resource)),
        }
    }

    /// What one statement finds that needs no claim: a function of PostgreSQL that looks for whoever calls it,
    /// and the same as SQLite takes it.
    pub(super) async fn look(
        &self,
        on_postgres: &str,
        on_sqlite: &str,
        values: [Value; 2],
    ) -> Result<Vec<QueryResult>> {
        let backend = self.0.pool.get_database_backend();
        let sql = match backend {
            DbBackend::Postgres => on_postgres,
            _ => on_sqlite,
        };
        let statement = Statement::from_sql_and_values(backend, sql, values);
        Ok(pool::query(&self.0.pool, statement).await?)
    }

    /// A transaction that will only read. It sees nothing before a claim is made in it.
    pub(super) async fn begin_reading(&self) -> Result<DatabaseTransaction> {
        Ok(pool::begin(&self.0.pool, pool::READ).await?)
    }

    /// A transaction that will write, and sees nothing before a claim is made in it. SQLite takes its one writer's place at once: a transaction that
    /// began reading could not be upgraded while another writes.
    pub(super) async fn begin_writing(&self) -> Result<DatabaseTransaction> {
        Ok(pool::begin(&self.0.pool, pool::WRITE).await?)
    }

    /// Called after every commit of a change.
    pub(super) async fn committed(&self) {
        if self.0.seals_at_once {
            self.seal().await;
        }
    }

    /// Seals what has been committed and tells those who wait for it. One pass does it for all who ask
    /// while another is under way. A failure is logged and made good by the next pass: the change itself
    /// has been committed.
    pub async fn seal(&self) {
        let asking = self.0.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut done = self.0.sealing.lock().await;
        if *done >= asking {
            return;
        }
        let covered = self.0.asked.load(Ordering::SeqCst);
        match self.seal_all().await {
            Ok(end) => {
                *done = covered;
                self.learn(end);
            }
            Err(error) => {
                tracing::warn!(%error, "the ledger could not be sealed; it is tried again soon");
            }
        }
    }

    async fn seal_all(&self) -> Result<i64> {
        loop {
            let tx = self.writing_on_duty(&Duty::Seal).await?;
            let pass = ledger::seal::pass(&tx, self.0.clock.now()).await?;
            tx.commit().await?;
            // What is committed meanwhile is sealed by whoever committed it.
            if pass.sealed < ledger::seal::BATCH {
                return Ok(pass.end);
            }
        }
    }

    /// Looks what has been sealed, by whichever process, and tells those who wait for it. What has been
    /// waiting for longer than `patience` is sealed: whoever committed it is gone.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn catch_up(&self, patience: TimeDelta) -> Result<i64> {
        let tx = self.on_duty(&Duty::Seal).await?;
        let state = ledger::seal::state(&tx).await?;
        tx.rollback().await?;
        self.learn(state.end);
        let now = self.0.clock.now();
        let age = state
            .waiting_since
            .map_or(TimeDelta::zero(), |since| now - since);
        METERS.unsealed(state.waiting, age.to_std().unwrap_or_default());
        let (used, idle) = pool::connections(&self.0.pool);
        METERS.connections(used, idle, self.0.most_connections);
        if age > patience {
            self.seal().await;
        }
        Ok(state.end)
    }

    fn learn(&self, end: i64) {
        self.0.end.send_if_modified(|known| {
            let more = end > *known;
            *known = Ord::max(end, *known);
            more
        });
    }

    /// The number of the last event that is known to be sealed, as it grows.
    #[must_use]
    pub fn sealed(&self) -> watch::Receiver<i64> {
        self.0.end.subscribe()
    }

    /// Walks the whole ledger.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn verify_ledger(&self) -> Result<ledger::verify::Verdict> {
        let tx = self.on_duty(&Duty::Audit).await?;
        ledger::verify::walk(&tx).await
    }
}
