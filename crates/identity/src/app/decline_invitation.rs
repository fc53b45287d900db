//! Declining an invitation.

use chassis::Caller;
use types::failpoint;

use super::pending_invitation::pending;
use super::{App, end_invitation, invited};
use crate::domain::error::Error;
use crate::domain::invitation::InvitationState;

impl App {
    /// Declines the invitation that a token belongs to, to join or to transfer: its seats come free.
    ///
    /// # Errors
    /// As [`App::inspect_invitation`].
    pub async fn decline_invitation(&self, caller: &Caller, token: &str) -> Result<(), Error> {
        let seen = self.invitation(token).await?;
        let (origin, now) = (invited(caller, &seen), self.clock.now());
        let decline = self.database.transaction(move |tx| {
            Box::pin(async move {
                let (_, invitation) = pending(tx, &seen, now).await?;
                let how = (&origin, "invitation.decline");
                end_invitation::end(tx, &invitation, InvitationState::Declined, how, now).await
            })
        });
        decline.await?;
        self.relay.wake();
        failpoint("identity::decline_invitation::committed");
        Ok(())
    }
}
