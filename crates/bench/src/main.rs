//! The `bench` program: what Usher costs, each figure beside a reference from the same run. `cargo xtask bench` runs it.

mod account;
mod benchmark;
mod benchmarks;
mod cli;
mod cpu;
mod duel;
mod load;
mod memory;
mod plan;
mod reference;
mod report;
mod sheet;
mod site;

use std::process::ExitCode;

use clap::Parser;

/// The same as in `usher`, so that neither side of a ratio has a better one.
#[cfg(not(test))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    cli::Cli::parse().run().await
}
