//! Identity: who is calling, changing users, looking at users.

use std::collections::HashMap;

use chassis::{Actor, Caller, Channel, Person, Refusal, Signer};
use proto::admin::v1::{
    CloseAccountRequest, CloseAccountResponse, CompleteSignUpRequest, CompleteSignUpResponse, SignUpRequest,
    SignUpResponse,
};
use proto::identity::internal::v1 as internal;
use proto::identity::internal::v1::account_service_client::AccountServiceClient;
use proto::identity::internal::v1::authentication_service_client::AuthenticationServiceClient;
use proto::identity::internal::v1::change_service_client::ChangeServiceClient;
use proto::identity::internal::v1::report_service_client::ReportServiceClient;
use proto::identity::internal::v1::sign_up_service_client::SignUpServiceClient;
use proto::identity::internal::v1::{
    Answer, BatchGetHoldersRequest, Change, CommitChangeRequest, GetCallerRequest, Holder, ListInvitationRowsRequest,
    ListInvitationRowsResponse, ListUserRowsRequest, ListUserRowsResponse, PrepareChangeRequest, PrepareChangeResponse,
};
use proto::identity::v1::user_service_client::UserServiceClient;
use proto::identity::v1::{
    GetUserRequest, ListInvitationsRequest, ListUsersRequest, ListUsersResponse, Role as WireRole, User,
};
use tonic::{Code, Status};
use types::{Permission, Role, SessionId, UserId};

use super::translate;
use crate::caller::{From, sign};

const NAME: &str = "identity";

/// A client of identity; cheap to clone.
#[derive(Clone)]
pub struct Identity {
    authentication: AuthenticationServiceClient<Channel>,
    changes: ChangeServiceClient<Channel>,
    users: UserServiceClient<Channel>,
    sign_ups: SignUpServiceClient<Channel>,
    accounts: AccountServiceClient<Channel>,
    reports: ReportServiceClient<Channel>,
    signer: Signer,
}

impl Identity {
    /// A client that calls through `channel`, with a limit on the size of answers.
    pub fn new(channel: &Channel, signer: Signer, limit: usize) -> Self {
        Self {
            authentication: AuthenticationServiceClient::new(channel.clone()),
            changes: ChangeServiceClient::new(channel.clone()).max_decoding_message_size(limit),
            users: UserServiceClient::new(channel.clone()).max_decoding_message_size(limit),
            sign_ups: SignUpServiceClient::new(channel.clone()),
            accounts: AccountServiceClient::new(channel.clone()),
            reports: ReportServiceClient::new(channel.clone()).max_decoding_message_size(limit),
            signer,
        }
    }

    /// What a user with a session is right now.
    ///
    /// # Errors
    /// `UNAUTHENTICATED/SESSION_ENDED`.
    pub async fn person(&self, user: UserId, session: SessionId) -> Result<Person, Status> {
        let message = GetCallerRequest {
            user_id: user.to_string(),
            session_id: session.to_string(),
        };
        let request = self.signer.request(message, &Actor::Service, NAME)?;
        let answer = self
            .authentication
            .clone()
            .get_caller(request)
            .await
            .map_err(translate)?
            .into_inner();
        let account = answer.account_id.parse().map_err(|error| chassis::internal(&error))?;
        let role = match answer.role() {
            WireRole::Member => Role::Member,
            WireRole::Admin => Role::Admin,
            WireRole::SuperAdmin => Role::SuperAdmin,
            WireRole::Custom => Role::Custom,
            WireRole::Unspecified => {
                return Err(Refusal::new(Code::Unauthenticated, "SESSION_ENDED", "the session has ended").into());
            }
        };
        Ok(Person {
            account,
            user,
            role,
            billing_contact: answer.billing_contact,
            permissions: answer.permissions().filter_map(permission).collect(),
            session,
        })
    }

    /// Foretells what a change would do.
    ///
    /// # Errors
    /// Identity's own.
    pub async fn prepare(&self, from: &From, change: Change) -> Result<PrepareChangeResponse, Status> {
        let message = PrepareChangeRequest { change: Some(change) };
        let request = from.sign(&self.signer, message, NAME)?;
        Ok(self
            .changes
            .clone()
            .prepare_change(request)
            .await
            .map_err(translate)?
            .into_inner())
    }

    /// Makes a change: the decision.
    ///
    /// # Errors
    /// Identity's own.
    pub async fn commit(&self, from: &From, message: CommitChangeRequest) -> Result<Answer, Status> {
        let request = from.sign(&self.signer, message, NAME)?;
        let answer = self
            .changes
            .clone()
            .commit_change(request)
            .await
            .map_err(translate)?
            .into_inner();
        Ok(answer.answer.unwrap_or_default())
    }

    /// Sends somebody who has signed up their e-mail.
    ///
    /// # Errors
    /// Identity's own.
    pub async fn sign_up(&self, caller: &Caller, request: SignUpRequest) -> Result<SignUpResponse, Status> {
        let request = Some(request);
        let request = sign(caller, &self.signer, internal::SignUpRequest { request }, NAME)?;
        let answer = self.sign_ups.clone().sign_up(request).await.map_err(translate)?;
        Ok(answer.into_inner().response.unwrap_or_default())
    }

    /// Makes the account that somebody has signed up for.
    ///
    /// # Errors
    /// Identity's own.
    pub async fn complete_sign_up(
        &self,
        caller: &Caller,
        request: CompleteSignUpRequest,
    ) -> Result<CompleteSignUpResponse, Status> {
        let request = Some(request);
        let request = sign(caller, &self.signer, internal::CompleteSignUpRequest { request }, NAME)?;
        let answer = self
            .sign_ups
            .clone()
            .complete_sign_up(request)
            .await
            .map_err(translate)?;
        Ok(answer.into_inner().response.unwrap_or_default())
    }

    /// Closes the caller's account.
    ///
    /// # Errors
    /// Identity's own.
    pub async fn close_account(
        &self,
        from: &From,
        request: CloseAccountRequest,
    ) -> Result<CloseAccountResponse, Status> {
        let request = Some(request);
        let request = from.sign(&self.signer, internal::CloseAccountRequest { request }, NAME)?;
        let answer = self.accounts.clone().close_account(request).await.map_err(translate)?;
        Ok(answer.into_inner().response.unwrap_or_default())
    }

    /// One user.
    ///
    /// # Errors
    /// Identity's own.
    pub async fn user(&self, from: &From, user_id: String) -> Result<User, Status> {
        let request = from.sign(&self.signer, GetUserRequest { user_id }, NAME)?;
        let answer = self
            .users
            .clone()
            .get_user(request)
            .await
            .map_err(translate)?
            .into_inner();
        Ok(answer.user.unwrap_or_default())
    }

    /// A page of users.
    ///
    /// # Errors
    /// Identity's own.
    pub async fn users(&self, from: &From, message: ListUsersRequest) -> Result<ListUsersResponse, Status> {
        let request = from.sign(&self.signer, message, NAME)?;
        Ok(self
            .users
            .clone()
            .list_users(request)
            .await
            .map_err(translate)?
            .into_inner())
    }

    /// A page of users with the names of what they refer to.
    ///
    /// # Errors
    /// Identity's own.
    pub async fn user_rows(&self, from: &From, query: ListUsersRequest) -> Result<ListUserRowsResponse, Status> {
        let message = ListUserRowsRequest { query: Some(query) };
        let request = from.sign(&self.signer, message, NAME)?;
        let answer = self.reports.clone().list_user_rows(request).await;
        Ok(answer.map_err(translate)?.into_inner())
    }

    /// A page of invitations with who invited.
    ///
    /// # Errors
    /// Identity's own.
    pub async fn invitation_rows(
        &self,
        from: &From,
        query: ListInvitationsRequest,
    ) -> Result<ListInvitationRowsResponse, Status> {
        let message = ListInvitationRowsRequest { query: Some(query) };
        let request = from.sign(&self.signer, message, NAME)?;
        let answer = self.reports.clone().list_invitation_rows(request).await;
        Ok(answer.map_err(translate)?.into_inner())
    }

    /// Who these users and invitations are, by their ids.
    ///
    /// # Errors
    /// Identity's own.
    pub async fn holders(&self, from: &From, ids: Vec<String>) -> Result<HashMap<String, Holder>, Status> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let request = from.sign(&self.signer, BatchGetHoldersRequest { ids }, NAME)?;
        let answer = self.reports.clone().batch_get_holders(request).await;
        let holders = answer.map_err(translate)?.into_inner().holders.into_iter();
        Ok(holders.map(|holder| (holder.id.clone(), holder)).collect())
    }
}

/// A permission from the wire; none for one that this program does not know yet.
const fn permission(permission: proto::access_v1::Permission) -> Option<Permission> {
    match permission {
        proto::access_v1::Permission::Unspecified => None,
        proto::access_v1::Permission::JoinSessions => Some(Permission::JoinSessions),
        proto::access_v1::Permission::HostSessions => Some(Permission::HostSessions),
        proto::access_v1::Permission::ManagePersonalSettings => Some(Permission::ManagePersonalSettings),
        proto::access_v1::Permission::ManageUsers => Some(Permission::ManageUsers),
        proto::access_v1::Permission::ManageAccountSettings => Some(Permission::ManageAccountSettings),
        proto::access_v1::Permission::AssignRoles => Some(Permission::AssignRoles),
        proto::access_v1::Permission::ChangePlan => Some(Permission::ChangePlan),
        proto::access_v1::Permission::ChangeBilling => Some(Permission::ChangeBilling),
    }
}
