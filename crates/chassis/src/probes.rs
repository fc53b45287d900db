//! Health on an address of its own, in plaintext: a kubelet's gRPC probes speak no TLS.

use std::net::SocketAddr;

use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::service::Routes;

use crate::connections::Connections;
use crate::infrastructure::Health;
use crate::listener::Listener;
use crate::pipeline::Pipeline;
use crate::server::{ServeError, Service};

/// Serves health, and nothing else, until the guard is dropped.
pub(crate) async fn serve(
    service: &Service<'_>,
    address: SocketAddr,
    health: &Health,
) -> Result<DropGuard, ServeError> {
    let listener = Listener::bind(address).await;
    let mut listener = listener.map_err(|source| ServeError::Probes { address, source })?;
    let stop = CancellationToken::new();
    let pipeline = Pipeline::new(
        service,
        vec![],
        health.routes().prepare(),
        Routes::default(),
        stop.clone(),
    );
    let connections = Connections::new(service.config, None);
    let (stopped, cut) = (stop.clone(), connections.cut.clone().drop_guard());
    tokio::spawn(async move {
        let _cut = cut;
        tokio::select! {
            () = stopped.cancelled() => {}
            () = connections.accept(&mut listener, &pipeline) => {}
        }
    });
    Ok(stop.drop_guard())
}
