//! What the requests of a batch refer to by id, held in place until they are committed.

use std::collections::{BTreeSet, HashMap, HashSet};

use types::{AccountId, GroupId, Permissions, RoleId, TemplateId};

use super::{Asked, owned_by};
use crate::domain::decision;
use crate::domain::error::Error;
use crate::domain::reference::References;
use crate::store::{Connection, groups, roles, settings_templates};

/// The groups, settings templates and roles that there are, of those that the requests name, with the accounts they belong to.
#[derive(Default)]
pub struct Held {
    groups: HashSet<(AccountId, GroupId)>,
    templates: HashSet<(AccountId, TemplateId)>,
    roles: HashMap<AccountId, HashMap<RoleId, Permissions>>,
}

/// Their ids.
#[derive(Default)]
struct Wanted {
    groups: HashSet<GroupId>,
    templates: HashSet<TemplateId>,
    roles: BTreeSet<RoleId>,
}

impl Held {
    /// Looks them up.
    pub async fn look(conn: &impl Connection, items: &[Asked]) -> Result<Self, Error> {
        let wanted = Wanted::by(items);
        Ok(Self {
            groups: groups::among(conn, &Vec::from_iter(wanted.groups)).await?,
            templates: settings_templates::among(conn, &Vec::from_iter(wanted.templates)).await?,
            roles: roles::owned(conn, &wanted.roles).await?,
        })
    }

    /// Looks them up, and keeps them from being deleted meanwhile: after [`crate::store::accounts::hold`], groups, then templates, as whoever deletes one
    /// does.
    pub async fn hold(tx: &impl Connection, items: &[Asked]) -> Result<Self, Error> {
        let wanted = Wanted::by(items);
        Ok(Self {
            groups: groups::hold(tx, &Vec::from_iter(wanted.groups)).await?,
            templates: settings_templates::hold(tx, &Vec::from_iter(wanted.templates)).await?,
            // Whoever deletes a role has locked its account.
            roles: roles::owned(tx, &wanted.roles).await?,
        })
    }

    /// The roles of one account's own, with what they grant.
    pub fn roles(&self, account: AccountId) -> HashMap<RoleId, Permissions> {
        self.roles.get(&account).cloned().unwrap_or_default()
    }

    /// The groups and templates of one account.
    pub fn of(&self, account: AccountId) -> References {
        References {
            groups: owned_by(account, self.groups.iter().copied()),
            templates: owned_by(account, self.templates.iter().copied()),
        }
    }
}

impl Wanted {
    fn by(items: &[Asked]) -> Self {
        let mut wanted = Self::default();
        for item in items {
            let named = References::of(&item.request);
            wanted.roles.extend(decision::roles(&item.request));
            wanted.groups.extend(named.groups);
            wanted.templates.extend(named.templates);
        }
        wanted
    }
}
