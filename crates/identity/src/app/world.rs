//! What requests to add users are judged by, read for a whole batch at once: the same when they are foretold as when they
//! are committed.

mod held;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chassis::Person;
use types::{AccountId, UserId};

use self::held::Held;
use crate::domain::account::{Account, AccountState};
use crate::domain::admission::AddUsers;
use crate::domain::catalogue::Catalogue;
use crate::domain::decision::{self, Decided, Known};
use crate::domain::error::Error;
use crate::domain::new_user::Yardstick;
use crate::domain::welcome_email::{Welcome, WelcomeEmailVersion, version_for};
use crate::store::requests::{self, Key, Remembered};
use crate::store::{Connection, accounts, invitations, users};

/// A request, and who makes it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who asks.
    pub person: Person,
    /// For what.
    pub request: Arc<AddUsers>,
    /// The products there are.
    pub catalogue: Arc<Catalogue>,
}

impl Asked {
    /// What it is remembered by.
    pub fn key(&self) -> Key {
        Key {
            account_id: self.person.account,
            request_id: self.request.request_id.to_string(),
        }
    }
}

/// What the database knows about the requests of a batch.
pub struct World {
    requests: HashMap<Key, Remembered>,
    accounts: HashMap<AccountId, Account>,
    names: HashMap<UserId, String>,
    users: HashMap<String, (UserId, AccountId)>,
    invited: HashSet<(AccountId, String)>,
    held: Held,
}

impl World {
    /// Looks at it.
    pub async fn look(conn: &impl Connection, items: &[Asked]) -> Result<Self, Error> {
        let accounts = accounts::by_ids(conn, &accounts(items)).await?;
        let held = Held::look(conn, items, &accounts).await?;
        Self::read(conn, items, accounts, held).await
    }

    /// The same, and what the requests refer to stays until the transaction is over; with the names of those who ask.
    pub async fn hold(tx: &impl Connection, items: &[Asked]) -> Result<Self, Error> {
        // Also where nothing is referred to: nobody closes an account while users are added to it.
        let accounts = accounts::hold(tx, &accounts(items)).await?;
        let held = Held::hold(tx, items, &accounts).await?;
        let inviters = distinct(items.iter().map(|item| item.person.user));
        let inviters = users::by_ids(tx, &inviters).await?.into_iter();
        let world = Self::read(tx, items, accounts, held).await?;
        Ok(Self {
            names: inviters.map(|user| (user.id, user.display_name())).collect(),
            ..world
        })
    }

    async fn read(conn: &impl Connection, items: &[Asked], accounts: Vec<Account>, held: Held) -> Result<Self, Error> {
        let keys: Vec<Key> = items.iter().map(Asked::key).collect();
        let mut addresses = Vec::new();
        let mut invitees = Vec::new();
        for item in items {
            for email in decision::addresses(&item.request) {
                invitees.push(invitations::Invitee {
                    account_id: item.person.account,
                    email: email.clone(),
                });
                addresses.push(email);
            }
        }
        let users = users::by_addresses(conn, &addresses).await?;
        // Only somebody who is a user already can have a pending invitation that a new one would collide with.
        let invited = if users.is_empty() {
            vec![]
        } else {
            invitations::pending(conn, &invitees).await?
        };
        // Last, since each statement sees what is committed when it begins: whoever sees the users of a request that another
        // process commits meanwhile sees its decision too, and does not take them for somebody else's.
        let remembered = requests::find(conn, &keys).await?;
        Ok(Self {
            requests: remembered
                .into_iter()
                .map(|remembered| (remembered.key.clone(), remembered))
                .collect(),
            accounts: accounts.into_iter().map(|account| (account.id, account)).collect(),
            names: HashMap::new(),
            users: users
                .into_iter()
                .map(|(email, user, account)| (email, (user, account)))
                .collect(),
            invited: invited
                .into_iter()
                .map(|invitee| (invitee.account_id, invitee.email))
                .collect(),
            held,
        })
    }

    /// What is remembered of a request.
    pub fn remembered(&self, key: &Key) -> Option<&Remembered> {
        self.requests.get(key)
    }

    /// What somebody who asks is called.
    pub fn name(&self, id: UserId) -> Result<&str, Error> {
        self.names.get(&id).map(String::as_str).ok_or(Error::UserNotFound)
    }

    /// What somebody is sent who is invited to join an account; none for the system's welcome e-mail.
    pub fn welcome_email(&self, account: &Account, welcome: Welcome) -> Option<WelcomeEmailVersion> {
        version_for(account, welcome.own(), self.held.welcome_emails())
    }

    /// Judges the rows of a request.
    pub fn judge(&self, item: &Asked) -> Result<Vec<Decided>, Error> {
        let account = self.account(item.person.account)?;
        let yardstick = Yardstick {
            shared: &item.request.options,
            products: &item.catalogue.ids,
            roles: &self.held.roles(account.id),
            giver: item.person.permissions,
            language: &account.language,
            time_zone: &account.time_zone,
            references: &self.held.of(account.id),
        };
        let known = self.known(account.id, decision::addresses(&item.request));
        Ok(decision::decide(account.id, &item.request, &yardstick, &known))
    }

    /// An account that is in use.
    pub fn account(&self, id: AccountId) -> Result<&Account, Error> {
        let account = self.accounts.get(&id).ok_or(Error::AccountNotFound(id))?;
        match account.state {
            AccountState::Active => Ok(account),
            // Whoever asks has no session any more; the gateway will have heard of it soon.
            AccountState::Closed => Err(Error::SessionEnded),
        }
    }

    fn known(&self, account: AccountId, addresses: impl Iterator<Item = String>) -> Known {
        let mut known = Known::default();
        for email in addresses {
            if let Some(user) = self.users.get(&email) {
                if self.invited.contains(&(account, email.clone())) {
                    known.invited.insert(email.clone());
                }
                known.users.insert(email, *user);
            }
        }
        known
    }
}

fn accounts(items: &[Asked]) -> Vec<AccountId> {
    distinct(items.iter().map(|item| item.person.account))
}

/// What belongs to one account.
pub fn owned_by<Id: Eq + std::hash::Hash>(
    account: AccountId,
    owned: impl IntoIterator<Item = (AccountId, Id)>,
) -> HashSet<Id> {
    let owned = owned.into_iter().filter(|(owner, _)| *owner == account);
    owned.map(|(_, id)| id).collect()
}

/// Each value once, in the order in which it was first there.
pub fn distinct<T: std::hash::Hash + Eq + Copy>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = HashSet::new();
    values.filter(|value| seen.insert(*value)).collect()
}
