//! What is kept and how it is read back: the bytes of evidence, and the manners of stored records.
//!
//! Evidence bytes go into an object store by [`blob`], cut into parts by [`arrival`], after [`media`] has
//! agreed to what they are; [`s3`] reaches a store over the network; [`range`] says which part of them a download asks for.

pub mod arrival;
pub mod blob;
pub mod media;
pub mod range;
mod s3;
