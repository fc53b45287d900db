//! An identity that takes other services' audit events, and nothing else.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chassis::Peer;
use proto::identity::internal::v1::audit_service_server::{AuditService, AuditServiceServer};
use proto::identity::internal::v1::{AppendAuditEventsRequest, AppendAuditEventsResponse, NewAuditEvent};
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// The fake; clones share what they are told.
#[derive(Clone, Debug, Default)]
pub struct AuditSink(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    down: bool,
    events: Vec<NewAuditEvent>,
}

impl AuditSink {
    /// Serves on a free port, until the test ends.
    ///
    /// # Errors
    /// When there is none.
    pub async fn serve(&self) -> std::io::Result<Peer> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let peer = Peer::Tcp(format!("http://{}", listener.local_addr()?));
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let service = AuditServiceServer::new(self.clone());
        tokio::spawn(Server::builder().add_service(service).serve_with_incoming(incoming));
        Ok(peer)
    }

    /// From now on it takes nothing, or does again.
    pub fn set_down(&self, down: bool) {
        self.lock().down = down;
    }

    /// What it has taken; a repeated event once.
    #[must_use]
    pub fn events(&self) -> Vec<NewAuditEvent> {
        self.lock().events.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[tonic::async_trait]
impl AuditService for AuditSink {
    async fn append_audit_events(
        &self,
        request: Request<AppendAuditEventsRequest>,
    ) -> Result<Response<AppendAuditEventsResponse>, Status> {
        let mut state = self.lock();
        if state.down {
            return Err(Status::unavailable("down"));
        }
        for event in request.into_inner().events {
            if state.events.iter().all(|known| known.id != event.id) {
                state.events.push(event);
            }
        }
        Ok(Response::new(AppendAuditEventsResponse {}))
    }
}
