//! Opens connections to one place: memory, or a socket address, where TLS proves itself with what the process has at that time.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use http::uri::{Authority, Scheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::address::Address;
use crate::listener::{Connection, MemoryPeer};
use crate::peer::PeerError;
use crate::tls::Trust;

/// How connections to what stands at a written address are opened; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) address: Address,
    /// None: in plaintext.
    tls: Option<Tls>,
}

#[derive(Clone, Debug)]
struct Tls {
    service: Arc<str>,
    name: ServerName<'static>,
    trust: Trust,
}

/// The way to one place; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) enum Connector {
    Memory(MemoryPeer),
    Socket(Route, SocketAddr),
}

impl Route {
    pub(crate) const fn plain(address: Address) -> Self {
        Self { address, tls: None }
    }

    /// With TLS, to `service` only.
    pub(crate) fn secured(address: Address, service: &str, trust: Trust) -> Result<Self, PeerError> {
        // What cannot be used shall be known at the start, not at the first call.
        trust.client(service)?;
        let name = ServerName::try_from(address.host().to_owned());
        let tls = Tls {
            service: service.into(),
            name: name.map_err(|_| PeerError::Address(address.to_string()))?,
            trust,
        };
        Ok(Self {
            address,
            tls: Some(tls),
        })
    }

    async fn connect(&self, at: SocketAddr) -> io::Result<Connection> {
        let stream = TcpStream::connect(at).await?;
        stream.set_nodelay(true)?;
        let Some(tls) = &self.tls else {
            return Ok(Connection::Tcp(stream));
        };
        let client = tls.trust.client(&tls.service).map_err(io::Error::other)?;
        let stream = TlsConnector::from(client).connect(tls.name.clone(), stream).await?;
        Ok(Connection::Tls(Box::new(stream.into())))
    }
}

impl Connector {
    pub(crate) async fn connect(&self) -> io::Result<Connection> {
        match self {
            Self::Memory(peer) => peer.connect().await.map(Connection::Memory),
            Self::Socket(route, at) => route.connect(*at).await,
        }
    }

    /// What requests name as their origin: the address as it was written.
    pub(crate) fn origin(&self) -> (Scheme, Authority) {
        match self {
            Self::Memory(_) => (Scheme::HTTP, Authority::from_static("memory")),
            Self::Socket(route, _) => (route.address.scheme().clone(), route.address.authority().clone()),
        }
    }
}

impl std::fmt::Display for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Memory(_) => write!(f, "memory"),
            Self::Socket(route, at) => write!(f, "{} at {at}", route.address),
        }
    }
}
