//! The program `samsyn`; what it can do is told by [`samsyn::command`].

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    samsyn::command::run().await
}
