//! What may become of a user: `INVITED → ACTIVE ⇄ SUSPENDED → DELETED`, and back from deletion for a while.

use std::time::Duration;

use types::Timestamp;

use super::error::Error;
use super::user::{User, UserState};

/// How a user ends, for a time or for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// They cannot log in any more, and hold their seats unless those are to be released.
    Suspension {
        /// Whether their seats come free.
        release_seats: bool,
    },
    /// They are gone, and their seats are free.
    Deletion,
}

impl End {
    /// Whether a user can end in this way now.
    ///
    /// # Errors
    /// [`Error::UserDeleted`]; [`Error::UserNotActive`] for a suspension of somebody who could not log in anyway.
    pub const fn check(self, user: &User) -> Result<(), Error> {
        match (self, user.state) {
            (_, UserState::Deleted) => Err(Error::UserDeleted),
            (Self::Suspension { .. }, UserState::Invited | UserState::Suspended) => Err(Error::UserNotActive),
            (Self::Suspension { .. }, UserState::Active)
            | (Self::Deletion, UserState::Invited | UserState::Active | UserState::Suspended) => Ok(()),
        }
    }

    /// The state that a user ends in.
    pub const fn state(self) -> UserState {
        match self {
            Self::Suspension { .. } => UserState::Suspended,
            Self::Deletion => UserState::Deleted,
        }
    }

    /// Whether a user's seats come free.
    pub const fn releases_seats(self) -> bool {
        match self {
            Self::Suspension { release_seats } => release_seats,
            Self::Deletion => true,
        }
    }
}

impl User {
    /// Whether anything of the user can be changed.
    ///
    /// # Errors
    /// [`Error::UserDeleted`].
    pub const fn check_present(&self) -> Result<(), Error> {
        match self.state {
            UserState::Invited | UserState::Active | UserState::Suspended => Ok(()),
            UserState::Deleted => Err(Error::UserDeleted),
        }
    }

    /// Whether the user's suspension can end.
    ///
    /// # Errors
    /// [`Error::UserNotSuspended`]; [`Error::UserDeleted`].
    pub const fn check_suspended(&self) -> Result<(), Error> {
        match self.state {
            UserState::Suspended => Ok(()),
            UserState::Invited | UserState::Active => Err(Error::UserNotSuspended),
            UserState::Deleted => Err(Error::UserDeleted),
        }
    }

    /// The state that a deleted user comes back to.
    ///
    /// # Errors
    /// [`Error::UserNotDeleted`]; [`Error::UserNeverJoined`]; [`Error::UserNotFound`] when it is too late.
    pub fn restorable_state(&self, retention: Duration, now: Timestamp) -> Result<UserState, Error> {
        let Some(purge_time) = self.purge_time(retention) else {
            return Err(Error::UserNotDeleted);
        };
        match self.former_state {
            // As though the timer had been there already.
            _ if now >= purge_time => Err(Error::UserNotFound),
            Some(state @ (UserState::Active | UserState::Suspended)) => Ok(state),
            Some(UserState::Invited | UserState::Deleted) | None => Err(Error::UserNeverJoined),
        }
    }

    /// Until when a deleted user can be restored.
    pub fn purge_time(&self, retention: Duration) -> Option<Timestamp> {
        self.delete_time.map(|delete_time| delete_time + retention)
    }
}

#[cfg(test)]
mod tests {
    use UserState::{Active, Deleted, Invited, Suspended};

    use super::*;
    use crate::domain::user::specimen;

    const RETENTION: Duration = Duration::from_secs(30);

    fn told<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
        format!("{result:?}")
    }

    #[test]
    fn only_the_active_are_suspended_and_everybody_who_is_there_can_be_deleted() {
        let suspension = End::Suspension { release_seats: false };
        let cases = [
            (Invited, "Err(UserNotActive)", "Ok(())"),
            (Active, "Ok(())", "Ok(())"),
            (Suspended, "Err(UserNotActive)", "Ok(())"),
            (Deleted, "Err(UserDeleted)", "Err(UserDeleted)"),
        ];
        for (state, suspended, deleted) in cases {
            let user = User { state, ..specimen() };
            assert_eq!(told(suspension.check(&user)), suspended, "{state:?}");
            assert_eq!(told(End::Deletion.check(&user)), deleted, "{state:?}");
        }
    }

    #[test]
    fn only_the_suspended_are_reactivated() {
        let cases = [
            (Invited, "Err(UserNotSuspended)"),
            (Active, "Err(UserNotSuspended)"),
            (Suspended, "Ok(())"),
            (Deleted, "Err(UserDeleted)"),
        ];
        for (state, answer) in cases {
            assert_eq!(
                told(User { state, ..specimen() }.check_suspended()),
                answer,
                "{state:?}"
            );
        }
    }

    #[test]
    fn those_who_joined_come_back_within_the_retention() {
        let deleted = Timestamp::from_micros(0);
        let (within, after) = (deleted + RETENTION / 2, deleted + RETENTION);
        let cases = [
            (Some(Active), within, "Ok(Active)"),
            (Some(Suspended), within, "Ok(Suspended)"),
            (Some(Active), after, "Err(UserNotFound)"),
            (Some(Invited), within, "Err(UserNeverJoined)"),
            (None, within, "Err(UserNeverJoined)"),
        ];
        for (former_state, now, answer) in cases {
            let user = User {
                state: Deleted,
                former_state,
                delete_time: Some(deleted),
                ..specimen()
            };
            assert_eq!(told(user.restorable_state(RETENTION, now)), answer, "{former_state:?}");
        }
        assert_eq!(
            told(specimen().restorable_state(RETENTION, within)),
            "Err(UserNotDeleted)"
        );
    }
}
