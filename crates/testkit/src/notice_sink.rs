//! An identity that takes what billing contacts are to be told, and the audit events beside it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chassis::Peer;
use proto::identity::internal::v1::audit_service_server::AuditServiceServer;
use proto::identity::internal::v1::notice_service_server::{NoticeService, NoticeServiceServer};
use proto::identity::internal::v1::{NotifyBillingContactRequest, NotifyBillingContactResponse};
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use types::BillingNotice;

use crate::audit_sink::AuditSink;

/// The fake; clones share what they are told.
#[derive(Clone, Debug, Default)]
pub struct NoticeSink(Arc<Mutex<Vec<BillingNotice>>>);

impl NoticeSink {
    /// Serves both on a free port, until the test ends.
    ///
    /// # Errors
    /// When there is none.
    pub async fn serve_beside(&self, audit_sink: &AuditSink) -> std::io::Result<Peer> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let peer = Peer::Tcp(format!("http://{}", listener.local_addr()?));
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let server = Server::builder()
            .add_service(AuditServiceServer::new(audit_sink.clone()))
            .add_service(NoticeServiceServer::new(self.clone()));
        tokio::spawn(server.serve_with_incoming(incoming));
        Ok(peer)
    }

    /// What it has taken, in order; a repeated notice once.
    #[must_use]
    pub fn notices(&self) -> Vec<BillingNotice> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<BillingNotice>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[tonic::async_trait]
impl NoticeService for NoticeSink {
    async fn notify_billing_contact(
        &self,
        request: Request<NotifyBillingContactRequest>,
    ) -> Result<Response<NotifyBillingContactResponse>, Status> {
        let notice = chassis::read_billing_notice(request.into_inner()).map_err(Status::invalid_argument)?;
        let mut notices = self.lock();
        if notices.iter().all(|known| known.id != notice.id) {
            notices.push(notice);
        }
        Ok(Response::new(NotifyBillingContactResponse {}))
    }
}
