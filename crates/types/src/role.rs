//! What a user of an account is allowed to be.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A user's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Logs in, schedules and hosts sessions, manages their own settings ("organizer").
    Member,
    /// A member who may enter the admin area.
    Admin,
    /// An admin who also sees and assigns roles.
    SuperAdmin,
    /// A role of the account's own, which says itself what it grants.
    Custom,
}

/// A text that names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a role is MEMBER, ADMIN, SUPER_ADMIN or CUSTOM")]
pub struct InvalidRole;

impl Role {
    /// The roles that every account has, from the least to the most; nobody can change them.
    pub const BUILT_IN: [Self; 3] = [Self::Member, Self::Admin, Self::SuperAdmin];
    const ALL: [Self; 4] = [Self::Member, Self::Admin, Self::SuperAdmin, Self::Custom];

    /// The role's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "MEMBER",
            Self::Admin => "ADMIN",
            Self::SuperAdmin => "SUPER_ADMIN",
            Self::Custom => "CUSTOM",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = InvalidRole;

    fn from_str(text: &str) -> Result<Self, InvalidRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(InvalidRole)
    }
}
