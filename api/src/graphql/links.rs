//! Absolute addresses of what is not GraphQL: where bytes are sent and fetched.

use async_graphql::Context;
use url::Url;

use crate::{Error, Result};

/// Where the service is reached from outside.
#[derive(Clone, Debug)]
pub struct Links(Url);

impl Links {
    /// Links below this address.
    #[must_use]
    pub fn new(base: Url) -> Self {
        Self(base)
    }

    /// The links of the request's service.
    ///
    /// # Errors
    /// `Internal` when the schema was built without them.
    pub fn of<'a>(ctx: &Context<'a>) -> Result<&'a Self> {
        ctx.data::<Self>()
            .map_err(|error| Error::internal(anyhow::anyhow!("no links: {}", error.message)))
    }

    /// Where the service is reached from outside.
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.0
    }

    /// Where to download a file.
    #[must_use]
    pub fn file(&self, id: &str) -> String {
        self.below(&format!("evidence/files/{id}"))
    }

    /// Where to send the bytes of an upload.
    #[must_use]
    pub fn upload(&self, secret: &str) -> String {
        self.below(&format!("evidence/uploads/{secret}"))
    }

    /// The address of one of the service's own routes, which begins with a slash.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        self.below(path.trim_start_matches('/'))
    }

    fn below(&self, path: &str) -> String {
        format!("{}/{path}", self.0.as_str().trim_end_matches('/'))
    }
}
