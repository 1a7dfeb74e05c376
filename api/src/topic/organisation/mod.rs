//! Organisations and their people: the tenants of the exchange, and who acts for them.
//!
//! What always holds:
//! - An organisation is known by its Swedish organisation number, kept as ten digits with a right
//!   check digit; no two organisations share one.
//! - A municipality's people hold a municipality's roles and a supplier's people a supplier's;
//!   ADMINISTRATOR exists in both, and gives no sight of the exchange by itself.
//! - A service-area manager is one for a certain area; no other role has an area.
//! - A person belongs to one organisation and is known there by an e-mail address in lower case.
//!   Who leaves becomes INACTIVE: what the person did keeps its author.

pub mod graphql;
pub mod model;
pub mod read;
pub mod review;
pub mod write;
