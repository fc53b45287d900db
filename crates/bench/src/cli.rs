//! The command line.
#![expect(clippy::print_stderr, reason = "progress, beside the table on standard output")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::benchmark::Benchmark;
use crate::benchmarks::embedded::Host;
use crate::plan::Plan;
use crate::reference::server::Serve;
use crate::report::{self, Line};
use crate::site::Site;

/// Measure Usher, each figure beside a reference from the same run
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What a run starts in processes of their own
    #[command(subcommand)]
    part: Option<Part>,
    #[command(flatten)]
    run: Run,
}

#[derive(Subcommand)]
enum Part {
    /// Serve a reference
    #[command(hide = true)]
    Serve(Serve),
    /// Serve Usher as `usher dev` does, with an account that has many seats
    #[command(hide = true)]
    Host(Host),
}

#[derive(Args)]
struct Run {
    /// What to measure; everything, if nothing is named
    benchmarks: Vec<Benchmark>,
    /// Rounds, each of ours and of the reference; of their ratios the median counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Only show that everything works: the figures mean nothing
    #[arg(long)]
    quick: bool,
    /// Fail when an aim is missed
    #[arg(long)]
    strict: bool,
    /// Where every round's figures are written
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Cli {
    /// Measures, or serves what is measured.
    pub async fn run(self) -> Result<ExitCode> {
        match self.part {
            None => self.run.run().await,
            Some(Part::Serve(serve)) => serve.run().await.map(|()| ExitCode::SUCCESS),
            Some(Part::Host(host)) => host.run().await.map(|()| ExitCode::SUCCESS),
        }
    }
}

impl Run {
    async fn run(self) -> Result<ExitCode> {
        let plan = if self.quick {
            Plan::quick()
        } else {
            Plan::full(self.rounds.max(1))
        };
        let benchmarks = if self.benchmarks.is_empty() {
            Benchmark::value_variants()
        } else {
            &self.benchmarks
        };
        let site = if benchmarks.iter().any(|benchmark| benchmark.needs_site()) {
            let site = Site::start(|_, _| ()).await.context("the cluster does not start")?;
            site.settle_in(usize::try_from(plan.people())?).await?;
            Some(site)
        } else {
            None
        };
        let mut conditions = BTreeMap::from([("rounds".to_owned(), plan.rounds.to_string())]);
        if let Some(site) = &site {
            conditions.extend(site.conditions().await?);
        }
        let (mut lines, mut failures) = (Vec::new(), 0);
        for benchmark in benchmarks {
            eprintln!("{benchmark:?} …");
            // One that fails does not take the figures of the others with it.
            match benchmark.run(&plan, site.as_ref()).await {
                Ok(measured) => lines.extend(measured),
                Err(error) => {
                    failures += 1;
                    eprintln!("{benchmark:?} failed: {error:#}");
                }
            }
        }
        report::print(&lines, &conditions);
        if let Some(file) = &self.json {
            report::write(&lines, &conditions, file)?;
        }
        let missed = self.strict && !lines.iter().all(Line::reached);
        Ok(if missed || failures > 0 {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }
}
