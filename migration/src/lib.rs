//! The database's schema, one file a step, up and down, for SQLite and PostgreSQL alike.
//!
//! A step is a list of tables written with the words of [`table`], so that it reads as the schema
//! itself. Rules that a row must satisfy whatever code wrote it are constraints here.

#![expect(
    elided_lifetimes_in_paths,
    reason = "the trait of sea-orm-migration leaves out the lifetime, and an implementation must do the same"
)]

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::{MigrationTrait, async_trait};

pub mod grants;
mod m0001_tenants;
mod m0002_ledger;
mod m0003_evidence;
mod m0004_risk;
mod m0005_submission;
mod m0006_forum;
mod m0007_comment;
mod m0008_resumable_upload;
mod m0009_row_security;
mod m0010_search;
mod m0011_own_view;
pub mod search;
mod table;

/// All steps, in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_tenants::Migration),
            Box::new(m0002_ledger::Migration),
            Box::new(m0003_evidence::Migration),
            Box::new(m0004_risk::Migration),
            Box::new(m0005_submission::Migration),
            Box::new(m0006_forum::Migration),
            Box::new(m0007_comment::Migration),
            Box::new(m0008_resumable_upload::Migration),
            Box::new(m0009_row_security::Migration),
            Box::new(m0010_search::Migration),
            Box::new(m0011_own_view::Migration),
        ]
    }
}
