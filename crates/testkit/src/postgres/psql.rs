//! PostgreSQL's own client: enough to make databases, without waiting for a driver to compile.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};

use crate::program;

/// The `psql` program.
#[derive(Clone, Debug)]
pub(super) struct Psql {
    program: PathBuf,
}

/// A lock that is given back when this is dropped: its connection closes with the process.
pub(super) struct Lock(#[expect(dead_code, reason = "held for its end")] Child);

impl Psql {
    pub(super) fn find() -> Result<Self> {
        Ok(Self {
            program: program::postgres_program("psql")?,
        })
    }

    /// Runs one statement and answers its rows, without the last line's end.
    pub(super) async fn run(&self, url: &str, sql: &str) -> Result<String> {
        let output = succeeded(self.command(url).arg("-c").arg(sql)).await?;
        Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
    }

    /// Runs a file of statements in one transaction.
    pub(super) async fn script(&self, url: &str, file: &Path) -> Result<()> {
        succeeded(self.command(url).arg("--single-transaction").arg("-f").arg(file)).await?;
        Ok(())
    }

    /// Waits for the server's advisory lock called `name`.
    pub(super) async fn lock(&self, url: &str, name: &str) -> Result<Lock> {
        let mut child = self.command(url).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut input = child.stdin.take().context("psql has no input")?;
        let output = child.stdout.take().context("psql has no output")?;
        let ask = format!("SELECT 'locked' FROM pg_advisory_lock(hashtext('{name}'));\n");
        input.write_all(ask.as_bytes()).await?;
        let mut answer = String::new();
        BufReader::new(output).read_line(&mut answer).await?;
        ensure!(answer.trim_end() == "locked", "no lock in PostgreSQL, but {answer:?}");
        child.stdin = Some(input);
        Ok(Lock(child))
    }

    fn command(&self, url: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["-X", "-q", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1", "-d", url]);
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }
}

async fn succeeded(command: &mut Command) -> Result<Output> {
    let output = command.output().await?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "psql: {}", complaint.trim_end());
    Ok(output)
}
