//! What a process proves itself with now; follows its files.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::watch;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::version::TLS13;
use tokio_rustls::rustls::{ClientConfig, Error, RootCertStore, ServerConfig};

use super::verify::Only;
use super::{SpiffeId, TlsConfig, TlsError};
use crate::refusal::chain;

pub(super) const HTTP2: &[u8] = b"h2";

/// Cheap to clone. The files are followed as long as there is a clone.
#[derive(Clone, Debug)]
pub(crate) struct Credentials(watch::Receiver<Arc<Proof>>);

/// What stood in the files when they last belonged together.
#[derive(Debug)]
struct Proof {
    path: PathBuf,
    /// Whose it is; none at an edge that lets everybody in.
    own: Option<SpiffeId>,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    roots: Option<Arc<RootCertStore>>,
    server: Arc<ServerConfig>,
}

/// The files as they were read.
struct Files {
    certificate: Vec<u8>,
    key: Vec<u8>,
    ca: Option<Vec<u8>>,
}

impl Credentials {
    /// Reads the files, and again from time to time.
    ///
    /// # Errors
    /// When they prove nothing now. Later that is logged, and what stood there before goes on to be used.
    pub(crate) fn open(config: &TlsConfig) -> Result<Self, TlsError> {
        let files = Files::read(config)?;
        let (sender, current) = watch::channel(Arc::new(Proof::new(config, &files)?));
        tokio::spawn(follow(config.clone(), files.print(), sender));
        Ok(Self(current))
    }

    /// For a server.
    pub(crate) fn server(&self) -> Arc<ServerConfig> {
        self.0.borrow().server.clone()
    }

    /// For calls to `service`, and nobody else.
    ///
    /// # Errors
    /// [`TlsError::Gullible`].
    pub(crate) fn client(&self, service: &str) -> Result<Arc<ClientConfig>, TlsError> {
        self.0.borrow().client(service)
    }

    /// Which of the own namespace's services a certificate names.
    pub(crate) fn sibling(&self, certificate: &CertificateDer<'_>) -> Option<String> {
        let other = SpiffeId::of(certificate)?;
        let is_sibling = self.0.borrow().own.as_ref()?.is_sibling(&other);
        is_sibling.then(|| other.service().to_owned())
    }

    /// Whether callers have to prove who they are.
    pub(crate) fn is_mutual(&self) -> bool {
        self.0.borrow().roots.is_some()
    }
}

/// Takes up what has changed until nobody wants to know any more.
async fn follow(config: TlsConfig, mut print: u64, sender: watch::Sender<Arc<Proof>>) {
    loop {
        tokio::select! {
            () = sender.closed() => return,
            () = tokio::time::sleep(config.reload_interval) => {}
        }
        let files = match Files::read(&config) {
            Ok(files) => files,
            Err(error) => {
                tracing::warn!(error = chain(&error), "the certificate stays as it was");
                continue;
            }
        };
        let read = files.print();
        if read == print {
            continue;
        }
        match Proof::new(&config, &files) {
            Ok(proof) => {
                print = read;
                sender.send_replace(Arc::new(proof));
                tracing::info!(certificate = %config.certificate.display(), "a new certificate is used");
            }
            // Files are written one after the other: the next look may find them in accord.
            Err(error) => tracing::warn!(error = chain(&error), "the certificate stays as it was"),
        }
    }
}

impl Files {
    fn read(config: &TlsConfig) -> Result<Self, TlsError> {
        let read = |path| std::fs::read(path).map_err(|source| TlsError::file(path, source));
        Ok(Self {
            certificate: read(&config.certificate)?,
            key: read(&config.key)?,
            ca: config.ca.as_deref().map(read).transpose()?,
        })
    }

    fn print(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.certificate, &self.key, &self.ca).hash(&mut hasher);
        hasher.finish()
    }
}

impl Proof {
    fn new(config: &TlsConfig, files: &Files) -> Result<Self, TlsError> {
        let refused = |source| TlsError::Refused {
            path: config.certificate.clone(),
            source,
        };
        let chain = certificates(&config.certificate, &files.certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&files.key).map_err(|_| TlsError::Empty {
            path: config.key.clone(),
            expected: "private key",
        })?;
        let mut roots = None;
        if let (Some(path), Some(ca)) = (&config.ca, &files.ca) {
            roots = Some(Arc::new(authorities(path, ca)?));
        }
        let own = chain.first().and_then(SpiffeId::of);
        if roots.is_some() && own.is_none() {
            return Err(TlsError::Nameless(config.certificate.clone()));
        }
        let server = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13])
            .map_err(refused)?;
        let server = match &roots {
            Some(roots) => {
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.clone(), provider()).build();
                let verifier = verifier.map_err(|error| refused(Error::General(error.to_string())))?;
                server.with_client_cert_verifier(verifier)
            }
            None => server.with_no_client_auth(),
        };
        let mut server = server
            .with_single_cert(chain.clone(), key.clone_key())
            .map_err(refused)?;
        server.alpn_protocols = vec![HTTP2.to_vec()];
        Ok(Self {
            path: config.certificate.clone(),
            own,
            chain,
            key,
            roots,
            server: Arc::new(server),
        })
    }

    fn client(&self, service: &str) -> Result<Arc<ClientConfig>, TlsError> {
        let (Some(roots), Some(own)) = (&self.roots, &self.own) else {
            return Err(TlsError::Gullible);
        };
        let provider = provider();
        let only = Only {
            expected: own.sibling(service),
            roots: roots.clone(),
            algorithms: provider.signature_verification_algorithms,
        };
        let refused = |source| TlsError::Refused {
            path: self.path.clone(),
            source,
        };
        let mut client = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13])
            .map_err(refused)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(only))
            .with_client_auth_cert(self.chain.clone(), self.key.clone_key())
            .map_err(refused)?;
        client.alpn_protocols = vec![HTTP2.to_vec()];
        Ok(Arc::new(client))
    }
}

pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// Those whose certificates are believed.
pub(super) fn authorities(path: &Path, pem: &[u8]) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(path, pem)? {
        let refused = |source| TlsError::Refused {
            path: path.to_owned(),
            source,
        };
        roots.add(authority).map_err(refused)?;
    }
    Ok(roots)
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match read {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(TlsError::Empty {
            path: path.to_owned(),
            expected: "certificate",
        }),
    }
}
