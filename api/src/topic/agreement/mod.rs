//! Agreements: a customer, a supplier and a service area, for a period.
//!
//! An agreement is the boundary of exchange: what is shared is shared *to an agreement*, and is seen by
//! its two parties. What always holds:
//! - The customer is a municipality, the supplier is a supplier, and they are not the same organisation.
//! - The reference (the customer's registry number) is unique for the customer.
//! - The last day, if there is one, does not come before the first; without one the agreement runs
//!   until further notice.

pub mod graphql;
pub mod model;
pub mod read;
pub mod write;
