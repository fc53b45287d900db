//! The `usher` program; `usher help` tells what it does.

use clap::Parser;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    #[cfg(feature = "failpoints")]
    let _scenario = fail::FailScenario::setup();
    usher::run(usher::Cli::parse()).await
}
