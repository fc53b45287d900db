//! usher.identity.v1.SessionService.

use proto::identity::v1::session_service_server::SessionService;
use proto::identity::v1::{
    LogInRequest, LogInResponse, LogOutRequest, LogOutResponse, RefreshSessionRequest, RefreshSessionResponse,
};
use tonic::{Request, Response, Status};

use super::convert::tokens;
use crate::app::App;

/// Logging in and out.
pub struct Sessions(pub App);

#[tonic::async_trait]
impl SessionService for Sessions {
    async fn log_in(&self, request: Request<LogInRequest>) -> Result<Response<LogInResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let LogInRequest { email, password } = request.into_inner();
        let answer = self.0.log_in(&caller, &email, password).await?;
        Ok(Response::new(LogInResponse {
            tokens: Some(tokens(answer)),
        }))
    }

    async fn refresh_session(
        &self,
        request: Request<RefreshSessionRequest>,
    ) -> Result<Response<RefreshSessionResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let answer = self
            .0
            .refresh_session(&caller, &request.into_inner().refresh_token)
            .await?;
        Ok(Response::new(RefreshSessionResponse {
            tokens: Some(tokens(answer)),
        }))
    }

    async fn log_out(&self, request: Request<LogOutRequest>) -> Result<Response<LogOutResponse>, Status> {
        let caller = chassis::caller(&request)?;
        self.0.log_out(caller, caller.person()?).await?;
        Ok(Response::new(LogOutResponse {}))
    }
}
