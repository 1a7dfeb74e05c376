//! `samsyn schema`: the schema as clients take it.

use anyhow::Result;

use super::print;
use crate::graphql::schema::definition;

/// Prints the schema in the definition language.
///
/// # Errors
/// When standard output cannot be written.
pub fn run() -> Result<()> {
    print(definition().trim_end())
}
