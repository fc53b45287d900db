//! The invitations of an account for a report: with who invited.

use std::collections::{BTreeSet, HashMap};

use chassis::Person;
use types::PageSize;

use super::App;
use crate::domain::error::Error;
use crate::domain::holder::Holder;
use crate::domain::invitation::Invitation;
use crate::domain::invitation_filter::InvitationFilter;
use crate::store::holders;

/// An invitation with who invited, if they are in the account still.
#[derive(Debug)]
pub struct InvitationRow {
    /// The invitation.
    pub invitation: Invitation,
    /// The inviter.
    pub inviter: Option<Holder>,
}

impl App {
    /// One page of invitations, as [`Self::list_invitations`] answers it, and the token of the next page.
    ///
    /// # Errors
    /// As [`Self::list_invitations`].
    pub async fn list_invitation_rows(
        &self,
        person: &Person,
        filter: &InvitationFilter,
        size: PageSize,
        page_token: &str,
    ) -> Result<(Vec<InvitationRow>, String), Error> {
        let page = self.list_invitations(person, filter, size, page_token).await?;
        let inviters = page
            .invitations
            .iter()
            .map(|invitation| invitation.inviter_id.to_string());
        let inviters: Vec<_> = inviters.collect::<BTreeSet<_>>().into_iter().collect();
        let found = holders::find(self.database.reader(), person.account, &inviters).await?;
        let found: HashMap<_, _> = found.into_iter().map(|user| (user.id.clone(), user)).collect();
        let row = |invitation: Invitation| InvitationRow {
            inviter: found.get(&invitation.inviter_id.to_string()).cloned(),
            invitation,
        };
        Ok((page.invitations.into_iter().map(row).collect(), page.next_page_token))
    }
}
