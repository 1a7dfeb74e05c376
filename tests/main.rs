//! The promises of the service, tried from outside.
//!
//! One folder a topic; `harness` starts what is tested. A test says who acts, what they do and what is
//! promised. All of them use the demo's world, each a copy of its own.

mod access;
mod action_item;
mod budget;
mod calendar;
mod clients;
mod command;
mod cost;
mod document;
mod event;
mod evidence;
mod example;
mod forum;
mod fuzz;
mod harness;
mod idempotency;
mod identity;
mod ledger;
mod limits;
mod overview;
mod paging;
mod personal;
mod portal;
mod readme;
mod replicas;
mod request;
mod risk;
mod schema;
mod search;
mod story;
mod submission;
mod subscription;
mod telemetry;
mod token;
mod transport;
