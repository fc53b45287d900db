//! Ending a suspension, and taking a deletion back.

use chassis::Person;
use serde_json::json;
use types::{UserId, failpoint};

use super::App;
use super::lock_user::lock_user;
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::user::{User, UserState};
use crate::store::{audit_events, users};

/// From what a user comes back.
#[derive(Clone, Copy, Debug)]
enum Return {
    Suspension,
    Deletion,
}

impl App {
    /// Lets a suspended user log in again.
    ///
    /// # Errors
    /// Those of [`lock_user`]; [`Error::UserNotSuspended`]; [`Error::UserDeleted`].
    pub async fn reactivate_user(
        &self,
        person: &Person,
        origin: Origin,
        id: UserId,
        etag: String,
    ) -> Result<User, Error> {
        self.bring_back(person, origin, id, etag, Return::Suspension).await
    }

    /// Brings a deleted user back into the state they were in, without seats.
    ///
    /// # Errors
    /// Those of [`lock_user`]; [`Error::UserNotDeleted`]; [`Error::UserNeverJoined`]; [`Error::EmailTaken`] when the address
    /// is somebody else's by now.
    pub async fn restore_user(&self, person: &Person, origin: Origin, id: UserId, etag: String) -> Result<User, Error> {
        self.bring_back(person, origin, id, etag, Return::Deletion).await
    }

    async fn bring_back(
        &self,
        person: &Person,
        origin: Origin,
        id: UserId,
        etag: String,
        from: Return,
    ) -> Result<User, Error> {
        let (person, now, retention) = (*person, self.clock.now(), self.retention);
        let bring_back = self.database.transaction(move |tx| {
            Box::pin(async move {
                let (account, user) = lock_user(tx, &person, id, &etag).await?;
                let (action, state) = match from {
                    Return::Suspension => {
                        user.check_suspended()?;
                        ("user.reactivate", UserState::Active)
                    }
                    Return::Deletion => ("user.restore", user.restorable_state(retention, now)?),
                };
                users::bring_back(tx, &user, state, now).await?;
                let event = Event::new(account.id, &origin, action, id, now)
                    .before(&json!({ "state": user.state }))
                    .after(&json!({ "state": state }));
                audit_events::append(tx, &[event]).await
            })
        });
        bring_back.await?;
        failpoint("identity::bring_back_user::committed");
        self.get_user(&person, id).await
    }
}
