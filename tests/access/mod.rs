//! Isolation: who may do what, and who sees which row.

mod matrix;
mod node;
mod oracle;
mod subscription;
mod walk;
