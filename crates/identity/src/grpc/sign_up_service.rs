//! usher.identity.internal.v1.SignUpService.

use proto::admin::v1 as admin;
use proto::identity::internal::v1::sign_up_service_server::SignUpService;
use proto::identity::internal::v1::{CompleteSignUpRequest, CompleteSignUpResponse, SignUpRequest, SignUpResponse};
use tonic::{Request, Response, Status};

use super::account_service::{read_email, read_language, read_time_zone};
use super::convert::tokens;
use super::field::read_name;
use crate::app::App;
use crate::domain::error::Error;
use crate::domain::password::Password;
use crate::domain::sign_up::SignUpWish;

/// Signing up.
pub struct SignUps(pub App);

#[tonic::async_trait]
impl SignUpService for SignUps {
    async fn sign_up(&self, request: Request<SignUpRequest>) -> Result<Response<SignUpResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let request = request.into_inner().request.unwrap_or_default();
        let request_id = request.request_id.parse().map_err(|_| Error::RequestIdMalformed)?;
        self.0.sign_up(&caller, request_id, read(&request)?).await?;
        Ok(Response::new(SignUpResponse {
            response: Some(admin::SignUpResponse {}),
        }))
    }

    async fn complete_sign_up(
        &self,
        request: Request<CompleteSignUpRequest>,
    ) -> Result<Response<CompleteSignUpResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let admin::CompleteSignUpRequest { token, password } = request.into_inner().request.unwrap_or_default();
        let password = Password::parse(password)?;
        let answer = self.0.complete_sign_up(&caller, &token, password).await?;
        let tokens = Some(tokens(answer));
        Ok(Response::new(CompleteSignUpResponse {
            response: Some(admin::CompleteSignUpResponse { tokens }),
        }))
    }
}

fn read(request: &admin::SignUpRequest) -> Result<SignUpWish, Error> {
    Ok(SignUpWish {
        email: read_email("email", &request.email)?,
        given_name: read_name("given_name", &request.given_name)?,
        family_name: read_name("family_name", &request.family_name)?,
        account_name: read_name("account_name", &request.account_name)?,
        language: read_language("language", &request.language)?,
        time_zone: read_time_zone("time_zone", &request.time_zone)?,
    })
}
