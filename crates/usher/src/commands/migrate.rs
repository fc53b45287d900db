//! `usher migrate`: the database of one service, brought up to date.

use std::path::PathBuf;

use anyhow::Context;
use chassis::{TelemetryConfig, config, telemetry};
use clap::ValueEnum;
use sea_orm_migration::MigratorTrait;
use storage::{Database, DatabaseConfig};

/// What to migrate.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The service whose database it is.
    pub service: Service,
    /// The service's own configuration (TOML). Variables USHER_<SERVICE>__SECTION__KEY override it.
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

/// Runs what has not been run yet; several may do so at once.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let file = args.config.as_deref();
    match args.service {
        Service::Identity => {
            let config: identity::Config = config::load("identity", file)?;
            told::<identity::Migrator>("identity", &config.telemetry, &config.database).await
        }
        Service::Licensing => {
            let config: licensing::Config = config::load("licensing", file)?;
            told::<licensing::Migrator>("licensing", &config.telemetry, &config.database).await
        }
        Service::Billing => {
            let config: billing::Config = config::load("billing", file)?;
            told::<billing::Migrator>("billing", &config.telemetry, &config.database).await
        }
        Service::Notification => {
            let config: notification::Config = config::load("notification", file)?;
            told::<notification::Migrator>("notification", &config.telemetry, &config.database).await
        }
    }
}

async fn told<M: MigratorTrait>(
    name: &str,
    telemetry: &TelemetryConfig,
    database: &DatabaseConfig,
) -> anyhow::Result<()> {
    // Where metrics are fetched belongs to the service, which may be running.
    let telemetry = TelemetryConfig {
        prometheus: None,
        ..telemetry.clone()
    };
    let _telemetry = telemetry::init(name, &telemetry)?;
    migrate::<M>(name, database).await?;
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
