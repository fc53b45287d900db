//! A small process on the chassis: a session service whose answers a test controls, behind a guard.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chassis::{
    Actor, CallerConfig, Channel, ClientConfig, Guard, Listener, Peer, Person, Refusal, ServeError, ServerConfig,
    Service, Shutdown, Signer, Verifier,
};
use proto::access::Policy;
use proto::identity::v1::session_service_client::SessionServiceClient;
use proto::identity::v1::session_service_server::{SessionService, SessionServiceServer};
use proto::identity::v1::{
    LogInRequest, LogInResponse, LogOutRequest, LogOutResponse, RefreshSessionRequest, RefreshSessionResponse,
    SessionTokens,
};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tonic::service::Routes;
use tonic::{Code, Request, Response, Status};
use types::{AccountId, Clock, Role, SessionId, UserId};

pub const DEADLINE: Duration = Duration::from_secs(10);
pub const PACKAGES: &[&str] = &["usher.identity.v1"];

/// A session service: `wait` waits for the gate, `panic` panics, `bare` answers a status without a reason, everything
/// else answers who called.
#[derive(Clone)]
pub struct Sessions {
    pub gate: Arc<Semaphore>,
    pub waiting: Arc<Semaphore>,
}

#[tonic::async_trait]
impl SessionService for Sessions {
    async fn log_in(&self, request: Request<LogInRequest>) -> Result<Response<LogInResponse>, Status> {
        let issuer = chassis::caller(&request)
            .map(|caller| caller.issuer.clone())
            .unwrap_or_default();
        match request.get_ref().email.as_str() {
            "wait" => {
                self.waiting.add_permits(1);
                self.gate.acquire().await.unwrap().forget();
            }
            "panic" => panic!("on purpose"),
            "bare" => return Err(Status::not_found("row 7 of table users")),
            "refuse" => return Err(Refusal::new(Code::NotFound, "USER_NOT_FOUND", "There is no such user.").into()),
            _ => {}
        }
        let tokens = SessionTokens {
            access_token: issuer,
            ..SessionTokens::default()
        };
        Ok(Response::new(LogInResponse { tokens: Some(tokens) }))
    }

    async fn refresh_session(
        &self,
        _: Request<RefreshSessionRequest>,
    ) -> Result<Response<RefreshSessionResponse>, Status> {
        Ok(Response::new(RefreshSessionResponse::default()))
    }

    async fn log_out(&self, request: Request<LogOutRequest>) -> Result<Response<LogOutResponse>, Status> {
        chassis::caller(&request)?;
        Ok(Response::new(LogOutResponse::default()))
    }
}

/// The service, running.
pub struct Stand {
    pub peer: Peer,
    pub sessions: Sessions,
    pub keys: BTreeMap<String, CallerConfig>,
    pub clock: Clock,
    pub shutdown: Shutdown,
    pub server: JoinHandle<Result<(), ServeError>>,
}

impl Stand {
    pub async fn tcp(config: ServerConfig) -> Self {
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        let peer = Peer::Tcp(format!("http://{}", listener.local_addr().unwrap()));
        Self::start(config, listener, peer)
    }

    pub fn memory(config: ServerConfig) -> Self {
        let (peer, listener) = chassis::memory();
        Self::start(config, Listener::Memory(listener), peer.into())
    }

    fn start(config: ServerConfig, listener: Listener, peer: Peer) -> Self {
        let clock = Clock::manual(Clock::system().now());
        let keys = CallerConfig::circle(["gateway", "identity", "licensing"]);
        let sessions = Sessions {
            gate: Arc::new(Semaphore::new(0)),
            waiting: Arc::new(Semaphore::new(0)),
        };
        let verifier = Verifier::new("identity", &keys["identity"], clock.clone()).unwrap();
        let guard = Some(Guard::new(verifier, Policy::load().unwrap()));
        let methods = SessionServiceServer::new(sessions.clone()).max_decoding_message_size(config.max_message_bytes);
        let routes = Routes::new(methods).prepare();
        let shutdown = Shutdown::new();
        let stop = shutdown.clone();
        let server = tokio::spawn(async move {
            let descriptors = proto::FILE_DESCRIPTOR_SET;
            let service = Service {
                name: "identity",
                config: &config,
                guard,
                packages: PACKAGES,
                descriptors,
            };
            chassis::serve(service, routes, listener, stop).await
        });
        Self {
            peer,
            sessions,
            keys,
            clock,
            shutdown,
            server,
        }
    }

    pub fn channel(&self) -> Channel {
        self.peer.channel("identity", &ClientConfig::default()).unwrap()
    }

    pub fn client(&self) -> SessionServiceClient<Channel> {
        SessionServiceClient::new(self.channel())
    }

    pub fn signer(&self, name: &str) -> Signer {
        Signer::new(name, &self.keys[name], self.clock.clone()).unwrap()
    }

    /// A signed LogIn, for nobody, by the gateway.
    pub fn log_in(&self, email: &str) -> Request<LogInRequest> {
        let message = LogInRequest {
            email: email.to_owned(),
            ..LogInRequest::default()
        };
        self.signer("gateway")
            .request(message, &Actor::Nobody, "identity")
            .unwrap()
    }

    /// Waits until `count` more calls are in the hands of the service.
    pub async fn arrived(&self, count: u32) {
        tokio::time::timeout(DEADLINE, self.sessions.waiting.acquire_many(count))
            .await
            .unwrap()
            .unwrap()
            .forget();
    }
}

pub fn person(role: Role) -> Actor {
    let (account, user, session) = (AccountId::new(), UserId::new(), SessionId::new());
    Actor::Person(Person {
        account,
        user,
        role,
        billing_contact: false,
        permissions: types::Permissions::of(role, false),
        session,
    })
}

/// A refusal as code and reason.
pub fn refusal<T: std::fmt::Debug>(answer: Result<T, Status>) -> (Code, String) {
    let status = answer.unwrap_err();
    (status.code(), chassis::reason(&status).unwrap_or_default())
}
