//! The users of an account, page by page.

use std::collections::HashMap;

use chassis::Person;
use storage::page;
use types::{AccountId, PageSize, UserId};

use super::App;
use crate::domain::error::Error;
use crate::domain::user::User;
use crate::store::{invitations, users};

/// One page of users.
#[derive(Debug)]
pub struct Page {
    /// The users.
    pub users: Vec<User>,
    /// For the next page; empty on the last one.
    pub next_page_token: String,
}

impl App {
    /// The caller's fellow users, by age.
    ///
    /// # Errors
    /// [`Error::PageTokenInvalid`].
    pub async fn list_users(&self, person: &Person, size: PageSize, page_token: &str) -> Result<Page, Error> {
        let query = ("users", person.account);
        let after: Option<UserId> = page::decode(&query, page_token).map_err(|_| Error::PageTokenInvalid)?;
        let limit = u64::try_from(size.rows()).unwrap_or(u64::MAX).saturating_add(1);
        let mut users = users::list(self.database.reader(), person.account, after, limit).await?;
        let more = users.len() > size.rows();
        users.truncate(size.rows());
        let next_page_token = match users.last() {
            Some(last) if more => page::encode(&query, &last.id),
            Some(_) | None => String::new(),
        };
        self.complete(person.account, &mut users).await?;
        Ok(Page { users, next_page_token })
    }

    /// Adds what stands in other tables: each in one query for all users.
    pub(super) async fn complete(&self, account: AccountId, users: &mut [User]) -> Result<(), Error> {
        let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
        let (invitations, account) = futures::try_join!(
            invitations::of_users(self.database.reader(), account, &ids),
            self.account(account),
        )?;
        let now = self.clock.now();
        let mut by_user: HashMap<_, _> = invitations
            .into_iter()
            .map(|invitation| (invitation.user_id, invitation.at(now)))
            .collect();
        for user in users {
            user.billing_contact = user.id == account.billing_contact;
            user.purge_time = user.purge_time(self.retention);
            user.invitation = by_user.remove(&user.id);
        }
        Ok(())
    }
}
