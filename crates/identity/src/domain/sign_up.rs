//! Sign-ups: wishes to have an account of one's own, until the address is proved.

use types::{AccountId, Email, Language, Name, SignUpId, TimeZone, Timestamp};

use super::account::NewAccount;
use super::error::Error;
use super::password::Password;

/// What somebody signs up with.
#[derive(Clone, Debug)]
pub struct SignUpWish {
    /// Their address.
    pub email: Email,
    /// Their given name.
    pub given_name: Name,
    /// Their family name.
    pub family_name: Name,
    /// The account's name.
    pub account_name: Name,
    /// Their language.
    pub language: Language,
    /// Their time zone.
    pub time_zone: TimeZone,
}

/// A wish that waits for the proof of its address.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// Its id.
    pub id: SignUpId,
    /// What is wished for.
    pub wish: SignUpWish,
    /// When it was made.
    pub create_time: Timestamp,
    /// When its link stops working.
    pub expire_time: Timestamp,
    /// When its link made the account, if it has.
    pub complete_time: Option<Timestamp>,
}

impl SignUp {
    /// Whether its link can make the account now.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, now: Timestamp) -> Result<(), Error> {
        if self.complete_time.is_some() {
            Err(Error::SignUpCompleted)
        } else if now >= self.expire_time {
            Err(Error::SignUpExpired)
        } else {
            Ok(())
        }
    }

    /// The account it makes; the id is derived, so that a sign-up makes one account.
    pub fn account(self, plan: &str, password: Password) -> NewAccount {
        NewAccount {
            id: AccountId::from_uuid(self.id.uuid()),
            name: self.wish.account_name,
            plan: plan.to_owned(),
            language: self.wish.language,
            time_zone: self.wish.time_zone,
            given_name: self.wish.given_name,
            family_name: self.wish.family_name,
            email: self.wish.email,
            password,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn sign_up(complete_time: Option<Timestamp>) -> SignUp {
        let name = |text| Name::parse(text).unwrap();
        let now = Timestamp::from_micros(0);
        SignUp {
            id: SignUpId::new(),
            wish: SignUpWish {
                email: Email::parse("ada@example.com").unwrap(),
                given_name: name("Ada"),
                family_name: name("Lovelace"),
                account_name: name("Analytical Engines"),
                language: Language::english(),
                time_zone: TimeZone::utc(),
            },
            create_time: now,
            expire_time: now + Duration::from_secs(10),
            complete_time,
        }
    }

    #[test]
    fn a_link_works_until_it_expires_or_has_made_its_account() {
        let before = Timestamp::from_micros(1);
        let after = Timestamp::from_micros(0) + Duration::from_secs(10);
        let cases = [
            (None, before, Ok(())),
            (None, after, Err(Error::SignUpExpired)),
            (Some(before), before, Err(Error::SignUpCompleted)),
            (Some(before), after, Err(Error::SignUpCompleted)),
        ];
        for (complete_time, now, expected) in cases {
            let answer = sign_up(complete_time).check(now);
            assert_eq!(format!("{answer:?}"), format!("{expected:?}"));
        }
    }
}
