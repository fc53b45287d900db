//! `cargo xtask bench`: figures that the tests do not look at, with a PostgreSQL and a Redis that live as long as it runs.

use anyhow::Result;

use crate::command::{built, command, run, say};
use crate::setup::Setup;

/// The one that is a cargo bench of its own crate: it measures identity alone, on both databases.
const LIST_USERS: &str = "list-users";

/// Measure release builds beside references from the same run, and print a table
#[derive(clap::Args)]
pub struct Bench {
    /// What to measure: `list-users`, or any that `bench --help` lists; all of the latter, if nothing is named
    benchmarks: Vec<String>,
    /// Rounds, each of ours and of the reference; of their ratios the median counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Only show that everything works: the figures mean nothing
    #[arg(long)]
    quick: bool,
    /// Fail when an aim is missed
    #[arg(long)]
    strict: bool,
}

impl Bench {
    pub fn run(&self) -> Result<()> {
        Setup {}.run()?;
        let table: Vec<&str> = self.benchmarks.iter().map(String::as_str).collect();
        let (alone, table): (Vec<&str>, Vec<&str>) = table.into_iter().partition(|name| *name == LIST_USERS);
        if !table.is_empty() || alone.is_empty() {
            self.table(&table)?;
        }
        if !alone.is_empty() {
            list_users()?;
        }
        Ok(())
    }

    fn table(&self, benchmarks: &[&str]) -> Result<()> {
        let packages = ["--package", "usher", "--package", "bench", "--package", "testkit"];
        run(command("cargo", &["build", "--release"]).args(packages))?;
        let built = built("xtask")?;
        let target = built.ancestors().nth(2).unwrap_or(&built);
        let (release, json) = (target.join("release"), target.join("bench.json"));
        // As in production, the database waits for its disk: what it promises costs something.
        let mut servers = command(release.join("testkit"), &["servers", "--durable", "--"]);
        servers.arg(release.join("bench")).args(benchmarks);
        servers.args(["--rounds", &self.rounds.to_string()]);
        servers.args(self.quick.then_some("--quick"));
        servers.args(self.strict.then_some("--strict"));
        run(servers.arg("--json").arg(&json))?;
        say(&format!("every round is in {}", json.display()));
        Ok(())
    }
}

/// Fails when its bound is exceeded.
fn list_users() -> Result<()> {
    run(&mut command("cargo", &["build", "--package", "testkit"]))?;
    let bench = [
        "servers",
        "--",
        "cargo",
        "bench",
        "--package",
        "identity",
        "--bench",
        "list_users",
    ];
    run(&mut command(built("testkit")?, &bench))
}
