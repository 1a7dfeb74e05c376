//! What a request carries: the door, who is calling, and the scope its reads share.

use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::Mutex;
use uuid::Uuid;

use super::{Act, Actor, Door, Permit, Reserved, Scope, permit::Outcome};
use crate::{Error, Result};

/// Said when a resolver needs an actor and the request brought none.
const ANONYMOUS: &str = "This needs an API token: send it as `Authorization: Bearer TOKEN`.";

/// What a request carries. One is made for every request and dies with it. Clones share it.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    door: Door,
    actor: RwLock<Option<Arc<Actor>>>,
    scope: Mutex<Option<Arc<Scope>>>,
    secret: AtomicBool,
    outcome: Arc<Outcome>,
}

impl Session {
    /// A session of this actor; without one nothing but the schema can be read.
    #[must_use]
    pub fn new(door: Door, actor: Option<Arc<Actor>>) -> Self {
        Self(Arc::new(Inner {
            door,
            actor: RwLock::new(actor),
            scope: Mutex::default(),
            secret: AtomicBool::default(),
            outcome: Arc::default(),
        }))
    }

    /// Who is calling.
    ///
    /// # Errors
    /// `Unauthenticated` when nobody is known to.
    pub fn actor(&self) -> Result<Arc<Actor>> {
        let actor = self.0.actor.read().unwrap_or_else(PoisonError::into_inner);
        actor.clone().ok_or(Error::Unauthenticated(ANONYMOUS))
    }

    /// The door, for what outlives a single read, such as a subscription.
    #[must_use]
    pub fn door(&self) -> &Door {
        &self.0.door
    }

    /// The scope that the request's reads share, opened when first needed.
    ///
    /// # Errors
    /// As [`Session::actor`], and when the database fails.
    pub async fn scope(&self) -> Result<Arc<Scope>> {
        let actor = self.actor()?;
        let mut current = self.0.scope.lock().await;
        if let Some(scope) = current.as_ref() {
            return Ok(scope.clone());
        }
        let scope = Arc::new(self.0.door.scope(&actor).await?);
        *current = Some(scope.clone());
        Ok(scope)
    }

    /// Closes the scope: what is read afterwards is read anew.
    pub async fn forget(&self) {
        self.0.scope.lock().await.take();
    }

    /// Leave to do the action on the record. What is read afterwards is read anew, so that the answer
    /// shows what the change has made of it.
    ///
    /// # Errors
    /// As [`Door::permit`].
    pub async fn permit<A: Act>(&self, id: Uuid, expected: Option<i32>) -> Result<Permit<A>> {
        let actor = self.actor()?;
        self.forget().await;
        let permit = self.0.door.permit(&actor, id, expected).await?;
        Ok(permit.telling(self.0.outcome.clone()))
    }

    /// Leave to do the action on behalf of the actor's own organisation.
    ///
    /// # Errors
    /// As [`Door::permit`].
    pub async fn permit_at_home<A: Act>(&self) -> Result<Permit<A>> {
        let home = self.actor()?.organisation;
        self.permit(home, None).await
    }

    /// Goes on with the actor's roles and token as they stand now, for what outlives a single read. What
    /// is read afterwards is read anew.
    ///
    /// # Errors
    /// `Unauthenticated` when the token has expired or was revoked, or the person may no longer act.
    pub async fn renew(&self) -> Result<()> {
        let actor = self.0.door.renew(&self.actor()?).await?;
        *self.0.actor.write().unwrap_or_else(PoisonError::into_inner) = Some(actor);
        self.forget().await;
        Ok(())
    }

    /// Has every change spend the key that was reserved for the request. The first that is told counts.
    pub fn spends(&self, reserved: &Reserved) {
        self.0.outcome.key.get_or_init(|| reserved.id());
    }

    /// Whether anything was committed, or may have been.
    #[must_use]
    pub fn has_changed(&self) -> bool {
        self.0.outcome.changed.load(Ordering::Relaxed)
    }

    /// Marks that the answer shows a secret, which must not be kept for a repeated request.
    pub fn shows_secret(&self) {
        self.0.secret.store(true, Ordering::Relaxed);
    }

    /// Whether the answer shows a secret.
    #[must_use]
    pub fn has_shown_secret(&self) -> bool {
        self.0.secret.load(Ordering::Relaxed)
    }
}
