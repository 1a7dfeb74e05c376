//! Drafting evidence, changing it, and taking in its files.

use chrono::TimeDelta;
use entity::{evidence, evidence_file, upload};
use sea_orm::ColumnTrait;
use uuid::Uuid;

use super::model::rules;
use crate::{
    Error, Result,
    access::{
        Act, Permit, Scope, Secret,
        action::{
            ArchiveEvidence, CreateEvidenceUpload, DownloadEvidenceFile, DraftEvidence,
            ReceiveEvidenceFile, RemoveEvidenceFile, UpdateEvidence, UploadEvidenceFile,
        },
    },
    store::{blob::Received, media::safe_name},
    validate::Check,
};

/// How long an upload URL works: long enough for a slow line and a coffee break.
const UPLOAD_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Keeps a draft; `fill` puts the caller's fields into the new row.
///
/// # Errors
/// `Invalid` when a field breaks a rule.
pub async fn draft(
    permit: Permit<DraftEvidence>,
    kind: entity::EvidenceKind,
    fill: impl FnOnce(&mut evidence::Model),
) -> Result<evidence::Model> {
    let now = permit.now();
    let mut row = evidence::Model {
        id: permit.id(),
        owner_id: permit.resource.id,
        kind,
        title: String::new(),
        description: None,
        certification_body: None,
        certificate_number: None,
        standard: None,
        scope: None,
        valid_from: None,
        valid_until: None,
        created_by: permit.actor().person,
        created_at: now,
        updated_at: now,
        archived_at: None,
        version: 1,
    };
    fill(&mut row);
    check(&row)?;
    let row = permit.create::<evidence::Entity>(row, "drafted").await?;
    permit.commit().await?;
    Ok(row)
}

/// Changes the working copy; what has been handed in stays as it was.
///
/// # Errors
/// `Invalid` when a field breaks a rule, `InvalidState` when it has been put away.
pub async fn update(
    permit: Permit<UpdateEvidence>,
    fill: impl FnOnce(&mut evidence::Model),
) -> Result<evidence::Model> {
    let before = &permit.resource;
    at_hand(before)?;
    let mut after = before.clone();
    fill(&mut after);
    check(&after)?;
    let row = permit
        .change::<evidence::Entity>(before, after, "updated")
        .await?;
    permit.commit().await?;
    Ok(row)
}

fn check(row: &evidence::Model) -> Result<()> {
    let mut check = Check::default();
    rules(row, &mut check);
    check.finish()
}

fn at_hand(row: &evidence::Model) -> Result<()> {
    match row.archived_at {
        None => Ok(()),
        Some(_) => Err(Error::InvalidState(
            "This evidence has been put away. Draft a new piece instead.".to_owned(),
        )),
    }
}

/// Puts it away: it is no longer listed and can no longer be handed in.
///
/// # Errors
/// `InvalidState` when it has been put away already.
pub async fn archive(permit: Permit<ArchiveEvidence>) -> Result<evidence::Model> {
    let before = &permit.resource;
    at_hand(before)?;
    let after = evidence::Model {
        archived_at: Some(permit.now()),
        ..before.clone()
    };
    let row = permit
        .change::<evidence::Entity>(before, after, "archived")
        .await?;
    permit.commit().await?;
    Ok(row)
}

/// Makes an upload URL's secret for one file, which may take the place of another of this evidence.
///
/// # Errors
/// `Invalid` when the name is not one of an accepted kind of file, `NotFound` when there is no such
/// file to replace.
pub async fn create_upload(
    permit: Permit<CreateEvidenceUpload>,
    name: &str,
    replaces: Option<Uuid>,
) -> Result<(upload::Model, Secret)> {
    let evidence = &permit.resource;
    takes_file(&permit, evidence, replaces).await?;
    let secret = permit.secret("upload");
    let now = permit.now();
    let row = upload::Model {
        id: permit.id(),
        evidence_id: evidence.id,
        owner_id: evidence.owner_id,
        name: safe_name(name)?,
        replaces_id: replaces,
        hash: secret.hash(),
        token_id: permit.actor().token(),
        session_id: permit.actor().session(),
        created_by: permit.actor().person,
        created_at: now,
        expires_at: now + UPLOAD_LIFETIME,
        finished_at: None,
        version: 1,
    };
    let row = permit.insert::<upload::Entity>(row).await?;
    permit.commit().await?;
    Ok((row, secret))
}

/// Whether a file may be added to the evidence, perhaps in the place of another of it.
///
/// # Errors
/// `InvalidState` when the evidence was put away, `NotFound` and `Invalid` when the other file is none that
/// can be replaced.
async fn takes_file(
    scope: &Scope,
    evidence: &evidence::Model,
    replaces: Option<Uuid>,
) -> Result<()> {
    at_hand(evidence)?;
    let Some(id) = replaces else {
        return Ok(());
    };
    let file = scope.get::<evidence_file::Entity>(id).await?;
    if file.evidence_id != evidence.id || file.replaced_at.is_some() {
        return Err(Error::invalid(
            "replacesFileId",
            "must be a current file of this evidence",
        ));
    }
    Ok(())
}

/// Takes in a file whose bytes have arrived whole and been checked.
///
/// # Errors
/// `InvalidState` when the URL was used meanwhile, or the evidence was put away.
pub async fn receive(
    permit: Permit<ReceiveEvidenceFile>,
    bytes: Received,
) -> Result<evidence_file::Model> {
    let row = receive_with(&permit, bytes).await?;
    permit.commit().await?;
    Ok(row)
}

/// The same as a part of what the permit is used for.
pub(super) async fn receive_with(
    permit: &Permit<ReceiveEvidenceFile>,
    bytes: Received,
) -> Result<evidence_file::Model> {
    let upload = &permit.resource;
    let evidence = receivable(permit).await?;
    let row = add_file(permit, &evidence, &upload.name, upload.replaces_id, bytes).await?;
    let finished = upload::Model {
        finished_at: Some(permit.now()),
        ..upload.clone()
    };
    match permit.update::<upload::Entity>(upload, finished).await {
        Err(Error::Conflict { .. }) => Err(used()),
        other => other.map(|_| row),
    }
}

/// The evidence that an upload is for, as long as its file can be taken in.
///
/// # Errors
/// As [`receive`].
pub(super) async fn receivable(permit: &Permit<ReceiveEvidenceFile>) -> Result<evidence::Model> {
    let upload = &permit.resource;
    if upload.finished_at.is_some() {
        return Err(used());
    }
    let evidence = permit.get::<evidence::Entity>(upload.evidence_id).await?;
    at_hand(&evidence)?;
    Ok(evidence)
}

async fn add_file<A: Act>(
    permit: &Permit<A>,
    evidence: &evidence::Model,
    name: &str,
    replaces: Option<Uuid>,
    bytes: Received,
) -> Result<evidence_file::Model> {
    if let Some(id) = replaces {
        let file = permit.get::<evidence_file::Entity>(id).await?;
        replace(permit, &file, "replaced").await?;
    }
    let row = evidence_file::Model {
        id: permit.id(),
        evidence_id: evidence.id,
        owner_id: evidence.owner_id,
        name: name.to_owned(),
        media_type: bytes.media_type,
        size: bytes.size,
        sha256: bytes.sha256,
        uploaded_by: permit.actor().person,
        uploaded_at: permit.now(),
        replaced_at: None,
    };
    permit
        .create::<evidence_file::Entity>(row, "uploaded")
        .await
}

/// Whose file it will be that is uploaded to this evidence, as long as it can be.
///
/// # Errors
/// As [`upload`].
pub async fn takes_file_of(
    permit: &Permit<UploadEvidenceFile>,
    replaces: Option<Uuid>,
) -> Result<Uuid> {
    takes_file(permit, &permit.resource, replaces).await?;
    Ok(permit.resource.owner_id)
}

/// Adds a file that came with its request, and whose bytes have been checked.
///
/// # Errors
/// `InvalidState` when the evidence was put away, `NotFound` and `Invalid` when the other file is none that
/// can be replaced.
pub async fn upload(
    permit: Permit<UploadEvidenceFile>,
    name: &str,
    replaces: Option<Uuid>,
    bytes: Received,
) -> Result<evidence_file::Model> {
    takes_file(&permit, &permit.resource, replaces).await?;
    let row = add_file(
        &permit,
        &permit.resource,
        &safe_name(name)?,
        replaces,
        bytes,
    )
    .await?;
    permit.commit().await?;
    Ok(row)
}

/// Said of an upload URL that has done its work.
#[must_use]
pub fn used() -> Error {
    Error::InvalidState(
        "This upload URL has been used. Ask for a new one with createEvidenceUpload.".to_owned(),
    )
}

async fn replace<A: Act>(
    permit: &Permit<A>,
    file: &evidence_file::Model,
    verb: &str,
) -> Result<evidence_file::Model> {
    let after = evidence_file::Model {
        replaced_at: Some(permit.now()),
        ..file.clone()
    };
    permit
        .change::<evidence_file::Entity>(file, after, verb)
        .await
}

/// Takes a file out of the working copy.
///
/// # Errors
/// `InvalidState` when it is not in it.
pub async fn remove_file(permit: Permit<RemoveEvidenceFile>) -> Result<evidence_file::Model> {
    if permit.resource.replaced_at.is_some() {
        return Err(Error::InvalidState(
            "This file is no longer in the working copy; nothing needs to be removed.".to_owned(),
        ));
    }
    let row = replace(&permit, &permit.resource, "removed").await?;
    permit.commit().await?;
    Ok(row)
}

/// Records that a file was downloaded and returns it.
///
/// # Errors
/// `Internal` when that cannot be recorded; then it is not given out.
pub async fn download(permit: Permit<DownloadEvidenceFile>) -> Result<evidence_file::Model> {
    let file = permit.resource.clone();
    permit
        .note::<evidence_file::Entity>(&file, "downloaded")
        .await?;
    permit.commit().await?;
    Ok(file)
}

/// The files of the working copy, in the order in which they came.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn current_files(scope: &Scope, evidence: Uuid) -> Result<Vec<evidence_file::Model>> {
    use evidence_file::Column;
    scope
        .find::<evidence_file::Entity>()?
        .filter(Column::EvidenceId.eq(evidence))
        .filter(Column::ReplacedAt.is_null())
        .all()
        .await
}
