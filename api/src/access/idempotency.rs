//! Idempotency keys: how a client repeats a mutation without having it carried out twice.
//!
//! What always holds:
//! - A key belongs to its caller; others may choose the same.
//! - It is reserved before anything is done, so that of two requests at once one is carried out.
//! - It is spent by a change, in the change's own transaction ([`spend`]), and the answer is kept with it
//!   afterwards, unless it showed a secret. When nothing was committed it is released, and stands for nothing.
//! - Whose process ended in between has left it reserved: without a change it is free after [`PATIENCE`], and
//!   a request that after all was only slow cannot change anything any more. With a change it stays:
//!   its answer is not known, and the client has to look.
//! - Keys and answers are forgotten after [`LIFETIME`].

use chrono::TimeDelta;
use entity::idempotency_key::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter, Set, sea_query::OnConflict,
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Door,
    claim::{self, Duty},
};
use crate::{Error, Result};

/// How long a key is known.
const LIFETIME: TimeDelta = TimeDelta::hours(24);
/// How long a key stays reserved for a request of which nothing is heard: longer than requests take.
const PATIENCE: TimeDelta = TimeDelta::minutes(1);

/// What a key stands for.
pub enum Claim {
    /// Nothing yet: carry the request out, and tell how it ended.
    First(Reserved),
    /// The same request, which was carried out with this answer.
    Again(Value),
}

/// A key that was reserved for a request. Left without word, it stays reserved for a while.
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
            changed: false,
            finished: false,
            created_at: self.clock().now(),
        };
        let tx = self.writing_on_duty(&Duty::Repeat).await?;
        let forgotten = Condition::any()
            .add(Column::CreatedAt.lt(row.created_at - LIFETIME))
            .add(
                Condition::all()
                    .add(Column::CreatedAt.lt(row.created_at - PATIENCE))
                    .add(Column::Changed.eq(false))
                    .add(Column::Finished.eq(false)),
            );
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
    /// Identifies the reservation.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Says that the request was carried out: its answer is kept, but left out if it showed a secret. If
    /// nothing was changed after all, the key is free.
    ///
    /// # Errors
    /// `Internal` when the database fails; the key stays reserved then.
    pub async fn keep(self, answer: Option<Value>) -> Result<()> {
        let kept = ActiveModel {
            response: Set(answer),
            finished: Set(true),
            ..Default::default()
        };
        let tx = self.door.writing_on_duty(&Duty::Repeat).await?;
        let spent = Entity::update_many()
            .set(kept)
            .filter(Column::Id.eq(self.id))
            .filter(Column::Changed.eq(true))
            .exec(&tx)
            .await?;
        if spent.rows_affected == 0 {
            free(&tx, self.id).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Frees the key: the request changed nothing.
    ///
    /// # Errors
    /// `Internal` when the database fails; the key stays reserved then.
    pub async fn release(self) -> Result<()> {
        let tx = self.door.writing_on_duty(&Duty::Repeat).await?;
        free(&tx, self.id).await?;
        Ok(tx.commit().await?)
    }
}

/// Frees a key without a change. One whose change is being committed in this moment, on a connection that was
/// lost, is waited for, and stays.
async fn free(tx: &DatabaseTransaction, id: Uuid) -> Result<()> {
    Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(Column::Changed.eq(false))
        .exec(tx)
        .await?;
    Ok(())
}

/// Spends the key that was reserved under this id, together with the change that the transaction makes.
///
/// # Errors
/// `KeyInProgress` when it is not reserved any more, as its request took too long: another has it now, and
/// the change must not be made.
pub(super) async fn spend(tx: &DatabaseTransaction, id: Uuid) -> Result<()> {
    let changed = ActiveModel {
        changed: Set(true),
        ..Default::default()
    };
    let spent = async {
        let query = Entity::update_many().set(changed).filter(Column::Id.eq(id));
        Ok(query.exec(tx).await?)
    };
    match claim::beyond(tx, &Duty::Repeat, spent).await?.rows_affected {
        0 => Err(Error::KeyInProgress),
        _ => Ok(()),
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

    /// A change is made for the request, or given up just before it is committed.
    async fn changes(door: &Door, reserved: &Reserved, commits: bool) -> Result<()> {
        let tx = door.begin_writing().await?;
        spend(&tx, reserved.id()).await?;
        if commits {
            tx.commit().await?;
        }
        Ok(())
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

        changes(&door, &first, true).await.expect("changed");
        first.keep(Some(json!({"data": 1}))).await.expect("kept");
        let again = claimed(&door, SERVICE_DESK, "this").await;
        assert!(matches!(again, Ok(Claim::Again(answer)) if answer == json!({"data": 1})));
        assert_eq!(told(&door, "that").await, "IDEMPOTENCY_KEY_REUSED");
    }

    #[tokio::test]
    async fn a_secret_is_not_shown_again() {
        let folder = TempDir::new().expect("a folder");
        let door = a_door(&folder).await;
        let first = reserved(&door, SERVICE_DESK, "this").await;
        changes(&door, &first, true).await.expect("changed");
        first.keep(None).await.expect("kept");
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
    async fn what_was_not_committed_after_all_is_not_kept() {
        let folder = TempDir::new().expect("a folder");
        let door = a_door(&folder).await;
        let first = reserved(&door, SERVICE_DESK, "this").await;
        changes(&door, &first, false).await.expect("given up");
        first.keep(Some(json!({"data": 1}))).await.expect("told");
        let _again = reserved(&door, SERVICE_DESK, "this").await;
    }

    #[tokio::test]
    async fn what_was_changed_after_all_is_not_freed() {
        let folder = TempDir::new().expect("a folder");
        let door = a_door(&folder).await;
        let first = reserved(&door, SERVICE_DESK, "this").await;
        changes(&door, &first, true).await.expect("changed");
        first.release().await.expect("told");
        assert_eq!(told(&door, "this").await, "IDEMPOTENCY_IN_PROGRESS");
    }

    #[tokio::test]
    async fn what_broke_off_before_a_change_frees_its_key() {
        let folder = TempDir::new().expect("a folder");
        let door = a_door(&folder).await;
        let slow = reserved(&door, SERVICE_DESK, "this").await;
        door.clock().set(DateTime::UNIX_EPOCH + PATIENCE);
        assert_eq!(told(&door, "this").await, "IDEMPOTENCY_IN_PROGRESS");
        let later = DateTime::UNIX_EPOCH + PATIENCE + TimeDelta::seconds(1);
        door.clock().set(later);
        let again = reserved(&door, SERVICE_DESK, "this").await;

        let refused = changes(&door, &slow, true).await.expect_err("too late");
        assert_eq!(refused.code(), "IDEMPOTENCY_IN_PROGRESS");
        changes(&door, &again, true).await.expect("in time");
    }

    #[tokio::test]
    async fn what_broke_off_after_a_change_is_forgotten_after_its_time() {
        let folder = TempDir::new().expect("a folder");
        let door = a_door(&folder).await;
        let broken_off = reserved(&door, SERVICE_DESK, "this").await;
        changes(&door, &broken_off, true).await.expect("changed");
        door.clock().set(DateTime::UNIX_EPOCH + LIFETIME);
        assert_eq!(told(&door, "this").await, "IDEMPOTENCY_IN_PROGRESS");
        let later = DateTime::UNIX_EPOCH + LIFETIME + TimeDelta::seconds(1);
        door.clock().set(later);
        let _anew = reserved(&door, SERVICE_DESK, "that").await;
    }
}
