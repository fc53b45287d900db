//! The commands, one a file.

pub(crate) mod account;
pub(crate) mod demo;
pub(crate) mod dev;
pub(crate) mod keygen;
pub(crate) mod migrate;
pub(crate) mod serve;

use crate::cli::{Cli, Command};

/// Does what the command line says.
///
/// # Errors
/// When it cannot; the text says why, for the person at the terminal.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.into_command() {
        Command::Dev(args) => dev::run(args).await,
        Command::Serve(args) => serve::run(args).await,
        Command::Migrate(args) => migrate::run(args).await,
        Command::Account(account::Account::Create(args)) => account::create(args).await,
        Command::Demo(args) => demo::run(args).await,
        Command::Keygen => keygen::run(),
    }
}
