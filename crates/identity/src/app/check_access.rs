//! Deciding about access, and explaining it: what enforcement would say, without trying.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chassis::Person;
use storage::{Batcher, Database};
use types::{AccountId, Permission, Permissions, Role, RoleId, UserId};

use super::App;
use super::world::distinct;
use crate::domain::access::{Reason, decide, decide_own, hosting_products};
use crate::domain::account::Account;
use crate::domain::catalogue::Catalogue;
use crate::domain::error::Error;
use crate::domain::user::User;
use crate::store::{Connection, accounts, grantors, users};

/// The most questions in one request.
const MAX_CHECKS: usize = 1_000;
/// The most people who are named.
const MAX_GRANTORS: i64 = 20;

/// A question: may this user do this?
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// The user.
    pub user_id: UserId,
    /// What they would do.
    pub permission: Permission,
}

/// What decides, and who could decide otherwise.
#[derive(Debug)]
pub struct Explanation {
    /// What decides.
    pub reason: Reason,
    /// The user's role.
    pub role: Role,
    /// The account's own role, if it is one.
    pub custom_role_id: Option<RoleId>,
    /// The products by whose license they may.
    pub licensed_products: Vec<String>,
    /// Who could change a no into a yes: ids and names.
    pub grantors: Vec<(UserId, String)>,
}

impl App {
    /// Decides each question.
    ///
    /// # Errors
    /// [`Error::ChecksCount`]; [`Error::PermissionRequired`] for what this person may not ask; [`Error::UserNotFound`].
    pub async fn check_access(&self, person: &Person, checks: &[Check]) -> Result<Vec<Reason>, Error> {
        if !(1..=MAX_CHECKS).contains(&checks.len()) {
            return Err(Error::ChecksCount);
        }
        check_asked(person, checks)?;
        if checks.iter().all(|check| is_own(person, check)) {
            let own = |check: &Check| decide_own(person.billing_contact, person.permissions, check.permission);
            return Ok(checks.iter().map(own).collect());
        }
        let subjects = self.subjects(person, checks).await?;
        let account = subjects.account(person)?;
        let catalogue = self.catalogue_for(checks).await?;
        let answer = |check: &Check| {
            let user = subjects.user(person, check.user_id)?;
            Ok(decide(account, user, check.permission, &catalogue))
        };
        checks.iter().map(answer).collect()
    }

    /// Explains one decision.
    ///
    /// # Errors
    /// As [`App::check_access`].
    pub async fn explain_access(&self, person: &Person, check: Check) -> Result<Explanation, Error> {
        let checks = [check];
        check_asked(person, &checks)?;
        let subjects = self.subjects(person, &checks).await?;
        let (account, user) = (subjects.account(person)?, subjects.user(person, check.user_id)?);
        let catalogue = self.catalogue_for(&checks).await?;
        let reason = decide(account, user, check.permission, &catalogue);
        let licensed_products = if check.permission.capability().needs_license {
            hosting_products(user, &catalogue)
        } else {
            vec![]
        };
        Ok(Explanation {
            reason,
            role: user.role,
            custom_role_id: user.custom_role_id,
            licensed_products,
            grantors: self.grantors(account, user, reason).await?,
        })
    }

    async fn subjects(&self, person: &Person, checks: &[Check]) -> Result<Arc<Subjects>, Error> {
        let users = checks.iter().map(|check| check.user_id).collect();
        self.questions.0.submit((person.account, users)).await
    }

    /// The catalogue, where a license can matter.
    async fn catalogue_for(&self, checks: &[Check]) -> Result<Arc<Catalogue>, Error> {
        if checks.iter().any(|check| check.permission.capability().needs_license) {
            self.licensing.catalogue().await
        } else {
            Ok(Arc::default())
        }
    }

    async fn grantors(&self, account: &Account, user: &User, reason: Reason) -> Result<Vec<(UserId, String)>, Error> {
        let reader = self.database.reader();
        let permission = match reason {
            Reason::AccountClosed | Reason::BillingContact | Reason::Role => return Ok(vec![]),
            Reason::UserInvited => return Ok(vec![(user.id, user.display_name())]),
            Reason::BillingContactRequired => {
                let contact = users::find(reader, account.id, account.billing_contact).await?;
                return Ok(contact.into_iter().map(|it| (it.id, it.display_name())).collect());
            }
            Reason::RoleMissing => Permission::AssignRoles,
            // An administrator is changed by those who assign roles.
            Reason::UserDeleted | Reason::UserSuspended if user.permissions.is_administrative() => {
                Permission::AssignRoles
            }
            Reason::UserDeleted | Reason::UserSuspended | Reason::LicenseMissing => Permission::ManageUsers,
        };
        grantors::list(reader, account.id, permission, MAX_GRANTORS).await
    }
}

/// The queue of questions that wait for what is known of their people; cheap to clone.
#[derive(Clone)]
pub struct Questions(Batcher<(AccountId, BTreeSet<UserId>), Arc<Subjects>, Error>);

impl Questions {
    /// Starts the one task that looks people up, for at most `batch` requests at once.
    pub fn spawn(database: Database, batch: usize) -> Self {
        let run = move |items: Vec<(AccountId, BTreeSet<UserId>)>| {
            let database = database.clone();
            async move {
                let subjects = Arc::new(Subjects::read(database.reader(), &items).await?);
                Ok(items.iter().map(|_| Ok(Arc::clone(&subjects))).collect())
            }
        };
        Self(Batcher::spawn("questions", batch, batch.saturating_mul(8), run))
    }
}

/// The people whom questions are about, and their accounts.
struct Subjects {
    accounts: HashMap<AccountId, Account>,
    users: HashMap<UserId, User>,
}

impl Subjects {
    async fn read(conn: &impl Connection, items: &[(AccountId, BTreeSet<UserId>)]) -> Result<Self, Error> {
        let accounts = distinct(items.iter().map(|(account, _)| *account));
        let users = distinct(items.iter().flat_map(|(_, users)| users.iter().copied()));
        let (accounts, users) = futures::try_join!(accounts::by_ids(conn, &accounts), users::by_ids(conn, &users))?;
        Ok(Self {
            accounts: accounts.into_iter().map(|account| (account.id, account)).collect(),
            users: users.into_iter().map(|user| (user.id, user)).collect(),
        })
    }

    /// The account of whoever asks.
    fn account(&self, person: &Person) -> Result<&Account, Error> {
        self.accounts
            .get(&person.account)
            .ok_or(Error::AccountNotFound(person.account))
    }

    /// A user of the same account.
    fn user(&self, person: &Person, id: UserId) -> Result<&User, Error> {
        let user = self.users.get(&id).filter(|user| user.account_id == person.account);
        user.ok_or(Error::UserNotFound)
    }
}

/// Whether this is about what the caller's own token says.
fn is_own(person: &Person, check: &Check) -> bool {
    check.user_id == person.user && !check.permission.capability().needs_license
}

/// Whether this person may ask all this.
fn check_asked(person: &Person, checks: &[Check]) -> Result<(), Error> {
    let everybody_s = Permissions::of(Role::Member, false);
    for check in checks.iter().filter(|check| check.user_id != person.user) {
        let needed = if everybody_s.contains(check.permission) {
            Permission::ManageUsers
        } else {
            Permission::AssignRoles
        };
        // Those who manage users see who is asked about; those who assign roles see what they are.
        for permission in [Permission::ManageUsers, needed] {
            if !person.can(permission) {
                return Err(Error::PermissionRequired(permission));
            }
        }
    }
    Ok(())
}
