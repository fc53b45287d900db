//! The connections of a server: accepted, kept alive, replaced when old, finished or cut at the end.
//!
//! tonic's own server is not used, for three reasons seen in 0.14.9: its timer answers CANCELLED instead of
//! DEADLINE_EXCEEDED, a grace period for old connections cuts them without asking first, and calls that outlive the
//! drain cannot be ended.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken as Shutdown;
use tokio_util::task::TaskTracker;
use tonic::body::Body;
use tonic::transport::server::TcpConnectInfo;
use tower::ServiceExt;

use crate::farewell::Farewell;
use crate::gathered::Gathered;
use crate::listener::{Connection, Listener};
use crate::pipeline::{Methods, Pipeline};
use crate::server::ServerConfig;
use crate::tls::Credentials;

/// How long to wait after a connection could not be accepted, usually for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How long the other side may take to prove who it is.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How long the other side may take to end a connection that this one has ended.
const FAREWELL: Duration = Duration::from_secs(2);

/// The service that a connection's certificate names; empty when it names none of ours.
#[derive(Clone, Debug)]
pub(crate) struct PeerName(pub Arc<str>);

/// The open connections of one server.
pub(crate) struct Connections {
    builder: Builder<TokioExecutor>,
    tls: Option<Credentials>,
    age: Duration,
    grace: Duration,
    free: Arc<Semaphore>,
    tasks: TaskTracker,
    /// Asks the connections to finish.
    finish: Shutdown,
    /// Ends them whether they are finished or not.
    pub(crate) cut: Shutdown,
}

impl Connections {
    pub(crate) fn new(config: &ServerConfig, tls: Option<Credentials>) -> Arc<Self> {
        let mut builder = Builder::new(TokioExecutor::new()).http2_only();
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(config.streams_per_connection)
            .keep_alive_interval(config.keepalive_interval)
            .keep_alive_timeout(config.keepalive_timeout);
        let cut = Shutdown::new();
        Arc::new(Self {
            builder,
            tls,
            age: config.max_connection_age,
            grace: config.max_connection_age_grace,
            free: Arc::new(Semaphore::new(config.max_connections.min(Semaphore::MAX_PERMITS))),
            tasks: TaskTracker::new(),
            finish: cut.child_token(),
            cut,
        })
    }

    /// Accepts connections until dropped, or until there can be no more: when nobody is left who could call over memory.
    pub(crate) async fn accept<S: Methods>(self: &Arc<Self>, listener: &mut Listener, pipeline: &Pipeline<S>) {
        while self.accept_one(listener, pipeline).await {}
    }

    /// Accepts the connections that are there already, and no more.
    pub(crate) fn accept_waiting<S: Methods>(self: &Arc<Self>, listener: Listener, pipeline: &Pipeline<S>) {
        for connection in listener.into_waiting() {
            let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() else {
                return;
            };
            self.tasks
                .spawn(Arc::clone(self).serve(connection, pipeline.clone(), permit));
        }
    }

    /// Accepts the next connection; answers whether there can be more.
    async fn accept_one<S: Methods>(self: &Arc<Self>, listener: &mut Listener, pipeline: &Pipeline<S>) -> bool {
        let Ok(permit) = Arc::clone(&self.free).acquire_owned().await else {
            return false;
        };
        match listener.accept().await {
            Some(Ok(connection)) => {
                let serving = Arc::clone(self).serve(connection, pipeline.clone(), permit);
                self.tasks.spawn(serving);
            }
            Some(Err(error)) => {
                tracing::warn!(%error, "a connection cannot be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
            None => return false,
        }
        true
    }

    /// Serves one connection until it ends: by itself, when it is old, or when the server stops.
    async fn serve<S: Methods>(
        self: Arc<Self>,
        connection: Connection,
        pipeline: Pipeline<S>,
        _permit: OwnedSemaphorePermit,
    ) {
        let Some((connection, peer)) = self.secure(connection).await else {
            return;
        };
        let remote = connection.remote_addr();
        let service =
            pipeline.map_request(move |request: Request<_>| prepare(request.map(Body::new), remote, peer.clone()));
        let connection = TokioIo::new(Farewell::new(Gathered::new(connection), FAREWELL));
        let mut serving = pin!(
            self.builder
                .serve_connection(connection, TowerToHyperService::new(service))
        );
        let ended = tokio::select! {
            result = serving.as_mut() => Some(result),
            // Not all at once, or a caller would be without any for a moment.
            () = tokio::time::sleep(self.age.mul_f64(rand::random_range(0.9..=1.1))) => None,
            () = self.finish.cancelled() => None,
        };
        let result = match ended {
            Some(result) => result,
            None => {
                serving.as_mut().graceful_shutdown();
                tokio::select! {
                    result = serving => result,
                    () = tokio::time::sleep(self.grace) => Ok(()),
                    () = self.cut.cancelled() => Ok(()),
                }
            }
        };
        if let Err(error) = result {
            tracing::debug!(error, "a connection ended early");
        }
    }

    /// Lets the other side prove who it is, where that is asked; none when it does not, or not in time.
    async fn secure(&self, connection: Connection) -> Option<(Connection, Option<PeerName>)> {
        let Some(tls) = &self.tls else {
            return Some((connection, None));
        };
        let remote = connection.remote_addr();
        match tokio::time::timeout(HANDSHAKE, connection.secured(tls)).await {
            Ok(Ok(connection)) => {
                let name = |certificate| PeerName(tls.sibling(certificate).unwrap_or_default().into());
                let peer = connection.certificate().map(name);
                Some((connection, peer))
            }
            Ok(Err(error)) => {
                tracing::warn!(?remote, %error, "a connection is refused");
                None
            }
            Err(_elapsed) => {
                tracing::warn!(?remote, "a connection is refused: nobody proves anything");
                None
            }
        }
    }

    /// Waits until the calls in progress are finished, but not longer than `timeout`; then cuts the rest.
    pub(crate) async fn drain(&self, timeout: Duration, name: &str) {
        self.finish.cancel();
        self.tasks.close();
        if tokio::time::timeout(timeout, self.tasks.wait()).await.is_err() {
            tracing::warn!(
                connections = self.tasks.len(),
                "{name} stops with calls in progress: drain_timeout is over"
            );
            self.cut.cancel();
            self.tasks.wait().await;
        }
    }
}

/// A request as handlers and the guard expect it: they find the other side's address and name in its extensions.
fn prepare(mut request: Request<Body>, remote: Option<SocketAddr>, peer: Option<PeerName>) -> Request<Body> {
    let extensions = request.extensions_mut();
    extensions.insert(TcpConnectInfo {
        local_addr: None,
        remote_addr: remote,
    });
    if let Some(peer) = peer {
        extensions.insert(peer);
    }
    request
}
