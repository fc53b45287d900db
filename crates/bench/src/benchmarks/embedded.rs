//! `embedded`: one user a request, in one process on SQLite.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use storage::{Database, DatabaseConfig};
use tempfile::TempDir;
use testkit::{Process, poll};
use usher::{Dev, DevOptions};

use super::add_user;
use crate::account::{Account, Gateway, founding};
use crate::cpu::Meter;
use crate::duel::{Figure, duel};
use crate::load::{Load, Turn};
use crate::plan::Plan;
use crate::reference::{statements, tables};
use crate::report::{Aim, Line};

const IN_FLIGHT: u64 = 64;
/// The most that helps a reference whose transactions take turns.
const REFERENCE_IN_FLIGHT: u64 = 16;
const PATIENCE: Duration = Duration::from_secs(60);
/// As in [`crate::site`], in the variables that all of Usher's programs read.
const CHEAP_PASSWORDS: [(&str, &str); 2] = [
    ("USHER_IDENTITY__PASSWORDS__MEMORY_KIB", "8"),
    ("USHER_IDENTITY__PASSWORDS__PASSES", "1"),
];

/// Users a second, against the same writes statement by statement on the same kind of database.
pub async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let folder = TempDir::with_prefix("usher-bench-")?;
    let usher = Hosted::start(&folder).await?;
    let url = format!("sqlite://{}", folder.path().join("reference.db").display());
    let database = Arc::new(Database::connect(&DatabaseConfig::new(url)).await?);
    tables::sqlite(&database).await?;
    let ours = Load::timed(IN_FLIGHT, plan.time);
    let theirs = Load::timed(REFERENCE_IN_FLIGHT, plan.time);
    let meter = Meter::default().process("usher", usher.process.id());
    let accounts = [usher.account.clone()];
    let rounds = duel(
        plan,
        async || {
            let figure = add_user::add(&ours, &usher.gateway, &accounts, &meter).await?;
            usher.settled().await?;
            Ok(figure)
        },
        async || {
            let database = Arc::clone(&database);
            let call = move |turn: Turn| {
                let database = Arc::clone(&database);
                async move { statements::add(&database, turn).await }
            };
            Ok(Figure::rate(&theirs.run(&Meter::default(), call).await?, 1))
        },
    );
    Ok(vec![Line {
        name: "embedded",
        unit: "users/s",
        aim: Aim::RatioAtLeast(3.0),
        rounds: rounds.await?,
    }])
}

/// What `bench host` is told.
#[derive(clap::Args)]
pub struct Host {
    #[arg(long)]
    listen: SocketAddr,
    #[arg(long)]
    data_dir: PathBuf,
    /// Where to write who can log in.
    #[arg(long)]
    file: PathBuf,
}

/// Who can log in where.
#[derive(Serialize, Deserialize)]
struct Owner {
    address: String,
    account_id: String,
    email: String,
    password: String,
}

impl Host {
    /// Serves what `usher dev` serves, whose demo account has too few seats, with an account that has many.
    pub async fn run(self) -> Result<()> {
        let telemetry = chassis::TelemetryConfig {
            log: "warn".to_owned(),
            ..chassis::TelemetryConfig::default()
        };
        let _telemetry = chassis::telemetry::init("dev", &telemetry)?;
        let shutdown = chassis::shutdown::signal()?;
        let options = DevOptions {
            listen: self.listen,
            data_dir: self.data_dir,
        };
        let dev = Dev::start(&options).await?;
        let message = founding();
        let (email, password) = (message.email.clone(), message.password.clone());
        let created = dev.create_account(message).await?;
        let owner = Owner {
            address: dev.file().address.clone(),
            account_id: created.account_id,
            email,
            password,
        };
        // Whole or not at all: somebody waits for it.
        let draft = self.file.with_extension("draft");
        std::fs::write(&draft, serde_json::to_string(&owner)?)?;
        std::fs::rename(draft, self.file)?;
        dev.run(shutdown).await
    }
}

/// A `bench host`, as long as this lives.
struct Hosted {
    process: Process,
    gateway: Gateway,
    account: Account,
    outbox: Database,
}

impl Hosted {
    async fn start(folder: &TempDir) -> Result<Self> {
        let (data, file) = (folder.path().join("data"), folder.path().join("owner.json"));
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["host", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(&data);
        command.arg("--file").arg(&file).envs(CHEAP_PASSWORDS);
        let mut process = Process::start("host", &mut command, &folder.path().join("log"))?;
        let written = poll(PATIENCE, async || {
            ensure!(process.is_running(), "it has ended: {}", process.output());
            Ok(std::fs::read_to_string(&file)?)
        });
        let owner: Owner = serde_json::from_str(&written.await.context("no `bench host`")?)?;
        let gateway = Gateway::connect(&owner.address)?;
        let account = gateway.log_in(owner.account_id, &owner.email, &owner.password).await?;
        let seats = poll(PATIENCE, async || {
            ensure!(gateway.has_seats(&account).await?, "no seats yet");
            Ok(())
        });
        seats.await?;
        let outbox = format!("sqlite://{}", data.join("identity.db").display());
        Ok(Self {
            process,
            gateway,
            account,
            outbox: Database::connect(&DatabaseConfig::new(outbox)).await?,
        })
    }

    /// Waits until everything in identity's outbox is delivered.
    async fn settled(&self) -> Result<()> {
        let empty = poll(PATIENCE, async || {
            let depth = storage::outbox::depth(self.outbox.reader()).await?;
            ensure!(depth.waiting == 0, "{} messages wait", depth.waiting);
            Ok(())
        });
        empty.await
    }
}
