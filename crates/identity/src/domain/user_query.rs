//! Which users of an account are listed, and in which order.

use serde::{Deserialize, Serialize};
use types::{AccountId, GroupId, Role, UserId};

use super::user::UserState;

/// What the listed users have in common; what is empty lets everybody pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UserFilter {
    /// In one of these states; when empty, in any but deleted.
    pub states: Vec<UserState>,
    /// Of one of these roles.
    pub roles: Vec<Role>,
    /// Holding, or to hold, a seat of this product.
    pub product: String,
    /// In this group.
    pub group_id: Option<GroupId>,
    /// Whose given name, family name, full name (in either order) or address begins with this, whatever the case.
    pub text: String,
}

/// What the users are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum UserOrder {
    /// By when they were added.
    #[default]
    CreateTime,
    /// By family name, then given name.
    Name,
    /// By address.
    Email,
}

/// A list of users; the same for all of its pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UserQuery {
    /// Whose users.
    pub account_id: AccountId,
    /// Which of them.
    pub filter: UserFilter,
    /// In which order.
    pub order: UserOrder,
    /// Whether that order is turned round.
    pub descending: bool,
}

/// A place in a list: behind the user with this key and id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// What the list is sorted by; empty where that is the id.
    pub key: String,
    /// Who stands before it.
    pub id: UserId,
}

impl Position {
    /// Whether a list can have this place: no key has control characters, and PostgreSQL takes no zero octet.
    pub fn is_possible(&self) -> bool {
        !self.key.contains(char::is_control)
    }
}
