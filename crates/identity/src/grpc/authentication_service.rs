//! usher.identity.internal.v1.AuthenticationService.

use proto::identity::internal::v1::authentication_service_server::AuthenticationService;
use proto::identity::internal::v1::{GetCallerRequest, GetCallerResponse};
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::App;
use crate::domain::error::Error;

/// Who a caller is right now.
pub struct Authentication(pub App);

#[tonic::async_trait]
impl AuthenticationService for Authentication {
    async fn get_caller(&self, request: Request<GetCallerRequest>) -> Result<Response<GetCallerResponse>, Status> {
        let GetCallerRequest { user_id, session_id } = request.into_inner();
        let user = user_id.parse().map_err(|_| Error::IdMalformed { field: "user_id" })?;
        let session = session_id
            .parse()
            .map_err(|_| Error::IdMalformed { field: "session_id" })?;
        let standing = self.0.get_caller(user, session).await?;
        Ok(Response::new(GetCallerResponse {
            account_id: standing.account_id.to_string(),
            role: convert::role(standing.role).into(),
            billing_contact: standing.billing_contact,
            permissions: convert::permissions(standing.permissions),
        }))
    }
}
