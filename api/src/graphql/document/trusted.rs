//! Documents that are known by their SHA-256, so that a request need not carry their text.
//!
//! *Trusted* documents stand in a manifest that the operator names in `documents.trusted`, as clients'
//! tools write it. All of them are read when the service starts: one that does not fit the schema or the
//! limits stops it. Where [`Only`] says so, nothing else is executed. Besides, any document that has been
//! executed is remembered for a while and may be meant by its hash alone: *automatic persisted queries*,
//! as Apollo's clients speak them. Whoever knows a hash knows the text, and every execution asks anew who
//! is calling, so that neither tells anything about others.

use std::{collections::HashMap, fmt, str::FromStr, sync::Arc};

use async_graphql::ServerError;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Document, Documents};
use crate::{error::Code, graphql::transport::respond};

/// The SHA-256 of a document's text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The hash of a document.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }
}

impl FromStr for Hash {
    type Err = hex::FromHexError;

    fn from_str(hex: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(hex, &mut bytes)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// Which document a request means.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// The one with this text.
    Text(String),
    /// The one with this hash, which is trusted or has been sent before.
    Known(Hash),
}

impl Asked {
    /// The hash of the document, by which a repeated request is recognised.
    #[must_use]
    pub fn hash(&self) -> Hash {
        match self {
            Self::Text(text) => Hash::of(text),
            Self::Known(hash) => *hash,
        }
    }
}

/// Who may send nothing but trusted documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Only {
    /// Nobody: every document that fits the schema and the limits is executed.
    #[default]
    Nobody,
    /// Browsers, whose documents are written in advance, by those who made the page.
    Browsers,
    /// Everybody.
    Everybody,
}

impl Only {
    /// Whether a caller is held to trusted documents.
    #[must_use]
    pub fn holds(self, is_browser: bool) -> bool {
        match self {
            Self::Nobody => false,
            Self::Browsers => is_browser,
            Self::Everybody => true,
        }
    }
}

/// The texts of trusted documents.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Manifest(HashMap<Hash, String>);

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is not written as one.
    #[error(
        "it is neither {{\"SHA-256\": \"document\", …}} nor an Apollo persisted query manifest of version 1 ({0})"
    )]
    Shape(#[from] serde_json::Error),
    /// A document stands under something else than its hash.
    #[error(
        "the document under `{0}` does not have this SHA-256 (hexadecimal); write the manifest anew with SHA-256 as ids"
    )]
    NotItsHash(String),
}

/// The two ways in which clients' tools write one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Apollo(Apollo),
    Map(HashMap<String, String>),
}

/// What Apollo's `generate-persisted-query-manifest` writes.
#[derive(Deserialize)]
struct Apollo {
    #[serde(rename = "format")]
    _format: Format,
    #[serde(rename = "version")]
    _version: Version,
    operations: Vec<Operation>,
}

#[derive(Deserialize)]
enum Format {
    #[serde(rename = "apollo-persisted-query-manifest")]
    Apollo,
}

#[derive(Deserialize)]
#[serde(try_from = "u64")]
struct Version;

impl TryFrom<u64> for Version {
    type Error = &'static str;

    fn try_from(version: u64) -> Result<Self, Self::Error> {
        (version == 1)
            .then_some(Self)
            .ok_or("only version 1 is known")
    }
}

#[derive(Deserialize)]
struct Operation {
    id: String,
    body: String,
}

impl Manifest {
    /// The same with these documents, which are part of the service.
    #[must_use]
    pub fn with<'a>(mut self, texts: impl Iterator<Item = &'a str>) -> Self {
        self.0
            .extend(texts.map(|text| (Hash::of(text), text.to_owned())));
        self
    }
}

impl FromStr for Manifest {
    type Err = ManifestError;

    fn from_str(json: &str) -> Result<Self, ManifestError> {
        let documents: Vec<(String, String)> = match serde_json::from_str(json)? {
            Written::Map(documents) => documents.into_iter().collect(),
            Written::Apollo(apollo) => {
                let operations = apollo.operations.into_iter();
                operations.map(|one| (one.id, one.body)).collect()
            }
        };
        let checked = documents.into_iter().map(|(id, text)| {
            let hash = Hash::of(&text);
            match id.parse() {
                Ok(named) if hash == named => Ok((hash, text)),
                _ => Err(ManifestError::NotItsHash(id)),
            }
        });
        checked.collect::<Result<_, _>>().map(Self)
    }
}

type Refusal = (Code, &'static str);

const NOT_TRUSTED: Refusal = (
    Code::DocumentNotTrusted,
    "Only documents that the operator trusts are executed for you, and this is none of them. Have it added to the manifest, or send it from a program of your own.",
);
/// Clients then send the text as well.
const NOT_FOUND: Refusal = (Code::PersistedQueryNotFound, "PersistedQueryNotFound");
/// Clients then send no more hashes.
const NOT_SUPPORTED: Refusal = (
    Code::PersistedQueryNotSupported,
    "PersistedQueryNotSupported",
);

/// The trusted documents, and what is executed besides.
#[derive(Default)]
pub(super) struct Trust {
    documents: HashMap<Hash, Arc<Document>>,
    only: Only,
    automatic: bool,
}

impl Documents {
    /// Trusts the documents of a manifest, and nothing else from those whom `only` names; whether others
    /// may mean by its hash what has been sent before is said by `automatic`.
    ///
    /// # Errors
    /// With the first document that the service would refuse.
    pub fn trusting(
        mut self,
        manifest: Manifest,
        only: Only,
        automatic: bool,
    ) -> Result<Self, Untrustworthy> {
        let read = |(hash, text): (Hash, String)| match self.read(&text) {
            Ok(document) => Ok((hash, document)),
            Err(errors) => Err(Untrustworthy { hash, errors }),
        };
        let documents = manifest.0.into_iter().map(read).collect::<Result<_, _>>()?;
        self.trust = Trust {
            documents,
            only,
            automatic,
        };
        Ok(self)
    }

    /// The document that a request means.
    ///
    /// # Errors
    /// Those of [`Documents::read`]; `DOCUMENT_NOT_TRUSTED`, `PERSISTED_QUERY_NOT_FOUND` and
    /// `PERSISTED_QUERY_NOT_SUPPORTED`.
    pub fn find(&self, asked: Asked, is_browser: bool) -> Result<Arc<Document>, Vec<ServerError>> {
        let hash = asked.hash();
        if let Some(trusted) = self.trust.documents.get(&hash) {
            return Ok(trusted.clone());
        }
        let (code, message) = match asked {
            _ if self.trust.only.holds(is_browser) => NOT_TRUSTED,
            Asked::Text(text) => return self.read_once(hash, &text),
            Asked::Known(_) if !self.trust.automatic => NOT_SUPPORTED,
            Asked::Known(_) => match self.remembered.get(&hash) {
                Some(document) => return Ok(document),
                None => NOT_FOUND,
            },
        };
        Err(vec![respond::document_error(code, message)])
    }

    fn read_once(&self, hash: Hash, text: &str) -> Result<Arc<Document>, Vec<ServerError>> {
        if let Some(document) = self.remembered.get(&hash) {
            return Ok(document);
        }
        let document = self.read(text)?;
        self.remembered.keep(hash, document.clone());
        Ok(document)
    }
}

/// A document of the manifest that the service would refuse.
#[derive(Debug, thiserror::Error)]
#[error("the trusted document {hash} is refused: {}", .errors.first().map_or("", |error| &error.message))]
pub struct Untrustworthy {
    hash: Hash,
    errors: Vec<ServerError>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "{ viewer { name } }";

    fn read(manifest: &serde_json::Value) -> Result<Manifest, ManifestError> {
        manifest.to_string().parse()
    }

    #[test]
    fn both_ways_of_writing_are_read() {
        let id = Hash::of(TEXT).to_string();
        let map = read(&json!({ id.clone(): TEXT })).expect("a map");
        let apollo = read(&json!({
            "format": "apollo-persisted-query-manifest", "version": 1,
            "operations": [{"id": id.to_uppercase(), "name": "Viewer", "type": "query", "body": TEXT}]
        }));
        assert_eq!(map, apollo.expect("a manifest of Apollo's"));
        assert_eq!(map.0.len(), 1);
    }

    #[test]
    fn a_document_under_another_hash_is_refused() {
        for id in [Hash::of("{ node }").to_string(), "Viewer".to_owned()] {
            let error = read(&json!({ id.clone(): TEXT })).expect_err("not its hash");
            assert!(error.to_string().contains(&id), "{error}");
        }
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        for wrong in [
            json!([]),
            json!({"a": 1}),
            json!({"format": "another", "version": 1, "operations": []}),
            json!({"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}),
        ] {
            assert!(
                matches!(read(&wrong), Err(ManifestError::Shape(_))),
                "{wrong}"
            );
        }
    }

    #[test]
    fn only_those_who_are_named_are_held_to_it() {
        let held = [Only::Nobody, Only::Browsers, Only::Everybody]
            .map(|only| (only.holds(false), only.holds(true)));
        assert_eq!(held, [(false, false), (false, true), (true, true)]);
    }
}
