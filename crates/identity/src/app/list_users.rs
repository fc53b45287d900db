//! The users of an account, page by page.

use std::collections::HashMap;

use chassis::Person;
use storage::page;
use types::{AccountId, PageSize, Permission, UserId};

use super::App;
use crate::domain::error::Error;
use crate::domain::fault::{Fault, Violation};
use crate::domain::user::User;
use crate::domain::user_query::{Position, UserQuery};
use crate::store::{groups, invitations, users};

/// One page of users.
#[derive(Debug)]
pub struct Page {
    /// The users.
    pub users: Vec<User>,
    /// For the next page; empty on the last one.
    pub next_page_token: String,
}

impl App {
    /// Users of the caller's account, as a query asks for them.
    ///
    /// # Errors
    /// [`Error::PageTokenInvalid`] for a token of another query; [`Error::RoleAssignmentForbidden`] when somebody asks for
    /// roles who may not see any; [`Error::Field`] for a group that the account does not have.
    pub async fn list_users(
        &self,
        person: &Person,
        query: &UserQuery,
        size: PageSize,
        page_token: &str,
    ) -> Result<Page, Error> {
        if !query.filter.roles.is_empty() && !person.can(Permission::AssignRoles) {
            return Err(Error::RoleAssignmentForbidden {
                field: "filter.roles".into(),
            });
        }
        let listed = ("users", query);
        let after: Option<Position> = page::decode(&listed, page_token)
            .ok()
            .filter(|after: &Option<Position>| after.as_ref().is_none_or(Position::is_possible))
            .ok_or(Error::PageTokenInvalid)?;
        if let Some(group) = query.filter.group_id
            && groups::find(self.database.reader(), person.account, group)
                .await?
                .is_none()
        {
            return Err(Error::Field(Violation::new(Fault::GroupNotFound, "filter.group_id")));
        }
        let (mut users, next) = users::list(self.database.reader(), query, after.as_ref(), size.rows()).await?;
        self.complete(person.account, &mut users).await?;
        let next_page_token = next.map(|next| page::encode(&listed, &next)).unwrap_or_default();
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
