//! The command line.

use clap::{Parser, Subcommand};

use crate::commands::{account, demo, dev, migrate, serve};

/// Usher administers the people of an organisation. Without a command it is `usher dev`.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    dev: dev::Args,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run everything in this process, with a demo account and nothing to install.
    ///
    /// The variables that `usher serve` reads change settings here too: USHER_IDENTITY__INVITATIONS__LIFETIME=1h.
    Dev(dev::Args),
    /// Run one service.
    Serve(serve::Args),
    /// Bring the database of one service up to date.
    Migrate(migrate::Args),
    /// Manage accounts, as the operator of this installation.
    #[command(subcommand)]
    Account(account::Account),
    /// Make a demo account in a cluster that has none, and keep a file with its tokens fresh until interrupted.
    Demo(demo::Args),
    /// Print a new key with its public half.
    Keygen,
}

impl Cli {
    /// The command that was given, or the default one.
    #[must_use]
    pub fn into_command(self) -> Command {
        self.command.unwrap_or(Command::Dev(self.dev))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
