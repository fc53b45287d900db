//! Metrics as Prometheus fetches them: `GET /metrics` over plain HTTP.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use opentelemetry_prometheus::PrometheusExporter;
use opentelemetry_sdk::error::OTelSdkError;
use prometheus::{Encoder, Registry, TextEncoder};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::body::Body;
use tower::service_fn;

/// Connections at once; more wait. There are one or two Prometheus servers.
const CONNECTIONS: usize = 16;
/// How long a connection may take to say what it wants.
const HEADERS: Duration = Duration::from_secs(10);
/// How long one is kept.
const AGE: Duration = Duration::from_secs(10 * 60);

/// Gathers metrics into a registry whenever that is read.
pub(super) fn reader() -> Result<(PrometheusExporter, Registry), OTelSdkError> {
    let registry = Registry::new();
    let reader = opentelemetry_prometheus::exporter()
        .with_registry(registry.clone())
        .scope_info_enabled(false)
        .build()?;
    Ok((reader, registry))
}

/// Serves what is in `registry` at `address` until the guard is dropped; must be called in a runtime.
pub(super) fn serve(address: SocketAddr, registry: Registry) -> std::io::Result<DropGuard> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    // Port 0 is any that is free.
    let address = listener.local_addr()?;
    let stop = CancellationToken::new();
    tokio::spawn(stop.clone().run_until_cancelled_owned(accept(listener, registry)));
    tracing::debug!(%address, "metrics are served");
    Ok(stop.drop_guard())
}

async fn accept(listener: TcpListener, registry: Registry) {
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS);
    let builder = Arc::new(builder);
    let free = Arc::new(Semaphore::new(CONNECTIONS));
    while let Ok(permit) = Arc::clone(&free).acquire_owned().await {
        // One that cannot be accepted is Prometheus's to try again.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (builder, registry) = (Arc::clone(&builder), registry.clone());
        tokio::spawn(async move {
            let _permit = permit;
            let _ended = tokio::time::timeout(AGE, converse(&builder, stream, registry)).await;
        });
    }
}

async fn converse(builder: &Builder<TokioExecutor>, stream: TcpStream, registry: Registry) {
    let service = service_fn(move |request: Request<_>| {
        let answer = answer(&request, &registry);
        async { Ok::<_, Infallible>(answer) }
    });
    let serving = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    if let Err(error) = serving.await {
        tracing::debug!(error, "a connection for metrics ended early");
    }
}

fn answer<B>(request: &Request<B>, registry: &Registry) -> Response<Body> {
    if request.uri().path() != "/metrics" {
        return status(StatusCode::NOT_FOUND);
    }
    if request.method() != Method::GET {
        return status(StatusCode::METHOD_NOT_ALLOWED);
    }
    let mut text = String::new();
    let encoder = TextEncoder::new();
    if let Err(error) = encoder.encode_utf8(&registry.gather(), &mut text) {
        tracing::error!(%error, "metrics cannot be written");
        return status(StatusCode::INTERNAL_SERVER_ERROR);
    }
    let mut response = Response::new(Body::new(text));
    if let Ok(kind) = HeaderValue::from_str(encoder.format_type()) {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
