//! Licensing: products, seat pools, reservations, and who holds seats. Seats are never oversubscribed, whatever runs at once.

mod app;
mod clients;
mod config;
mod domain;
mod error;
mod grpc;
mod relay;
mod store;

use std::sync::Arc;

use chassis::{AuditLog, BillingContacts, Guard, Listener, Service, Shutdown, Signer, Standings, Verifier};
use proto::access::Policy;
use storage::{Database, Relay};
use types::Clock;

use app::App;
use clients::identity::Identity;

pub use config::{Config, ReservationConfig, RetentionConfig, SweepConfig};
pub use error::ServeError;
pub use store::Migrator;

/// The name of this service, as callers and issuers know it.
const NAME: &str = "licensing";

/// Serves licensing on `listener` until `shutdown`, and does what it has to do by itself. The schema has to be there.
///
/// # Errors
/// When it cannot start.
pub async fn serve(config: Config, listener: Listener, shutdown: Shutdown) -> Result<(), ServeError> {
    let clock = Clock::system();
    let catalogue = config.products()?;
    let guard = Guard::new(
        Verifier::new(NAME, &config.callers, clock.clone())?,
        Policy::load().map_err(|error| ServeError::Policy(error.to_string()))?,
    );
    let signer = Signer::new(NAME, &config.callers, clock.clone())?;
    let people = config.identity.channel("identity", &config.clients)?;
    let identity = Identity::new(&people, config.clients.max_message_bytes, signer.clone());
    let standings = Standings::new(&people, signer.clone());
    let deliveries = relay::Deliveries {
        audit_log: AuditLog::new(&people, signer.clone()),
        billing_contacts: BillingContacts::new(&people, signer),
    };
    let seal = grpc::Seal::new(&config.grant_key)?;
    let database = Database::connect(&config.database).await?;
    database.check::<Migrator>().await?;
    let outbox = Relay::new(NAME, database.clone(), clock, config.relay.clone(), deliveries);
    let app = Arc::new(App::new(
        database.clone(),
        catalogue,
        identity,
        standings,
        outbox.waker(),
        &config,
    ));
    let service = Service {
        name: NAME,
        config: &config.server,
        guard: Some(guard),
        packages: &grpc::PACKAGES,
        descriptors: proto::FILE_DESCRIPTOR_SET,
    };
    let routes = grpc::routes(&app, seal, config.server.max_message_bytes);
    // Whatever ends the server, an error at its start too, ends the timers.
    let stop = shutdown.child_token();
    let measure = config.relay.measure_interval;
    let timers = relay::run(app, &config.sweep, &config.retention, measure, stop.clone());
    let serving = async {
        let served = chassis::serve(service, routes, listener, shutdown).await;
        stop.cancel();
        served
    };
    let ((), (), served) = tokio::join!(timers, outbox.run(stop.clone()), serving);
    database.close().await;
    Ok(served?)
}
