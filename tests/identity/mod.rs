//! Signing in: with a certified provider as people do it, with one that says what it should not, and in sessions.
//!
//! Two organisations have providers of their own; whoever comes from one is one of its people or nobody.

mod administration;
mod browser;
mod clicked;
mod directory;
mod given;
mod machine;
mod operator;
mod provider;
mod refused;
mod rogue;
mod session;
mod sign_in;
