//! The users of an account for a report: with the names of what they refer to by id.

use std::collections::{BTreeSet, HashMap};

use chassis::Person;
use types::{PageSize, Permission};

use super::App;
use crate::domain::error::Error;
use crate::domain::user::User;
use crate::domain::user_query::UserQuery;
use crate::store::names;

/// A user with the names of what they refer to; empty for what they have none of, or what is not to be seen.
#[derive(Debug)]
pub struct UserRow {
    /// The user.
    pub user: User,
    /// Their group's.
    pub group_name: String,
    /// Their settings template's.
    pub settings_template_name: String,
    /// That of the account's own role that they have.
    pub custom_role_name: String,
}

impl App {
    /// One page of the caller's fellow users, as [`Self::list_users`] answers it, and the token of the next page.
    ///
    /// # Errors
    /// As [`Self::list_users`].
    pub async fn list_user_rows(
        &self,
        person: &Person,
        query: &UserQuery,
        size: PageSize,
        page_token: &str,
    ) -> Result<(Vec<UserRow>, String), Error> {
        let page = self.list_users(person, query, size, page_token).await?;
        let sees_roles = person.can(Permission::AssignRoles);
        let refers = |user: &User| [group(user), template(user), role(user, sees_roles)];
        let ids: BTreeSet<String> = page.users.iter().flat_map(refers).flatten().collect();
        let names = names::find(self.database.reader(), person.account, &ids).await?;
        let row = |user: User| UserRow {
            group_name: name(&names, group(&user)),
            settings_template_name: name(&names, template(&user)),
            custom_role_name: name(&names, role(&user, sees_roles)),
            user,
        };
        Ok((page.users.into_iter().map(row).collect(), page.next_page_token))
    }
}

fn group(user: &User) -> Option<String> {
    user.group_id.map(|id| id.to_string())
}

fn template(user: &User) -> Option<String> {
    user.settings_template_id.map(|id| id.to_string())
}

fn role(user: &User, is_seen: bool) -> Option<String> {
    user.custom_role_id.filter(|_| is_seen).map(|id| id.to_string())
}

fn name(names: &HashMap<String, String>, id: Option<String>) -> String {
    id.and_then(|id| names.get(&id).cloned()).unwrap_or_default()
}
