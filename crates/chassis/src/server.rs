//! Serves a process's methods with everything that all of them have in common, until it is told to stop.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::Duration;

use http::{Request, Response};
use serde::Deserialize;
use tokio_util::sync::CancellationToken as Shutdown;
use tonic::body::Body;

use crate::config::period;
use crate::connections::Connections;
use crate::descriptors::InvalidDescriptors;
use crate::guard::Guard;
use crate::infrastructure::Infrastructure;
use crate::listener::Listener;
use crate::pipeline::Pipeline;
use crate::probes;
use crate::tls::{Credentials, TlsConfig, TlsError};

/// Calls in progress at the edge, where they are taken or refused.
const EDGE_LIMIT_PER_CORE: usize = 48;
const EDGE_LIMIT_MIN: usize = 96;
/// Calls in progress behind the edge.
const INNER_LIMIT: usize = 1_024;

/// The limits of a server. Every one has a default; none is unlimited.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// The largest message that is taken, for `max_decoding_message_size` of the generated servers.
    pub max_message_bytes: usize,
    /// Calls in progress at once; more are refused at once with `RESOURCE_EXHAUSTED`, reason `OVERLOADED`. None: at the edge 48
    /// for each core and 96 at least, which is as many as make it quicker; 1,024 behind it, where nobody comes who was not
    /// let in.
    pub concurrency_limit: Option<usize>,
    /// Calls in progress at once on one connection; more wait at the caller.
    pub streams_per_connection: u32,
    /// Connections at once; more wait to be accepted.
    pub max_connections: usize,
    /// How long a call may take, if its caller does not wait for less.
    #[serde(deserialize_with = "period")]
    pub request_timeout: Duration,
    /// After how long a connection is asked to be replaced, so that calls spread over new processes.
    #[serde(deserialize_with = "period")]
    pub max_connection_age: Duration,
    /// How long such a connection may still take to finish its calls.
    #[serde(deserialize_with = "period")]
    pub max_connection_age_grace: Duration,
    /// How often an idle connection is tried.
    #[serde(deserialize_with = "period")]
    pub keepalive_interval: Duration,
    /// How long such a try may take before the connection is given up.
    #[serde(deserialize_with = "period")]
    pub keepalive_timeout: Duration,
    /// How long calls in progress may take to finish after the signal to stop.
    #[serde(deserialize_with = "period")]
    pub drain_timeout: Duration,
    /// Whether the services can be listed and described by gRPC reflection.
    pub reflection: bool,
    /// Whether plaintext may leave this machine. Never in production.
    pub insecure_plaintext: bool,
    /// What the process proves itself with. None: plaintext.
    pub tls: Option<TlsConfig>,
    /// Where health is told in plaintext to whoever asks, such as a kubelet, which cannot speak TLS. None: nowhere else
    /// than beside the methods.
    pub probes: Option<SocketAddr>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            max_message_bytes: 4 * 1024 * 1024,
            concurrency_limit: None,
            streams_per_connection: 512,
            max_connections: 4_096,
            request_timeout: Duration::from_secs(30),
            max_connection_age: Duration::from_secs(30 * 60),
            max_connection_age_grace: Duration::from_secs(5 * 60),
            keepalive_interval: Duration::from_secs(30),
            keepalive_timeout: Duration::from_secs(10),
            drain_timeout: Duration::from_secs(25),
            reflection: false,
            insecure_plaintext: false,
            tls: None,
            probes: None,
        }
    }
}

/// What is served, besides the methods themselves.
#[derive(Debug)]
pub struct Service<'a> {
    /// The process's name in logs and traces: `identity`, `gateway`, …
    pub name: &'a str,
    /// Its limits.
    pub config: &'a ServerConfig,
    /// Verifies callers and enforces access. None for the edge, which does both itself.
    pub guard: Option<Guard>,
    /// The packages whose services are reported by health and shown by reflection.
    pub packages: &'a [&'a str],
    /// The `FileDescriptorSet` they are in: [`proto::FILE_DESCRIPTOR_SET`].
    pub descriptors: &'a [u8],
}

impl Service<'_> {
    /// How many calls may be in progress at once.
    pub(crate) fn concurrency_limit(&self) -> usize {
        let default = || match self.guard {
            Some(_) => INNER_LIMIT,
            None => (available_parallelism().map_or(1, NonZero::get) * EDGE_LIMIT_PER_CORE).max(EDGE_LIMIT_MIN),
        };
        self.config.concurrency_limit.unwrap_or_else(default)
    }
}

/// A server that cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// It would listen to other machines without certificates.
    #[error(
        "refusing to listen on {0}: it is not loopback, and plaintext must not leave this machine (server.insecure_plaintext = false)"
    )]
    Plaintext(SocketAddr),
    /// Its certificate, or whom it is to believe, cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The address for probes cannot be bound.
    #[error("cannot listen on {address} for probes: {source}")]
    Probes {
        /// Which address.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// Its descriptors cannot be read.
    #[error(transparent)]
    Descriptors(#[from] InvalidDescriptors),
    /// Reflection cannot be built from its descriptors.
    #[error("reflection cannot be built: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// Serves `methods`, a [`tonic::service::Routes`] or any other service of gRPC calls, on `listener` until `shutdown`:
/// with health, reflection, a span per call, limits, deadlines and the guard. Then calls in progress may finish.
///
/// # Errors
/// When it cannot start. Once started it ends only by `shutdown`.
pub async fn serve<S>(
    service: Service<'_>,
    methods: S,
    mut listener: Listener,
    shutdown: Shutdown,
) -> Result<(), ServeError>
where
    S: tower::Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    let config = service.config;
    let tls = config.tls.as_ref().map(Credentials::open).transpose()?;
    match &tls {
        None => check_plaintext(service.name, config, &listener)?,
        // Only the edge may let in whoever comes: it asks for other proofs.
        Some(tls) if service.guard.is_some() && !tls.is_mutual() => return Err(TlsError::Gullible.into()),
        Some(_) => {}
    }
    let infrastructure = Infrastructure::new(&service).await?;
    let health = infrastructure.health.clone();
    let _probes = match config.probes {
        Some(address) => Some(probes::serve(&service, address, &health).await?),
        None => None,
    };
    let pipeline = Pipeline::new(
        &service,
        infrastructure.methods,
        infrastructure.routes,
        methods,
        shutdown.clone(),
    );
    let connections = Connections::new(config, tls);
    // However this ends, also by being dropped, no connection outlives it.
    let _cut = connections.cut.clone().drop_guard();
    tokio::select! {
        () = shutdown.cancelled() => {}
        () = connections.accept(&mut listener, &pipeline) => shutdown.cancelled().await,
    }
    // Health tells first that this is the end; only then are the connections asked to finish. Those that have come in by
    // then, and wait to be accepted, are as good as the others.
    health.stop().await;
    connections.accept_waiting(listener, &pipeline);
    connections.drain(config.drain_timeout, service.name).await;
    Ok(())
}

/// Without certificates, separate processes talk plaintext on loopback only, and say so.
fn check_plaintext(name: &str, config: &ServerConfig, listener: &Listener) -> Result<(), ServeError> {
    let Some(address) = listener.local_addr() else {
        return Ok(());
    };
    if address.ip().is_loopback() {
        tracing::warn!(%address, "{name} speaks plaintext; it is reachable from this machine only");
    } else if config.insecure_plaintext {
        tracing::warn!(%address, "{name} speaks plaintext and is reachable from other machines: insecure_plaintext = true");
    } else {
        return Err(ServeError::Plaintext(address));
    }
    Ok(())
}
