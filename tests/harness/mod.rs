//! What the tests stand on: the demo's world, made once by the real binary and copied for each test, on
//! either database ([`engine`]).
//!
//! [`Served`] is the real binary with a copy of the world, reached over HTTP. [`World`] is the same
//! service in the test's own process, for what cannot be seen from outside, such as how many statements
//! a page costs.

pub mod bucket;
mod client;
pub mod engine;
pub mod given;
pub mod line;
pub mod replica;
mod schema;
mod served;
mod stream;
pub mod template;
mod world;

pub use client::{Answer, Client, at, mutation_document};
pub use engine::Records;
pub use line::Line;
pub use replica::Replica;
pub use schema::Schema;
pub use served::Served;
pub use stream::{Following, Said, Socket, WAYS, Way};
pub use template::{Actor, BINARY, Folder};
pub use world::World;
