//! Tells how far the mails about many invitations have come.

use types::{AccountId, InvitationId};

use super::App;
use crate::domain::Delivery;
use crate::error::Error;
use crate::store::deliveries;

impl App {
    /// The latest delivery about each of an account's `invitations`; none for those that there is no mail about.
    pub(crate) async fn batch_get_deliveries(
        &self,
        account: AccountId,
        invitations: &[InvitationId],
    ) -> Result<Vec<Delivery>, Error> {
        Ok(deliveries::latest(self.database.reader(), account, invitations).await?)
    }
}
