//! Deciding about access, and explaining it: what enforcement would say, without trying.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::Person;
use types::{Permission, Permissions, Role, RoleId, UserId};

use super::App;
use crate::domain::access::{Reason, decide, hosting_products};
use crate::domain::account::Account;
use crate::domain::catalogue::Catalogue;
use crate::domain::error::Error;
use crate::domain::user::User;
use crate::store::{grantors, users};

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
        let (account, users) = self.subjects(person, checks).await?;
        let catalogue = self.catalogue_for(checks).await?;
        let answer = |check: &Check| {
            let user = users.get(&check.user_id).ok_or(Error::UserNotFound)?;
            Ok(decide(&account, user, check.permission, &catalogue))
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
        let (account, mut users) = self.subjects(person, &checks).await?;
        let catalogue = self.catalogue_for(&checks).await?;
        let user = users.remove(&check.user_id).ok_or(Error::UserNotFound)?;
        let reason = decide(&account, &user, check.permission, &catalogue);
        let licensed_products = if check.permission.capability().needs_license {
            hosting_products(&user, &catalogue)
        } else {
            vec![]
        };
        Ok(Explanation {
            reason,
            role: user.role,
            custom_role_id: user.custom_role_id,
            licensed_products,
            grantors: self.grantors(&account, &user, reason).await?,
        })
    }

    async fn subjects(&self, person: &Person, checks: &[Check]) -> Result<(Account, HashMap<UserId, User>), Error> {
        let mut ids: Vec<UserId> = checks.iter().map(|check| check.user_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let (account, users) = futures::try_join!(
            self.account(person.account),
            users::by_ids(self.database.reader(), &ids)
        )?;
        let own = users.into_iter().filter(|user| user.account_id == person.account);
        Ok((account, own.map(|user| (user.id, user)).collect()))
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
