//! Roles: what somebody may be given, and the account's own.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use types::{AccountId, Name, Permission, Permissions, Role, RoleId, Timestamp};

use super::description::Description;
use super::fault::{Fault, Violation};
use super::name_key::name_key;
use super::user::User;

/// The most roles of its own an account has.
pub const MAX_ROLES: u64 = 100;

/// A role that somebody can be given, with what it grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenRole {
    /// Which role.
    pub role: Role,
    /// The account's own role, if it is one.
    pub custom_role_id: Option<RoleId>,
    /// What it grants, without any post.
    pub permissions: Permissions,
}

impl GivenRole {
    /// To be a member, as everybody is unless something else is said.
    pub fn member() -> Self {
        Self::built_in(Role::Member)
    }

    /// A role that every account has.
    pub fn built_in(role: Role) -> Self {
        Self {
            role,
            custom_role_id: None,
            permissions: Permissions::of(role, false),
        }
    }

    /// A role of the account's own.
    pub const fn own(id: RoleId, permissions: Permissions) -> Self {
        Self {
            role: Role::Custom,
            custom_role_id: Some(id),
            permissions,
        }
    }

    /// The role that a user has.
    pub const fn of(user: &User) -> Self {
        Self {
            role: user.role,
            custom_role_id: user.custom_role_id,
            permissions: user.permissions,
        }
    }

    /// Whether somebody who may do `own` may give it and take it: it grants no more than that, or it is to be a member,
    /// as everybody whom they add is.
    pub fn is_within(&self, own: Permissions) -> bool {
        self.role == Role::Member || own.covers(self.permissions)
    }

    /// Whether a billing contact may have it.
    pub const fn suits_billing_contact(&self) -> bool {
        matches!(self.role, Role::Admin | Role::SuperAdmin)
    }
}

/// A role that may have been asked for: a built-in one or the account's own, which are named by two fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RoleWish {
    /// None was named.
    #[default]
    Unset,
    /// One that every account has.
    BuiltIn(Role),
    /// The account's own of this id.
    Own(String),
    /// A built-in one, and the id of another.
    Conflict,
    /// A number that is no role, or a role of the account's own without its id.
    Unknown,
}

/// The field of a [`RoleWish`] that something is wrong with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadWish {
    /// What is wrong.
    pub fault: Fault,
    /// `role` or `custom_role_id`.
    pub field: &'static str,
}

impl RoleWish {
    /// The id it names, if it names one that is well formed.
    pub fn own_id(&self) -> Option<RoleId> {
        match self {
            Self::Own(id) => id.parse().ok(),
            Self::Unset | Self::BuiltIn(_) | Self::Conflict | Self::Unknown => None,
        }
    }

    /// The field it is named by.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Own(_) | Self::Conflict => "custom_role_id",
            Self::Unset | Self::BuiltIn(_) | Self::Unknown => "role",
        }
    }

    /// The role that is meant, among `roles` of the account's own; none when none was named.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn resolve(&self, roles: &HashMap<RoleId, Permissions>) -> Result<Option<GivenRole>, BadWish> {
        let fault = match self {
            Self::Unset => return Ok(None),
            Self::BuiltIn(role) => return Ok(Some(GivenRole::built_in(*role))),
            Self::Own(id) => match id.parse::<RoleId>() {
                Err(_) => Fault::IdMalformed,
                Ok(id) => match roles.get(&id) {
                    Some(permissions) => return Ok(Some(GivenRole::own(id, *permissions))),
                    None => Fault::RoleNotFound,
                },
            },
            Self::Conflict => Fault::RoleConflict,
            Self::Unknown => Fault::RoleUnknown,
        };
        Err(BadWish {
            fault,
            field: self.field(),
        })
    }
}

/// What a role of an account's own is asked to be; each part only where it is to be changed.
#[derive(Clone, Debug, Default)]
pub struct RoleDraft {
    /// Its name.
    pub name: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// What it is to grant.
    pub permissions: Option<Vec<Option<Permission>>>,
}

/// A role of an account's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRole {
    /// Its id.
    pub id: RoleId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// What it grants.
    pub permissions: Permissions,
    /// Rises with each change.
    pub revision: i64,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it was last changed.
    pub update_time: Timestamp,
}

impl OwnRole {
    /// Changes it as `draft` says, whose fields stand in the request under `prefix`.
    ///
    /// # Errors
    /// Everything that is wrong with the draft; then nothing is changed.
    pub fn apply(&mut self, draft: &RoleDraft, prefix: &str) -> Result<(), Vec<Violation>> {
        let mut violations = Vec::new();
        let mut changed = self.clone();
        if let Some(text) = &draft.name {
            match name(text) {
                Ok(name) => changed.name = name,
                Err(fault) => violations.push(Violation::new(fault, format!("{prefix}name"))),
            }
        }
        if let Some(text) = &draft.description {
            match Description::parse(text) {
                Ok(description) => changed.description = description.as_str().to_owned(),
                Err(fault) => violations.push(Violation::new(fault, format!("{prefix}description"))),
            }
        }
        if let Some(wished) = &draft.permissions {
            match permissions(wished, prefix) {
                Ok(permissions) => changed.permissions = permissions,
                Err(bad) => violations.extend(bad),
            }
        }
        if violations.is_empty() {
            *self = changed;
            Ok(())
        } else {
            Err(violations)
        }
    }
}

/// What a built-in role is called among the account's own.
pub const fn built_in_name(role: Role) -> &'static str {
    match role {
        Role::Member => "Member",
        Role::Admin => "Admin",
        Role::SuperAdmin => "Super admin",
        Role::Custom => "Custom",
    }
}

fn name(text: &str) -> Result<String, Fault> {
    let name = Name::parse(text)?.to_string();
    let key = name_key(&name).replace('_', " ");
    let taken = Role::BUILT_IN
        .into_iter()
        .any(|role| name_key(built_in_name(role)) == key);
    if taken { Err(Fault::RoleNameTaken) } else { Ok(name) }
}

fn permissions(wished: &[Option<Permission>], prefix: &str) -> Result<Permissions, Vec<Violation>> {
    let judge = |(index, wish): (usize, &Option<Permission>)| {
        let fault = match wish {
            None => Fault::PermissionUnknown,
            Some(permission) if permission.is_of_a_post() => Fault::PermissionNotGrantable,
            Some(_) => return None,
        };
        Some(Violation::new(fault, format!("{prefix}permissions[{index}]")))
    };
    let bad: Vec<Violation> = wished.iter().enumerate().filter_map(judge).collect();
    if bad.is_empty() {
        Ok(wished.iter().copied().flatten().collect())
    } else {
        Err(bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role() -> OwnRole {
        let now = Timestamp::from_micros(0);
        OwnRole {
            id: RoleId::new(),
            account_id: AccountId::new(),
            name: "Helpdesk".into(),
            description: String::new(),
            permissions: Permissions::default(),
            revision: 1,
            create_time: now,
            update_time: now,
        }
    }

    #[test]
    fn everything_wrong_with_a_draft_is_told_and_nothing_is_changed() {
        let mut role = role();
        let draft = RoleDraft {
            name: Some("  SUPER_Admin ".into()),
            description: Some("x".repeat(501)),
            permissions: Some(vec![Some(Permission::ManageUsers), Some(Permission::ChangePlan), None]),
        };
        let violations = role.apply(&draft, "role.").unwrap_err();
        let told: Vec<_> = violations.iter().map(|v| (v.fault, v.field.as_str())).collect();
        let expected = [
            (Fault::RoleNameTaken, "role.name"),
            (Fault::DescriptionTooLong, "role.description"),
            (Fault::PermissionNotGrantable, "role.permissions[1]"),
            (Fault::PermissionUnknown, "role.permissions[2]"),
        ];
        assert_eq!(told, expected);
        assert_eq!(role.name, "Helpdesk");
    }

    #[test]
    fn a_draft_changes_what_it_names() {
        let mut role = role();
        let draft = RoleDraft {
            description: Some("Answers\nthe phone".into()),
            permissions: Some(vec![Some(Permission::ManageUsers), Some(Permission::ManageUsers)]),
            name: None,
        };
        role.apply(&draft, "role.").unwrap();
        assert_eq!(
            (role.name.as_str(), role.description.as_str()),
            ("Helpdesk", "Answers\nthe phone")
        );
        assert_eq!(role.permissions.iter().collect::<Vec<_>>(), [Permission::ManageUsers]);
    }

    #[test]
    fn a_wish_is_resolved_among_the_account_s_own() {
        let (known, unknown) = (RoleId::new(), RoleId::new());
        let roles = HashMap::from([(known, Permissions::default())]);
        let cases = [
            (RoleWish::Unset, Ok(None)),
            (
                RoleWish::BuiltIn(Role::Admin),
                Ok(Some(GivenRole::built_in(Role::Admin))),
            ),
            (
                RoleWish::Own(known.to_string()),
                Ok(Some(GivenRole::own(known, Permissions::default()))),
            ),
            (
                RoleWish::Own(unknown.to_string()),
                Err((Fault::RoleNotFound, "custom_role_id")),
            ),
            (RoleWish::Own("x".into()), Err((Fault::IdMalformed, "custom_role_id"))),
            (RoleWish::Conflict, Err((Fault::RoleConflict, "custom_role_id"))),
            (RoleWish::Unknown, Err((Fault::RoleUnknown, "role"))),
        ];
        for (wish, expected) in cases {
            let answer = wish.resolve(&roles).map_err(|bad| (bad.fault, bad.field));
            assert_eq!(answer, expected, "{wish:?}");
        }
    }

    #[test]
    fn nobody_gives_more_than_they_have_save_to_be_a_member() {
        let admin = Permissions::of(Role::Admin, false);
        let poor: Permissions = [Permission::ManageUsers, Permission::AssignRoles].into_iter().collect();
        let own = GivenRole::own(RoleId::new(), [Permission::ManageUsers].into_iter().collect());
        let cases = [
            (GivenRole::member(), poor, true),
            (GivenRole::built_in(Role::Admin), poor, false),
            (GivenRole::built_in(Role::Admin), admin, true),
            (GivenRole::built_in(Role::SuperAdmin), admin, false),
            (own, poor, true),
            (own, Permissions::default(), false),
        ];
        for (role, giver, expected) in cases {
            assert_eq!(role.is_within(giver), expected, "{role:?} by {giver:?}");
        }
    }
}
