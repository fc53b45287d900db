//! `cargo xtask up`: the five services as processes of their own, with a throw-away PostgreSQL and Redis.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;

use anyhow::Result;

use crate::command::{built, command, run, say};
use crate::setup::Setup;

/// Start a cluster on this machine, until it is interrupted
#[derive(clap::Args)]
pub struct Up {
    /// Where to write the addresses and the demo account, for scripts
    #[arg(long, default_value = "cluster.json")]
    file: PathBuf,
    /// Let the gateway talk TLS to its clients too
    #[arg(long)]
    tls: bool,
}

impl Up {
    pub fn run(&self) -> Result<()> {
        Setup {}.run()?;
        run(&mut command(
            "cargo",
            &["build", "--package", "usher", "--package", "testkit"],
        ))?;
        let mut up = command(built("testkit")?, &["up", "--file"]);
        up.arg(std::path::absolute(&self.file)?);
        up.args(self.tls.then_some("--tls"));
        say("$ testkit up");
        // In place of this process: a signal to it must reach the one that has to clean up, and be waited for.
        Err(up.exec().into())
    }
}
