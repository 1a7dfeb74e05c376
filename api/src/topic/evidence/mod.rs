//! Evidence: certificates, audit reports, test records and policies, owned by a supplier.
//!
//! Evidence is prepared in its owner's workspace, where nobody else sees it. What others see is what
//! was handed in of it (see [`super::submission`]): one certificate is uploaded once and handed in
//! under as many agreements as it answers to. What always holds:
//! - A draft may be incomplete; what is handed in may not.
//! - Validity follows from the dates and today alone. It is never stored, so it is never stale.
//! - A file never changes. A corrected file takes the place of the former, which is kept.

pub mod graphql;
pub mod http;
pub mod intake;
pub mod model;
pub mod read;
pub mod resume;
pub mod write;
