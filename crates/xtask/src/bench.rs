//! `cargo xtask bench`: figures that the tests do not look at, with a PostgreSQL and a Redis that live as long as it runs.

use anyhow::Result;
use clap::ValueEnum;

use crate::command::{built, command, run};
use crate::setup::Setup;

/// Measure, and fail when a bound is exceeded
#[derive(clap::Args)]
pub struct Bench {
    /// What to measure
    benchmark: Benchmark,
    /// The profile to build with; only figures of the default one say anything but ratios
    #[arg(long, default_value = "bench")]
    profile: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum Benchmark {
    /// The last page of 200,000 users against the first
    ListUsers,
}

impl Bench {
    pub fn run(&self) -> Result<()> {
        Setup {}.run()?;
        run(&mut command("cargo", &["build", "--package", "testkit"]))?;
        let (package, bench) = match self.benchmark {
            Benchmark::ListUsers => ("identity", "list_users"),
        };
        let mut servers = command(built("testkit")?, &["servers", "--", "cargo", "bench"]);
        run(servers.args(["--package", package, "--bench", bench, "--profile", &self.profile]))
    }
}
