//! Support: leave for the operator of the service to look at an organisation's records.
//!
//! What always holds:
//! - The operator's own people see no organisation's records, unless one of its administrators has given them leave, for
//!   a reason and for days at the most. It reaches that organisation's view alone, and reads.
//! - What is done by it is done with API tokens that the operator makes under it (`samsyn token create`): they are
//!   listed and in the history like others, and end with the leave.
//! - Before an organisation has an administrator, the operator may make a token that does nothing but administer, for
//!   the first one to be added.

pub mod graphql;
pub mod read;
pub mod write;
