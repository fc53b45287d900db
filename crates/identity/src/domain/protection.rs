//! Whom an administrator may change.

use types::{Permission, Permissions, UserId};

use super::account::Account;
use super::error::Error;
use super::user::User;

/// Whether `actor`, who may do `permissions`, may edit, suspend or delete the user `id` of `account`, who may do `theirs`.
pub fn may_manage(actor: UserId, permissions: Permissions, id: UserId, theirs: Permissions, account: &Account) -> bool {
    let administrator = theirs.is_administrative() || id == account.billing_contact;
    !administrator || id == actor || permissions.contains(Permission::AssignRoles)
}

impl User {
    /// Whether `actor`, who may do `permissions`, may edit, suspend or delete this user of `account`: administrators are
    /// changed by those who assign roles, and by themselves. Asked on every path, with the account as the transaction
    /// sees it.
    ///
    /// # Errors
    /// [`Error::AdministratorProtected`].
    pub fn check_manageable_by(&self, actor: UserId, permissions: Permissions, account: &Account) -> Result<(), Error> {
        if may_manage(actor, permissions, self.id, self.permissions, account) {
            Ok(())
        } else {
            Err(Error::AdministratorProtected)
        }
    }
}

#[cfg(test)]
mod tests {
    use types::{AccountId, Role};

    use super::*;
    use crate::domain::account;
    use crate::domain::user::specimen;

    fn user(account_id: AccountId, role: Role) -> User {
        User {
            account_id,
            role,
            permissions: Permissions::of(role, false),
            ..specimen()
        }
    }

    fn account(id: AccountId, billing_contact: UserId) -> Account {
        Account {
            id,
            billing_contact,
            ..account::specimen()
        }
    }

    #[test]
    fn administrators_are_changed_by_those_who_assign_roles() {
        use Role::{Admin, Custom, Member, SuperAdmin};
        let id = AccountId::new();
        let account = account(id, UserId::new());
        let cases = [
            (Admin, Member, true),
            (Admin, Custom, true),
            (Admin, Admin, false),
            (Admin, SuperAdmin, false),
            (SuperAdmin, Member, true),
            (SuperAdmin, Admin, true),
            (SuperAdmin, SuperAdmin, true),
        ];
        for (actor, role, allowed) in cases {
            let checked = user(id, role).check_manageable_by(UserId::new(), Permissions::of(actor, false), &account);
            assert_eq!(checked.is_ok(), allowed, "{actor} of {role}");
        }
    }

    #[test]
    fn a_member_who_is_the_billing_contact_is_protected_and_everybody_may_change_themselves() {
        let id = AccountId::new();
        let (member, admin) = (user(id, Role::Member), user(id, Role::Admin));
        let account = account(id, member.id);
        let permissions = Permissions::of(Role::Admin, false);
        let refused = member.check_manageable_by(admin.id, permissions, &account);
        assert!(matches!(refused, Err(Error::AdministratorProtected)));
        assert!(admin.check_manageable_by(admin.id, permissions, &account).is_ok());
    }
}
