//! Files that come in pieces: what is kept of one until it is whole.
//!
//! What always holds:
//! - The bytes that count are those of rows of `upload_part`, without gaps; the store may hold more, which
//!   nobody reads and the sweep removes.
//! - An upload advances by one transaction that moves it on from where it stood. Of two requests that
//!   begin at the same place one does, on whichever replica they run; the other is told.
//! - It never stands at its end without being a file: the last piece counts in the transaction that
//!   records the file.
//! - What unfinished uploads of an organisation may come to is bounded, in bytes and in pieces.

use entity::{evidence_file, resumable_upload, upload_part};
use sea_orm::{ColumnTrait, Order, sea_query::Expr};
use uuid::Uuid;

use super::write;
use crate::{
    Error, Result,
    access::{Permit, Scope, action::ReceiveEvidenceFile},
    store::blob::Received,
};

/// How many files of the largest size the unfinished uploads of one organisation may come to.
const UNFINISHED: i64 = 4;

/// How many pieces one file may come in. Each costs a row and an object until the file is whole.
const PIECES: u64 = 10_000;

/// How far the upload with this permission has come, if it was begun.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn stand(scope: &Scope, upload: Uuid) -> Result<Option<resumable_upload::Model>> {
    scope
        .find::<resumable_upload::Entity>()?
        .filter(resumable_upload::Column::UploadId.eq(upload))
        .one()
        .await
}

/// Its pieces that count, first to last.
///
/// # Errors
/// `Conflict` when they are not those of where it stands: somebody has moved it on.
pub async fn pieces(
    scope: &Scope,
    stands: &resumable_upload::Model,
) -> Result<Vec<upload_part::Model>> {
    let pieces = scope
        .find::<upload_part::Entity>()?
        .filter(upload_part::Column::ResumableUploadId.eq(stands.id))
        .order(Expr::col(upload_part::Column::Start), Order::Asc)
        .all()
        .await?;
    let end = pieces.iter().try_fold(0, |end, piece| {
        (piece.start == end).then_some(end + piece.size)
    });
    if end == Some(stands.received) {
        Ok(pieces)
    } else {
        Err(Error::Conflict {
            current: stands.version,
        })
    }
}

async fn ids(permit: &Permit<ReceiveEvidenceFile>, of: Uuid) -> Result<Vec<Uuid>> {
    let pieces = permit
        .find::<upload_part::Entity>()?
        .filter(upload_part::Column::ResumableUploadId.eq(of))
        .all()
        .await?;
    Ok(pieces.into_iter().map(|piece| piece.id).collect())
}

/// Takes away what there is of an upload, and gives the ids of its pieces.
async fn clear(
    permit: &Permit<ReceiveEvidenceFile>,
    stands: &resumable_upload::Model,
) -> Result<Vec<Uuid>> {
    let pieces = ids(permit, stands.id).await?;
    let of = upload_part::Column::ResumableUploadId.eq(stands.id);
    permit.clear::<upload_part::Entity>(of).await?;
    let id = resumable_upload::Column::Id.eq(stands.id);
    permit.clear::<resumable_upload::Entity>(id).await?;
    Ok(pieces)
}

/// Begins, or begins anew, to take in a file of this size, where one may have `largest`. Gives the pieces
/// that are of no more use.
///
/// # Errors
/// `InvalidState` when the URL has done its work, `LimitExceeded` when too much is unfinished.
pub async fn begin(
    permit: Permit<ReceiveEvidenceFile>,
    size: i64,
    largest: u64,
) -> Result<(resumable_upload::Model, Vec<Uuid>)> {
    let upload = &permit.resource;
    write::receivable(&permit).await?;
    let dropped = match stand(&permit, upload.id).await? {
        Some(before) => clear(&permit, &before).await?,
        None => vec![],
    };
    room(&permit, size, largest).await?;
    let row = resumable_upload::Model {
        id: permit.id(),
        upload_id: upload.id,
        owner_id: upload.owner_id,
        size,
        received: 0,
        file_id: None,
        created_at: permit.now(),
        updated_at: permit.now(),
        version: 1,
    };
    let row = permit.insert::<resumable_upload::Entity>(row).await?;
    permit.commit().await?;
    Ok((row, dropped))
}

/// Whether there is room for one more unfinished file. What was announced counts, not what has come.
async fn room(permit: &Permit<ReceiveEvidenceFile>, size: i64, largest: u64) -> Result<()> {
    let unfinished = permit
        .find::<resumable_upload::Entity>()?
        .filter(resumable_upload::Column::FileId.is_null())
        .all()
        .await?;
    let announced = unfinished
        .iter()
        .fold(size, |sum, upload| sum.saturating_add(upload.size));
    let most = i64::try_from(largest)
        .unwrap_or(i64::MAX)
        .saturating_mul(UNFINISHED);
    if announced <= most {
        return Ok(());
    }
    Err(Error::LimitExceeded(format!(
        "The unfinished uploads of your organisation would come to {announced} bytes, more than the {most} that are kept. Finish some, end them with DELETE on their URLs, or wait until they expire."
    )))
}

/// Adds pieces that the store has, behind where the upload stands.
///
/// # Errors
/// `Conflict` or `NotFound` when it no longer stands there, `LimitExceeded` when it has too many pieces.
pub async fn append(
    permit: Permit<ReceiveEvidenceFile>,
    stands: &resumable_upload::Model,
    pieces: &[upload_part::Model],
) -> Result<resumable_upload::Model> {
    let of = upload_part::Column::ResumableUploadId.eq(stands.id);
    let before = permit.find::<upload_part::Entity>()?.filter(of);
    if before.count().await? + pieces.len() as u64 > PIECES {
        return Err(Error::LimitExceeded(format!(
            "The file has come in more than {PIECES} pieces. Begin anew with POST, and send larger ones."
        )));
    }
    let added: i64 = pieces.iter().map(|piece| piece.size).sum();
    let after = resumable_upload::Model {
        received: stands.received + added,
        ..stands.clone()
    };
    let after = permit
        .update::<resumable_upload::Entity>(stands, after)
        .await?;
    for piece in pieces {
        permit.insert::<upload_part::Entity>(piece.clone()).await?;
    }
    permit.commit().await?;
    Ok(after)
}

/// Records the file that has come whole and been checked. Gives the pieces that are of no more use.
///
/// # Errors
/// As [`write::receive`]; `Conflict` or `NotFound` when the upload no longer stands there.
pub async fn finish(
    permit: Permit<ReceiveEvidenceFile>,
    stands: &resumable_upload::Model,
    bytes: Received,
) -> Result<(resumable_upload::Model, evidence_file::Model, Vec<Uuid>)> {
    let file = write::receive_with(&permit, bytes).await?;
    let after = resumable_upload::Model {
        received: stands.size,
        file_id: Some(file.id),
        ..stands.clone()
    };
    let after = permit
        .update::<resumable_upload::Entity>(stands, after)
        .await?;
    let pieces = ids(&permit, stands.id).await?;
    let of = upload_part::Column::ResumableUploadId.eq(stands.id);
    permit.clear::<upload_part::Entity>(of).await?;
    permit.commit().await?;
    Ok((after, file, pieces))
}

/// Ends an upload that is not finished. Gives the pieces that are of no more use; the URL is as it was
/// before it was begun.
///
/// # Errors
/// `InvalidState` when the file is whole.
pub async fn end(
    permit: Permit<ReceiveEvidenceFile>,
    stands: &resumable_upload::Model,
) -> Result<Vec<Uuid>> {
    if permit.resource.finished_at.is_some() {
        return Err(write::used());
    }
    let pieces = clear(&permit, stands).await?;
    permit.commit().await?;
    Ok(pieces)
}
