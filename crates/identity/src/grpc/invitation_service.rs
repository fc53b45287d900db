//! usher.identity.v1.InvitationService.

use proto::identity::v1::invitation_service_server::InvitationService;
use proto::identity::v1::{
    AcceptInvitationRequest, AcceptInvitationResponse, InspectInvitationRequest, InspectInvitationResponse,
};
use tonic::{Request, Response, Status};

use super::convert;
use crate::app::App;
use crate::domain::password::Password;

/// Answering an invitation.
pub struct Invitations(pub App);

#[tonic::async_trait]
impl InvitationService for Invitations {
    async fn inspect_invitation(
        &self,
        request: Request<InspectInvitationRequest>,
    ) -> Result<Response<InspectInvitationResponse>, Status> {
        let inspected = self.0.inspect_invitation(&request.into_inner().token).await?;
        Ok(Response::new(InspectInvitationResponse {
            kind: convert::kind(inspected.kind).into(),
            state: convert::invitation_state(inspected.state).into(),
            account_name: inspected.account_name,
            inviter_name: inspected.inviter_name,
            email: inspected.address,
            products: inspected.products,
            expire_time: Some(convert::timestamp(inspected.expire_time)),
        }))
    }

    async fn accept_invitation(
        &self,
        request: Request<AcceptInvitationRequest>,
    ) -> Result<Response<AcceptInvitationResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let AcceptInvitationRequest { token, password } = request.into_inner();
        let password = Password::parse(password)?;
        let tokens = self.0.accept_invitation(&caller, &token, password).await?;
        Ok(Response::new(AcceptInvitationResponse {
            tokens: Some(convert::tokens(tokens)),
        }))
    }
}
