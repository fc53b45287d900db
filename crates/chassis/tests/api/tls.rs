//! TLS between processes: who may talk to whom, and that new certificates are taken up.

use std::net::SocketAddr;
use std::sync::Arc;

use chassis::{Channel, ClientConfig, Peer, PeerError, ServeError, ServerConfig, TlsError};
use proto::identity::v1::LogInResponse;
use proto::identity::v1::session_service_client::SessionServiceClient;
use testkit::{eventually, free_port};
use tokio::sync::Semaphore;
use tonic::{Code, Response, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::authority::{Authority, Files};
use crate::support::{DEADLINE, Stand, refusal};

/// Has a permit for each warning of certificates that are not taken up.
#[derive(Clone)]
struct Warnings(Arc<Semaphore>);

impl Default for Warnings {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }
}

impl<S: Subscriber> Layer<S> for Warnings {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        if *metadata.level() == Level::WARN && metadata.target() == "chassis::tls::credentials" {
            self.0.add_permits(1);
        }
    }
}

async fn stand(files: &Files) -> Stand {
    let config = ServerConfig {
        tls: Some(files.config()),
        ..ServerConfig::default()
    };
    Stand::tcp(config).await
}

/// A way to the stand, which should be `service`, with what stands in `files`.
fn channel(stand: &Stand, service: &str, files: &Files) -> Channel {
    let Peer::Tcp(address) = &stand.peer else {
        unreachable!("the stand has a socket");
    };
    let config = ClientConfig {
        tls: Some(files.config()),
        ..ClientConfig::default()
    };
    let address = address.replace("http://", "https://");
    Peer::Tcp(address).channel(service, &config).unwrap()
}

async fn call(stand: &Stand, channel: Channel) -> Result<Response<LogInResponse>, Status> {
    SessionServiceClient::new(channel).log_in(stand.log_in("")).await
}

fn unreachable() -> (Code, String) {
    (Code::Unavailable, "PEER_UNAVAILABLE".to_owned())
}

#[tokio::test]
async fn processes_of_one_authority_talk() {
    let authority = Authority::new();
    let identity = authority.issue("identity");
    let stand = stand(&identity).await;
    let channel = channel(&stand, "identity", &authority.issue("gateway"));
    let answer = call(&stand, channel).await.unwrap().into_inner();
    assert_eq!(answer.tokens.unwrap().access_token, "gateway");
}

#[tokio::test]
async fn a_caller_without_a_good_certificate_is_refused() {
    let (authority, other) = (Authority::new(), Authority::new());
    let identity = authority.issue("identity");
    let stand = stand(&identity).await;
    let foreign = other.issue("gateway");
    // It believes the stand, which does not believe it.
    foreign.replace(&authority.issue("gateway"), &["ca.crt"]);
    for files in [foreign, authority.issue_expired("gateway")] {
        let answer = call(&stand, channel(&stand, "identity", &files)).await;
        assert_eq!(refusal(answer), unreachable());
    }
    let plain = call(&stand, stand.channel()).await;
    assert_eq!(refusal(plain), unreachable());
}

#[tokio::test]
async fn a_server_that_is_somebody_else_is_not_called() {
    let (authority, other) = (Authority::new(), Authority::new());
    let gateway = authority.issue("gateway");
    let impostors = [
        authority.issue("licensing"),
        authority.issue_named("spiffe://test/ns/elsewhere/sa/identity"),
        authority.issue_expired("identity"),
        other.issue("identity"),
    ];
    for files in impostors {
        let stand = stand(&files).await;
        let answer = call(&stand, channel(&stand, "identity", &gateway)).await;
        assert_eq!(refusal(answer), unreachable());
    }
}

#[tokio::test]
async fn a_token_is_of_use_to_its_issuer_only() {
    let authority = Authority::new();
    let identity = authority.issue("identity");
    let stand = stand(&identity).await;
    let answer = call(&stand, channel(&stand, "identity", &authority.issue("licensing"))).await;
    assert_eq!(
        refusal(answer),
        (Code::PermissionDenied, "CALLER_NOT_ALLOWED".to_owned())
    );
}

#[tokio::test]
async fn new_certificates_are_taken_up_without_a_restart() {
    let warnings = Warnings::default();
    let _seen = tracing_subscriber::registry().with(warnings.clone()).set_default();
    let (old, new) = (Authority::new(), Authority::new());
    let (identity, gateway) = (old.issue("identity"), old.issue("gateway"));
    let stand = stand(&identity).await;
    call(&stand, channel(&stand, "identity", &gateway)).await.unwrap();
    // Half of a new pair is none: what was there is used on.
    identity.replace(&new.issue("identity"), &["tls.crt"]);
    let refused = tokio::time::timeout(DEADLINE, warnings.0.acquire()).await;
    refused.unwrap().unwrap().forget();
    call(&stand, channel(&stand, "identity", &gateway)).await.unwrap();
    identity.replace(&new.issue("identity"), &["ca.crt", "tls.crt", "tls.key"]);
    let renewed = new.issue("gateway");
    eventually(DEADLINE, async || {
        call(&stand, channel(&stand, "identity", &renewed)).await
    })
    .await;
    let late = call(&stand, channel(&stand, "identity", &gateway)).await;
    assert_eq!(refusal(late), unreachable());
    // The caller's files are followed as well, also by a channel that is there already.
    let channel = channel(&stand, "identity", &gateway);
    gateway.replace(&renewed, &["ca.crt", "tls.crt", "tls.key"]);
    eventually(DEADLINE, async || call(&stand, channel.clone()).await).await;
}

#[tokio::test]
async fn files_that_prove_nothing_are_refused_at_the_start() {
    let authority = Authority::new();
    let address = Peer::Tcp("https://127.0.0.1:1".to_owned());
    let open = |tls| {
        let config = ClientConfig {
            tls,
            ..ClientConfig::default()
        };
        address.channel("identity", &config).unwrap_err()
    };
    assert!(matches!(open(None), PeerError::NoCertificate(_)));
    let refused = |files: &Files| match open(Some(files.config())) {
        PeerError::Tls(error) => error,
        other @ (PeerError::Address(_) | PeerError::Plaintext(_) | PeerError::NoCertificate(_)) => {
            unreachable!("{other}")
        }
    };
    let files = authority.issue("gateway");
    files.replace(&authority.issue("gateway"), &["tls.key"]);
    assert!(
        matches!(refused(&files), TlsError::Refused { .. }),
        "a key of another certificate"
    );
    let files = authority.issue("gateway");
    std::fs::write(files.config().key, "no key").unwrap();
    assert!(matches!(refused(&files), TlsError::Empty { .. }));
    std::fs::remove_file(files.config().key).unwrap();
    assert!(matches!(refused(&files), TlsError::File { .. }));
    let nameless = authority.issue_named("https://example.org/gateway");
    assert!(matches!(refused(&nameless), TlsError::Nameless(_)));
    let mut gullible = authority.issue("gateway").config();
    gullible.ca = None;
    let gullible = open(Some(gullible));
    assert!(
        matches!(gullible, PeerError::Tls(TlsError::File { .. } | TlsError::Gullible)),
        "{gullible}"
    );
}

#[tokio::test]
async fn a_service_that_would_believe_anybody_does_not_start() {
    let files = Authority::new().issue("identity");
    let mut tls = files.config();
    tls.ca = None;
    let config = ServerConfig {
        tls: Some(tls),
        ..ServerConfig::default()
    };
    let ended = Stand::tcp(config).await.server.await.unwrap().unwrap_err();
    assert!(matches!(ended, ServeError::Tls(TlsError::Gullible)), "{ended}");
}

#[tokio::test]
async fn health_is_told_in_plaintext_where_that_is_wanted_and_nothing_else() {
    let files = Authority::new().issue("identity");
    let probes = SocketAddr::from(([127, 0, 0, 1], free_port().unwrap()));
    let config = ServerConfig {
        tls: Some(files.config()),
        probes: Some(probes),
        ..ServerConfig::default()
    };
    let stand = Stand::tcp(config).await;
    let channel = Peer::Tcp(format!("http://{probes}"));
    let channel = channel.channel("identity", &ClientConfig::default()).unwrap();
    let health = || HealthClient::new(channel.clone());
    eventually(DEADLINE, async || health().check(HealthCheckRequest::default()).await).await;
    let answer = call(&stand, channel.clone()).await;
    assert_eq!(answer.unwrap_err().code(), Code::Unimplemented);
    stand.shutdown.cancel();
    stand.server.await.unwrap().unwrap();
    let late = health().check(HealthCheckRequest::default()).await;
    assert_eq!(late.unwrap_err().code(), Code::Unavailable);
}
