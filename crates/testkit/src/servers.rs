//! `testkit servers -- COMMAND`: a PostgreSQL and a Redis for as long as one command runs.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context, Result};
use testkit::{Durability, POSTGRES_URL, Postgres, REDIS_URL, Redis};
use tokio::process::Command;

use crate::stop::{Reason, Stop, terminate};

/// Run a command with a throw-away PostgreSQL and Redis in its environment
#[derive(clap::Args)]
pub struct Servers {
    /// Let PostgreSQL wait for its disk, as it does in production
    #[arg(long)]
    durable: bool,
    /// The command and its arguments; it finds the servers in USHER_TEST_POSTGRES_URL and USHER_TEST_REDIS_URL
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

impl Servers {
    /// Answers the command's own exit status, when the servers are gone.
    pub async fn run(self) -> Result<ExitCode> {
        let mut stop = Stop::listen()?;
        let durability = if self.durable {
            Durability::Full
        } else {
            Durability::None
        };
        let (postgres, redis) = tokio::try_join!(Postgres::start(durability), Redis::start())?;
        let (program, arguments) = self.command.split_first().context("no command")?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env(POSTGRES_URL, postgres.url())
            .env(REDIS_URL, redis.url());
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot run {}", program.display()))?;
        loop {
            tokio::select! {
                ended = child.wait() => return Ok(exit_code(ended?.code())),
                reason = stop.signalled() => match reason {
                    Reason::Terminate => terminate(&child),
                    // It ends by itself, and after it we clean up.
                    Reason::Interrupt => {}
                },
            }
        }
    }
}

fn exit_code(code: Option<i32>) -> ExitCode {
    code.and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from)
}
