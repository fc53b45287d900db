//! Declining an invitation.

use chassis::Caller;
use types::failpoint;

use super::notices::{READERS, notify};
use super::pending_invitation::pending;
use super::{App, end_invitation, invited};
use crate::domain::account::Account;
use crate::domain::error::Error;
use crate::domain::invitation::{Invitation, InvitationState, Kind};
use crate::domain::message::{Notice, NoticeKind};
use crate::domain::user::{User, UserState};
use crate::store::{Connection, users};

impl App {
    /// Declines the invitation that a token belongs to, to join or to transfer: its seats come free. Of a transfer both
    /// sides are told by e-mail: who stays, and the super admins of the account that has invited.
    ///
    /// # Errors
    /// As [`App::inspect_invitation`].
    pub async fn decline_invitation(&self, caller: &Caller, token: &str) -> Result<(), Error> {
        let seen = self.invitation(token).await?;
        let (origin, now) = (invited(caller, &seen), self.clock.now());
        let decline = self.database.transaction(move |tx| {
            Box::pin(async move {
                let (account, invitation) = pending(tx, &seen, now).await?;
                let how = (&origin, "invitation.decline");
                end_invitation::end(tx, &invitation, InvitationState::Declined, how, now).await?;
                match invitation.kind {
                    Kind::Join => Ok(()),
                    Kind::Transfer => notify(tx, &notices(tx, &account, &invitation).await?, now).await,
                }
            })
        });
        decline.await?;
        self.relay.wake();
        failpoint("identity::decline_invitation::committed");
        Ok(())
    }
}

/// That somebody stays. The account that has invited knows them by their address only, and the one they stay in is told
/// nothing.
async fn notices(tx: &impl Connection, account: &Account, declined: &Invitation) -> Result<Vec<Notice>, Error> {
    let notice = |kind, reader: &User, person: &str| Notice::to_user(kind, account, reader, person, declined.id);
    let admins = users::super_admins(tx, account.id, READERS).await?;
    let staying = users::by_ids(tx, &[declined.user_id]).await?.into_iter();
    Ok(admins
        .iter()
        .map(|admin| notice(NoticeKind::TransferDeclined, admin, &declined.address))
        .chain(
            staying
                .filter(|user| user.state != UserState::Deleted)
                .map(|user| notice(NoticeKind::TransferStayed, &user, "")),
        )
        .collect())
}
