//! `samsyn demo`: a world to look around in.

use std::{net::SocketAddr, path::PathBuf};

/// Serve a realistic world to look around in
///
/// A municipality, its three suppliers, and a second municipality that shares one of them, with people
/// in every role, agreements, and a year of history. Prints tokens and commands that are ready to be
/// pasted. The world is the same at every start but for its dates, which follow today's.
///
/// Settings for database, evidence and bus are not looked at: the demo never touches real data.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Listen on this address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Print one JSON object with addresses and tokens, for scripts, once it serves
    #[arg(long)]
    pub json: bool,
    /// Keep the files in this folder [default: a new temporary folder, removed at the end]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  samsyn demo
  samsyn demo --listen 127.0.0.1:0 --json | head -n 1 | jq .graphql";
