//! `[evidence]`: where the bytes of evidence are kept.

use std::path::Path;

use serde::{Deserialize, Deserializer};

use super::{source::DEFAULT_DATA, value};

/// Where the bytes of evidence are kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Evidence {
    /// `file:FOLDER`, or `memory:` for files that are gone with the process.
    #[serde(deserialize_with = "url")]
    pub url: value::ServiceUrl,
    /// The largest file that is taken, in bytes.
    #[serde(deserialize_with = "value::size")]
    pub max_bytes: u64,
}

impl Default for Evidence {
    fn default() -> Self {
        Self {
            url: Self::url_in(Path::new(DEFAULT_DATA)),
            max_bytes: 2 << 30,
        }
    }
}

impl Evidence {
    /// The folder for evidence inside a data folder.
    #[must_use]
    pub fn url_in(data: &Path) -> value::ServiceUrl {
        value::ServiceUrl::new(format!("file:{}", data.join("evidence").display()))
    }
}

fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<value::ServiceUrl, D::Error> {
    value::service_url(deserializer, &["file", "memory"], "file:FOLDER or memory:")
}
