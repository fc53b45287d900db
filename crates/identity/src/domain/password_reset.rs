//! Password resets: wishes to choose a new password, until the address is proved.

use types::{PasswordResetId, Timestamp, UserId};

use super::error::Error;

/// A wish that waits for the proof of its address.
#[derive(Clone, Debug)]
pub struct PasswordReset {
    /// Its id.
    pub id: PasswordResetId,
    /// Whose password it is about; nobody's, when the address was not an active user's.
    pub user_id: Option<UserId>,
    /// When it was made.
    pub create_time: Timestamp,
    /// When its link stops working.
    pub expire_time: Timestamp,
    /// When its link was used, or the password changed otherwise.
    pub end_time: Option<Timestamp>,
}

impl PasswordReset {
    /// Whose password its link can set now.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn check(&self, now: Timestamp) -> Result<UserId, Error> {
        let user = self.user_id.ok_or(Error::PasswordResetNotFound)?;
        if self.end_time.is_some() {
            Err(Error::PasswordResetEnded)
        } else if now >= self.expire_time {
            Err(Error::PasswordResetExpired)
        } else {
            Ok(user)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_link_works_once_and_for_a_time() {
        let (begin, user) = (Timestamp::from_micros(0), UserId::new());
        let end = begin + Duration::from_secs(10);
        let cases = [
            (Some(user), None, begin, Ok(user)),
            (Some(user), None, end, Err(Error::PasswordResetExpired)),
            (Some(user), Some(begin), begin, Err(Error::PasswordResetEnded)),
            (Some(user), Some(begin), end, Err(Error::PasswordResetEnded)),
            (None, None, begin, Err(Error::PasswordResetNotFound)),
        ];
        for (user_id, end_time, now, expected) in cases {
            let reset = PasswordReset {
                id: PasswordResetId::new(),
                user_id,
                create_time: begin,
                expire_time: end,
                end_time,
            };
            assert_eq!(format!("{:?}", reset.check(now)), format!("{expected:?}"));
        }
    }
}
