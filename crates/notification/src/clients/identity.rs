//! Identity, which knows who may still see an account's mails.

use chassis::{Actor, Channel, Person, Signer, reason};
use proto::access_v1::Permission;
use proto::identity::internal::v1::GetCallerRequest;
use proto::identity::internal::v1::authentication_service_client::AuthenticationServiceClient;
use tonic::Status;

/// The name that identity answers to.
const AUDIENCE: &str = "identity";

/// Identity, as notification sees it; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    callers: AuthenticationServiceClient<Channel>,
    signer: Signer,
}

/// What somebody may see of an account's mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Everything.
    ManagesUsers,
    /// Nothing any more.
    PermissionLost,
    /// They are logged out, or have left the account.
    SessionEnded,
}

/// Identity did not answer.
#[derive(Debug, thiserror::Error)]
#[error("{:?}: {}", .0.code(), .0.message())]
pub(crate) struct IdentityError(#[from] Status);

impl Identity {
    /// A client that calls through `channel`.
    pub(crate) fn new(channel: &Channel, signer: Signer) -> Self {
        Self {
            callers: AuthenticationServiceClient::new(channel.clone()),
            signer,
        }
    }

    /// What somebody who was let in earlier is by now.
    ///
    /// # Errors
    /// When there is no answer.
    pub(crate) async fn standing(&self, person: &Person) -> Result<Standing, IdentityError> {
        let message = GetCallerRequest {
            user_id: person.user.to_string(),
            session_id: person.session.to_string(),
        };
        let request = self.signer.request(message, &Actor::Service, AUDIENCE)?;
        let answer = match self.callers.clone().get_caller(request).await {
            Ok(answer) => answer.into_inner(),
            Err(status) if reason(&status).as_deref() == Some("SESSION_ENDED") => return Ok(Standing::SessionEnded),
            Err(status) => return Err(status.into()),
        };
        if answer.account_id != person.account.to_string() {
            return Ok(Standing::SessionEnded);
        }
        let needed = i32::from(Permission::ManageUsers);
        Ok(if answer.permissions.contains(&needed) {
            Standing::ManagesUsers
        } else {
            Standing::PermissionLost
        })
    }
}
