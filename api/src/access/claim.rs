//! What a transaction claims to PostgreSQL before anything else is said in it: for whom it speaks.
//!
//! The policies of the database (`migration/src/m0009_row_security.rs`) show and take rows by it, on their
//! own judgement: they are a second wall behind [`visible`](super::visible). Without a claim no row is there.
//!
//! What always holds:
//! - A transaction is given out by the [`Door`] alone, and with its claim made.
//! - A claim dies with its transaction, so that the next one on the same connection has none.
//! - What is done without an actor, or beyond what the actor may see, is a [`Duty`] with a name, and reaches
//!   only the rows that it needs.
//! - SQLite has no policies: there nothing is sent.
//!
//! Writers of one organisation queue for one another from their claim to their commit, as all writers do on
//! SQLite: a rule about several rows, such as how much may be unfinished at a time, holds whoever
//! writes. What those of different organisations write together is held by versions and unique keys.
//!
//! A claim is one parameterised statement, after `BEGIN`: sea-orm begins its transactions with a statement
//! of its own and has no way to send both at once, so that a scope is opened in two round trips.

use entity::{OrganisationKind, Role, Topic};
use sea_orm::{
    ActiveEnum, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Iterable, Statement, Value,
};
use uuid::Uuid;

use super::{Actor, Areas, Door, Grant, TokenScope};
use crate::Result;

/// What is done for nobody in particular, or beyond what the one who asks may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Duty {
    /// Find out who is calling, by this hash of a secret or this id of a token.
    Authenticate(String),
    /// Number events and chain them.
    Seal,
    /// Walk the chain.
    Audit,
    /// Let tenants in.
    Operate,
    /// Keep the answers of requests that may be repeated.
    Repeat,
    /// Forget what broken uploads have left.
    Sweep,
    /// Find out who belongs to this forum, to tell them of an event.
    Tell(Uuid),
    /// Find the organisation with this number, to make an agreement with it.
    Invite(String),
    /// Hand this action item on to a forum that the actor may not see.
    HandOn(Uuid),
    /// End the sessions and tokens of this person, who may no longer act.
    Deactivate(Uuid),
}

impl Duty {
    /// Its name, as the policies know it, and what it is about.
    fn words(&self) -> (&'static str, String) {
        match self {
            Self::Authenticate(hash_or_id) => ("authenticate", hash_or_id.clone()),
            Self::Seal => ("seal", String::new()),
            Self::Audit => ("audit", String::new()),
            Self::Operate => ("operate", String::new()),
            Self::Repeat => ("repeat", String::new()),
            Self::Sweep => ("sweep", String::new()),
            Self::Tell(forum) => ("tell", forum.to_string()),
            Self::Invite(number) => ("invite", number.clone()),
            Self::HandOn(item) => ("hand_on", item.to_string()),
            Self::Deactivate(person) => ("deactivate", person.to_string()),
        }
    }
}

/// What a transaction claims: the settings that the policies read.
pub(super) struct Claim(Vec<Value>);

/// Stands in place of a topic where nobody is known yet.
const SIGN_IN: &str = "SIGN_IN";
const CLAIM: &str = "SELECT set_config('samsyn.organisation', $1, true), \
    set_config('samsyn.person', $2, true), set_config('samsyn.kind', $3, true), \
    set_config('samsyn.areas', $4, true), set_config('samsyn.topics', $5, true)";
/// The same, and the organisation's place to write. The first number is of these places alone.
const CLAIM_TO_WRITE: &str = "SELECT set_config('samsyn.organisation', $1, true), \
    set_config('samsyn.person', $2, true), set_config('samsyn.kind', $3, true), \
    set_config('samsyn.areas', $4, true), set_config('samsyn.topics', $5, true), \
    pg_advisory_xact_lock(1396788563, hashtext($1))";
const DUTY: &str =
    "SELECT set_config('samsyn.duty', $1, true), set_config('samsyn.subject', $2, true)";

impl Claim {
    /// To speak for an actor.
    pub(super) fn of(actor: &Actor) -> Self {
        let person = actor.person.map(|id| id.to_string());
        let texts = [
            actor.organisation.to_string(),
            person.unwrap_or_default(),
            OrganisationKind::to_value(&actor.kind),
            areas(actor),
            topics(actor).join(","),
        ];
        Self(texts.map(Value::from).into())
    }

    /// To sign somebody of this organisation in, who is not known yet.
    pub(super) fn to_sign_in((organisation, kind): (Uuid, OrganisationKind)) -> Self {
        let kind = OrganisationKind::to_value(&kind);
        let texts = [
            organisation.to_string(),
            String::new(),
            kind,
            String::new(),
            SIGN_IN.to_owned(),
        ];
        Self(texts.map(Value::from).into())
    }

    /// Makes it in a transaction that reads.
    pub(super) async fn make(self, tx: &DatabaseTransaction) -> Result<(), DbErr> {
        say(tx, CLAIM, self.0).await
    }

    /// Makes it in a transaction that writes, when no other of the organisation does.
    pub(super) async fn make_to_write(self, tx: &DatabaseTransaction) -> Result<(), DbErr> {
        say(tx, CLAIM_TO_WRITE, self.0).await
    }
}

/// The areas whose records the actor sees, or `*`.
fn areas(actor: &Actor) -> String {
    match actor.areas() {
        Areas::All => "*".to_owned(),
        Areas::Only(areas) => {
            let areas: Vec<_> = areas.iter().map(ActiveEnum::to_value).collect();
            areas.join(",")
        }
    }
}

/// The topics that the actor reads, and whether it may look at its own tokens and administers its organisation: who
/// does so need not be able to read of it.
fn topics(actor: &Actor) -> Vec<String> {
    let mut topics: Vec<_> = Topic::iter()
        .filter(|topic| actor.may_read(*topic))
        .map(|topic| topic.to_value())
        .collect();
    if actor.has_scope(TokenScope::AdministrationRead) {
        topics.push("OWN_TOKENS".to_owned());
    }
    let is_administrator = |grant: &Grant| grant.role == Role::Administrator;
    if actor.has_scope(TokenScope::AdministrationWrite)
        && actor.grants().iter().any(is_administrator)
    {
        topics.push("ADMINISTERS".to_owned());
    }
    topics
}

/// Takes on a duty until the end of the transaction, or until it is laid down.
async fn take_on(tx: &DatabaseTransaction, duty: &Duty) -> Result<(), DbErr> {
    let (name, about) = duty.words();
    say(tx, DUTY, vec![name.into(), about.into()]).await
}

async fn lay_down(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    say(tx, DUTY, vec!["".into(), "".into()]).await
}

async fn say(tx: &DatabaseTransaction, sql: &str, values: Vec<Value>) -> Result<(), DbErr> {
    if tx.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let claim = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    tx.query_one_raw(claim).await.map(drop)
}

/// Does something on a duty within a transaction that speaks for an actor.
pub(super) async fn beyond<T>(
    tx: &DatabaseTransaction,
    duty: &Duty,
    work: impl Future<Output = Result<T>> + Send,
) -> Result<T> {
    take_on(tx, duty).await?;
    // After a failure the transaction is given up, and the duty with it.
    let done = work.await?;
    lay_down(tx).await?;
    Ok(done)
}

impl Door {
    /// Opens a reading transaction for a duty.
    pub(super) async fn on_duty(&self, duty: &Duty) -> Result<DatabaseTransaction> {
        let tx = self.begin_reading().await?;
        take_on(&tx, duty).await?;
        Ok(tx)
    }

    /// Opens a writing transaction for a duty.
    pub(super) async fn writing_on_duty(&self, duty: &Duty) -> Result<DatabaseTransaction> {
        let tx = self.begin_writing().await?;
        take_on(&tx, duty).await?;
        Ok(tx)
    }
}
