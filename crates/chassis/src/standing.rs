//! Whether somebody who was let in earlier still may do what they are doing.

use proto::identity::internal::v1::GetCallerRequest;
use proto::identity::internal::v1::authentication_service_client::AuthenticationServiceClient;
use tonic::{Code, Status};
use types::Permission;

use crate::caller::{Actor, Person};
use crate::channel::{Channel, unavailable};
use crate::guard::lacking;
use crate::permission::write_permission;
use crate::refusal::{Refusal, reason};
use crate::signer::Signer;

/// The service that knows the people.
const AUDIENCE: &str = "identity";
/// Its reason, and ours.
const SESSION_ENDED: &str = "SESSION_ENDED";

/// Identity did not answer.
#[derive(Debug, thiserror::Error)]
#[error("identity does not answer: {:?}: {}", .0.code(), .0.message())]
pub struct Unanswered(#[from] Status);

/// Why somebody may not do something, or not go on with it.
#[derive(Debug, thiserror::Error)]
pub enum Barred {
    /// They do not have the permission, or have it no more.
    #[error("{0} is required")]
    PermissionRequired(Permission),
    /// They are logged out, or have left the account.
    #[error("the session has ended")]
    SessionEnded,
    /// Identity does not say whether they may.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
}

impl From<Barred> for Status {
    fn from(barred: Barred) -> Self {
        match barred {
            Barred::PermissionRequired(permission) => lacking(permission.as_str()),
            Barred::SessionEnded => {
                let message = "The session has ended; log in again.";
                Refusal::new(Code::Unauthenticated, SESSION_ENDED, message).into()
            }
            Barred::Unanswered(error) => {
                tracing::warn!(%error, "nobody says whether somebody may go on");
                unavailable()
            }
        }
    }
}

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

    /// Makes sure that a person still has a permission, in the same account and session.
    ///
    /// # Errors
    /// When they have not, or there is no answer.
    pub async fn require(&self, person: &Person, permission: Permission) -> Result<(), Barred> {
        let message = GetCallerRequest {
            user_id: person.user.to_string(),
            session_id: person.session.to_string(),
        };
        let request = self
            .signer
            .request(message, &Actor::Service, AUDIENCE)
            .map_err(Unanswered)?;
        let answer = match self.client.clone().get_caller(request).await {
            Ok(answer) => answer.into_inner(),
            Err(status) if reason(&status).as_deref() == Some(SESSION_ENDED) => return Err(Barred::SessionEnded),
            Err(status) => return Err(Unanswered(status).into()),
        };
        if answer.account_id != person.account.to_string() {
            Err(Barred::SessionEnded)
        } else if answer.permissions.contains(&write_permission(permission).into()) {
            Ok(())
        } else {
            Err(Barred::PermissionRequired(permission))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_barred_is_told_why() {
        let table = [
            (
                Barred::PermissionRequired(Permission::ManageUsers),
                Code::PermissionDenied,
                "PERMISSION_REQUIRED",
            ),
            (Barred::SessionEnded, Code::Unauthenticated, "SESSION_ENDED"),
            (
                Unanswered(Status::unavailable("down")).into(),
                Code::Unavailable,
                "PEER_UNAVAILABLE",
            ),
        ];
        for (barred, code, expected) in table {
            let status = Status::from(barred);
            assert_eq!((status.code(), reason(&status).as_deref()), (code, Some(expected)));
        }
    }
}
