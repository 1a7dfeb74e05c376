//! Evidence requests: a customer asks a supplier for evidence under an agreement, by a date.
//!
//! What always holds:
//! - The answer is a submission under the same agreement, so it is reviewed as any other.
//! - An answered request waits for the customer, who fulfils it or opens it again with a remark. The
//!   answer that was not enough stays on it until the next one comes.
//! - A request that was fulfilled or withdrawn is closed, and stays so.

pub mod graphql;
pub mod model;
pub mod read;
pub mod write;
