//! Whoever proves nothing itself, such as a person's program: it believes authorities, and that a server is who its address says.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{CertificateError, ClientConfig, Error, RootCertStore};

use super::TlsError;
use super::credentials::{HTTP2, authorities, provider};

/// How long a server may take to prove who it is.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Visitor(Arc<ClientConfig>);

/// Why a server is not believed.
#[derive(Debug, thiserror::Error)]
pub enum Distrust {
    /// Nobody answers there.
    #[error("it cannot be reached: {0}")]
    Unreachable(io::Error),
    /// What answers speaks something else.
    #[error("it does not speak TLS")]
    Plaintext,
    /// Its certificate comes from nobody who is believed.
    #[error("its certificate is not of an authority that is believed")]
    Authority,
    /// Its certificate is for other names than the one that it was called by.
    #[error("its certificate is not for this name")]
    Name,
    /// Its certificate is not good now.
    #[error("its certificate has expired, or is not good yet")]
    Time,
    /// Anything else.
    #[error("it is not believed: {0}")]
    Other(io::Error),
}

impl Visitor {
    /// Believes the public authorities: those that were known when the program was built.
    ///
    /// # Errors
    /// [`TlsError::Unsupported`].
    pub fn public() -> Result<Self, TlsError> {
        Self::new(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect())
    }

    /// Believes the authorities in a file, PEM, and no others.
    ///
    /// # Errors
    /// When the file cannot be read or holds none.
    pub fn believing(ca: &Path) -> Result<Self, TlsError> {
        let pem = std::fs::read(ca).map_err(|source| TlsError::file(ca, source))?;
        Self::new(authorities(ca, &pem)?)
    }

    fn new(roots: RootCertStore) -> Result<Self, TlsError> {
        let mut client = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Unsupported)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        client.alpn_protocols = vec![HTTP2.to_vec()];
        Ok(Self(Arc::new(client)))
    }

    /// Connects to `host` and `port` once, to find out whether who answers is to be believed. Nothing is sent.
    ///
    /// # Errors
    /// When it is not, and why.
    pub async fn meet(&self, host: &str, port: u16) -> Result<(), Distrust> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned()).map_err(|_| Distrust::Name)?;
        let meeting = async {
            let stream = TcpStream::connect((host, port)).await;
            let stream = stream.map_err(Distrust::Unreachable)?;
            let met = TlsConnector::from(self.client()).connect(name, stream).await;
            met.map(drop).map_err(Distrust::of)
        };
        let late = |_| Distrust::Unreachable(ErrorKind::TimedOut.into());
        tokio::time::timeout(HANDSHAKE, meeting).await.map_err(late)?
    }

    /// For calls to whatever is at an address.
    pub(super) fn client(&self) -> Arc<ClientConfig> {
        self.0.clone()
    }
}

impl Distrust {
    fn of(error: io::Error) -> Self {
        let Some(reason) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) else {
            // Whoever does not understand the greeting hangs up.
            let hung_up = matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset);
            return if hung_up { Self::Plaintext } else { Self::Other(error) };
        };
        if matches!(reason, Error::InvalidMessage(_)) {
            return Self::Plaintext;
        }
        let Error::InvalidCertificate(reason) = reason else {
            return Self::Other(error);
        };
        // A signature is bad when another authority has the same name.
        if matches!(reason, CertificateError::UnknownIssuer | CertificateError::BadSignature) {
            Self::Authority
        } else if matches!(
            reason,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
        ) {
            Self::Name
        } else if matches!(
            reason,
            CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. }
        ) {
            Self::Time
        } else {
            Self::Other(error)
        }
    }
}
