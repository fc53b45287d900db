//! TLS 1.3 between processes: who a process is stands in its certificate, and the files may change while it runs.

mod credentials;
mod spiffe;
mod verify;
mod visitor;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio_rustls::rustls;

pub(crate) use credentials::Credentials;
pub use spiffe::{InvalidSpiffeId, SpiffeId};
pub use visitor::{Distrust, Visitor};

use crate::config::period;

/// The files that a process proves itself with, and that tell whom it believes. Something else writes them, such as
/// cert-manager or a SPIFFE agent; what has changed is taken up without a restart, by new connections.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The process's certificate, and those between it and the authority, PEM.
    pub certificate: PathBuf,
    /// The certificate's private key, PEM.
    pub key: PathBuf,
    /// The authorities whose certificates are believed, PEM. Whoever calls must then have one: of this trust domain and
    /// namespace, with the service's name (`spiffe://<trust domain>/ns/<namespace>/sa/<service>`). Only the edge may do
    /// without: then anybody may call.
    #[serde(default)]
    pub ca: Option<PathBuf>,
    /// How often the files are looked at. Files that do not belong together are passed over until they do.
    #[serde(default = "reload_interval", deserialize_with = "period")]
    pub reload_interval: Duration,
}

const fn reload_interval() -> Duration {
    Duration::from_secs(10)
}

/// Files that prove nothing.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// One cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// One has not what it is there for.
    #[error("{} holds no {expected} in PEM", path.display())]
    Empty {
        /// Which.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
    },
    /// The certificate does not say whose it is.
    #[error("{} names no process: a URI spiffe://<trust domain>/ns/<namespace>/sa/<service> is expected", .0.display())]
    Nameless(PathBuf),
    /// Others are called or let in, and nothing says whom to believe.
    #[error("tls.ca is missing: without it nobody else can be believed")]
    Gullible,
    /// Nothing is left to speak.
    #[error("TLS cannot be spoken: {0}")]
    Unsupported(rustls::Error),
    /// They do not belong together, or are of a kind that is not supported.
    #[error("{} is refused: {source}", path.display())]
    Refused {
        /// The certificate, with its key where it has one.
        path: PathBuf,
        /// Why.
        source: rustls::Error,
    },
}

/// What a client proves, and whom it believes.
#[derive(Clone, Debug)]
pub(crate) enum Trust {
    /// A process among others.
    Process(Credentials),
    /// Somebody from outside.
    Visitor(Visitor),
}

impl Trust {
    /// For a call to `service`, or whatever has its address.
    ///
    /// # Errors
    /// As [`Credentials::client`].
    pub(crate) fn client(&self, service: &str) -> Result<Arc<rustls::ClientConfig>, TlsError> {
        match self {
            Self::Process(credentials) => credentials.client(service),
            Self::Visitor(visitor) => Ok(visitor.client()),
        }
    }
}

impl TlsError {
    fn file(path: &Path, source: std::io::Error) -> Self {
        let path = path.to_owned();
        Self::File { path, source }
    }
}
