//! `testkit up`: a cluster to try things with, and a demo account in it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Result, bail};
use testkit::{Cluster, usher_program};
use tokio::process::Child;

use crate::stop::{Stop, terminate};

/// Start a cluster with a demo account, until it is interrupted
#[derive(clap::Args)]
pub struct Up {
    /// Where to write the addresses and the demo account, for scripts
    #[arg(long)]
    file: PathBuf,
    /// Let the gateway talk TLS to its clients too
    #[arg(long)]
    tls: bool,
}

impl Up {
    pub async fn run(self) -> Result<ExitCode> {
        let mut stop = Stop::listen()?;
        // One that an earlier cluster left behind would send scripts to nobody.
        match std::fs::remove_file(&self.file) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
        let start = async {
            if self.tls {
                Cluster::start_sealed(|_, _| {}).await
            } else {
                Cluster::start().await
            }
        };
        let cluster = tokio::select! {
            cluster = start => cluster?,
            _ = stop.signalled() => return Ok(ExitCode::SUCCESS),
        };
        let mut demo = demo(&cluster.operator_file()?, &self.file)?;
        tokio::select! {
            ended = demo.wait() => bail!("the demo account is not there ({})", ended?),
            _ = stop.signalled() => {}
        }
        terminate(&demo);
        demo.wait().await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Makes the demo account, tells about it, and keeps the file's tokens fresh until it is stopped.
fn demo(config: &Path, file: &Path) -> Result<Child> {
    let mut command = Command::new(usher_program());
    command.args(["demo", "--config"]).arg(config).arg("--file").arg(file);
    Ok(tokio::process::Command::from(command).kill_on_drop(true).spawn()?)
}
