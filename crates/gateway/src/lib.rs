//! The gateway: authenticates callers, forwards public methods untouched, and composes across services.

mod accounts;
mod authentication;
mod caller;
mod clients;
mod config;
mod denials;
mod edge;
mod people;
mod reports;
mod seats;
mod token;

pub use config::{AccessConfig, Config, DenialConfig, ReportConfig};

use chassis::{AuditLog, Listener, Service, Shared, Shutdown, Signer};
use proto::access::Policy;
use proto::admin::v1::account_service_server::AccountServiceServer;
use proto::admin::v1::people_service_server::PeopleServiceServer;
use proto::admin::v1::report_service_server::ReportServiceServer;
use proto::admin::v1::seat_service_server::SeatServiceServer;
use tonic::service::Routes;
use types::Clock;

use crate::accounts::Accounts;
use crate::authentication::Authentication;
use crate::clients::{Identity, Licensing, Notification};
use crate::denials::Denials;
use crate::edge::{Edge, Upstream};
use crate::people::People;
use crate::reports::{Desk, Reports, Slots};
use crate::seats::Seats;
use crate::token::AccessTokens;

/// The name that the gateway signs with.
const NAME: &str = "gateway";
/// Every public package: forwarded, or composed here; and the one that errors are made of, for who reads them by reflection.
const PACKAGES: &[&str] = &[
    "usher.admin.v1",
    "usher.identity.v1",
    "usher.licensing.v1",
    "usher.billing.v1",
    "usher.notification.v1",
    "google.rpc",
];

/// What stops the gateway from starting or from serving on.
pub type ServeError = Box<dyn std::error::Error + Send + Sync>;

/// Serves until `shutdown`, then finishes what is under way.
///
/// # Errors
/// When the configuration cannot be used, or serving fails.
pub async fn serve(config: Config, listener: Listener, shutdown: Shutdown) -> Result<(), ServeError> {
    let clock = Clock::system();
    let shared = Shared::connect(&config.shared)?;
    let signer = Signer::new(NAME, &config.callers, clock.clone())?;
    let limit = config.server.max_message_bytes;
    let upstream = |name, prefix, peer: &chassis::Peer| {
        peer.channel(name, &config.clients)
            .map(|channel| Upstream { name, prefix, channel })
    };
    let identity = upstream("identity", "/usher.identity.v1.", &config.identity)?;
    let licensing = upstream("licensing", "/usher.licensing.v1.", &config.licensing)?;
    let billing = upstream("billing", "/usher.billing.v1.", &config.billing)?;
    let notification = upstream("notification", "/usher.notification.v1.", &config.notification)?;
    let imports = Upstream {
        prefix: "/usher.admin.v1.ImportService/",
        // A file takes its time to arrive.
        channel: identity.channel.clone().with_timeout(config.server.request_timeout),
        ..identity.clone()
    };

    let people = People {
        identity: Identity::new(&identity.channel, signer.clone(), limit),
        licensing: Licensing::new(&licensing.channel, signer.clone()),
        notification: Notification::new(&notification.channel, signer.clone()),
        clock: clock.clone(),
    };
    let audit_log = AuditLog::new(&identity.channel, signer.clone());
    let served_out = Shutdown::new();
    let _end = served_out.clone().drop_guard();
    let (denials, telling) = Denials::new(config.denials.clone(), clock.clone(), audit_log, served_out.clone());
    let telling = tokio::spawn(telling);
    let tokens = AccessTokens::new(&config.access.public_key, clock)?;
    let authentication = Authentication::new(tokens, people.identity.clone(), config.access.max_age);
    let desk = Desk {
        authentication: authentication.clone(),
        slots: Slots::new(config.reports),
        shutdown: shutdown.clone(),
    };
    let own = own_methods(people, desk, limit);
    let forgetting = tokio::spawn(authentication.clone().forget_ended(shared, shutdown.clone()));
    let upstreams = vec![imports, identity, licensing, billing, notification];
    let edge = Edge::new(Policy::load()?, authentication, signer, upstreams, own, denials);
    let service = Service {
        name: NAME,
        config: &config.server,
        guard: None,
        packages: PACKAGES,
        descriptors: proto::FILE_DESCRIPTOR_SET,
    };
    let served = chassis::serve(service, edge, listener, shutdown).await;
    forgetting.abort();
    // Only now, so that also the last refusals are told.
    served_out.cancel();
    telling.await?;
    Ok(served?)
}

/// The methods that are composed here; messages are taken up to `limit` octets.
fn own_methods(people: People, desk: Desk, limit: usize) -> Routes {
    let accounts = Accounts {
        identity: people.identity.clone(),
    };
    let reports = Reports {
        identity: people.identity.clone(),
        licensing: people.licensing.clone(),
        notification: people.notification.clone(),
        desk,
    };
    let seats = Seats { people: people.clone() };
    Routes::new(PeopleServiceServer::new(people).max_decoding_message_size(limit))
        .add_service(SeatServiceServer::new(seats).max_decoding_message_size(limit))
        .add_service(AccountServiceServer::new(accounts).max_decoding_message_size(limit))
        .add_service(ReportServiceServer::new(reports).max_decoding_message_size(limit))
        .prepare()
}
