//! The program `samsyn`; what it can do is told by [`samsyn::command`].
//!
//! It brings its own allocator, which SQLite uses as well: the system's keeps what many threads took and gave
//! back in pieces too small to be used again, so that a service that is leant on for long never shrinks
//! (`tests/load/hostile` measures it).

use std::{ffi::c_long, process::ExitCode};

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// For how many milliseconds the allocator keeps memory that is free before the system gets it back. Of itself
/// it waits for a second, in which a service under attack takes as much again for the next requests.
const KEEP_FREE: c_long = 10;

/// `mi_option_purge_delay` of mimalloc, a number that the bindings do not name.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

fn main() -> ExitCode {
    // What MIMALLOC_PURGE_DELAY says counts more than this default.
    #[expect(
        unsafe_code,
        reason = "the bindings of the allocator have no safe way to set an option"
    )]
    // SAFETY: called before any other thread starts, with an option that exists.
    unsafe {
        libmimalloc_sys::mi_option_set_default(PURGE_DELAY, KEEP_FREE);
    }
    run()
}

#[tokio::main]
async fn run() -> ExitCode {
    samsyn::command::run().await
}
