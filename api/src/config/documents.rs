//! `[documents]`: which GraphQL documents are executed.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer};

use super::value;
use crate::graphql::document::Only;

/// Which GraphQL documents are executed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Documents {
    /// A manifest of trusted documents, in JSON.
    #[serde(deserialize_with = "file")]
    pub trusted: Option<PathBuf>,
    /// Who may send nothing else.
    #[serde(deserialize_with = "only")]
    pub only_trusted: Only,
    /// Whether a document that has been sent before may be meant by its hash alone.
    #[serde(deserialize_with = "value::truth")]
    pub automatic: bool,
}

impl Default for Documents {
    fn default() -> Self {
        Self {
            trusted: None,
            only_trusted: Only::Nobody,
            automatic: true,
        }
    }
}

fn file<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    value::scalar(deserializer, "the path of a JSON file", |text| {
        (!text.is_empty()).then(|| Some(PathBuf::from(text)))
    })
}

fn only<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Only, D::Error> {
    value::scalar(
        deserializer,
        "`nobody`, `browsers` or `everybody`",
        |text| match text {
            "nobody" => Some(Only::Nobody),
            "browsers" => Some(Only::Browsers),
            "everybody" => Some(Only::Everybody),
            _ => None,
        },
    )
}
