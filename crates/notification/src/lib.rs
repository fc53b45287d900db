//! The notification service: the queue of e-mails, and what delivers them.

mod app;
mod clients;
mod config;
mod domain;
mod error;
mod grpc;
mod relay;
mod store;

use std::sync::Arc;

use chassis::{
    AuditLog, Guard, Listener, Memory, Service, Shared, SharedConfig, Shutdown, Signer, Standings, Verifier, Watchers,
};
use proto::access::Policy;
use storage::{Database, Relay};
use types::Clock;

use crate::app::{App, Intake, Rules, Sender, Templates};
use crate::clients::{Transport, message_id_domain};
use crate::domain::RetryPolicy;
use crate::relay::{Deliveries, Pace};

pub use clients::InvalidMailConfig;
pub use config::{Config, DkimConfig, MailConfig, RetentionConfig};
pub use error::ServeError;
pub use store::Migrator;

const NAME: &str = "notification";

/// Serves notification on `listener` and sends mail until `shutdown`; its database has been migrated before.
///
/// # Errors
/// When it cannot start.
pub async fn serve(mut config: Config, listener: Listener, shutdown: Shutdown) -> Result<(), ServeError> {
    let clock = Clock::system();
    let verifier = Verifier::new(NAME, &config.callers, clock.clone())?;
    let policy = Policy::load().map_err(|error| ServeError::Policy(error.into()))?;
    let templates = templates(&config.mail)?;
    let transport = Transport::new(&config.mail)?;
    let message_id_domain = message_id_domain(&config.mail)?.into();
    let signer = Signer::new(NAME, &config.callers, clock.clone())?;
    let channel = config.identity.channel("identity", &config.clients)?;
    let standings = Standings::new(&channel, signer.clone());
    let audit_log = AuditLog::new(&channel, signer);
    // A queue that was empty when its statements were planned may be a hundred thousand long a second later.
    config.database.fresh_plans = true;
    let database = Database::connect(&config.database).await?;
    database.check::<Migrator>().await?;
    let deliveries = Deliveries { audit_log };
    let outbox = Relay::new(NAME, database.clone(), clock.clone(), config.relay.clone(), deliveries);

    let intake = Intake::new(config.mail.workers, config.mail.per_domain, config.mail.lease);
    let app = App {
        database: database.clone(),
        clock: clock.clone(),
        templates: Arc::clone(&templates),
        message_id_domain,
        standings,
        watchers: Watchers::new(config.watches.clone()),
        is_sandbox: config.mail.sandbox,
        intake: intake.clone(),
    };
    let sender = Sender::new(
        database.clone(),
        clock.clone(),
        shared(&config.shared)?,
        (templates, transport),
        rules(&config.mail),
        intake,
        outbox.waker(),
    );
    // A signal of its own: the calls that still finish may queue mails. The guard ends it when this is dropped.
    let served = Shutdown::new();
    let _end = served.clone().drop_guard();
    let outbox = tokio::spawn(outbox.run(served.clone()));
    let relay = tokio::spawn(relay::run(Arc::new(sender), clock, pace(&config), served.clone()));
    let purge = tokio::spawn(relay::purge(app.clone(), config.retention.clone(), served.clone()));

    let service = Service {
        name: NAME,
        config: &config.server,
        guard: Some(Guard::new(verifier, policy)),
        packages: &["usher.notification.v1", "usher.notification.internal.v1"],
        descriptors: proto::FILE_DESCRIPTOR_SET,
    };
    let routes = grpc::routes(app, config.server.max_message_bytes).prepare();
    let result = chassis::serve(service, routes, listener, shutdown).await;
    served.cancel();
    for (task, running) in [("sending mail", relay), ("the purge", purge), ("the relay", outbox)] {
        if let Err(error) = running.await {
            tracing::error!(%error, "{task} ended badly");
        }
    }
    database.close().await;
    Ok(result?)
}

fn templates(config: &MailConfig) -> Result<Arc<Templates>, ServeError> {
    let templates = Templates::load(&config.image_hosts).map_err(|error| ServeError::Template(error.into()))?;
    Ok(Arc::new(templates))
}

fn shared(config: &SharedConfig) -> Result<Shared, ServeError> {
    let alone = config.redis_url.is_none() && config.memory.is_none();
    let config = if alone {
        &SharedConfig::memory(Memory::default())
    } else {
        config
    };
    Ok(Shared::connect(config)?)
}

const fn rules(mail: &MailConfig) -> Rules {
    Rules {
        retries: RetryPolicy {
            backoff_min: mail.backoff_min,
            backoff_max: mail.backoff_max,
            give_up: mail.give_up,
        },
        lease: mail.lease,
        keeps: mail.sandbox,
        domain_per_minute: mail.domain_per_minute,
        account_per_minute: mail.account_per_minute,
    }
}

const fn pace(config: &Config) -> Pace {
    Pace {
        poll_interval: config.mail.poll_interval,
        drain_timeout: config.server.drain_timeout,
        measure_interval: config.relay.measure_interval,
    }
}
