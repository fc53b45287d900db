//! `cargo xtask load`: the k6 scripts of `tests/load`, against a running Usher.

mod curve;
mod mails;
mod processor;
mod sizing;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use clap::ValueEnum;
use serde::Deserialize;

use crate::command::{built, command, run, say};
use crate::setup::Setup;

use self::curve::Point;
use self::mails::Mails;

/// Put load on a running Usher, and check every answer
#[derive(clap::Args)]
pub struct Load {
    /// What to do
    scenario: Scenario,
    /// The file that `cargo xtask up` or `usher dev` has written
    #[arg(long, default_value = "cluster.json")]
    file: PathBuf,
    /// A gateway elsewhere, as `host:port`, with reflection on; the password of `--email` is in `USHER_PASSWORD`
    #[arg(long, requires = "email", conflicts_with = "file")]
    address: Option<String>,
    /// The super admin of an account there
    #[arg(long, requires = "address")]
    email: Option<String>,
    /// That gateway talks TLS
    #[arg(long, requires = "address")]
    tls: bool,
    /// The file of its authority (PEM), if that is not a public one
    #[arg(long, requires = "tls")]
    ca: Option<PathBuf>,
    /// How many virtual users; what the scenario says, if not told
    #[arg(long)]
    vus: Option<u32>,
    /// For how long, such as `30s` or `5m`; what the scenario says, if not told
    #[arg(long)]
    duration: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scenario {
    /// Twenty seconds of everything: whether it works
    Smoke,
    /// The same load for five minutes
    Steady,
    /// Ten times as many users at once for half a minute
    Spike,
    /// Little load for an hour
    Soak,
    /// More and more users, a picture of throughput against latency, and what one core of a service carries
    Curve,
}

/// What is of use here in the file.
#[derive(Deserialize)]
struct Cluster {
    mail_dir: PathBuf,
}

/// The services on the way of most calls, in the order of the table in `deploy/README.md`.
const SIZED: [&str; 3] = ["gateway", "identity", "licensing"];

impl Load {
    pub fn run(&self) -> Result<()> {
        Setup {}.run()?;
        match self.scenario {
            Scenario::Smoke => self.script("smoke"),
            Scenario::Steady => self.script("steady"),
            Scenario::Spike => self.script("spike"),
            Scenario::Soak => self.script("soak"),
            Scenario::Curve => self.curve(),
        }
    }

    fn script(&self, name: &str) -> Result<()> {
        let mut k6 = self.k6(name)?;
        let mails = self.mails()?;
        if let Some(mails) = &mails {
            k6.env("MAILS", mails.url());
        } else {
            say("the mails cannot be read from here, so nobody accepts an invitation");
        }
        run(&mut k6)
    }

    fn curve(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let mut points = Vec::new();
        let mut shares = SIZED.map(|_| Vec::new());
        for vus in curve::STEPS {
            let result = folder.path().join(format!("{vus}.json"));
            let before = SIZED.map(processor::seconds);
            run(self.k6("curve")?.env("VUS", vus.to_string()).env("RESULT", &result))?;
            let after = SIZED.map(processor::seconds);
            let point: Point = serde_json::from_str(&std::fs::read_to_string(&result)?)?;
            for (shares, seconds) in shares.iter_mut().zip(before.into_iter().zip(after)) {
                if let (Some(before), Some(after)) = seconds {
                    shares.push(point.share(after - before));
                }
            }
            points.push(point);
        }
        let built = built("xtask")?;
        let picture = built.ancestors().nth(2).unwrap_or(&built).join("load.svg");
        curve::draw(&points, &picture)?;
        say(&format!("the curve is in {}", picture.display()));
        say(&sizing::row(&shares));
        Ok(())
    }

    /// k6 with a script, which finds in its environment where to go.
    fn k6(&self, name: &str) -> Result<Command> {
        let script = format!("tests/load/{name}.js");
        let mut k6 = command("k6", &["run", "--quiet", "--no-usage-report", &script]);
        match (&self.address, &self.email) {
            (Some(address), Some(email)) => k6.env("ADDRESS", address).env("EMAIL", email),
            _ => k6.env("CLUSTER", std::path::absolute(&self.file)?),
        };
        k6.envs(self.tls.then_some(("TLS", "1")));
        if let Some(ca) = &self.ca {
            k6.env("CA", std::path::absolute(ca)?);
        }
        k6.envs(self.vus.map(|vus| ("VUS", vus.to_string())));
        k6.envs(self.duration.as_ref().map(|duration| ("DURATION", duration)));
        Ok(k6)
    }

    /// The mails of a cluster on this machine.
    fn mails(&self) -> Result<Option<Mails>> {
        if self.address.is_some() {
            return Ok(None);
        }
        let file = self.file.display();
        let text =
            std::fs::read_to_string(&self.file).with_context(|| format!("no {file}: is `cargo xtask up` running?"))?;
        let cluster: Cluster = serde_json::from_str(&text).with_context(|| format!("{file} is not of a cluster"))?;
        Mails::serve(&cluster.mail_dir).map(Some)
    }
}
