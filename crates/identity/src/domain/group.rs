//! Groups of users.

use types::{AccountId, GroupId, Name, Timestamp};

use super::description::Description;

/// A set of an account's users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// The account it belongs to.
    pub account_id: AccountId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// How many users are in it, those that are deleted not counted.
    pub user_count: i64,
    /// Rises with each change.
    pub revision: i64,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it was last changed.
    pub update_time: Timestamp,
}

/// What is to change of a group; what is none stays.
#[derive(Clone, Debug)]
pub struct GroupChange {
    /// Its name.
    pub name: Option<Name>,
    /// What it is for.
    pub description: Option<Description>,
}

impl Group {
    /// The group after a change.
    #[must_use]
    pub fn changed(&self, change: &GroupChange, now: Timestamp) -> Self {
        let mut changed = self.clone();
        if let Some(name) = &change.name {
            changed.name = name.to_string();
        }
        if let Some(description) = &change.description {
            changed.description = description.as_str().to_owned();
        }
        if changed != *self {
            changed.revision = self.revision.saturating_add(1);
            changed.update_time = now;
        }
        changed
    }
}
