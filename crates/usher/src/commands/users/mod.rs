//! `usher users`: the people of the account.

mod add;
mod export;
mod import;
mod life;
mod list;
mod options;
mod outcome;
mod update;

pub(crate) use outcome::some_failed;
pub(crate) use update::Batch;

use crate::client::{Client, Connection};
use crate::exit::Exit;

/// What to do.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Add one person, or several with the same configuration; seats are verified first.
    Add(add::Args),
    /// List people.
    List(list::Args),
    /// Show one person.
    Show(list::Show),
    /// Change people.
    Update(update::Args),
    /// Suspend people: their sessions end, and they cannot log in.
    Suspend(life::Suspend),
    /// Let people who are suspended log in again.
    Reactivate(life::Reactivate),
    /// Delete people: their seats come free; they can be restored for 30 days.
    Delete(life::Delete),
    /// Bring somebody back who was deleted; their seats do not come back with them.
    Restore(life::Restore),
    /// Add everybody in a CSV file, or make those who are there what their rows say.
    Import(import::Args),
    /// Write everybody who is not deleted as CSV, with the columns that an import reads.
    Export(export::Args),
}

/// Does it.
pub(crate) async fn run(args: Args) -> anyhow::Result<Exit> {
    let client = Client::open(&args.connection)?;
    let output = args.connection.output()?;
    match args.command {
        Command::Add(args) => add::run(&client, &output, args).await,
        Command::Import(args) => import::run(&client, &output, args).await,
        Command::Update(args) => update::run(&client, &output, args).await,
        Command::Suspend(args) => life::suspend(&client, &output, args).await,
        Command::Reactivate(args) => life::reactivate(&client, &output, args).await,
        Command::Delete(args) => life::delete(&client, &output, args).await,
        Command::List(args) => list::run(&client, &output, args).await.map(|()| Exit::Done),
        Command::Show(args) => list::show(&client, &output, &args).await.map(|()| Exit::Done),
        Command::Restore(args) => life::restore(&client, &output, &args).await.map(|()| Exit::Done),
        Command::Export(args) => export::run(&client, &output, args).await.map(|()| Exit::Done),
    }
}
