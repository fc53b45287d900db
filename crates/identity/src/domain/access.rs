//! Whether a user may do something, and what decides that.

use types::{Permission, Permissions};

use super::account::{Account, AccountState};
use super::catalogue::Catalogue;
use super::user::{User, UserState};

/// What a license must entitle to, as licensing's catalogue calls it, for whoever hosts sessions.
const HOST_SESSIONS: &str = "host_sessions";

/// What decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Denied: the account is closed.
    AccountClosed,
    /// Denied: the user is deleted.
    UserDeleted,
    /// Denied: the user is suspended.
    UserSuspended,
    /// Denied: the user has not accepted their invitation yet.
    UserInvited,
    /// Denied: the permission comes with a post that the user does not hold.
    BillingContactRequired,
    /// Denied: the user's role does not grant it.
    RoleMissing,
    /// Denied: the role grants it, but there is no license for it.
    LicenseMissing,
    /// Allowed by the billing contact's post.
    BillingContact,
    /// Allowed by the user's role, and by a license where one is needed.
    Role,
}

impl Reason {
    /// Whether this allows.
    pub const fn allows(self) -> bool {
        matches!(self, Self::BillingContact | Self::Role)
    }
}

/// Whether a user of `account` may do what `permission` is about.
pub fn decide(account: &Account, user: &User, permission: Permission, catalogue: &Catalogue) -> Reason {
    match (account.state, user.state) {
        (AccountState::Closed, _) => return Reason::AccountClosed,
        (AccountState::Active, UserState::Deleted) => return Reason::UserDeleted,
        (AccountState::Active, UserState::Suspended) => return Reason::UserSuspended,
        (AccountState::Active, UserState::Invited) => return Reason::UserInvited,
        (AccountState::Active, UserState::Active) => {}
    }
    if permission.is_of_a_post() {
        return if user.id == account.billing_contact {
            Reason::BillingContact
        } else {
            Reason::BillingContactRequired
        };
    }
    if !user.permissions.contains(permission) {
        Reason::RoleMissing
    } else if permission.capability().needs_license && hosting_products(user, catalogue).is_empty() {
        Reason::LicenseMissing
    } else {
        Reason::Role
    }
}

/// The same for somebody who asks about themselves and needs no license for it: they are active, and their permissions known,
/// or they could not ask.
pub const fn decide_own(billing_contact: bool, permissions: Permissions, permission: Permission) -> Reason {
    match (permission.is_of_a_post(), billing_contact) {
        (true, true) => Reason::BillingContact,
        (true, false) => Reason::BillingContactRequired,
        (false, _) if permissions.contains(permission) => Reason::Role,
        (false, _) => Reason::RoleMissing,
    }
}

/// The products by whose license a user may host sessions, sorted.
pub fn hosting_products(user: &User, catalogue: &Catalogue) -> Vec<String> {
    let can_host = |product: &&String| {
        catalogue
            .products
            .get(*product)
            .is_some_and(|product| product.entitlements.contains(HOST_SESSIONS))
    };
    user.products.iter().filter(can_host).cloned().collect()
}

#[cfg(test)]
mod tests {
    use types::{Permissions, Role, UserId};

    use super::super::account;
    use super::super::catalogue::Product;
    use super::super::user::specimen;
    use super::*;

    fn user(role: Role, state: UserState, products: &[&str]) -> User {
        User {
            role,
            permissions: Permissions::of(role, false),
            state,
            products: products.iter().map(|&product| product.to_owned()).collect(),
            ..specimen()
        }
    }

    fn account(billing_contact: UserId, state: AccountState) -> Account {
        Account {
            billing_contact,
            state,
            ..account::specimen()
        }
    }

    fn catalogue() -> Catalogue {
        let product = |entitlement: &str| Product {
            name: "x".into(),
            guide_url: "x".into(),
            entitlements: [entitlement.to_owned()].into(),
        };
        Catalogue::new([
            ("training".into(), product("host_sessions")),
            ("phone".into(), product("make_calls")),
        ])
    }

    #[test]
    fn somebody_who_asks_about_themselves_is_told_the_same_without_being_looked_up() {
        let licenseless = |permission: &Permission| !permission.capability().needs_license;
        for role in [Role::Member, Role::Admin, Role::SuperAdmin] {
            for post in [false, true] {
                let user = user(role, UserState::Active, &[]);
                let account = account(if post { user.id } else { UserId::new() }, AccountState::Active);
                for permission in Permission::ALL.into_iter().filter(licenseless) {
                    assert_eq!(
                        decide_own(post, Permissions::of(role, post), permission),
                        decide(&account, &user, permission, &catalogue()),
                        "{role} {post} {permission}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_first_thing_that_stands_in_the_way_decides() {
        use Permission::{AssignRoles, ChangeBilling, ChangePlan, HostSessions, ManageUsers};
        use UserState::{Active, Deleted, Invited, Suspended};
        let catalogue = catalogue();
        let cases = [
            (Role::Member, Active, vec![], ManageUsers, Reason::RoleMissing),
            (Role::Member, Active, vec![], HostSessions, Reason::LicenseMissing),
            (
                Role::Member,
                Active,
                vec!["phone"],
                HostSessions,
                Reason::LicenseMissing,
            ),
            (
                Role::Member,
                Active,
                vec!["phone", "training"],
                HostSessions,
                Reason::Role,
            ),
            (
                Role::Custom,
                Active,
                vec!["training"],
                HostSessions,
                Reason::RoleMissing,
            ),
            (Role::Admin, Active, vec![], ManageUsers, Reason::Role),
            (Role::Admin, Active, vec![], AssignRoles, Reason::RoleMissing),
            (Role::SuperAdmin, Active, vec![], AssignRoles, Reason::Role),
            (
                Role::SuperAdmin,
                Active,
                vec![],
                ChangePlan,
                Reason::BillingContactRequired,
            ),
            (Role::SuperAdmin, Suspended, vec![], AssignRoles, Reason::UserSuspended),
            (Role::Member, Suspended, vec![], AssignRoles, Reason::UserSuspended),
            (Role::SuperAdmin, Invited, vec![], AssignRoles, Reason::UserInvited),
            (Role::SuperAdmin, Deleted, vec![], AssignRoles, Reason::UserDeleted),
        ];
        for (role, state, products, permission, expected) in cases {
            let user = user(role, state, &products);
            let account = account(UserId::new(), AccountState::Active);
            let reason = decide(&account, &user, permission, &catalogue);
            assert_eq!(reason, expected, "{role} {state:?} {permission}");
        }
        let contact = user(Role::Admin, Active, &[]);
        for (state, expected) in [
            (AccountState::Active, Reason::BillingContact),
            (AccountState::Closed, Reason::AccountClosed),
        ] {
            let account = account(contact.id, state);
            assert_eq!(decide(&account, &contact, ChangeBilling, &catalogue), expected);
        }
    }

    #[test]
    fn an_active_user_may_what_the_matrix_says() {
        let account = account(UserId::new(), AccountState::Active);
        for role in Role::BUILT_IN {
            let user = user(role, UserState::Active, &["training"]);
            for permission in Permission::ALL {
                let allowed = decide(&account, &user, permission, &catalogue()).allows();
                assert_eq!(allowed, permission.is_granted_to(role, false), "{role} {permission}");
            }
        }
    }
}
