//! usher.identity.v1.InvitationService.

use proto::identity::v1::invitation_service_server::InvitationService;
use proto::identity::v1::{
    AcceptInvitationRequest, AcceptInvitationResponse, DeclineInvitationRequest, DeclineInvitationResponse,
    GetInvitationRequest, GetInvitationResponse, InspectInvitationRequest, InspectInvitationResponse,
    ListInvitationsRequest, ListInvitationsResponse, RevokeInvitationRequest, RevokeInvitationResponse,
};
use tonic::{Request, Response, Status};
use types::Permission;

use super::convert;
use super::field::{read_id, read_page_size};
use super::invitation::{self, read_filter};
use crate::app::App;
use crate::domain::invitation::InvitationState;
use crate::domain::password::Password;

/// Invitations, seen from both sides.
pub struct Invitations(pub App);

#[tonic::async_trait]
impl InvitationService for Invitations {
    async fn list_invitations(
        &self,
        request: Request<ListInvitationsRequest>,
    ) -> Result<Response<ListInvitationsResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let message = request.into_inner();
        let filter = read_filter(&message)?;
        let size = read_page_size(message.page_size)?;
        let page = self
            .0
            .list_invitations(&person, &filter, size, &message.page_token)
            .await?;
        let sees_roles = person.can(Permission::AssignRoles);
        let invitations = page.invitations.into_iter().map(|it| invitation::write(it, sees_roles));
        Ok(Response::new(ListInvitationsResponse {
            invitations: invitations.collect(),
            next_page_token: page.next_page_token,
        }))
    }

    async fn get_invitation(
        &self,
        request: Request<GetInvitationRequest>,
    ) -> Result<Response<GetInvitationResponse>, Status> {
        let person = *chassis::caller(&request)?.person()?;
        let found = self
            .0
            .get_invitation(&person, read_id("invitation_id", &request.into_inner().invitation_id)?)
            .await?;
        Ok(Response::new(GetInvitationResponse {
            invitation: Some(invitation::write(found, person.can(Permission::AssignRoles))),
        }))
    }

    async fn revoke_invitation(
        &self,
        request: Request<RevokeInvitationRequest>,
    ) -> Result<Response<RevokeInvitationResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        let person = *caller.person()?;
        let id = read_id("invitation_id", &request.into_inner().invitation_id)?;
        let revoked = self.0.revoke_invitation(&caller, &person, id).await?;
        Ok(Response::new(RevokeInvitationResponse {
            invitation: Some(invitation::write(revoked, person.can(Permission::AssignRoles))),
        }))
    }

    async fn inspect_invitation(
        &self,
        request: Request<InspectInvitationRequest>,
    ) -> Result<Response<InspectInvitationResponse>, Status> {
        let inspected = self.0.inspect_invitation(&request.into_inner().token).await?;
        Ok(Response::new(InspectInvitationResponse {
            kind: invitation::kind(inspected.kind).into(),
            state: invitation::state(InvitationState::Pending).into(),
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

    async fn decline_invitation(
        &self,
        request: Request<DeclineInvitationRequest>,
    ) -> Result<Response<DeclineInvitationResponse>, Status> {
        let caller = chassis::caller(&request)?.clone();
        self.0.decline_invitation(&caller, &request.into_inner().token).await?;
        Ok(Response::new(DeclineInvitationResponse {}))
    }
}
