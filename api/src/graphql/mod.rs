//! GraphQL: how documents come in over HTTP and WebSocket, what is refused, what is answered, and the
//! pieces that the topics' objects are made of.
//!
//! A request's way: [`transport`] takes it in, [`document`] refuses it or lets it pass within the [`limits`],
//! the [`schema`] executes it, [`transport::respond`] words the answer. What the topics' objects are made
//! of: [`key`] (ids), [`scalar`] (days, instants, large numbers), [`loaded`] (rows that know their siblings), [`page`] (connections), [`filter`] (which
//! rows to list), [`node`] (any record by id), [`allowed`] (what may be done with it), [`links`] (addresses outside GraphQL).

pub mod allowed;
pub mod document;
pub mod explorer;
pub mod filter;
pub mod key;
pub mod limits;
pub mod links;
pub mod loaded;
pub mod node;
pub mod page;
pub mod scalar;
pub mod schema;
#[cfg(test)]
mod testing;
pub mod transport;
pub mod upload;

pub use links::Links;
