//! Accounts.

use std::str::FromStr;

use types::{AccountId, Email, Language, Name, TimeZone, Timestamp, UserId};

use super::password::Password;
use super::user::InvalidState;

/// Where an account is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// In use.
    Active,
    /// Closed by its billing contact: nobody can log in.
    Closed,
}

impl AccountState {
    /// The state's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Closed => "CLOSED",
        }
    }
}

impl FromStr for AccountState {
    type Err = InvalidState;

    fn from_str(text: &str) -> Result<Self, InvalidState> {
        [Self::Active, Self::Closed]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(InvalidState)
    }
}

/// The billing contact's wish to hand their post over, until the other accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// To whom.
    pub user_id: UserId,
    /// Since when.
    pub create_time: Timestamp,
}

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
    /// To whom that post is offered.
    pub offer: Option<Offer>,
    /// Where it is in its life.
    pub state: AccountState,
    /// Rises with each change.
    pub revision: i64,
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
