//! What the requests of a batch refer to by id, held in place until they are committed.

use std::collections::{BTreeSet, HashMap, HashSet};

use types::{AccountId, EmailTemplateId, GroupId, Permissions, RoleId, TemplateId};

use super::{Asked, owned_by};
use crate::domain::account::Account;
use crate::domain::decision;
use crate::domain::error::Error;
use crate::domain::reference::References;
use crate::domain::welcome_email::PresentVersions;
use crate::store::{Connection, groups, roles, settings_templates, welcome_emails};

/// The groups, settings templates, roles and welcome e-mails that there are, of those that the requests name, with the accounts they belong to.
#[derive(Default)]
pub struct Held {
    groups: HashSet<(AccountId, GroupId)>,
    templates: HashSet<(AccountId, TemplateId)>,
    roles: HashMap<AccountId, HashMap<RoleId, Permissions>>,
    welcome_emails: PresentVersions,
}

/// Their ids.
#[derive(Default)]
struct Wanted {
    groups: HashSet<GroupId>,
    templates: HashSet<TemplateId>,
    roles: BTreeSet<RoleId>,
    welcome_emails: HashSet<EmailTemplateId>,
}

impl Held {
    /// Looks them up.
    pub async fn look(conn: &impl Connection, items: &[Asked], accounts: &[Account]) -> Result<Self, Error> {
        let wanted = Wanted::by(items, accounts);
        Ok(Self {
            groups: groups::among(conn, &Vec::from_iter(wanted.groups)).await?,
            templates: settings_templates::among(conn, &Vec::from_iter(wanted.templates)).await?,
            roles: roles::owned(conn, &wanted.roles).await?,
            welcome_emails: welcome_emails::present(conn, &Vec::from_iter(wanted.welcome_emails)).await?,
        })
    }

    /// Looks them up, and keeps them from being deleted meanwhile: after [`crate::store::accounts::hold`], groups, then templates, as whoever deletes one
    /// does.
    pub async fn hold(tx: &impl Connection, items: &[Asked], accounts: &[Account]) -> Result<Self, Error> {
        let wanted = Wanted::by(items, accounts);
        Ok(Self {
            groups: groups::hold(tx, &Vec::from_iter(wanted.groups)).await?,
            templates: settings_templates::hold(tx, &Vec::from_iter(wanted.templates)).await?,
            // Whoever deletes a role or a welcome e-mail has locked its account.
            roles: roles::owned(tx, &wanted.roles).await?,
            welcome_emails: welcome_emails::present(tx, &Vec::from_iter(wanted.welcome_emails)).await?,
        })
    }

    /// The roles of one account's own, with what they grant.
    pub fn roles(&self, account: AccountId) -> HashMap<RoleId, Permissions> {
        self.roles.get(&account).cloned().unwrap_or_default()
    }

    /// The groups, templates and welcome e-mails of one account.
    pub fn of(&self, account: AccountId) -> References {
        References {
            groups: owned_by(account, self.groups.iter().copied()),
            templates: owned_by(account, self.templates.iter().copied()),
            welcome_emails: owned_by(account, self.welcome_emails.keys().copied()),
        }
    }

    /// The present versions of the welcome e-mails.
    pub const fn welcome_emails(&self) -> &PresentVersions {
        &self.welcome_emails
    }
}

impl Wanted {
    /// What the requests name, and the default welcome e-mails of their accounts.
    fn by(items: &[Asked], accounts: &[Account]) -> Self {
        let mut wanted = Self::default();
        let defaults = accounts.iter().filter_map(|account| account.welcome_email_id);
        wanted.welcome_emails.extend(defaults);
        for item in items {
            let named = References::of(&item.request);
            wanted.roles.extend(decision::roles(&item.request));
            wanted.groups.extend(named.groups);
            wanted.templates.extend(named.templates);
            wanted.welcome_emails.extend(named.welcome_emails);
        }
        wanted
    }
}
