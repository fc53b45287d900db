//! Whether somebody who was let in earlier still may do what they are doing.

use proto::identity::internal::v1::GetCallerRequest;
use proto::identity::internal::v1::authentication_service_client::AuthenticationServiceClient;
use tonic::Status;
use types::Permission;

use crate::caller::{Actor, Person};
use crate::channel::Channel;
use crate::permission::write_permission;
use crate::refusal::reason;
use crate::signer::Signer;

/// The service that knows the people.
const AUDIENCE: &str = "identity";

/// What became of somebody's right to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They have it.
    Granted,
    /// They have it no more.
    PermissionLost,
    /// They are logged out, or have left the account.
    SessionEnded,
}

/// Identity did not answer.
#[derive(Debug, thiserror::Error)]
#[error("{:?}: {}", .0.code(), .0.message())]
pub struct Unanswered(#[from] Status);

/// The way to whoever knows it; cheap to clone.
#[derive(Clone, Debug)]
pub struct Standings {
    client: AuthenticationServiceClient<Channel>,
    signer: Signer,
}

impl Standings {
    /// Asks identity, through `channel`.
    #[must_use]
    pub fn new(channel: &Channel, signer: Signer) -> Self {
        Self {
            client: AuthenticationServiceClient::new(channel.clone()),
            signer,
        }
    }

    /// Whether a person still has a permission, in the same account and session.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn of(&self, person: &Person, permission: Permission) -> Result<Standing, Unanswered> {
        let message = GetCallerRequest {
            user_id: person.user.to_string(),
            session_id: person.session.to_string(),
        };
        let request = self.signer.request(message, &Actor::Service, AUDIENCE)?;
        let answer = match self.client.clone().get_caller(request).await {
            Ok(answer) => answer.into_inner(),
            Err(status) if reason(&status).as_deref() == Some("SESSION_ENDED") => return Ok(Standing::SessionEnded),
            Err(status) => return Err(status.into()),
        };
        Ok(if answer.account_id != person.account.to_string() {
            Standing::SessionEnded
        } else if answer.permissions.contains(&write_permission(permission).into()) {
            Standing::Granted
        } else {
            Standing::PermissionLost
        })
    }
}
