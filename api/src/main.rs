//! The program `samsyn`; what it can do is told by [`samsyn::command`].
//!
//! It brings its own allocator, which SQLite uses as well: the system's keeps what many threads took and gave
//! back in pieces too small to be used again, so that a service that is leant on for long never shrinks
//! (`tests/load/hostile` measures it).

use std::process::ExitCode;

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    samsyn::command::run().await
}
