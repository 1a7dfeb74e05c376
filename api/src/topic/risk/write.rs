//! Working out risk analyses, handing them in and reviewing them, and having risks accepted.

pub mod acceptance;
pub mod analysis;
pub mod review;
pub mod risk;
