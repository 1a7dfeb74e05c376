//! `[limits]`: how much one GraphQL request may ask for.

use serde::Deserialize;

use super::value;

/// How much one GraphQL request may ask for. Everything beyond is refused before it is executed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// The largest `first` or `last` of a connection.
    #[serde(deserialize_with = "value::whole::<_, _, 1, 1000>")]
    pub page_size_max: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { page_size_max: 100 }
    }
}
