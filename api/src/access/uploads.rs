//! What the operator's jobs look at of uploads: the files that there are, and what uploads that are over have
//! left. Nobody asks for it, so it is done without an actor, and nothing of it is told.

use entity::{evidence_file, resumable_upload, upload, upload_part};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::{Door, claim::Duty};
use crate::Result;

/// How many files are listed at a time.
const BATCH: u64 = 500;

impl Door {
    /// The next of all files that were taken in, in the order of their ids; none after the last.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn files(&self, after: Option<Uuid>) -> Result<Vec<evidence_file::Model>> {
        let after = after.map(|id| evidence_file::Column::Id.gt(id));
        let tx = self.on_duty(&Duty::Audit).await?;
        Ok(evidence_file::Entity::find()
            .filter(Condition::all().add_option(after))
            .order_by(evidence_file::Column::Id, Order::Asc)
            .limit(BATCH)
            .all(&tx)
            .await?)
    }

    /// Forgets the pieces of files that can no longer become whole, for their upload URL has expired or
    /// has done its work, and how far those have come that have expired. Gives the ids of the pieces, for
    /// the store to discard.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn forget_uploads(&self) -> Result<Vec<Uuid>> {
        let expired = || upload::Column::ExpiresAt.lte(self.clock().now());
        let over = Condition::any()
            .add(expired())
            .add(upload::Column::FinishedAt.is_not_null());
        let of_over = upload_part::Column::ResumableUploadId.in_subquery(begun(over).into_query());
        let tx = self.writing_on_duty(&Duty::Sweep).await?;
        let pieces = upload_part::Entity::find()
            .filter(of_over.clone())
            .select_only()
            .column(upload_part::Column::Id)
            .into_tuple()
            .all(&tx)
            .await?;
        upload_part::Entity::delete_many()
            .filter(of_over)
            .exec(&tx)
            .await?;
        resumable_upload::Entity::delete_many()
            .filter(resumable_upload::Column::UploadId.in_subquery(ids(expired())))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(pieces)
    }
}

fn ids(which: impl sea_orm::sea_query::IntoCondition) -> sea_orm::sea_query::SelectStatement {
    upload::Entity::find()
        .select_only()
        .column(upload::Column::Id)
        .filter(which.into_condition())
        .into_query()
}

fn begun(over: Condition) -> sea_orm::Select<resumable_upload::Entity> {
    resumable_upload::Entity::find()
        .select_only()
        .column(resumable_upload::Column::Id)
        .filter(resumable_upload::Column::UploadId.in_subquery(ids(over)))
}
