//! usher.identity.v1.PasswordService.

use proto::identity::v1::password_service_server::PasswordService;
use proto::identity::v1::{
    ChangePasswordRequest, ChangePasswordResponse, RequestPasswordResetRequest, RequestPasswordResetResponse,
    ResetPasswordRequest, ResetPasswordResponse,
};
use tonic::{Request, Response, Status};
use types::RequestId;

use super::account_service::read_email;
use crate::app::App;
use crate::domain::error::Error;
use crate::domain::password::Password;

/// Choosing passwords.
pub struct Passwords(pub App);

#[tonic::async_trait]
impl PasswordService for Passwords {
    async fn request_password_reset(
        &self,
        request: Request<RequestPasswordResetRequest>,
    ) -> Result<Response<RequestPasswordResetResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let RequestPasswordResetRequest { request_id, email } = request.into_inner();
        let request_id = match request_id.as_str() {
            "" => RequestId::new(),
            text => text.parse().map_err(|_| Error::RequestIdMalformed)?,
        };
        let email = read_email("email", &email)?;
        self.0.request_password_reset(&caller, request_id, email).await?;
        Ok(Response::new(RequestPasswordResetResponse {}))
    }

    async fn reset_password(
        &self,
        request: Request<ResetPasswordRequest>,
    ) -> Result<Response<ResetPasswordResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let ResetPasswordRequest { token, password } = request.into_inner();
        self.0
            .reset_password(&caller, &token, Password::parse(password)?)
            .await?;
        Ok(Response::new(ResetPasswordResponse {}))
    }

    async fn change_password(
        &self,
        request: Request<ChangePasswordRequest>,
    ) -> Result<Response<ChangePasswordResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let ChangePasswordRequest {
            current_password,
            password,
        } = request.into_inner();
        let password = Password::parse(password)?;
        self.0
            .change_password(&caller, caller.person()?, current_password, password)
            .await?;
        Ok(Response::new(ChangePasswordResponse {}))
    }
}
