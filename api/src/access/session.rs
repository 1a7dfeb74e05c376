//! What a request carries: the door, who is calling, and the scope its reads share.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tokio::sync::Mutex;
use uuid::Uuid;

use super::{Act, Actor, Door, Permit, Scope};
use crate::{Error, Result};

/// Said when a resolver needs an actor and the request brought none.
const ANONYMOUS: &str = "This needs an API token: send it as `Authorization: Bearer TOKEN`.";

/// What a request carries. One is made for every request and dies with it.
pub struct Session {
    door: Door,
    actor: Option<Arc<Actor>>,
    scope: Mutex<Option<Arc<Scope>>>,
    secret: AtomicBool,
}

impl Session {
    /// A session of this actor; without one nothing but the schema can be read.
    #[must_use]
    pub fn new(door: Door, actor: Option<Arc<Actor>>) -> Self {
        Self {
            door,
            actor,
            scope: Mutex::default(),
            secret: AtomicBool::default(),
        }
    }

    /// Who is calling.
    ///
    /// # Errors
    /// `Unauthenticated` when nobody is known to.
    pub fn actor(&self) -> Result<&Arc<Actor>> {
        self.actor.as_ref().ok_or(Error::Unauthenticated(ANONYMOUS))
    }

    /// The door, for what reads on its own, such as a subscription.
    #[must_use]
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// The scope that the request's reads share, opened when first needed.
    ///
    /// # Errors
    /// As [`Session::actor`], and when the database fails.
    pub async fn scope(&self) -> Result<Arc<Scope>> {
        let actor = self.actor()?;
        let mut current = self.scope.lock().await;
        if let Some(scope) = current.as_ref() {
            return Ok(scope.clone());
        }
        let scope = Arc::new(self.door.scope(actor).await?);
        *current = Some(scope.clone());
        Ok(scope)
    }

    /// Leave to do the action on the record. What is read afterwards is read anew, so that the answer
    /// shows what the change has made of it.
    ///
    /// # Errors
    /// As [`Door::permit`].
    pub async fn permit<A: Act>(&self, id: Uuid, expected: Option<i32>) -> Result<Permit<A>> {
        let actor = self.actor()?;
        self.scope.lock().await.take();
        self.door.permit(actor, id, expected).await
    }

    /// Leave to do the action on behalf of the actor's own organisation.
    ///
    /// # Errors
    /// As [`Door::permit`].
    pub async fn permit_at_home<A: Act>(&self) -> Result<Permit<A>> {
        let home = self.actor()?.organisation;
        self.permit(home, None).await
    }

    /// Marks that the answer shows a secret, which must not be kept for a repeated request.
    pub fn shows_secret(&self) {
        self.secret.store(true, Ordering::Relaxed);
    }

    /// Whether the answer shows a secret.
    #[must_use]
    pub fn has_shown_secret(&self) -> bool {
        self.secret.load(Ordering::Relaxed)
    }
}
