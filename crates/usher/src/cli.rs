//! The command line.

use clap::{Parser, Subcommand};

use crate::commands::{
    account, audit, billing, certs, completions, deliveries, demo, dev, doctor, groups, imports, invitations, invoices,
    login, logout, matrix, migrate, plan, roles, seats, serve, templates, users, welcome_emails,
};
use crate::exit::Exit;

/// Usher administers the people of an organisation. Without a command it is `usher dev`.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, after_help = Exit::help())]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    dev: dev::Args,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Log in at a gateway; the other commands use the session.
    Login(login::Args),
    /// End the session.
    Logout(logout::Args),
    /// Add people, look at them and change them.
    Users(users::Args),
    /// See what has become of files of people.
    Imports(imports::Args),
    /// See who was invited, send it again, take it back.
    Invitations(invitations::Args),
    /// See which e-mails were sent, and what has become of them.
    Deliveries(deliveries::Args),
    /// Put people into groups.
    Groups(groups::Args),
    /// Make sets of settings, and give them to people.
    Templates(templates::Args),
    /// Write what people are sent who are invited, and look at it first.
    WelcomeEmails(welcome_emails::Args),
    /// See what roles there are, make some of the account's own, give them to people.
    Roles(roles::Args),
    /// See how many seats there are, and who holds them; give them to people and take them.
    Seats(seats::Args),
    /// See what the account pays for, and what it could; change it.
    Plan(plan::Args),
    /// See what the account was asked to pay.
    Invoices(invoices::Args),
    /// See and change whom invoices are addressed to.
    Billing(billing::Args),
    /// Read the account's log.
    Audit(audit::Args),
    /// Print who may do what.
    Matrix(matrix::Args),
    /// Look whether everything is as it must be, and say what to do where it is not.
    Doctor(doctor::Args),
    /// Print what completes these commands in a shell.
    Completions(completions::Args),
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
    /// Make certificates to try a cluster with.
    #[command(subcommand)]
    Certs(certs::Certs),
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
