//! An identity that says what a test tells it to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chassis::{CALLER_KEY, CallerConfig, Person, Refusal, Shutdown, Verifier};
use proto::identity::internal::v1::audit_service_server::AuditServiceServer;
use proto::identity::internal::v1::authentication_service_server::{
    AuthenticationService, AuthenticationServiceServer,
};
use proto::identity::internal::v1::change_service_server::{ChangeService, ChangeServiceServer};
use proto::identity::internal::v1::notice_service_server::NoticeServiceServer;
use proto::identity::internal::v1::resolution::Outcome;
use proto::identity::internal::v1::{
    CommitChangeRequest, CommitChangeResponse, GetCallerRequest, GetCallerResponse, PrepareChangeRequest,
    PrepareChangeResponse, Resolution, ResolveReservationsRequest, ResolveReservationsResponse,
};
use proto::licensing::internal::v1::{Confirmation, ReservationKey};
use testkit::{AuditSink, NoticeSink};
use tokio::net::TcpListener;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status};
use types::{AccountId, Clock, Permission, Permissions, Role};

/// The fake; clones share what they are told and what they were asked.
#[derive(Clone)]
pub struct Identity(Arc<Inner>);

struct Inner {
    verifier: Verifier,
    down: Mutex<bool>,
    committed: Mutex<BTreeMap<String, Confirmation>>,
    asked: Mutex<Vec<ReservationKey>>,
    callers: Mutex<BTreeMap<String, Caller>>,
    audit_sink: AuditSink,
    notice_sink: NoticeSink,
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
    pub async fn start(callers: &BTreeMap<String, CallerConfig>, shutdown: Shutdown) -> (Self, String) {
        let this = Self(Arc::new(Inner {
            verifier: Verifier::new("identity", &callers["identity"], Clock::system()).unwrap(),
            down: Mutex::default(),
            committed: Mutex::default(),
            asked: Mutex::default(),
            callers: Mutex::default(),
            audit_sink: AuditSink::default(),
            notice_sink: NoticeSink::default(),
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let service = ChangeServiceServer::new(this.clone());
        tokio::spawn(
            Server::builder()
                .add_service(service)
                .add_service(AuthenticationServiceServer::new(this.clone()))
                .add_service(AuditServiceServer::new(this.0.audit_sink.clone()))
                .add_service(NoticeServiceServer::new(this.0.notice_sink.clone()))
                .serve_with_incoming_shutdown(incoming, shutdown.cancelled_owned()),
        );
        (this, address)
    }

    /// What it was told for the audit logs.
    pub fn audit_sink(&self) -> AuditSink {
        self.0.audit_sink.clone()
    }

    /// What it was told for billing contacts.
    pub fn notice_sink(&self) -> NoticeSink {
        self.0.notice_sink.clone()
    }

    /// From now on it does not answer, or does again.
    pub fn set_down(&self, down: bool) {
        *self.0.down.lock().unwrap() = down;
    }

    /// It has committed this reservation; of any other it says that it is aborted.
    pub fn commit(&self, confirmation: Confirmation) {
        let name = name(confirmation.key.as_ref().unwrap());
        self.0.committed.lock().unwrap().insert(name, confirmation);
    }

    /// What it says of somebody from now on.
    pub fn log_in(&self, person: &Person, caller: Caller) {
        self.0
            .callers
            .lock()
            .unwrap()
            .insert(person.session.to_string(), caller);
    }

    /// The reservations it was asked about, each time it was.
    pub fn asked(&self) -> Vec<ReservationKey> {
        self.0.asked.lock().unwrap().clone()
    }

    fn resolve(&self, key: ReservationKey) -> Resolution {
        self.0.asked.lock().unwrap().push(key.clone());
        let committed = self.0.committed.lock().unwrap().get(&name(&key)).cloned();
        Resolution {
            outcome: Some(committed.map_or(Outcome::Aborted(key), Outcome::Committed)),
        }
    }
}

fn name(key: &ReservationKey) -> String {
    format!("{}/{}/{}", key.account_id, key.request_id, key.epoch)
}

#[tonic::async_trait]
impl ChangeService for Identity {
    async fn prepare_change(
        &self,
        _: Request<PrepareChangeRequest>,
    ) -> Result<Response<PrepareChangeResponse>, Status> {
        Err(Status::unimplemented("licensing does not call this"))
    }

    async fn commit_change(&self, _: Request<CommitChangeRequest>) -> Result<Response<CommitChangeResponse>, Status> {
        Err(Status::unimplemented("licensing does not call this"))
    }

    async fn resolve_reservations(
        &self,
        request: Request<ResolveReservationsRequest>,
    ) -> Result<Response<ResolveReservationsResponse>, Status> {
        let token = request.metadata().get(CALLER_KEY).unwrap().to_str().unwrap();
        assert_eq!(self.0.verifier.verify(token).unwrap().issuer, "licensing");
        let keys = request.into_inner().reservations;
        if *self.0.down.lock().unwrap() {
            self.0.asked.lock().unwrap().extend(keys);
            return Err(Status::unavailable("down"));
        }
        let resolutions = keys.into_iter().map(|key| self.resolve(key)).collect();
        Ok(Response::new(ResolveReservationsResponse { resolutions }))
    }
}

#[tonic::async_trait]
impl AuthenticationService for Identity {
    async fn get_caller(&self, request: Request<GetCallerRequest>) -> Result<Response<GetCallerResponse>, Status> {
        let session = request.into_inner().session_id;
        let caller = self.0.callers.lock().unwrap().get(&session).copied();
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
