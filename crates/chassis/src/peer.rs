//! Another service, and how to reach it.

use std::sync::Arc;
use std::time::Duration;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use tokio_util::task::AbortOnDropHandle;

use crate::address::Address;
use crate::channel::Channel;
use crate::config::period;
use crate::connector::Route;
use crate::listener::MemoryPeer;
use crate::replicas::Replicas;
use crate::resolver;
use crate::tls::{Credentials, TlsConfig, TlsError, Trust, Visitor};

/// Where another service is.
#[derive(Clone, Debug)]
pub enum Peer {
    /// At `https://host:port`, or at `http://host:port` in plaintext. A name stands for all its IP addresses: each is a replica.
    Tcp(String),
    /// At several such addresses, whose replicas are of one service.
    Replicas(Vec<String>),
    /// In this process.
    Memory(MemoryPeer),
}

/// How calls to a peer behave.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientConfig {
    /// Connections to each replica of a peer over TCP, used in turn.
    pub connections: usize,
    /// How often the names of peers are resolved again; besides, they are as soon as a connection fails.
    #[serde(deserialize_with = "period")]
    pub resolve_interval: Duration,
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
            resolve_interval: Duration::from_secs(5),
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
    /// A channel to the peer, which is `service`. It connects at the first call, and again whenever a connection is lost.
    /// With TLS it talks to that service only, whatever answers at the address.
    ///
    /// # Errors
    /// When an address is malformed, plaintext would leave this machine, or there are no certificates that can be used.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn channel(&self, service: &str, config: &ClientConfig) -> Result<Channel, PeerError> {
        let (replicas, resolver) = match self {
            Self::Memory(peer) => (Arc::new(Replicas::memory(peer.clone(), config)), None),
            Self::Tcp(address) => found(routes(service, std::slice::from_ref(address), config)?, config),
            Self::Replicas(addresses) => found(routes(service, addresses, config)?, config),
        };
        Ok(Channel::new(service, replicas, resolver, config.request_timeout))
    }
}

/// Replicas that are yet to be found, and what finds them.
fn found(routes: Vec<Route>, config: &ClientConfig) -> (Arc<Replicas>, Option<AbortOnDropHandle<()>>) {
    let replicas = Arc::new(Replicas::unknown(config));
    let resolver = resolver::follow(Arc::clone(&replicas), routes, config.resolve_interval);
    (replicas, Some(AbortOnDropHandle::new(tokio::spawn(resolver))))
}

/// Whom to believe at `https://`.
fn believed(config: &ClientConfig) -> Result<Option<Trust>, TlsError> {
    Ok(match (&config.visitor, &config.tls) {
        (Some(visitor), _) => Some(Trust::Visitor(visitor.clone())),
        (None, Some(tls)) => Some(Trust::Process(Credentials::open(tls)?)),
        (None, None) => None,
    })
}

/// How to go to each address.
fn routes(service: &str, addresses: &[String], config: &ClientConfig) -> Result<Vec<Route>, PeerError> {
    let mut trust = None;
    let route = |text: &String| -> Result<Route, PeerError> {
        let address = Address::read(text).ok_or_else(|| PeerError::Address(text.clone()))?;
        if !address.is_plain() {
            let trust = match &trust {
                Some(trust) => Trust::clone(trust),
                None => {
                    let none = || PeerError::NoCertificate(address.to_string());
                    trust.insert(believed(config)?.ok_or_else(none)?).clone()
                }
            };
            Route::secured(address, service, trust)
        } else if config.insecure_plaintext || address.is_loopback() {
            Ok(Route::plain(address))
        } else {
            Err(PeerError::Plaintext(address.to_string()))
        }
    };
    if addresses.is_empty() {
        return Err(PeerError::Address(String::new()));
    }
    addresses.iter().map(route).collect()
}

/// One address, or several.
#[derive(Deserialize)]
#[serde(untagged, expecting = "an address `https://host:port`, or a list of such addresses")]
enum Addresses {
    One(String),
    Several(Vec<String>),
}

impl<'de> Deserialize<'de> for Peer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let check = |address: &String| match Address::read(address) {
            Some(_) => Ok(()),
            None => Err(D::Error::custom(PeerError::Address(address.clone()))),
        };
        match Addresses::deserialize(deserializer)? {
            Addresses::One(address) => check(&address).map(|()| Self::Tcp(address)),
            Addresses::Several(addresses) if addresses.is_empty() => {
                Err(D::Error::custom("at least one address is expected"))
            }
            Addresses::Several(addresses) => {
                addresses.iter().try_for_each(check)?;
                Ok(Self::Replicas(addresses))
            }
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
    fn a_peer_is_one_address_or_several() {
        let read = |text: &str| serde_json::from_str::<Peer>(text);
        assert!(matches!(read(r#""http://identity:1""#).unwrap(), Peer::Tcp(_)));
        let several = read(r#"["https://127.0.0.1:1", "https://127.0.0.1:2"]"#).unwrap();
        assert!(matches!(several, Peer::Replicas(addresses) if addresses.len() == 2));
        for malformed in ["[]", r#""identity""#, r#"["http://identity:1", "identity"]"#, "7"] {
            assert!(read(malformed).is_err(), "{malformed}");
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
