//! The invitations of an account, page by page.

use chassis::Person;
use storage::page;
use types::{InvitationId, PageSize};

use super::App;
use crate::domain::error::Error;
use crate::domain::invitation::Invitation;
use crate::domain::invitation_filter::InvitationFilter;
use crate::store::invitations;

/// One page of invitations.
#[derive(Debug)]
pub struct InvitationPage {
    /// The invitations.
    pub invitations: Vec<Invitation>,
    /// For the next page; empty on the last one.
    pub next_page_token: String,
}

impl App {
    /// The invitations of the caller's account that pass a filter, by age, in the states that they are in now.
    ///
    /// # Errors
    /// [`Error::PageTokenInvalid`].
    pub async fn list_invitations(
        &self,
        person: &Person,
        filter: &InvitationFilter,
        size: PageSize,
        page_token: &str,
    ) -> Result<InvitationPage, Error> {
        let query = ("invitations", person.account, filter);
        let after: Option<InvitationId> = page::decode(&query, page_token).map_err(|_| Error::PageTokenInvalid)?;
        let limit = u64::try_from(size.rows()).unwrap_or(u64::MAX).saturating_add(1);
        let (reader, now) = (self.database.reader(), self.clock.now());
        let mut found = invitations::list(reader, person.account, filter, now, after, limit).await?;
        let next_page_token = page::cut(&query, &mut found, size, |last| last.id);
        Ok(InvitationPage {
            invitations: found.into_iter().map(|invitation| invitation.at(now)).collect(),
            next_page_token,
        })
    }
}
