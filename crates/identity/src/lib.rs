//! Identity: accounts, users, roles, sessions and invitations, and the one commit point of adding users.

#![expect(
    dead_code,
    reason = "the people's life cycle is being built on what stands here already"
)]

mod app;
mod clients;
mod config;
mod domain;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod grpc;
mod relay;
mod store;
mod wire;

pub use config::{
    AdmissionConfig, BillingContactConfig, Config, ImportConfig, InvitationConfig, LinkConfig, OpenMailConfig,
    PasswordConfig, PasswordResetConfig, ResendConfig, SessionConfig, SignUpConfig, UserConfig,
};
pub use store::Migrator;

use chassis::{Guard, Listener, Service, Shared, Shutdown, Signer, Verifier, Watchers};
use proto::access::Policy;
use storage::{Database, Relay, RelayWaker};
use tokio::task::JoinSet;
use types::{Clock, Mac};

use crate::app::{
    AccessTokens, App, Commits, ImportRows, ImportWaker, Links, Passwords, Prospects, Questions, WelcomeTexts,
};
use crate::clients::{Billing, Licensing, Notification};
use crate::relay::Courier;

/// The name that identity signs with and is called by.
const NAME: &str = "identity";

/// What stops identity from starting or from serving on.
pub type ServeError = Box<dyn std::error::Error + Send + Sync>;

/// Serves until `shutdown`, then finishes what is under way.
///
/// # Errors
/// When the configuration cannot be used, the database cannot be reached, or serving fails.
pub async fn serve(config: Config, listener: Listener, shutdown: Shutdown) -> Result<(), ServeError> {
    let clock = Clock::system();
    let database = Database::connect(&config.database).await?;
    database.check::<Migrator>().await?;
    let shared = Shared::connect(&config.shared)?;
    let signer = Signer::new(NAME, &config.callers, clock.clone())?;
    let guard = Guard::new(Verifier::new(NAME, &config.callers, clock.clone())?, Policy::load()?);
    let licensing = Licensing::new(&config.licensing.channel("licensing", &config.clients)?, signer.clone());
    let key = Mac::new(config.links.key.expose().as_bytes())?;
    let links = Links::new(key, &config.links.base, shared.clone());
    let notification = Notification::new(
        &config.notification.channel("notification", &config.clients)?,
        signer.clone(),
    );
    let courier = Courier {
        licensing: licensing.clone(),
        billing: Billing::new(&config.billing.channel("billing", &config.clients)?, signer),
        notification: notification.clone(),
        links: links.clone(),
        welcome_texts: WelcomeTexts::new(database.clone()),
    };
    let relay = Relay::new(NAME, database.clone(), clock.clone(), config.relay.clone(), courier);
    let app = app(
        &config,
        clock,
        database.clone(),
        shared,
        (licensing, notification),
        links,
        relay.waker(),
    )?;
    let mut background = JoinSet::new();
    let stop = Shutdown::new();
    background.spawn(relay.run(stop.clone()));
    run_timers(&mut background, &app, &config, &stop);

    let grants = Mac::new(config.admission.grant_key.expose().as_bytes())?;
    let routes = grpc::routes(&app, grants, config.server.max_message_bytes).prepare();
    let service = Service {
        name: NAME,
        config: &config.server,
        guard: Some(guard),
        packages: grpc::PACKAGES,
        descriptors: proto::FILE_DESCRIPTOR_SET,
    };
    let served = chassis::serve(service, routes, listener, shutdown).await;
    // Only now, so that what the last requests have committed is delivered before the process ends.
    stop.cancel();
    while background.join_next().await.is_some() {}
    database.close().await;
    Ok(served?)
}

/// What the use cases work with.
fn app(
    config: &Config,
    clock: Clock,
    database: Database,
    shared: Shared,
    (licensing, notification): (Licensing, Notification),
    links: Links,
    relay: RelayWaker,
) -> Result<App, ServeError> {
    Ok(App {
        database: database.clone(),
        clock: clock.clone(),
        shared,
        licensing,
        notification,
        relay: relay.clone(),
        access_tokens: AccessTokens::new(config.sessions.access_key.expose(), config.sessions.access_lifetime)?,
        refresh_key: Mac::new(config.sessions.access_key.expose().as_bytes())?,
        refresh_lifetime: config.sessions.refresh_lifetime,
        attempts_per_minute: config.sessions.attempts_per_minute,
        passwords: Passwords::new(&config.passwords)?,
        watchers: Watchers::new(config.watches.clone()),
        questions: Questions::spawn(database.clone(), config.admission.batch),
        prospects: Prospects::spawn(database.clone(), config.admission.batch),
        commits: Commits::spawn(
            (database.clone(), clock.clone()),
            relay,
            links.clone(),
            config.invitations.lifetime,
            &config.admission,
        ),
        links,
        imports: ImportWaker::default(),
        import_rows: ImportRows::new(),
        import_config: config.imports.clone(),
        memory: config.admission.memory,
        offer_lifetime: config.billing_contacts.offer_lifetime,
        retention: config.users.retention,
        margin: config.admission.margin,
        invitations: config.invitations.clone(),
        sign_ups: config.sign_ups.clone(),
        password_resets: config.password_resets.clone(),
        open_mails: config.open_mails.clone(),
    })
}

/// Starts what happens by itself, until `stop`.
fn run_timers(background: &mut JoinSet<()>, app: &App, config: &Config, stop: &Shutdown) {
    background.spawn(relay::forget(app.clone(), stop.clone()));
    background.spawn(relay::expire(app.clone(), config.invitations.sweep, stop.clone()));
    background.spawn(relay::purge(app.clone(), config.users.purge_interval, stop.clone()));
    background.spawn(relay::poll_audit_heads(app.clone(), stop.clone()));
    for _ in 0..config.imports.workers {
        background.spawn(relay::run_imports(app.clone(), config.imports.poll, stop.clone()));
    }
}
