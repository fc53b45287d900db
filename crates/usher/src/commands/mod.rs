//! The commands, one a file.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod billing;
pub(crate) mod certs;
pub(crate) mod completions;
pub(crate) mod deliveries;
pub(crate) mod demo;
pub(crate) mod dev;
pub(crate) mod doctor;
pub(crate) mod groups;
pub(crate) mod imports;
pub(crate) mod invitations;
pub(crate) mod invoices;
pub(crate) mod keygen;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod matrix;
pub(crate) mod migrate;
pub(crate) mod plan;
pub(crate) mod roles;
pub(crate) mod seats;
pub(crate) mod serve;
pub(crate) mod templates;
pub(crate) mod users;
pub(crate) mod welcome_emails;

use std::io::Write;

use crate::cli::{Cli, Command};
use crate::complaint::explain;
use crate::exit::Exit;

/// Does what the command line says, and complains on standard error when it cannot.
pub async fn run(cli: Cli) -> Exit {
    match dispatch(cli.into_command()).await {
        Ok(exit) => exit,
        Err(error) => {
            let (exit, text) = explain(&error);
            // When nobody listens to complaints either, the exit code has to do.
            let _ = std::io::stderr().write_all(text.as_bytes());
            exit
        }
    }
}

async fn dispatch(command: Command) -> anyhow::Result<Exit> {
    let done = match command {
        Command::Users(args) => return users::run(args).await,
        Command::Roles(args) => return roles::run(args).await,
        Command::Doctor(args) => return doctor::run(args).await,
        Command::Seats(args) => return seats::run(args).await,
        Command::Login(args) => login::run(args).await,
        Command::Logout(args) => logout::run(args).await,
        Command::Imports(args) => imports::run(args).await,
        Command::Invitations(args) => invitations::run(args).await,
        Command::Deliveries(args) => deliveries::run(args).await,
        Command::Groups(args) => groups::run(args).await,
        Command::Templates(args) => templates::run(args).await,
        Command::WelcomeEmails(args) => welcome_emails::run(args).await,
        Command::Plan(args) => plan::run(args).await,
        Command::Invoices(args) => invoices::run(args).await,
        Command::Billing(args) => billing::run(args).await,
        Command::Audit(args) => audit::run(args).await,
        Command::Matrix(args) => matrix::run(args).await,
        Command::Completions(args) => completions::run(&args),
        Command::Dev(args) => dev::run(args).await,
        Command::Serve(args) => serve::run(args).await,
        Command::Migrate(args) => migrate::run(args).await,
        Command::Account(account::Account::Create(args)) => account::create(args).await,
        Command::Demo(args) => demo::run(args).await,
        Command::Keygen => keygen::run(),
        Command::Certs(command) => certs::run(&command),
    };
    done.map(|()| Exit::Done)
}
