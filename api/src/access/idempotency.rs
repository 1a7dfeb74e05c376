//! Idempotency keys: how a client repeats a mutation without having it carried out twice.
//!
//! What always holds:
//! - A key belongs to its caller; others may choose the same.
//! - It is reserved before anything is done, so that of two requests at once one is carried out.
//! - It is spent by a change: the answer is kept with it then, unless it showed a secret. When nothing
//!   was committed it is released, and stands for nothing.
//! - A key that is neither, because the process ended in between, stays reserved: nobody knows what
//!   became of its request.
//! - Keys and answers are forgotten after [`LIFETIME`].

use chrono::TimeDelta;
use entity::idempotency_key::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Unchanged, ColumnTrait, EntityTrait, IntoActiveModel,
    QueryFilter, Set, sea_query::OnConflict,
};
use serde_json::Value;
use uuid::Uuid;

use super::{Door, claim::Duty};
use crate::{Error, Result};

/// How long a key is known.
const LIFETIME: TimeDelta = TimeDelta::hours(24);

/// What a key stands for.
pub enum Claim {
    /// Nothing yet: carry the request out, and tell how it ended.
    First(Reserved),
    /// The same request, which was carried out with this answer.
    Again(Value),
}

/// A key that was reserved for a request. Left without word, it stays reserved.
#[must_use]
pub struct Reserved {
    door: Door,
    id: Uuid,
}

impl Door {
    /// Reserves a caller's key for a request, known by its hash.
    ///
    /// # Errors
    /// `KeyReused` when the key stands for another request, `KeyInProgress` when the same one has no
    /// outcome, `SecretShown` when its answer was not kept.
    pub async fn reserve(&self, caller: Uuid, key: &str, request_hash: String) -> Result<Claim> {
        let row = Model {
            id: self.clock().id(),
            caller_id: caller,
            key: key.to_owned(),
            request_hash,
            response: None,
            finished: false,
            created_at: self.clock().now(),
        };
        let tx = self.writing_on_duty(&Duty::Repeat).await?;
        let forgotten = Column::CreatedAt.lt(row.created_at - LIFETIME);
        Entity::delete_many().filter(forgotten).exec(&tx).await?;
        let taken = OnConflict::columns([Column::CallerId, Column::Key])
            .do_nothing()
            .to_owned();
        let inserted = Entity::insert(row.clone().into_active_model().reset_all())
            .on_conflict(taken)
            .exec_without_returning(&tx)
            .await?;
        let earlier = Entity::find()
            .filter(Column::CallerId.eq(caller))
            .filter(Column::Key.eq(key))
            .one(&tx)
            .await?;
        tx.commit().await?;
        if inserted == 1 {
            let (door, id) = (self.clone(), row.id);
            return Ok(Claim::First(Reserved { door, id }));
        }
        judge(earlier, &row.request_hash).map(Claim::Again)
    }
}

/// The answer that an earlier request with the same key was given. One that was released in this very
/// moment is in progress still.
fn judge(earlier: Option<Model>, request_hash: &str) -> Result<Value> {
    let earlier = earlier.ok_or(Error::KeyInProgress)?;
    if earlier.request_hash != request_hash {
        return Err(Error::KeyReused);
    }
    if !earlier.finished {
        return Err(Error::KeyInProgress);
    }
    earlier.response.ok_or(Error::SecretShown)
}

impl Reserved {
    /// Spends the key: the request was carried out. Its answer is left out if it showed a secret.
    ///
    /// # Errors
    /// `Internal` when the database fails; the key stays reserved then.
    pub async fn keep(self, answer: Option<Value>) -> Result<()> {
        let spent = ActiveModel {
            id: Unchanged(self.id),
            response: Set(answer),
            finished: Set(true),
            ..Default::default()
        };
        let tx = self.door.writing_on_duty(&Duty::Repeat).await?;
        Entity::update(spent).exec(&tx).await?;
        Ok(tx.commit().await?)
    }

    /// Frees the key: the request changed nothing.
    ///
    /// # Errors
    /// `Internal` when the database fails; the key stays reserved then.
    pub async fn release(self) -> Result<()> {
        let tx = self.door.writing_on_duty(&Duty::Repeat).await?;
        Entity::delete_by_id(self.id).exec(&tx).await?;
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;
    use crate::clock::Clock;

    const SERVICE_DESK: Uuid = Uuid::from_u128(1);
    const DASHBOARD: Uuid = Uuid::from_u128(2);

    async fn a_door(folder: &TempDir) -> Door {
        let url = format!("sqlite://{}", folder.path().join("samsyn.db").display());
        let clock = Clock::fixed(DateTime::UNIX_EPOCH, 1);
        let door = Door::open(&url, 2, clock).await.expect("a database");
        door.prepare().await.expect("a schema");
        door
    }

    async fn claimed(door: &Door, caller: Uuid, request: &str) -> Result<Claim> {
        door.reserve(caller, "key", request.to_owned()).await
    }

    async fn reserved(door: &Door, caller: Uuid, request: &str) -> Reserved {
        match claimed(door, caller, request).await {
            Ok(Claim::First(reserved)) => reserved,
            Ok(Claim::Again(answer)) => panic!("answered before: {answer}"),
            Err(error) => panic!("refused: {error}"),
        }
    }

    async fn told(door: &Door, request: &str) -> &'static str {
        match claimed(door, SERVICE_DESK, request).await {
            Ok(_) => "nothing",
            Err(error) => error.code(),
        }
    }

    #[tokio::test]
    async fn what_was_carried_out_is_answered_again() {
        let folder = TempDir::new().expect("a folder");
        let door = a_door(&folder).await;
        let first = reserved(&door, SERVICE_DESK, "this").await;
        assert_eq!(told(&door, "this").await, "IDEMPOTENCY_IN_PROGRESS");

        first.keep(Some(json!({"data": 1}))).await.expect("kept");
        let again = claimed(&door, SERVICE_DESK, "this").await;
        assert!(matches!(again, Ok(Claim::Again(answer)) if answer == json!({"data": 1})));
        assert_eq!(told(&door, "that").await, "IDEMPOTENCY_KEY_REUSED");
    }

    #[tokio::test]
    async fn a_secret_is_not_shown_again() {
        let folder = TempDir::new().expect("a folder");
        let door = a_door(&folder).await;
        reserved(&door, SERVICE_DESK, "this")
            .await
            .keep(None)
            .await
            .expect("kept");
        assert_eq!(told(&door, "this").await, "IDEMPOTENCY_SECRET_SHOWN");
    }

    #[tokio::test]
    async fn a_key_is_free_for_others_and_when_nothing_was_done_with_it() {
        let folder = TempDir::new().expect("a folder");
        let door = a_door(&folder).await;
        let first = reserved(&door, SERVICE_DESK, "this").await;
        let _others = reserved(&door, DASHBOARD, "that").await;
        first.release().await.expect("released");
        let _corrected = reserved(&door, SERVICE_DESK, "that").await;
    }

    #[tokio::test]
    async fn a_key_is_forgotten_after_its_time() {
        let folder = TempDir::new().expect("a folder");
        let door = a_door(&folder).await;
        let _broken_off = reserved(&door, SERVICE_DESK, "this").await;
        door.clock().set(DateTime::UNIX_EPOCH + LIFETIME);
        assert_eq!(told(&door, "this").await, "IDEMPOTENCY_IN_PROGRESS");
        door.clock()
            .set(DateTime::UNIX_EPOCH + LIFETIME + TimeDelta::seconds(1));
        let _anew = reserved(&door, SERVICE_DESK, "that").await;
    }
}
