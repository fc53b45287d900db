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

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    cli::Cli::parse().run().await
}
