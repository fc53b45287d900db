//! `cargo xtask test`: every test, with a PostgreSQL and a Redis that live as long as they run.

use anyhow::Result;

use crate::command::{FEATURES, built, command, root, run};
use crate::layering::rust_files;
use crate::setup::Setup;

/// Set up, then run every test
#[derive(clap::Args)]
pub struct Test {
    /// Run the tests of this crate only (may be repeated)
    #[arg(short, long, value_name = "CRATE")]
    package: Vec<String>,
    /// What to pass on to `cargo nextest run`
    #[arg(last = true)]
    nextest: Vec<String>,
}

impl Test {
    pub fn run(&self) -> Result<()> {
        Setup {}.run()?;
        let mut arguments = self.nextest.clone();
        for package in &self.package {
            // A filter and not cargo's `-p`, which would build everything again with fewer features.
            arguments.extend(["-E".to_owned(), format!("package(={package})")]);
        }
        if arguments.is_empty() {
            return every(&[]);
        }
        build()?;
        nextest(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

/// Every test there is; the arguments are for nextest.
pub fn every(arguments: &[&str]) -> Result<()> {
    build()?;
    if has_doc_tests()? {
        run(command("cargo", &["test", "--doc"]).args(FEATURES))?;
    }
    nextest(arguments)
}

/// Everything at once, so that the tests find the programs they start.
fn build() -> Result<()> {
    run(command("cargo", &["build", "--all-targets"]).args(FEATURES))
}

fn nextest(arguments: &[&str]) -> Result<()> {
    let mut servers = command(built("testkit")?, &["servers", "--", "cargo", "nextest", "run"]);
    run(servers.args(FEATURES).args(arguments))
}

/// Asking rustdoc takes it half a minute on a small machine.
fn has_doc_tests() -> Result<bool> {
    for file in rust_files(root())? {
        let text = std::fs::read_to_string(file)?;
        let mut inside = false;
        for line in text.lines().map(str::trim) {
            let Some(line) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) else {
                continue;
            };
            let Some(language) = line.trim().strip_prefix("```") else {
                continue;
            };
            if !inside && !["text", "ignore", "toml", "sh", "json", "sql", "proto"].contains(&language) {
                return Ok(true);
            }
            inside = !inside;
        }
    }
    Ok(false)
}
