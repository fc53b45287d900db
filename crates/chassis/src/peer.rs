//! Another service, and how to reach it.

use std::net::IpAddr;
use std::time::Duration;

use http::uri::Scheme;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Deserializer};
use tonic::transport::{Endpoint, Uri};
use tower::service_fn;

use crate::channel::Channel;
use crate::config::period;
use crate::connector::Connector;
use crate::listener::MemoryPeer;
use crate::tls::{Credentials, TlsConfig, TlsError, Trust, Visitor};

/// Where another service is.
#[derive(Clone, Debug)]
pub enum Peer {
    /// At `https://host:port`, or at `http://host:port` in plaintext.
    Tcp(String),
    /// In this process.
    Memory(MemoryPeer),
}

/// How calls to a peer behave.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientConfig {
    /// Connections to a peer over TCP, used in turn.
    pub connections: usize,
    /// How long opening a connection may take.
    #[serde(deserialize_with = "period")]
    pub connect_timeout: Duration,
    /// How long a call may take that names no shorter time itself; then it answers `DEADLINE_EXCEEDED`.
    #[serde(deserialize_with = "period")]
    pub request_timeout: Duration,
    /// How often an idle connection is tried.
    #[serde(deserialize_with = "period")]
    pub keepalive_interval: Duration,
    /// How long such a try may take before the connection is given up.
    #[serde(deserialize_with = "period")]
    pub keepalive_timeout: Duration,
    /// The largest message that is taken, for `max_decoding_message_size` of the generated clients.
    pub max_message_bytes: usize,
    /// Whether plaintext may leave this machine. Never in production.
    pub insecure_plaintext: bool,
    /// What the process proves itself with to peers at `https://`, and whom it believes.
    pub tls: Option<TlsConfig>,
    /// In its place for programs that prove nothing themselves: whom they believe at `https://`.
    #[serde(skip)]
    pub visitor: Option<Visitor>,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            connections: 2,
            connect_timeout: Duration::from_secs(2),
            request_timeout: Duration::from_secs(10),
            keepalive_interval: Duration::from_secs(20),
            keepalive_timeout: Duration::from_secs(10),
            max_message_bytes: 4 * 1024 * 1024,
            insecure_plaintext: false,
            tls: None,
            visitor: None,
        }
    }
}

/// A peer that cannot be called.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// Its address is not of the expected form.
    #[error("the peer address {0:?} is refused: https://host:port is expected, or http://host:port")]
    Address(String),
    /// It is on another machine, and asks for plaintext.
    #[error(
        "the peer address {0:?} is refused: it is not on loopback, and plaintext must not leave this machine (insecure_plaintext = false)"
    )]
    Plaintext(String),
    /// It asks for TLS, and there are no certificates.
    #[error("the peer address {0:?} is refused: there are no certificates (clients.tls)")]
    NoCertificate(String),
    /// The certificates cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl Peer {
    /// A channel to the peer, which is `service`. It connects at the first call, and again whenever the connection is lost.
    /// With TLS it talks to that service only, whatever answers at the address.
    ///
    /// # Errors
    /// When the address is malformed, plaintext would leave this machine, or there are no certificates that can be used.
    pub fn channel(&self, service: &str, config: &ClientConfig) -> Result<Channel, PeerError> {
        let lanes = match self {
            Self::Tcp(address) => {
                let address = read_address(address).ok_or_else(|| PeerError::Address(address.clone()))?;
                let lane = lane(service, &address, config)?;
                (0..config.connections.max(1)).map(|_| lane()).collect()
            }
            Self::Memory(peer) => {
                let peer = peer.clone();
                let connector = service_fn(move |_: Uri| {
                    let peer = peer.clone();
                    async move { peer.connect().await.map(TokioIo::new) }
                });
                let endpoint = endpoint(Uri::from_static("http://memory"), config);
                vec![endpoint.connect_with_connector_lazy(connector)]
            }
        };
        Ok(Channel::new(lanes, config.request_timeout))
    }
}

/// Makes connections to an address, each at its first call.
fn lane(
    service: &str,
    address: &Uri,
    config: &ClientConfig,
) -> Result<Box<dyn Fn() -> tonic::transport::Channel>, PeerError> {
    let is_plain = address.scheme() == Some(&Scheme::HTTP);
    if is_plain && !config.insecure_plaintext && !is_loopback(address) {
        return Err(PeerError::Plaintext(address.to_string()));
    }
    let endpoint = endpoint(address.clone(), config);
    if is_plain {
        return Ok(Box::new(move || endpoint.connect_lazy()));
    }
    let trust = match (&config.visitor, &config.tls) {
        (Some(visitor), _) => Trust::Visitor(visitor.clone()),
        (None, Some(tls)) => Trust::Process(Credentials::open(tls)?),
        (None, None) => return Err(PeerError::NoCertificate(address.to_string())),
    };
    let connector = Connector::new(service, address, trust)?;
    Ok(Box::new(move || {
        endpoint.connect_with_connector_lazy(connector.clone())
    }))
}

fn endpoint(uri: Uri, config: &ClientConfig) -> Endpoint {
    // No `Endpoint::timeout`: it answers CANCELLED. The channel keeps the time itself.
    Endpoint::from(uri)
        .tcp_nodelay(true)
        .connect_timeout(config.connect_timeout)
        .http2_keep_alive_interval(config.keepalive_interval)
        .keep_alive_timeout(config.keepalive_timeout)
        .keep_alive_while_idle(true)
}

fn read_address(address: &str) -> Option<Uri> {
    let uri: Uri = address.parse().ok()?;
    let known = matches!(uri.scheme_str(), Some("http" | "https"));
    let whole = uri.host().is_some_and(|host| !host.is_empty()) && uri.port_u16().is_some();
    let bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
    (known && whole && bare).then_some(uri)
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

impl<'de> Deserialize<'de> for Peer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let address = String::deserialize(deserializer)?;
        match read_address(&address) {
            Some(_) => Ok(Self::Tcp(address)),
            None => Err(serde::de::Error::custom(PeerError::Address(address))),
        }
    }
}

impl From<MemoryPeer> for Peer {
    fn from(peer: MemoryPeer) -> Self {
        Self::Memory(peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_are_read() {
        let table = [
            ("http://127.0.0.1:5000", true),
            ("http://localhost:5000/", true),
            ("http://[::1]:5000", true),
            ("http://identity:5000", true),
            ("https://127.0.0.1:5000", true),
            ("ftp://127.0.0.1:5000", false),
            ("127.0.0.1:5000", false),
            ("http://127.0.0.1", false),
            ("http://127.0.0.1:5000/path", false),
            ("", false),
        ];
        for (address, good) in table {
            assert_eq!(read_address(address).is_some(), good, "{address}");
        }
    }

    #[tokio::test]
    async fn plaintext_leaves_this_machine_only_when_told_so() {
        let config = ClientConfig::default();
        for address in ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"] {
            assert!(
                Peer::Tcp(address.into()).channel("identity", &config).is_ok(),
                "{address}"
            );
        }
        let far = Peer::Tcp("http://10.0.0.1:1".into());
        assert!(matches!(far.channel("identity", &config), Err(PeerError::Plaintext(_))));
        let insecure = ClientConfig {
            insecure_plaintext: true,
            ..config
        };
        assert!(far.channel("identity", &insecure).is_ok());
    }
}
