//! Whoever an address belongs to, as far as an e-mail to them must know.

use types::{AccountId, Timestamp, UserId};

use super::account::AccountState;
use super::message::{Notice, NoticeKind};
use super::token::OneTime;
use super::user::UserState;

/// A user who is not deleted, found by their address.
#[derive(Clone, Debug)]
pub struct Addressee {
    /// The user.
    pub user_id: UserId,
    /// Their account.
    pub account_id: AccountId,
    /// The account's name.
    pub account_name: String,
    /// The address, as it was typed.
    pub address: String,
    /// Their given name.
    pub given_name: String,
    /// Their family name.
    pub family_name: String,
    /// BCP 47.
    pub language: String,
    /// Where they are in their life.
    pub state: UserState,
    /// Where their account is in its.
    pub account_state: AccountState,
}

impl Addressee {
    /// Whether they can log in.
    pub fn is_active(&self) -> bool {
        self.state == UserState::Active && self.account_state == AccountState::Active
    }

    /// Somebody has signed up with their address. It is no matter of their account's.
    pub fn signed_up(&self, send_key: String) -> Notice {
        Notice {
            account_id: None,
            ..self.notice(NoticeKind::SignUpKnown, send_key)
        }
    }

    /// The link to a new password.
    pub fn password_reset(&self, send_key: String, link: OneTime, expire_time: Timestamp) -> Notice {
        Notice {
            link: Some(link),
            expire_time: Some(expire_time),
            ..self.notice(NoticeKind::PasswordReset, send_key)
        }
    }

    fn notice(&self, kind: NoticeKind, send_key: String) -> Notice {
        Notice {
            send_key,
            account_id: Some(self.account_id),
            kind,
            to: self.address.clone(),
            given_name: self.given_name.clone(),
            family_name: self.family_name.clone(),
            language: self.language.clone(),
            account_name: self.account_name.clone(),
            person_name: String::new(),
            link: None,
            expire_time: None,
        }
    }
}
