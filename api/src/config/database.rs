//! `[database]`: where the records are kept.

use std::path::Path;

use serde::{Deserialize, Deserializer};

use super::{source::DEFAULT_DATA, value};

/// Where the records are kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite://FILE`, or `postgres://USER:PASSWORD@HOST/DATABASE`.
    #[serde(deserialize_with = "url")]
    pub url: value::ServiceUrl,
    /// How many connections are held at most.
    #[serde(deserialize_with = "value::whole::<_, _, 1, 1000>")]
    pub max_connections: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: Self::url_in(Path::new(DEFAULT_DATA)),
            max_connections: 10,
        }
    }
}

impl Database {
    /// The embedded database inside a data folder.
    #[must_use]
    pub fn url_in(data: &Path) -> value::ServiceUrl {
        let path = data.join("samsyn.sqlite").display().to_string();
        // The two characters that mean something in the path of such a URL.
        let path = path.replace('%', "%25").replace('?', "%3F");
        value::ServiceUrl::new(format!("sqlite://{path}"))
    }
}

fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<value::ServiceUrl, D::Error> {
    value::service_url(
        deserializer,
        &["sqlite", "postgres", "postgresql"],
        "sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE",
    )
}
