//! `samsyn permissions`: who may do what, for an auditor to read.

/// Print who may do what: the table that the service itself decides by
///
/// Actions by roles, with the condition on the record where there is one.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How it is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// How the table is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Columns for a terminal
    Text,
    /// A table for a document
    Markdown,
    /// Objects for a program
    Json,
}
