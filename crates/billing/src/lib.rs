//! The billing service: plans, and the subscriptions that give accounts their seats.

mod app;
mod clients;
mod config;
mod domain;
mod error;
mod grpc;
mod relay;
mod store;

use std::path::Path;
use std::sync::Arc;

use chassis::{AuditLog, BillingContacts, Guard, Listener, Secret, Service, Shutdown, Signer, Verifier};
use proto::access::Policy;
use storage::{Database, Relay};
use types::Clock;

use crate::app::{App, PreviewSeal};
use crate::clients::{Licensing, Manual, PaymentProvider, Simulator};
use crate::domain::{BUILT_IN, Catalogue, EventSeal};
use crate::relay::Deliveries;

pub use config::{ChangeConfig, Config, CycleConfig, PaymentConfig, ProviderConfig};
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
    let identity = config.identity.channel("identity", &config.clients)?;
    let audit_log = AuditLog::new(&identity, signer.clone());
    let billing_contacts = BillingContacts::new(&identity, signer);
    let catalogue = Arc::new(catalogue(config.catalogue.as_deref())?);
    let database = Database::connect(&config.database).await?;
    database.check::<Migrator>().await?;

    let deliveries = Deliveries {
        licensing: licensing.clone(),
        audit_log,
        billing_contacts,
    };
    let relay = Relay::new(NAME, database.clone(), clock.clone(), config.relay, deliveries);
    let payment_events = event_seal(&config.payments)?;
    let app = App {
        database: database.clone(),
        clock,
        catalogue,
        relay: relay.waker(),
        licensing,
        previews: PreviewSeal::new(&config.changes.preview_key)?,
        changes: config.changes,
        cycle: config.cycle,
        payments: provider(config.payments.provider, payment_events.as_ref())?,
        payment_events,
    };
    app.check_catalogue().await?;
    // A signal of its own: the calls that still finish may have something to deliver. The guard ends it when this is dropped.
    let served = Shutdown::new();
    let _end = served.clone().drop_guard();
    let relay = tokio::spawn(relay.run(served.clone()));
    let cycle = tokio::spawn(relay::advance_accounts(app.clone(), served.clone()));
    let intents = tokio::spawn(relay::settle_intents(app.clone(), served.clone()));
    let forget = tokio::spawn(relay::forget_requests(app.clone(), served.clone()));

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
    for task in [relay, cycle, intents, forget] {
        if let Err(error) = task.await {
            tracing::error!(%error, "a task of the service ended badly");
        }
    }
    database.close().await;
    Ok(result?)
}

fn event_seal(config: &PaymentConfig) -> Result<Option<EventSeal>, ServeError> {
    let seal = |key: &Secret| EventSeal::new(key.expose());
    Ok(config.event_key.as_ref().map(seal).transpose()?)
}

/// Who collects the money.
fn provider(provider: ProviderConfig, seal: Option<&EventSeal>) -> Result<Arc<dyn PaymentProvider>, ServeError> {
    Ok(match provider {
        ProviderConfig::Manual => Arc::new(Manual),
        ProviderConfig::Simulator => Arc::new(Simulator {
            seal: seal.cloned().ok_or(ServeError::EventKeyMissing)?,
            clock: Clock::system(),
        }),
    })
}

/// The price list in `file`, or the one that the program is built with.
fn catalogue(file: Option<&Path>) -> Result<Catalogue, ServeError> {
    let refused = |reason| ServeError::Catalogue {
        file: file.map(|file| file.display().to_string()).unwrap_or_default(),
        reason,
    };
    let text = match file {
        Some(file) => std::fs::read_to_string(file).map_err(|error| refused(error.into()))?,
        None => BUILT_IN.to_owned(),
    };
    Catalogue::read(&text).map_err(|error| refused(error.into()))
}
