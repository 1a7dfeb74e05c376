//! Where the mutations of evidence send bytes that came with their request.

use std::convert::Infallible;

use async_graphql::Context;
use futures::stream;
use uuid::Uuid;

use crate::{
    Error, Result,
    graphql::upload::SentFile,
    store::blob::{Blobs, Received},
};

/// The evidence store, as the schema's resolvers find it in their context.
#[derive(Clone, Debug)]
pub struct Intake {
    blobs: Blobs,
    limit: u64,
}

impl Intake {
    /// Takes files into this store, of at most `limit` bytes each.
    #[must_use]
    pub fn new(blobs: Blobs, limit: u64) -> Self {
        Self { blobs, limit }
    }

    /// The store of the request's service.
    ///
    /// # Errors
    /// `Internal` when there is none.
    pub fn of<'c>(ctx: &Context<'c>) -> Result<&'c Self> {
        ctx.data::<Self>()
            .map_err(|error| Error::internal(anyhow::anyhow!("no store: {}", error.message)))
    }

    /// Hashes, inspects and keeps the bytes of a file.
    ///
    /// # Errors
    /// As [`Blobs::receive`].
    pub async fn receive(&self, owner: Uuid, file: &SentFile) -> Result<Received> {
        let body = stream::iter([Ok::<_, Infallible>(file.bytes.clone())]);
        self.blobs
            .receive(owner, &file.name, self.limit, body)
            .await
    }
}
