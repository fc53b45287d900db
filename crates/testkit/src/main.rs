//! The `testkit` program: servers and clusters that live as long as a command. `cargo xtask` runs it.

mod servers;
mod stop;
mod up;

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
enum Task {
    Servers(servers::Servers),
    Up(up::Up),
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    match Task::parse() {
        Task::Servers(task) => task.run().await,
        Task::Up(task) => task.run().await,
    }
}
