//! The capability matrix: who may do what. Enforcement, the APIs and the documentation read this one table.

use std::fmt;
use std::str::FromStr;

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

impl Permission {
    /// Every permission, in the matrix's order.
    pub const ALL: [Self; 8] = [
        Self::JoinSessions,
        Self::HostSessions,
        Self::ManagePersonalSettings,
        Self::ManageUsers,
        Self::ManageAccountSettings,
        Self::AssignRoles,
        Self::ChangePlan,
        Self::ChangeBilling,
    ];

    /// Whether a user of this role, holding the billing contact's post or not, has this permission.
    #[must_use]
    pub const fn is_granted_to(self, role: Role, billing_contact: bool) -> bool {
        match self {
            Self::JoinSessions | Self::HostSessions | Self::ManagePersonalSettings => true,
            Self::ManageUsers | Self::ManageAccountSettings => matches!(role, Role::Admin | Role::SuperAdmin),
            Self::AssignRoles => matches!(role, Role::SuperAdmin),
            Self::ChangePlan | Self::ChangeBilling => billing_contact,
        }
    }

    /// The permission's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JoinSessions => "JOIN_SESSIONS",
            Self::HostSessions => "HOST_SESSIONS",
            Self::ManagePersonalSettings => "MANAGE_PERSONAL_SETTINGS",
            Self::ManageUsers => "MANAGE_USERS",
            Self::ManageAccountSettings => "MANAGE_ACCOUNT_SETTINGS",
            Self::AssignRoles => "ASSIGN_ROLES",
            Self::ChangePlan => "CHANGE_PLAN",
            Self::ChangeBilling => "CHANGE_BILLING",
        }
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
}
