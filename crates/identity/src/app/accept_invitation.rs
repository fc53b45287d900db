//! Accepting an invitation to join: one transaction that cannot fail for seats, since they are held already.

use types::{AuditEventId, failpoint};

use super::App;
use crate::domain::error::Error;
use crate::domain::password::Password;
use crate::domain::session::Tokens;
use crate::store::{audit_events, invitations, sessions, users};

impl App {
    /// Makes the invited user active, with this password, and logs them in.
    ///
    /// # Errors
    /// As [`App::inspect_invitation`]; the state that the invitation is in, when it is not pending.
    pub async fn accept_invitation(&self, token: &str, password: Password) -> Result<Tokens, Error> {
        let invitation = self.invitation(token).await?;
        let now = self.clock.now();
        invitation.check_joinable(now)?;
        let password_hash = self.passwords.hash(&password).await?;
        let (session, refresh_token) = self.new_session(invitation.user_id, invitation.account_id, now);
        let begun = session.clone();
        failpoint("identity::accept_invitation::received");
        let accept = self.database.transaction(move |tx| {
            Box::pin(async move {
                // Guarded, so that of any number of parallel acceptances, revocations and resendings one wins.
                let accepted = invitations::accept(tx, &invitation, now).await?
                    && users::activate(tx, invitation.account_id, invitation.user_id, &password_hash).await?;
                if !accepted {
                    return Err(Error::InvitationNotPending);
                }
                sessions::insert(tx, &begun, now).await?;
                let event = audit_events::Row {
                    id: AuditEventId::new(),
                    account_id: invitation.account_id,
                    actor_id: invitation.user_id.to_string(),
                    action: "invitation.accept",
                    subject_id: invitation.id.to_string(),
                    request_id: None,
                    source: None,
                    create_time: now,
                };
                audit_events::insert(tx, &[event]).await?;
                Ok(())
            })
        });
        accept.await?;
        failpoint("identity::accept_invitation::committed");
        self.tokens(&session, refresh_token, now)
    }
}
