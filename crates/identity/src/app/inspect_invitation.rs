//! What an invitation says, before anything is typed.

use types::Timestamp;

use super::App;
use crate::domain::account::AccountState;
use crate::domain::error::Error;
use crate::domain::invitation::{FIRST_GENERATION, Invitation, Kind};
use crate::domain::token;
use crate::store::{invitations, users};

/// What the invited person should know before they accept.
#[derive(Debug)]
pub struct Inspected {
    /// What accepting does.
    pub kind: Kind,
    /// The account's name.
    pub account_name: String,
    /// Who invited.
    pub inviter_name: String,
    /// The invited address, as it was typed.
    pub address: String,
    /// The products that come with it.
    pub products: Vec<String>,
    /// When it stops being acceptable.
    pub expire_time: Timestamp,
}

impl App {
    /// Shows the pending invitation that a token belongs to.
    ///
    /// # Errors
    /// [`Error::InvitationNotFound`]; why it is not pending any more; [`Error::InvitationSuperseded`] for the token of an
    /// earlier sending.
    pub async fn inspect_invitation(&self, token: &str) -> Result<Inspected, Error> {
        let invitation = self.invitation(token).await?;
        invitation.check_pending(self.clock.now())?;
        let account = self.account(invitation.account_id).await?;
        if account.state != AccountState::Active {
            return Err(Error::InvitationRevoked);
        }
        let inviter = users::find(self.database.reader(), invitation.account_id, invitation.inviter_id).await?;
        Ok(Inspected {
            kind: invitation.kind,
            account_name: account.name,
            inviter_name: inviter.map(|user| user.display_name()).unwrap_or_default(),
            address: invitation.address,
            products: invitation.products,
            expire_time: invitation.expire_time,
        })
    }

    /// The invitation that a working token belongs to, in whatever state it is.
    ///
    /// # Errors
    /// [`Error::InvitationNotFound`]; [`Error::InvitationSuperseded`] for the token of an earlier sending.
    pub(super) async fn invitation(&self, token: &str) -> Result<Invitation, Error> {
        match self.named_by(token).await? {
            Named::Now(invitation) => Ok(invitation),
            Named::Before(_) => Err(Error::InvitationSuperseded),
        }
    }

    /// The invitation that a token names. The shared store answers the look-up first; the database is the truth.
    ///
    /// # Errors
    /// [`Error::InvitationNotFound`].
    pub(super) async fn named_by(&self, token: &str) -> Result<Named, Error> {
        let (named, generation) = token::invitation_named_by(token).ok_or(Error::InvitationNotFound)?;
        let hash = token::hash(token);
        if let Some(id) = self.links.recall(&hash).await
            && let Some((invitation, current)) = invitations::by_id(self.database.reader(), id).await?
            && current == hash
        {
            return Ok(Named::Now(invitation));
        }
        match invitations::by_id(self.database.reader(), named).await? {
            Some((invitation, current)) if current == hash => {
                self.links.remember(token, invitation.id).await;
                Ok(Named::Now(invitation))
            }
            // Not the working link: perhaps one that was sent before the working one.
            Some((invitation, _)) if (FIRST_GENERATION..invitation.generation).contains(&generation) => {
                Ok(Named::Before(invitation))
            }
            Some(_) | None => Err(Error::InvitationNotFound),
        }
    }
}

/// Which invitation a token names.
pub(super) enum Named {
    /// The token is in its working link.
    Now(Invitation),
    /// The token is in a link that was sent before the working one, or says so: that is not proved.
    Before(Invitation),
}
