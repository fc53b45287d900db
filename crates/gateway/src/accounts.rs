//! usher.admin.v1.AccountService: the beginning and the end of accounts.

use proto::admin::v1::account_service_server::AccountService;
use proto::admin::v1::{
    CloseAccountRequest, CloseAccountResponse, CompleteSignUpRequest, CompleteSignUpResponse, SignUpRequest,
    SignUpResponse,
};
use tonic::{Request, Response, Status};
use types::RequestId;

use crate::caller::From;
use crate::clients::Identity;

/// What becomes of accounts as a whole; cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    /// Decides.
    pub identity: Identity,
}

#[tonic::async_trait]
impl AccountService for Accounts {
    async fn sign_up(&self, request: Request<SignUpRequest>) -> Result<Response<SignUpResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let mut request = request.into_inner();
        if request.request_id.is_empty() {
            request.request_id = RequestId::new().to_string();
        }
        self.identity.sign_up(&caller, request).await.map(Response::new)
    }

    async fn complete_sign_up(
        &self,
        request: Request<CompleteSignUpRequest>,
    ) -> Result<Response<CompleteSignUpResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let answer = self.identity.complete_sign_up(&caller, request.into_inner()).await;
        answer.map(Response::new)
    }

    async fn close_account(
        &self,
        request: Request<CloseAccountRequest>,
    ) -> Result<Response<CloseAccountResponse>, Status> {
        let from = From::request(&request)?;
        let answer = self.identity.close_account(&from, request.into_inner()).await;
        answer.map(Response::new)
    }
}
