//! The billing service: plans, and the subscriptions that give accounts their seats.

mod app;
mod clients;
mod config;
mod domain;
mod error;
mod grpc;
mod relay;
mod store;

use std::sync::Arc;

use chassis::{AuditLog, Guard, Listener, Service, Shutdown, Signer, Verifier};
use proto::access::Policy;
use storage::{Database, Relay};
use types::Clock;

use crate::app::App;
use crate::clients::Licensing;
use crate::domain::Catalogue;
use crate::relay::Deliveries;

pub use config::Config;
pub use error::ServeError;
pub use store::Migrator;

const NAME: &str = "billing";

/// Serves billing on `listener` until `shutdown`; its database has been migrated before.
///
/// # Errors
/// When it cannot start.
pub async fn serve(config: Config, listener: Listener, shutdown: Shutdown) -> Result<(), ServeError> {
    let clock = Clock::system();
    let verifier = Verifier::new(NAME, &config.callers, clock.clone())?;
    let policy = Policy::load().map_err(|error| ServeError::Policy(error.into()))?;
    let signer = Signer::new(NAME, &config.callers, clock.clone())?;
    let licensing = Licensing::new(&config.licensing, &config.clients, signer.clone())?;
    let audit_log = AuditLog::new(&config.identity.channel(&config.clients)?, signer);
    let catalogue = Arc::new(Catalogue::load()?);
    let database = Database::connect(&config.database).await?;

    let deliveries = Deliveries { licensing, audit_log };
    let relay = Relay::new(database.clone(), clock.clone(), config.relay, deliveries);
    let app = App {
        database: database.clone(),
        clock,
        catalogue,
        relay: relay.waker(),
    };
    // A signal of its own: the calls that still finish may have something to deliver. The guard ends it when this is dropped.
    let served = Shutdown::new();
    let _end = served.clone().drop_guard();
    let relay = tokio::spawn(relay.run(served.clone()));
    let trials = tokio::spawn(relay::end_trials(app.clone(), served.clone()));

    let service = Service {
        name: NAME,
        config: &config.server,
        guard: Some(Guard::new(verifier, policy)),
        packages: &["usher.billing.v1", "usher.billing.internal.v1"],
        descriptors: proto::FILE_DESCRIPTOR_SET,
    };
    let routes = grpc::routes(app, config.server.max_message_bytes).prepare();
    let result = chassis::serve(service, routes, listener, shutdown).await;
    served.cancel();
    if let Err(error) = relay.await {
        tracing::error!(%error, "the relay ended badly");
    }
    if let Err(error) = trials.await {
        tracing::error!(%error, "ending trials ended badly");
    }
    database.close().await;
    Ok(result?)
}
