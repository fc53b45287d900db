//! `usher logout`: ends the session.

use crate::client::{Client, Connection};
use crate::output::tell;

/// Which session.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  usher logout")]
pub struct Args {
    #[command(flatten)]
    connection: Connection,
}

/// Ends it at the gateway, and forgets it here.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    Client::open(&args.connection)?.log_out().await?;
    tell("logged out");
    Ok(())
}
