//! GraphQL: how documents come in over HTTP and WebSocket, what is refused, and what is answered.

mod accept;
pub mod explorer;
pub mod guard;
pub mod http;
pub mod key;
mod lexer;
pub mod loaded;
mod outline;
pub mod page;
pub mod respond;
#[cfg(test)]
mod testing;
pub mod transport;
mod weigh;
mod ws;
