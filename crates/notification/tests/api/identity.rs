//! An identity that says what a test tells it to, and takes audit events.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chassis::{Peer, Person, Refusal};
use proto::identity::internal::v1::audit_service_server::AuditServiceServer;
use proto::identity::internal::v1::authentication_service_server::{
    AuthenticationService, AuthenticationServiceServer,
};
use proto::identity::internal::v1::{GetCallerRequest, GetCallerResponse};
use testkit::AuditSink;
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status};
use types::{AccountId, Permission, Permissions, Role};

/// The fake; clones share what they are told.
#[derive(Clone, Default)]
pub struct Identity {
    pub audit_sink: AuditSink,
    callers: Arc<Mutex<BTreeMap<String, Caller>>>,
}

/// What identity says of somebody with a session.
#[derive(Clone, Copy)]
pub enum Caller {
    /// They have this role in this account.
    Is(AccountId, Role),
    /// Their session is over.
    LoggedOut,
    /// It cannot say.
    Unknown,
}

impl Identity {
    /// Serves on a free port, until the test ends.
    pub async fn serve(&self) -> Peer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = Peer::Tcp(format!("http://{}", listener.local_addr().unwrap()));
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        tokio::spawn(
            Server::builder()
                .add_service(AuthenticationServiceServer::new(self.clone()))
                .add_service(AuditServiceServer::new(self.audit_sink.clone()))
                .serve_with_incoming(incoming),
        );
        peer
    }

    /// What it says of somebody from now on.
    pub fn log_in(&self, person: &Person, caller: Caller) {
        let session = person.session.to_string();
        self.callers.lock().unwrap().insert(session, caller);
    }
}

#[tonic::async_trait]
impl AuthenticationService for Identity {
    async fn get_caller(&self, request: Request<GetCallerRequest>) -> Result<Response<GetCallerResponse>, Status> {
        let session = request.into_inner().session_id;
        let caller = self.callers.lock().unwrap().get(&session).copied();
        match caller {
            Some(Caller::Is(account, role)) => {
                let may = Permissions::of(role, false).contains(Permission::ManageUsers);
                let permissions = may.then(|| proto::access_v1::Permission::ManageUsers.into());
                Ok(Response::new(GetCallerResponse {
                    account_id: account.to_string(),
                    permissions: permissions.into_iter().collect(),
                    ..GetCallerResponse::default()
                }))
            }
            Some(Caller::LoggedOut) => Err(Refusal::new(Code::Unauthenticated, "SESSION_ENDED", "over").into()),
            Some(Caller::Unknown) | None => Err(Status::unavailable("down")),
        }
    }
}
