//! Opens TLS connections to one peer, each with what the process proves itself with at that time.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tonic::transport::Uri;
use tower::Service;

use crate::peer::PeerError;
use crate::tls::Trust;

/// The way to one peer; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    service: Arc<str>,
    host: Arc<str>,
    port: u16,
    name: ServerName<'static>,
    trust: Trust,
}

impl Connector {
    pub(crate) fn new(service: &str, address: &Uri, trust: Trust) -> Result<Self, PeerError> {
        // What cannot be used shall be known at the start, not at the first call.
        trust.client(service)?;
        let malformed = || PeerError::Address(address.to_string());
        let host = address.host().ok_or_else(malformed)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        Ok(Self {
            service: service.into(),
            host: host.into(),
            port: address.port_u16().ok_or_else(malformed)?,
            name: ServerName::try_from(host.to_owned()).map_err(|_| malformed())?,
            trust,
        })
    }

    async fn connect(self) -> io::Result<TokioIo<TlsStream<TcpStream>>> {
        let client = self.trust.client(&self.service).map_err(io::Error::other)?;
        let stream = TcpStream::connect((&*self.host, self.port)).await?;
        stream.set_nodelay(true)?;
        let stream = TlsConnector::from(client).connect(self.name, stream).await?;
        Ok(TokioIo::new(stream))
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TlsStream<TcpStream>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        Box::pin(self.clone().connect())
    }
}
