//! The capability matrix: who may do what. Enforcement, the APIs and the documentation read this one table.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Role;

/// Something one may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Join sessions held by others.
    JoinSessions,
    /// Schedule and host sessions (also needs a license for a product that can host).
    HostSessions,
    /// Manage one's own settings.
    ManagePersonalSettings,
    /// Add and manage other users.
    ManageUsers,
    /// Manage account-wide settings, groups, templates and reports.
    ManageAccountSettings,
    /// View and assign roles.
    AssignRoles,
    /// Change the subscription plan.
    ChangePlan,
    /// Change billing information.
    ChangeBilling,
}

/// A text that names no permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no permission has this name")]
pub struct InvalidPermission;

/// One row of the capability matrix.
#[derive(Clone, Copy, Debug)]
pub struct Capability {
    /// What it is about.
    pub permission: Permission,
    /// The permission's name.
    name: &'static str,
    /// What somebody who has it may do, in a sentence.
    pub sentence: &'static str,
    /// Whether an attendee has it: anybody at all, without an account.
    pub attendee: bool,
    /// Whether a member (organizer) has it.
    pub member: bool,
    /// Whether an admin has it.
    pub admin: bool,
    /// Whether a super admin has it.
    pub super_admin: bool,
    /// Whether the billing contact has it by that post, whatever their role.
    pub billing_contact: bool,
    /// Whether it takes effect only with a license for a product that can host.
    pub needs_license: bool,
}

/// The capability matrix, in the order of [`Permission`].
pub const CAPABILITIES: [Capability; 8] = [
    Capability {
        permission: Permission::JoinSessions,
        name: "JOIN_SESSIONS",
        sentence: "Join training sessions held by others; this needs no account.",
        attendee: true,
        member: true,
        admin: true,
        super_admin: true,
        billing_contact: false,
        needs_license: false,
    },
    Capability {
        permission: Permission::HostSessions,
        name: "HOST_SESSIONS",
        sentence: "Schedule and host training sessions, with a license for a product that can host.",
        attendee: false,
        member: true,
        admin: true,
        super_admin: true,
        billing_contact: false,
        needs_license: true,
    },
    Capability {
        permission: Permission::ManagePersonalSettings,
        name: "MANAGE_PERSONAL_SETTINGS",
        sentence: "Manage one's own settings.",
        attendee: false,
        member: true,
        admin: true,
        super_admin: true,
        billing_contact: false,
        needs_license: false,
    },
    Capability {
        permission: Permission::ManageUsers,
        name: "MANAGE_USERS",
        sentence: "Add and manage other users; administrators only together with the right to assign roles.",
        attendee: false,
        member: false,
        admin: true,
        super_admin: true,
        billing_contact: false,
        needs_license: false,
    },
    Capability {
        permission: Permission::ManageAccountSettings,
        name: "MANAGE_ACCOUNT_SETTINGS",
        sentence: "Manage account-wide settings, groups, templates and reports.",
        attendee: false,
        member: false,
        admin: true,
        super_admin: true,
        billing_contact: false,
        needs_license: false,
    },
    Capability {
        permission: Permission::AssignRoles,
        name: "ASSIGN_ROLES",
        sentence: "See roles, assign them, and make roles of the account's own.",
        attendee: false,
        member: false,
        admin: false,
        super_admin: true,
        billing_contact: false,
        needs_license: false,
    },
    Capability {
        permission: Permission::ChangePlan,
        name: "CHANGE_PLAN",
        sentence: "Change the subscription plan.",
        attendee: false,
        member: false,
        admin: false,
        super_admin: false,
        billing_contact: true,
        needs_license: false,
    },
    Capability {
        permission: Permission::ChangeBilling,
        name: "CHANGE_BILLING",
        sentence: "Change billing information.",
        attendee: false,
        member: false,
        admin: false,
        super_admin: false,
        billing_contact: true,
        needs_license: false,
    },
];

impl Permission {
    /// Every permission, in the matrix's order.
    pub const ALL: [Self; 8] = {
        let mut all = [Self::JoinSessions; 8];
        let mut row = 0;
        while row < all.len() {
            all[row] = CAPABILITIES[row].permission;
            row += 1;
        }
        all
    };

    /// The permission's row of the matrix.
    #[must_use]
    pub const fn capability(self) -> &'static Capability {
        &CAPABILITIES[self as usize]
    }

    /// Whether a user of this built-in role, holding the billing contact's post or not, has this permission. A custom role
    /// says itself what it grants; see [`Permissions`].
    #[must_use]
    pub const fn is_granted_to(self, role: Role, billing_contact: bool) -> bool {
        let row = self.capability();
        let by_role = match role {
            Role::Member => row.member,
            Role::Admin => row.admin,
            Role::SuperAdmin => row.super_admin,
            Role::Custom => false,
        };
        by_role || (billing_contact && row.billing_contact)
    }

    /// Whether it comes with a post, so that no role grants it.
    #[must_use]
    pub const fn is_of_a_post(self) -> bool {
        self.capability().billing_contact
    }

    /// The permission's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.capability().name
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Permission {
    type Err = InvalidPermission;

    fn from_str(text: &str) -> Result<Self, InvalidPermission> {
        Self::ALL
            .into_iter()
            .find(|permission| permission.as_str() == text)
            .ok_or(InvalidPermission)
    }
}

/// What somebody may do: a set of permissions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Permissions(u16);

impl Permissions {
    /// What the capability matrix grants to a built-in role; nothing to a custom one, which says itself what it grants.
    #[must_use]
    pub fn of(role: Role, billing_contact: bool) -> Self {
        Permission::ALL
            .into_iter()
            .filter(|permission| permission.is_granted_to(role, billing_contact))
            .collect()
    }

    /// Whether `permission` is among these.
    #[must_use]
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// Whether everything that `other` allows is allowed by these too.
    #[must_use]
    pub const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// Whether whoever has these is an administrator, whom only those who assign roles may change: they may do more
    /// than every member may.
    #[must_use]
    pub fn is_administrative(self) -> bool {
        !Self::of(Role::Member, false).covers(self)
    }

    /// Each of them, in the matrix's order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .into_iter()
            .filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(
            permissions
                .into_iter()
                .fold(0, |bits, permission| bits | bit(permission)),
        )
    }
}

const fn bit(permission: Permission) -> u16 {
    1 << permission as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the requirements, column by column: member, admin, super admin, admin who is the billing contact.
    #[test]
    fn the_matrix_is_the_table_of_the_requirements() {
        let table = [
            (Permission::JoinSessions, [true, true, true, true]),
            (Permission::HostSessions, [true, true, true, true]),
            (Permission::ManagePersonalSettings, [true, true, true, true]),
            (Permission::ManageUsers, [false, true, true, true]),
            (Permission::ManageAccountSettings, [false, true, true, true]),
            (Permission::AssignRoles, [false, false, true, false]),
            (Permission::ChangePlan, [false, false, false, true]),
            (Permission::ChangeBilling, [false, false, false, true]),
        ];
        assert_eq!(table.map(|(permission, _)| permission), Permission::ALL);
        for (row, permission) in Permission::ALL.into_iter().enumerate() {
            assert_eq!(permission as usize, row, "a row stands where its permission says");
            assert_eq!(permission.capability().attendee, permission == Permission::JoinSessions);
            assert_eq!(
                permission.capability().needs_license,
                permission == Permission::HostSessions
            );
        }
        for (permission, expected) in table {
            let granted = [
                permission.is_granted_to(Role::Member, false),
                permission.is_granted_to(Role::Admin, false),
                permission.is_granted_to(Role::SuperAdmin, false),
                permission.is_granted_to(Role::Admin, true),
            ];
            assert_eq!(granted, expected, "{permission}");
            assert_eq!(permission.as_str().parse(), Ok(permission));
        }
    }

    #[test]
    fn a_set_holds_what_was_put_into_it() {
        let empty = Permissions::default();
        let users: Permissions = [Permission::ManageUsers].into_iter().collect();
        let admin = Permissions::of(Role::Admin, false);
        assert!(!empty.contains(Permission::JoinSessions) && users.contains(Permission::ManageUsers));
        assert!(admin.covers(users) && admin.covers(empty) && !users.covers(admin));
        assert_eq!(users.iter().collect::<Vec<_>>(), [Permission::ManageUsers]);
        assert_eq!(Permissions::of(Role::Custom, false), empty);
    }

    #[test]
    fn whoever_may_do_more_than_a_member_is_an_administrator() {
        let cases = [
            (Permissions::default(), false),
            (Permissions::of(Role::Member, false), false),
            (Permissions::of(Role::Admin, false), true),
            (Permissions::of(Role::Member, true), true),
            ([Permission::ManageAccountSettings].into_iter().collect(), true),
        ];
        for (permissions, administrative) in cases {
            assert_eq!(permissions.is_administrative(), administrative, "{permissions:?}");
        }
    }
}
