//! GraphQL: how documents come in over HTTP and WebSocket, what is refused, what is answered, and the
//! pieces that the topics' objects are made of.
//!
//! Transport: `http` and `ws` take a request, [`guard`] refuses it or lets it pass, the schema executes
//! it, [`respond`] words the answer. Pieces: [`key`] (ids), [`loaded`] (rows that know their siblings),
//! [`page`] (connections), [`filter`] (which rows to list), [`node`] (any record by id), [`links`] (addresses outside GraphQL).

mod accept;
pub mod explorer;
pub mod filter;
pub mod guard;
pub mod http;
mod idempotency;
pub mod key;
mod lexer;
pub mod links;
pub mod loaded;
pub mod node;
mod outline;
pub mod page;
pub mod respond;
pub mod schema;
#[cfg(test)]
mod testing;
pub mod transport;
mod weigh;
mod ws;

pub use links::Links;
