//! Accounts.

use types::{AccountId, Email, Language, Name, TimeZone, UserId};

use super::password::Password;

/// An organisation.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// What its users read, unless they say otherwise.
    pub language: Language,
    /// Where its users are, unless they say otherwise.
    pub time_zone: TimeZone,
    /// The one user who may change plan and billing information.
    pub billing_contact: UserId,
}

/// An account to make, with its first user.
#[derive(Debug)]
pub struct NewAccount {
    /// Its id: the same for the same request.
    pub id: AccountId,
    /// Its name.
    pub name: Name,
    /// The plan to subscribe to.
    pub plan: String,
    /// Its language.
    pub language: Language,
    /// Its time zone.
    pub time_zone: TimeZone,
    /// The first user's given name.
    pub given_name: Name,
    /// The first user's family name.
    pub family_name: Name,
    /// The first user's address.
    pub email: Email,
    /// The first user's password.
    pub password: Password,
}
