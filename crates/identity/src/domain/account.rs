//! Accounts.

use std::str::FromStr;

use types::{AccountId, Email, EmailTemplateId, Language, Name, TimeZone, Timestamp, UserId};

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
    /// The welcome e-mail of its own that is its default; none for the system's.
    pub welcome_email_id: Option<EmailTemplateId>,
    /// Where it is in its life.
    pub state: AccountState,
    /// Rises with each change.
    pub revision: i64,
    /// When it was made.
    pub create_time: Timestamp,
}

/// What is to change of an account; nothing where there is none.
#[derive(Clone, Debug, Default)]
pub struct AccountChange {
    /// Its name.
    pub name: Option<Name>,
    /// What its users read.
    pub language: Option<Language>,
    /// Where its users are.
    pub time_zone: Option<TimeZone>,
}

impl Account {
    /// The same account, changed; the same revision when nothing is different.
    #[must_use]
    pub fn changed(&self, change: AccountChange) -> Self {
        let mut changed = self.clone();
        if let Some(name) = change.name {
            changed.name = name.to_string();
        }
        if let Some(language) = change.language {
            changed.language = language;
        }
        if let Some(time_zone) = change.time_zone {
            changed.time_zone = time_zone;
        }
        if !changed.reads_like(self) {
            changed.revision = self.revision.saturating_add(1);
        }
        changed
    }

    /// Whether name, language and time zone are the other's.
    pub fn reads_like(&self, other: &Self) -> bool {
        self.name == other.name
            && self.language.as_str() == other.language.as_str()
            && self.time_zone.to_string() == other.time_zone.to_string()
    }
}

/// An account in use, for tests.
#[cfg(test)]
pub fn specimen() -> Account {
    Account {
        id: AccountId::new(),
        name: "Analytical Engines".into(),
        language: Language::english(),
        time_zone: TimeZone::utc(),
        billing_contact: UserId::new(),
        offer: None,
        welcome_email_id: None,
        state: AccountState::Active,
        revision: 1,
        create_time: Timestamp::from_micros(0),
    }
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
