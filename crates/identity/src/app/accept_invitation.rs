//! Accepting an invitation to join: one transaction that cannot fail for seats, since they are held already.

use chassis::Caller;
use serde_json::json;
use types::failpoint;

use super::cancel_mail::cancel_mail;
use super::pending_invitation::pending;
use super::{App, invited};
use crate::domain::audit::Event;
use crate::domain::error::Error;
use crate::domain::invitation::InvitationState;
use crate::domain::password::Password;
use crate::domain::session::Tokens;
use crate::store::{audit_events, invitations, sessions, users};

impl App {
    /// Makes the invited user active, with this password, and logs them in.
    ///
    /// # Errors
    /// As [`App::inspect_invitation`]; [`Error::TransferNeedsSession`].
    pub async fn accept_invitation(&self, caller: &Caller, token: &str, password: Password) -> Result<Tokens, Error> {
        let invitation = self.invitation(token).await?;
        let origin = invited(caller, &invitation);
        let now = self.clock.now();
        invitation.check_joinable(now)?;
        let password_hash = self.passwords.hash(&password).await?;
        let (session, refresh_token) = self.new_session(invitation.user_id, invitation.account_id, now);
        let begun = session.clone();
        failpoint("identity::accept_invitation::received");
        let relay = self.relay.clone();
        let accept = self.database.transaction(move |tx| {
            Box::pin(async move {
                // Under the account's lock, so that of any number of parallel acceptances, revocations and resendings one wins.
                let (_, invitation) = pending(tx, &invitation, now).await?;
                let accepted = invitations::answer(tx, &invitation, InvitationState::Accepted, now).await?
                    && users::activate(tx, invitation.account_id, invitation.user_id, &password_hash, now).await?;
                if !accepted {
                    return Err(Error::InvitationNotPending);
                }
                sessions::insert(tx, &begun, now).await?;
                let unneeded = cancel_mail(invitation.account_id, invitation.id, invitation.generation)?;
                let handover = relay.append(tx, now, vec![unneeded]).await?;
                let event = Event::new(invitation.account_id, &origin, "invitation.accept", invitation.id, now)
                    .before(&json!({ "state": invitation.state }))
                    .after(&json!({ "state": InvitationState::Accepted, "user_id": invitation.user_id }));
                audit_events::append(tx, &[event]).await?;
                Ok::<_, Error>(handover)
            })
        });
        accept.await?.committed();
        failpoint("identity::accept_invitation::committed");
        self.tokens(&session, refresh_token, now)
    }
}
