//! Search: every record that one may see, found by the words that it says.
//!
//! What always holds:
//! - What is found is what is seen: entries are read through the same door as the records themselves, and one is seen
//!   where its record is. Order and snippets are made of the entry alone, so that neither they nor
//!   the count tell of what is not seen, as a rank by how rare a word is would.
//! - A record is found by what it says now, from the moment of the change: the ledger keeps the words with every
//!   change, in its transaction.
//! - Whatever is typed is a search: there are no operators in it that could be wrong.

pub mod graphql;
pub mod model;
pub mod read;
