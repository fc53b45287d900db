//! `testkit up`: a cluster to try things with, and a demo account in it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use testkit::{Cluster, usher_program};
use tokio::process::Command;

use crate::stop::Stop;

/// Start a cluster with a demo account, until it is interrupted
#[derive(clap::Args)]
pub struct Up {
    /// Where to write the addresses and the demo account, for scripts
    #[arg(long)]
    file: PathBuf,
}

impl Up {
    pub async fn run(self) -> Result<ExitCode> {
        let mut stop = Stop::listen()?;
        let cluster = tokio::select! {
            cluster = Cluster::start() => cluster?,
            _ = stop.signalled() => return Ok(ExitCode::SUCCESS),
        };
        let mut demo = Command::new(usher_program());
        demo.args(["demo", "--config"])
            .arg(cluster.operator_file()?)
            .arg("--file")
            .arg(&self.file)
            .kill_on_drop(true);
        ensure!(demo.status().await?.success(), "the demo account could not be made");
        stop.signalled().await;
        Ok(ExitCode::SUCCESS)
    }
}
