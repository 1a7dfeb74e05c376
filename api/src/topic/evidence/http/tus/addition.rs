//! One request that adds bytes to an upload.

use std::{io::ErrorKind, mem, pin::pin, sync::OnceLock};

use axum::body::BodyDataStream;
use bytes::Bytes;
use entity::{evidence_file, resumable_upload, upload_part};
use futures::{StreamExt, TryStreamExt};
use uuid::Uuid;

use super::{
    super::{super::resume, Refused, Service},
    Added, Checksum, Held, moved, too_long,
};
use crate::{
    Error, Result,
    error::Away,
    places::Place,
    store::{
        arrival::{Arrival, Cut, broken_off},
        blob::Received,
    },
};

/// One request that adds bytes to an upload, behind where that stands.
pub(super) struct Addition {
    service: Service,
    held: Held,
    stands: resumable_upload::Model,
    /// Pieces that the store has, and that do not count yet.
    staged: Vec<upload_part::Model>,
    checksum: Option<Checksum>,
    _place: Place<Uuid>,
}

impl Addition {
    pub(super) fn new(
        service: Service,
        held: Held,
        stands: resumable_upload::Model,
        checksum: Option<Checksum>,
        place: Place<Uuid>,
    ) -> Self {
        Self {
            service,
            held,
            stands,
            staged: vec![],
            checksum,
            _place: place,
        }
    }

    /// Takes the body in, and what came of it if it breaks off. What does not count is discarded, but when
    /// the store fails, where the client would wait in vain, or the database may have it recorded: then it is swept
    /// later.
    pub(super) async fn run(mut self, body: BodyDataStream) -> Result<Added, Refused> {
        let added = self.take_in(body).await;
        if let Err(refused) = &added
            && !matches!(refused.error, Error::Unavailable { .. })
        {
            let unused = self.staged.iter().map(|piece| piece.id).collect();
            self.service.blobs.discard_parts(unused).await;
        }
        added
    }

    async fn take_in(&mut self, body: BodyDataStream) -> Result<Added, Refused> {
        let end = self.pour(body).await?;
        if let Some(checksum) = self.checksum.take() {
            end.as_result()?;
            checksum.matches()?;
        }
        let file = if self.is_whole() {
            Some(self.finish().await?)
        } else {
            self.commit().await?;
            None
        };
        end.as_result()?;
        Ok(Added {
            stands: self.stands.clone(),
            file,
        })
    }

    /// Has the store keep what arrives, and counts it as it comes, but for the last piece of the file and
    /// those that a checksum is to be compared with.
    async fn pour(&mut self, body: BodyDataStream) -> Result<End, Refused> {
        let room = (self.stands.size - self.stands.received).unsigned_abs();
        let body = pin!(body.fuse());
        let mut arrival = Arrival::of(body, room);
        loop {
            match arrival.part().await {
                Ok(Some(part)) => self.stage(part).await?,
                Ok(None) => return Ok(End::Whole),
                Err(Cut::TooLong) => return Err(too_long()),
                Err(Cut::BrokenOff) => {
                    if let Some(rest) = arrival.rest() {
                        self.stage(rest).await?;
                    }
                    return Ok(End::BrokenOff);
                }
            }
            if self.checksum.is_none() && !self.is_whole() {
                self.commit().await?;
            }
        }
    }

    async fn stage(&mut self, part: Bytes) -> Result<()> {
        if let Some(checksum) = self.checksum.take() {
            self.checksum = Some(checksum.feed(part.clone()).await?);
        }
        let piece = upload_part::Model {
            id: self.service.door.clock().id(),
            resumable_upload_id: self.stands.id,
            owner_id: self.stands.owner_id,
            start: self.end(),
            size: i64::try_from(part.len()).map_err(Error::internal)?,
        };
        let id = piece.id;
        self.staged.push(piece);
        self.service.blobs.keep_part(id, part).await
    }

    /// Where the file would end now.
    fn end(&self) -> i64 {
        let staged = self.staged.last();
        staged.map_or(self.stands.received, |piece| piece.start + piece.size)
    }

    fn is_whole(&self) -> bool {
        self.end() == self.stands.size
    }

    /// Lets what is staged count.
    async fn commit(&mut self) -> Result<(), Refused> {
        if self.staged.is_empty() {
            return Ok(());
        }
        let permit = self.service.permit(&self.held).await?;
        let stands = resume::append(permit, &self.stands, &self.staged).await;
        self.stands = stands.map_err(raced)?;
        self.staged.clear();
        Ok(())
    }

    /// Makes the file of all its pieces. They are kept if that fails through no fault of theirs.
    async fn finish(&mut self) -> Result<evidence_file::Model, Refused> {
        let received = self.assemble().await?;
        let permit = self.service.permit(&self.held).await?;
        let received = match received {
            Ok(received) => received,
            Err(refusal) => {
                let dropped = resume::end(permit, &self.stands).await.map_err(raced)?;
                self.service.blobs.discard_parts(dropped).await;
                return Err(refusal.into());
            }
        };
        let finished = resume::finish(permit, &self.stands, received).await;
        let (stands, file, mut dropped) = finished.map_err(raced)?;
        self.stands = stands;
        dropped.extend(mem::take(&mut self.staged).iter().map(|piece| piece.id));
        self.service.blobs.discard_parts(dropped).await;
        Ok(file)
    }

    /// Hashes, inspects and publishes the pieces as one file, unless the file is refused.
    async fn assemble(&self) -> Result<Result<Received>, Refused> {
        let scope = self.service.door.scope(&self.held.actor).await?;
        let before = resume::pieces(&scope, &self.stands).await.map_err(raced)?;
        drop(scope);
        let pieces = before.iter().chain(&self.staged).map(|piece| piece.id);
        let unread = OnceLock::new();
        let body = self.service.blobs.parts(pieces.collect());
        let body = body.inspect_err(|cause| {
            let _ = unread.set((cause.kind(), cause.to_string())); // the first ends the body
        });
        let upload = &self.held.upload;
        let blobs = &self.service.blobs;
        let received = blobs
            .receive(upload.owner_id, &upload.name, self.service.limit, body)
            .await;
        match (received, unread.into_inner()) {
            (Err(error @ (Error::Internal { .. } | Error::Unavailable { .. })), _) => {
                Err(error.into())
            }
            (Err(_), Some((ErrorKind::NotFound, cause))) => {
                tracing::warn!(cause, "a piece of an upload is not there");
                Err(moved())
            }
            (Err(_), Some((_, cause))) => Err(Error::unavailable(Away::Store, cause).into()),
            (other, _) => Ok(other),
        }
    }
}

/// How a body ended.
#[derive(Clone, Copy)]
enum End {
    Whole,
    BrokenOff,
}

impl End {
    fn as_result(self) -> Result<()> {
        match self {
            Self::Whole => Ok(()),
            Self::BrokenOff => Err(broken_off()),
        }
    }
}

/// Somebody else was quicker: the upload no longer stands where it stood.
fn raced(error: Error) -> Refused {
    match error {
        Error::Conflict { .. } | Error::NotFound => moved(),
        other => other.into(),
    }
}
