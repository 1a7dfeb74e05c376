//! Files that come with a request: the scalar `Upload`, and where a resolver finds what it stands for.

use std::collections::HashMap;

use async_graphql::{Context, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use uuid::Uuid;

use crate::{Error, Result, places::Place};

/// A file that is sent with the request itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload(String);

/// A file that is sent with the request itself, as the GraphQL multipart request specification says: null
/// in the variables, its place told by `map`. Such a request is small, up to 8 MiB in all; larger files have
/// an upload URL.
#[Scalar(
    specified_by_url = "https://github.com/jaydenseric/graphql-multipart-request-spec/tree/v2.0.0"
)]
impl ScalarType for Upload {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(placeholder) => Ok(Self(placeholder)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A file as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentFile {
    /// Its name, as the client says.
    pub name: String,
    /// All of it.
    pub bytes: Bytes,
}

/// The files of a request, by the placeholders that stand for them in the variables.
#[derive(Debug)]
pub struct SentFiles {
    files: HashMap<String, SentFile>,
    /// Among the requests that hold files in memory; free when this one is over.
    _place: Place<Option<Uuid>>,
}

impl SentFiles {
    /// Files and the place that they take.
    #[must_use]
    pub(crate) fn new(files: Vec<SentFile>, place: Place<Option<Uuid>>) -> Self {
        let files = files.into_iter().map(|file| (file.placeholder(), file));
        Self {
            files: files.collect(),
            _place: place,
        }
    }
}

impl SentFile {
    /// What stands for the file in the variables: its name and bytes, hashed. So a request is the same as
    /// another, for its `Idempotency-Key` too, only if its files are.
    #[must_use]
    pub fn placeholder(&self) -> String {
        let name = Sha256::digest(&self.name);
        let hash = Sha256::new().chain_update(name).chain_update(&self.bytes);
        format!("file sent along: {}", hex::encode(hash.finalize()))
    }
}

impl Upload {
    /// The file that it stands for.
    ///
    /// # Errors
    /// `Invalid` when no file was sent for it.
    pub fn file<'c>(&self, ctx: &Context<'c>, path: &str) -> Result<&'c SentFile> {
        let sent = ctx.data_opt::<SentFiles>();
        sent.and_then(|sent| sent.files.get(&self.0)).ok_or_else(|| {
            let text = "must be null, and its file sent with the request as multipart/form-data, after the GraphQL multipart request specification";
            Error::invalid(path, text)
        })
    }
}
