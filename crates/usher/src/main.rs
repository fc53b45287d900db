//! The `usher` program; `usher help` tells what it does.

use std::process::ExitCode;

use clap::Parser;
use tikv_jemallocator::Jemalloc;

/// What it is built to do is in `.cargo/config.toml`.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

#[tokio::main]
async fn main() -> ExitCode {
    #[cfg(feature = "failpoints")]
    let _scenario = fail::FailScenario::setup();
    usher::run(usher::Cli::parse()).await.into()
}
