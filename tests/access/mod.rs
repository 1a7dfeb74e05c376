//! Isolation: who may do what, and who sees which row.

mod corrupt;
mod disturbance;
mod matrix;
mod node;
pub mod oracle;
mod roles;
mod row_security;
mod shake;
mod subscription;
mod walk;
