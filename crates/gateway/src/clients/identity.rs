//! Identity: who is calling, adding users, looking at users.

use chassis::{Actor, Channel, Person, Refusal, Signer};
use proto::admin::v1::{AddUsersRequest, AddUsersResponse};
use proto::identity::internal::v1::admission_service_client::AdmissionServiceClient;
use proto::identity::internal::v1::authentication_service_client::AuthenticationServiceClient;
use proto::identity::internal::v1::{
    CommitAddUsersRequest, GetCallerRequest, PrepareAddUsersRequest, PrepareAddUsersResponse,
};
use proto::identity::v1::user_service_client::UserServiceClient;
use proto::identity::v1::{GetUserRequest, ListUsersRequest, ListUsersResponse, Role as WireRole, User};
use tonic::{Code, Status};
use types::{Permission, Role, SessionId, UserId};

use super::translate;
use crate::caller::From;

const NAME: &str = "identity";

/// A client of identity; cheap to clone.
#[derive(Clone)]
pub struct Identity {
    authentication: AuthenticationServiceClient<Channel>,
    admission: AdmissionServiceClient<Channel>,
    users: UserServiceClient<Channel>,
    signer: Signer,
}

impl Identity {
    /// A client that calls through `channel`, with a limit on the size of answers.
    pub fn new(channel: &Channel, signer: Signer, limit: usize) -> Self {
        Self {
            authentication: AuthenticationServiceClient::new(channel.clone()),
            admission: AdmissionServiceClient::new(channel.clone()).max_decoding_message_size(limit),
            users: UserServiceClient::new(channel.clone()).max_decoding_message_size(limit),
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

    /// Foretells what a request to add users would do.
    ///
    /// # Errors
    /// Identity's own.
    pub async fn prepare(&self, from: &From, request: &AddUsersRequest) -> Result<PrepareAddUsersResponse, Status> {
        let message = PrepareAddUsersRequest {
            request: Some(request.clone()),
        };
        let request = from.sign(&self.signer, message, NAME)?;
        Ok(self
            .admission
            .clone()
            .prepare_add_users(request)
            .await
            .map_err(translate)?
            .into_inner())
    }

    /// Adds users: the decision.
    ///
    /// # Errors
    /// Identity's own.
    pub async fn commit(&self, from: &From, message: CommitAddUsersRequest) -> Result<AddUsersResponse, Status> {
        let request = from.sign(&self.signer, message, NAME)?;
        let answer = self
            .admission
            .clone()
            .commit_add_users(request)
            .await
            .map_err(translate)?
            .into_inner();
        Ok(answer.response.unwrap_or_default())
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
