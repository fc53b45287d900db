//! `usher serve`: one service, as one process of a cluster.

use std::error::Error;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use chassis::{Listener, Shutdown, TelemetryConfig, config, shutdown, telemetry};
use clap::ValueEnum;
use serde::de::DeserializeOwned;

/// What to serve.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The service.
    pub service: Service,
    /// Its configuration (TOML). Variables USHER_<SERVICE>__SECTION__KEY override it.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The services.
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
    /// The edge that clients talk to.
    Gateway,
}

/// Runs until SIGTERM or SIGINT, then lets calls in progress finish.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let file = args.config.as_deref();
    match args.service {
        Service::Identity => {
            let place = |config: &identity::Config| (config.listen, config.telemetry.clone());
            serve("identity", file, place, identity::serve).await
        }
        Service::Licensing => {
            let place = |config: &licensing::Config| (config.listen, config.telemetry.clone());
            serve("licensing", file, place, licensing::serve).await
        }
        Service::Billing => {
            let place = |config: &billing::Config| (config.listen, config.telemetry.clone());
            serve("billing", file, place, billing::serve).await
        }
        Service::Notification => {
            let place = |config: &notification::Config| (config.listen, config.telemetry.clone());
            serve("notification", file, place, notification::serve).await
        }
        Service::Gateway => {
            let place = |config: &gateway::Config| (config.listen, config.telemetry.clone());
            serve("gateway", file, place, gateway::serve).await
        }
    }
}

async fn serve<C, F, E>(
    name: &str,
    file: Option<&Path>,
    place: impl FnOnce(&C) -> (SocketAddr, TelemetryConfig),
    service: impl FnOnce(C, Listener, Shutdown) -> F,
) -> anyhow::Result<()>
where
    C: DeserializeOwned,
    F: Future<Output = Result<(), E>>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let config: C = config::load(name, file)?;
    let (listen, telemetry) = place(&config);
    let _telemetry = telemetry::init(name, &telemetry)?;
    let shutdown = shutdown::signal()?;
    let listener = Listener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}"))?;
    // The port may have been 0.
    let address = listener.local_addr().unwrap_or(listen);
    tracing::info!(%address, "{name} begins");
    let served = service(config, listener, shutdown).await;
    served.map_err(|error| anyhow::Error::from_boxed(error.into()).context(format!("{name} cannot serve")))?;
    tracing::info!("{name} has stopped");
    Ok(())
}
