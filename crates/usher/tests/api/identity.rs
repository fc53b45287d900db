//! A fake identity that makes accounts, for the operator's commands.

use std::sync::{Arc, Mutex};

use chassis::{Actor, CallerConfig, Listener, Refusal, Verifier};
use proto::identity::internal::v1::account_service_server::{AccountService, AccountServiceServer};
use proto::identity::internal::v1::{
    CloseAccountRequest, CloseAccountResponse, CreateAccountRequest, CreateAccountResponse,
};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Code, Request, Response, Status};
use types::Clock;

/// The fake: what it was asked, and where it listens.
pub struct FakeIdentity {
    pub asked: Arc<Mutex<Vec<CreateAccountRequest>>>,
    pub address: String,
}

impl FakeIdentity {
    pub async fn start(callers: &CallerConfig) -> Self {
        let Listener::Tcp(listener) = Listener::bind("127.0.0.1:0").await.unwrap() else {
            panic!("not TCP")
        };
        let fake = Self {
            asked: Arc::default(),
            address: format!("http://{}", listener.local_addr().unwrap()),
        };
        let verifier = Verifier::new("identity", callers, Clock::system()).unwrap();
        let wire = Wire(Arc::clone(&fake.asked), verifier);
        let server = tonic::transport::Server::builder().add_service(AccountServiceServer::new(wire));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        fake
    }
}

struct Wire(Arc<Mutex<Vec<CreateAccountRequest>>>, Verifier);

#[tonic::async_trait]
impl AccountService for Wire {
    async fn create_account(
        &self,
        request: Request<CreateAccountRequest>,
    ) -> Result<Response<CreateAccountResponse>, Status> {
        let token = request.metadata().get(chassis::CALLER_KEY).unwrap().to_str().unwrap();
        let caller = self.1.verify(token).unwrap();
        assert_eq!((caller.issuer.as_str(), &caller.actor), ("operator", &Actor::Service));
        let message = request.into_inner();
        if message.email == "taken@example.com" {
            return Err(Refusal::new(Code::AlreadyExists, "USER_EXISTS", "The address belongs to a user.").into());
        }
        self.0.lock().unwrap().push(message);
        Ok(Response::new(CreateAccountResponse {
            account_id: "acc_1".to_owned(),
            user_id: "usr_1".to_owned(),
        }))
    }

    async fn close_account(&self, _: Request<CloseAccountRequest>) -> Result<Response<CloseAccountResponse>, Status> {
        Err(Status::unimplemented("operators make accounts only"))
    }
}
