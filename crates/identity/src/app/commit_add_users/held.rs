//! What the requests of a batch refer to by id, held in place until they are committed.

use std::collections::{BTreeSet, HashMap, HashSet};

use types::{AccountId, GroupId, Permissions, RoleId, TemplateId};

use super::Commit;
use crate::app::prepare_add_users::owned_by;
use crate::domain::decision;
use crate::domain::error::Error;
use crate::domain::reference::References;
use crate::store::{Connection, accounts, groups, roles, settings_templates};

/// The groups, settings templates and roles that there are, of those that the requests name, with the accounts they belong to.
#[derive(Default)]
pub struct Held {
    groups: HashSet<(AccountId, GroupId)>,
    templates: HashSet<(AccountId, TemplateId)>,
    roles: HashMap<AccountId, HashMap<RoleId, Permissions>>,
}

impl Held {
    /// Looks them up, and keeps them from being deleted meanwhile: accounts, groups, templates, as whoever deletes one does.
    pub async fn read(tx: &impl Connection, items: &[Commit]) -> Result<Self, Error> {
        let mut accounts = HashSet::new();
        let (mut groups, mut templates, mut own_roles) = (HashSet::new(), HashSet::new(), BTreeSet::new());
        for item in items {
            let named = References::of(&item.request);
            let named_roles: Vec<RoleId> = decision::roles(&item.request).collect();
            accounts.insert(item.person.account);
            own_roles.extend(named_roles);
            groups.extend(named.groups);
            templates.extend(named.templates);
        }
        // Also where nothing is named: nobody closes an account while users are added to it.
        accounts::hold(tx, &Vec::from_iter(accounts)).await?;
        if groups.is_empty() && templates.is_empty() && own_roles.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self {
            groups: groups::hold(tx, &Vec::from_iter(groups)).await?,
            templates: settings_templates::hold(tx, &Vec::from_iter(templates)).await?,
            // Whoever deletes a role has locked its account.
            roles: roles::owned(tx, &own_roles).await?,
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
