//! Users and where they are in their life.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use types::{AccountId, GroupId, Permissions, Role, RoleId, TemplateId, Timestamp, UserId};

use super::invitation::Invitation;
use super::name_key::name_key;

/// Where a user is in their life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum UserState {
    /// Added, but has not accepted the invitation yet.
    Invited,
    /// Can log in.
    Active,
    /// Cannot log in; holds their seats.
    Suspended,
    /// Gone; can be restored for 30 days.
    Deleted,
}

/// A text that names no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no state has this name")]
pub struct InvalidState;

impl UserState {
    const ALL: [Self; 4] = [Self::Invited, Self::Active, Self::Suspended, Self::Deleted];

    /// The state's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "INVITED",
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::Deleted => "DELETED",
        }
    }
}

impl FromStr for UserState {
    type Err = InvalidState;

    fn from_str(text: &str) -> Result<Self, InvalidState> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(InvalidState)
    }
}

/// A person who belongs to an account.
#[derive(Clone, Debug)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// The account they belong to.
    pub account_id: AccountId,
    /// The address, as it was typed.
    pub address: String,
    /// Their given name.
    pub given_name: String,
    /// Their family name.
    pub family_name: String,
    /// What they are allowed to be.
    pub role: Role,
    /// The account's own role, when that is what they are.
    pub custom_role_id: Option<RoleId>,
    /// What their role grants; the billing contact's post grants more.
    pub permissions: Permissions,
    /// Where they are in their life.
    pub state: UserState,
    /// Where they were before they were suspended or deleted.
    pub former_state: Option<UserState>,
    /// BCP 47.
    pub language: String,
    /// IANA.
    pub time_zone: String,
    /// The group they are in.
    pub group_id: Option<GroupId>,
    /// Their settings template; none for the system default.
    pub settings_template_id: Option<TemplateId>,
    /// The products they hold, or are to hold, a seat of, sorted.
    pub products: Vec<String>,
    /// The version of that in licensing; rises with each change of it.
    pub seat_version: i64,
    /// Whether they hold the account's billing post.
    pub billing_contact: bool,
    /// The invitation by which they joined, or are to join.
    pub invitation: Option<Invitation>,
    /// Rises with each change.
    pub revision: i64,
    /// When they were added.
    pub create_time: Timestamp,
    /// When they were last changed.
    pub update_time: Timestamp,
    /// When they were deleted.
    pub delete_time: Option<Timestamp>,
    /// Until when they can be restored, if they are deleted.
    pub purge_time: Option<Timestamp>,
}

/// What names are searched and sorted by: the given name, and family before given name, whatever their case.
pub fn name_keys(given_name: &str, family_name: &str) -> (String, String) {
    let (given, family) = (name_key(given_name), name_key(family_name));
    let sort = format!("{family} {given}");
    (given, sort)
}

impl User {
    /// The name as others see it.
    pub fn display_name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }
}

/// What the gateway must know of a caller before it lets them through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The account they belong to now.
    pub account_id: AccountId,
    /// Their role now.
    pub role: Role,
    /// Whether they are the billing contact now.
    pub billing_contact: bool,
    /// Everything that they may do now.
    pub permissions: Permissions,
}

/// Somebody who can log in, and the hash of what they log in with.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The user.
    pub user_id: UserId,
    /// Their account.
    pub account_id: AccountId,
    /// PHC string.
    pub password_hash: String,
}

/// An active member, for tests.
#[cfg(test)]
pub fn specimen() -> User {
    let now = Timestamp::from_micros(0);
    User {
        id: UserId::new(),
        account_id: AccountId::new(),
        address: "ada@example.com".into(),
        given_name: "Ada".into(),
        family_name: "Lovelace".into(),
        role: Role::Member,
        custom_role_id: None,
        permissions: Permissions::of(Role::Member, false),
        state: UserState::Active,
        former_state: None,
        language: "en".into(),
        time_zone: "UTC".into(),
        group_id: None,
        settings_template_id: None,
        products: vec![],
        seat_version: 1,
        billing_contact: false,
        invitation: None,
        revision: 1,
        create_time: now,
        update_time: now,
        delete_time: None,
        purge_time: None,
    }
}
