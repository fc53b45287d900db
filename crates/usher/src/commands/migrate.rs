//! `usher migrate`: the database of one service, brought up to date.

use std::path::{Path, PathBuf};

use anyhow::Context;
use chassis::{TelemetryConfig, config, telemetry};
use clap::ValueEnum;
use sea_orm_migration::MigratorTrait;
use serde::Deserialize;
use storage::{Database, DatabaseConfig};

/// What to migrate.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The service whose database it is.
    pub service: Service,
    /// The service's own configuration (TOML), of which [database] and [telemetry] are read. Variables
    /// USHER_<SERVICE>__SECTION__KEY override it, and do without it.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The services that have a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Service {
    /// Accounts, users, sessions and invitations.
    Identity,
    /// Products and seats.
    Licensing,
    /// Plans and subscriptions.
    Billing,
    /// E-mails.
    Notification,
}

/// What is read of the service's configuration; the rest is for those who serve.
#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    telemetry: TelemetryConfig,
    database: DatabaseConfig,
}

/// Runs what has not been run yet; of several that do so at once, one does.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let file = args.config.as_deref();
    match args.service {
        Service::Identity => told::<identity::Migrator>("identity", file).await,
        Service::Licensing => told::<licensing::Migrator>("licensing", file).await,
        Service::Billing => told::<billing::Migrator>("billing", file).await,
        Service::Notification => told::<notification::Migrator>("notification", file).await,
    }
}

async fn told<M: MigratorTrait>(name: &str, file: Option<&Path>) -> anyhow::Result<()> {
    let config: Config = config::load(name, file)?;
    // Where metrics are fetched belongs to the service, which may be running.
    let telemetry = TelemetryConfig {
        prometheus: None,
        ..config.telemetry
    };
    let _telemetry = telemetry::init(name, &telemetry)?;
    migrate::<M>(name, &config.database).await?;
    tracing::info!("the database of {name} is up to date");
    Ok(())
}

/// Migrates one database.
pub(crate) async fn migrate<M: MigratorTrait>(name: &str, config: &DatabaseConfig) -> anyhow::Result<()> {
    let work = async {
        let database = Database::connect(config).await?;
        let migrated = database.migrate::<M>().await;
        database.close().await;
        migrated
    };
    work.await
        .with_context(|| format!("the database of {name} cannot be migrated"))
}
