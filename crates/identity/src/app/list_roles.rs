//! Looking at roles: the built-in ones and the account's own.

use std::collections::HashMap;

use chassis::Person;
use serde::{Deserialize, Serialize};
use storage::page;
use types::{PageSize, Role, RoleId};

use super::App;
use crate::domain::error::Error;
use crate::domain::name_key::name_key;
use crate::domain::role::OwnRole;
use crate::store::roles;

/// A role of either kind.
#[derive(Clone, Debug)]
pub enum AnyRole {
    /// One that every account has.
    BuiltIn(Role),
    /// One of the account's own, and how many users hold it.
    Own(OwnRole, i64),
}

/// One page of roles.
#[derive(Debug)]
pub struct RolePage {
    /// The roles.
    pub roles: Vec<AnyRole>,
    /// For the next page; empty on the last one.
    pub next_page_token: String,
}

/// Where a page has ended.
#[derive(Serialize, Deserialize)]
enum Position {
    BuiltIn(Role),
    Own(String),
}

impl App {
    /// The built-in roles and then the account's own, by name.
    ///
    /// # Errors
    /// [`Error::PageTokenInvalid`].
    pub async fn list_roles(&self, person: &Person, size: PageSize, page_token: &str) -> Result<RolePage, Error> {
        let query = ("roles", person.account);
        let after: Option<Position> = page::decode(&query, page_token).map_err(|_| Error::PageTokenInvalid)?;
        let (skipped, key) = match &after {
            None => (0, ""),
            Some(Position::BuiltIn(last)) => (Role::BUILT_IN.iter().take_while(|role| *role != last).count() + 1, ""),
            Some(Position::Own(key)) => (Role::BUILT_IN.len(), key.as_str()),
        };
        let mut found: Vec<AnyRole> = Role::BUILT_IN.into_iter().skip(skipped).map(AnyRole::BuiltIn).collect();
        let limit = i64::try_from(size.rows()).unwrap_or(i64::MAX).saturating_add(1);
        let own = roles::list(self.database.reader(), person.account, key, limit).await?;
        found.extend(own.into_iter().map(|role| AnyRole::Own(role, 0)));
        let next_page_token = page::cut(&query, &mut found, size, |last| match last {
            AnyRole::BuiltIn(role) => Position::BuiltIn(*role),
            AnyRole::Own(role, _) => Position::Own(name_key(&role.name)),
        });
        self.count_holders(person, &mut found).await?;
        Ok(RolePage {
            roles: found,
            next_page_token,
        })
    }

    /// One role of the account's own.
    ///
    /// # Errors
    /// [`Error::RoleNotFound`].
    pub async fn get_role(&self, person: &Person, id: RoleId) -> Result<AnyRole, Error> {
        let role = roles::find(self.database.reader(), person.account, id).await?;
        let mut found = [AnyRole::Own(role.ok_or(Error::RoleNotFound)?, 0)];
        self.count_holders(person, &mut found).await?;
        let [role] = found;
        Ok(role)
    }

    async fn count_holders(&self, person: &Person, roles: &mut [AnyRole]) -> Result<(), Error> {
        let own = |role: &AnyRole| match role {
            AnyRole::BuiltIn(_) => None,
            AnyRole::Own(role, _) => Some(role.id),
        };
        let ids: Vec<RoleId> = roles.iter().filter_map(own).collect();
        let counts: HashMap<RoleId, i64> = roles::count_holders(self.database.reader(), person.account, &ids).await?;
        for role in roles {
            if let AnyRole::Own(role, holders) = role {
                *holders = counts.get(&role.id).copied().unwrap_or_default();
            }
        }
        Ok(())
    }
}
