//! What an invitation says, before anything is typed.

use types::Timestamp;

use super::App;
use crate::domain::error::Error;
use crate::domain::invitation::{FIRST_GENERATION, Invitation, InvitationState, Kind};
use crate::domain::token;
use crate::store::{invitations, users};

/// What the invited person should know before they accept.
#[derive(Debug)]
pub struct Inspected {
    /// What accepting does.
    pub kind: Kind,
    /// What has become of it.
    pub state: InvitationState,
    /// The account's name.
    pub account_name: String,
    /// Who invited.
    pub inviter_name: String,
    /// The invited address, as it was typed.
    pub address: String,
    /// The products that come with it.
    pub products: Vec<String>,
    /// When it stops, or stopped, being acceptable.
    pub expire_time: Timestamp,
}

impl App {
    /// Shows the invitation that a token belongs to.
    ///
    /// # Errors
    /// [`Error::InvitationNotFound`]; [`Error::InvitationSuperseded`] for the token of an earlier sending.
    pub async fn inspect_invitation(&self, token: &str) -> Result<Inspected, Error> {
        let invitation = self.invitation(token).await?;
        let account = self.account(invitation.account_id).await?;
        let inviter = users::find(self.database.reader(), invitation.account_id, invitation.inviter_id).await?;
        Ok(Inspected {
            kind: invitation.kind,
            state: invitation.state_at(self.clock.now()),
            account_name: account.name,
            inviter_name: inviter.map(|user| user.display_name()).unwrap_or_default(),
            address: invitation.address,
            products: invitation.products,
            expire_time: invitation.expire_time,
        })
    }

    /// The invitation that a token belongs to. The shared store answers the look-up first; the database is the truth.
    ///
    /// # Errors
    /// As [`Self::inspect_invitation`].
    pub(super) async fn invitation(&self, token: &str) -> Result<Invitation, Error> {
        let (named, generation) = token::invitation_named_by(token).ok_or(Error::InvitationNotFound)?;
        let hash = token::hash(token);
        if let Some(id) = self.links.recall(&hash).await
            && let Some((invitation, current)) = invitations::by_id(self.database.reader(), id).await?
            && current == hash
        {
            return Ok(invitation);
        }
        if let Some(invitation) = invitations::by_token_hash(self.database.reader(), &hash).await? {
            self.links.remember(token, invitation.id).await;
            return Ok(invitation);
        }
        // Not the working link: perhaps one that was sent before the working one.
        match invitations::by_id(self.database.reader(), named).await? {
            Some((invitation, _)) if (FIRST_GENERATION..invitation.generation).contains(&generation) => {
                Err(Error::InvitationSuperseded)
            }
            Some(_) | None => Err(Error::InvitationNotFound),
        }
    }
}
