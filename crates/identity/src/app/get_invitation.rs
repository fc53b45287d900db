//! One invitation.

use chassis::Person;
use types::InvitationId;

use super::App;
use crate::domain::error::Error;
use crate::domain::invitation::Invitation;
use crate::store::invitations;

impl App {
    /// An invitation of the caller's account, in the state that it is in now.
    ///
    /// # Errors
    /// [`Error::InvitationNotFound`], also for invitations of other accounts.
    pub async fn get_invitation(&self, person: &Person, id: InvitationId) -> Result<Invitation, Error> {
        let invitation = invitations::find(self.database.reader(), person.account, id).await?;
        let invitation = invitation.ok_or(Error::InvitationNotFound)?;
        Ok(invitation.at(self.clock.now()))
    }
}
