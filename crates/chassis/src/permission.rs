//! Permissions on the wire.

use types::Permission;

/// A permission on the wire.
#[must_use]
pub const fn write_permission(permission: Permission) -> proto::access_v1::Permission {
    match permission {
        Permission::JoinSessions => proto::access_v1::Permission::JoinSessions,
        Permission::HostSessions => proto::access_v1::Permission::HostSessions,
        Permission::ManagePersonalSettings => proto::access_v1::Permission::ManagePersonalSettings,
        Permission::ManageUsers => proto::access_v1::Permission::ManageUsers,
        Permission::ManageAccountSettings => proto::access_v1::Permission::ManageAccountSettings,
        Permission::AssignRoles => proto::access_v1::Permission::AssignRoles,
        Permission::ChangePlan => proto::access_v1::Permission::ChangePlan,
        Permission::ChangeBilling => proto::access_v1::Permission::ChangeBilling,
    }
}
