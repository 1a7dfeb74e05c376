//! Sessions: browsers in which people are signed in.
//!
//! What always holds:
//! - A session begins when somebody has signed in, with a secret that nobody has seen before: none is carried over,
//!   so that none can be planted.
//! - It ends when it was not used for a while, when its time is over, when it is revoked, and when its person may no
//!   longer act. Any of these holds at the next request, and ends what is open.
//! - Administrators are told once when one that was revoked is used again: by a page that was still open, or by
//!   whoever took it from the browser.
//!
//! A session is looked up in the database at every request, by one statement that reads the person's roles, too. A
//! copy of it in Redis would spare nothing of that, and would have to be told of every revocation in time.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{OrganisationKind, PersonStatus, Role, ServiceArea, Topic, session};
use sea_orm::{
    ActiveValue::Unchanged, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, Set,
    sea_query::Expr,
};
use serde_json::json;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{LAST_USE_PRECISION, Secret, grant, hash};
use crate::{
    Error, Result,
    access::{
        Actor, Credential, Door,
        claim::{Claim, Duty},
        reach::Reach,
    },
    clock::Clock,
    ledger,
};

/// Said for every session that does not work, whatever the reason.
const REFUSED: &str = "You are signed out: the session has ended or was revoked. Sign in again.";

/// How long sessions last.
#[derive(Clone, Copy, Debug)]
pub struct Lifetime {
    /// How long a session lasts in which nothing is done.
    pub idle: TimeDelta,
    /// How long a session lasts, whatever is done in it.
    pub most: TimeDelta,
}

/// What a new session shall be.
pub struct NewSession {
    /// For which organisation the person acts.
    pub organisation: Uuid,
    /// Who signed in.
    pub person: Uuid,
    /// As whom the provider knows the person; none where the demo lets in without one.
    pub identity: Option<Uuid>,
    /// What the provider calls its own session.
    pub provider_session: Option<String>,
    /// The ID token, sealed.
    pub id_token: Option<String>,
    /// In which browser.
    pub browser: Browser,
    /// How long it lasts.
    pub lifetime: Lifetime,
}

/// What is known of the browser of a session, for its person to recognise it by.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    /// What it says it is.
    pub name: Option<String>,
    /// Where it is.
    pub address: Option<String>,
}

impl NewSession {
    /// The row that keeps it, and the secret for the cookie.
    #[must_use]
    pub fn make(self, clock: &Clock) -> (session::Model, Secret) {
        let secret = Secret::new(clock, "session");
        let now = clock.now();
        let row = session::Model {
            id: clock.id(),
            organisation_id: self.organisation,
            person_id: self.person,
            hash: secret.hash(),
            linked_identity_id: self.identity,
            provider_session: self.provider_session,
            id_token: self.id_token,
            browser: self.browser.name,
            address: self.browser.address,
            idle_seconds: i32::try_from(self.lifetime.idle.num_seconds()).unwrap_or(i32::MAX),
            created_at: now,
            last_used_at: now,
            expires_at: now + self.lifetime.most,
            revoked_at: None,
            version: 1,
        };
        (row, secret)
    }
}

/// From when a session no longer works if it is not used again.
#[must_use]
pub fn ends_at(row: &session::Model) -> DateTime<Utc> {
    let idle = TimeDelta::seconds(row.idle_seconds.into());
    row.expires_at.min(row.last_used_at + idle)
}

/// A session and who is signed in: one row for each role of the person, or one in all.
#[derive(Clone, Debug, FromQueryResult)]
struct Acting {
    id: Uuid,
    hash: String,
    idle_seconds: i32,
    last_used_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
    organisation_id: Uuid,
    organisation_kind: OrganisationKind,
    person_id: Uuid,
    person_name: String,
    person_status: PersonStatus,
    role: Option<Role>,
    service_area: Option<ServiceArea>,
}

/// On PostgreSQL a function looks, as for tokens.
const ON_POSTGRES: &str = "SELECT * FROM signed_in($1, $2)";
const ON_SQLITE: &str = "SELECT s.id, s.hash, s.idle_seconds, s.last_used_at, s.expires_at, \
    s.revoked_at, s.organisation_id, o.kind AS organisation_kind, s.person_id, \
    p.name AS person_name, p.status AS person_status, r.role, r.service_area \
    FROM session s JOIN organisation o ON o.id = s.organisation_id \
    JOIN person p ON p.id = s.person_id LEFT JOIN role_assignment r ON r.person_id = s.person_id \
    WHERE s.hash = $1 OR s.id = $2";

impl Door {
    /// The actor whose browser has this secret as its cookie.
    ///
    /// # Errors
    /// `Unauthenticated`, the same for every reason.
    pub async fn resume(&self, secret: &str) -> Result<Arc<Actor>> {
        let kept = hash(secret);
        let rows = self.signed_in(Some(&kept), None).await?;
        let session = rows
            .first()
            .filter(|session| bool::from(session.hash.as_bytes().ct_eq(kept.as_bytes())))
            .ok_or(Error::Unauthenticated(REFUSED))?;
        let actor = match self.actor_in(&rows) {
            Ok(actor) => actor,
            Err(refused) => {
                if self.note_reuse(session).await.is_err() {
                    tracing::warn!("that a revoked session was used could not be recorded");
                }
                return Err(refused);
            }
        };
        if self.note_presence(session).await.is_err() {
            tracing::warn!("the use of a session could not be noted; it works all the same");
        }
        Ok(actor)
    }

    /// The actor whose session has this id.
    pub(super) async fn holder_of_session(&self, id: Uuid) -> Result<Arc<Actor>> {
        self.actor_in(&self.signed_in(None, Some(id)).await?)
    }

    async fn signed_in(&self, hash: Option<&str>, id: Option<Uuid>) -> Result<Vec<Acting>> {
        let rows = self
            .look(ON_POSTGRES, ON_SQLITE, [hash.into(), id.into()])
            .await?;
        let rows = rows.iter().map(|row| Acting::from_query_result(row, ""));
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn actor_in(&self, rows: &[Acting]) -> Result<Arc<Actor>> {
        let refused = Error::Unauthenticated(REFUSED);
        let Some(session) = rows.first() else {
            return Err(refused);
        };
        let works = session.revoked_at.is_none() && session.ends_at() > self.clock().now();
        if !works || session.person_status != PersonStatus::Active {
            return Err(refused);
        }
        let grants = rows
            .iter()
            .filter_map(|row| grant(row.role, row.service_area));
        let tenant = (session.organisation_id, session.organisation_kind);
        let name = session.person_name.clone();
        let actor = Actor::new(tenant, Some(session.person_id), name, grants.collect());
        let actor = actor.with(Credential::Session(session.id));
        Ok(Arc::new(actor.until(session.ends_at())))
    }

    /// Records that a session was used after it was revoked, the first time.
    async fn note_reuse(&self, session: &Acting) -> Result<()> {
        use session::Column;
        let Some(revoked_at) = session.revoked_at else {
            return Ok(());
        };
        if session.last_used_at > revoked_at {
            return Ok(());
        }
        let tx = self.begin_writing().await?;
        let tenant = (session.organisation_id, session.organisation_kind);
        Claim::to_sign_in(tenant).make_to_write(&tx).await?;
        // Of two requests at the same time, one records it.
        let noted = session::Entity::update_many()
            .col_expr(Column::LastUsedAt, Expr::value(self.clock().now()))
            .filter(Column::Id.eq(session.id))
            .filter(Column::LastUsedAt.lte(revoked_at))
            .exec(&tx)
            .await?;
        if noted.rows_affected == 0 {
            return Ok(());
        }
        let somebody = Actor::new(tenant, None, String::new(), vec![]);
        let change = ledger::Change::told::<session::Entity>("reused", session.id, json!({}));
        let reach = Reach::new(Topic::Administration, None, [tenant.0]);
        let (id, now) = (self.clock().id(), self.clock().now());
        ledger::write(&tx, id, now, Some(&somebody), change, reach).await?;
        tx.commit().await?;
        self.committed().await;
        Ok(())
    }

    async fn note_presence(&self, session: &Acting) -> Result<()> {
        let now = self.clock().now();
        if now - session.last_used_at < LAST_USE_PRECISION {
            return Ok(());
        }
        let used = session::ActiveModel {
            id: Unchanged(session.id),
            last_used_at: Set(now),
            ..Default::default()
        };
        let duty = Duty::Authenticate(session.hash.clone());
        let tx = self.writing_on_duty(&duty).await?;
        session::Entity::update(used).exec(&tx).await?;
        Ok(tx.commit().await?)
    }
}

impl Acting {
    fn ends_at(&self) -> DateTime<Utc> {
        let idle = TimeDelta::seconds(self.idle_seconds.into());
        self.expires_at.min(self.last_used_at + idle)
    }
}
