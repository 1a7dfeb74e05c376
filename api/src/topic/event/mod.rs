//! Events as those who may see them read them: the history of a record, the feed of an organisation,
//! and the stream that integrations follow.
//!
//! The feed is numbered for each organisation on its own. A reader that keeps the last cursor it has
//! seen and asks for what comes after it misses nothing and sees nothing twice.

pub mod follow;
pub mod graphql;
