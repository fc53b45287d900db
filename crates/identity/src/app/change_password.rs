//! Changing one's own password.

use std::time::Duration;

use chassis::{Caller, Person};

use super::notices::notify;
use super::{App, origin};
use crate::domain::audit::Event;
use crate::domain::error::Error;
use crate::domain::message::{Notice, NoticeKind};
use crate::domain::password::Password;
use crate::store::{audit_events, password_resets, passwords, sessions, users};

const MINUTE: Duration = Duration::from_secs(60);

impl App {
    /// Changes the caller's password, ends their other sessions and every link to a new password.
    ///
    /// # Errors
    /// [`Error::PasswordWrong`]; [`Error::RateLimited`] after too many attempts.
    pub async fn change_password(
        &self,
        caller: &Caller,
        person: &Person,
        current: String,
        password: Password,
    ) -> Result<(), Error> {
        self.limit(
            &format!("change_password:{}", person.user),
            MINUTE,
            self.attempts_per_minute,
        )
        .await?;
        let person = *person;
        let reader = self.database.reader();
        let former = passwords::find(reader, person.account, person.user).await?;
        if !self.passwords.verify(current, former.as_deref()).await? {
            return Err(Error::PasswordWrong);
        }
        let former = former.ok_or(Error::PasswordWrong)?;
        let hash = self.passwords.hash(&password).await?;
        let user = users::find(reader, person.account, person.user).await?;
        let user = user.ok_or(Error::UserNotFound)?;
        let account = self.account(person.account).await?;
        let now = self.clock.now();
        let event = Event::new(account.id, &origin(caller, ""), "user.change_password", user.id, now);
        let notice = Notice::to_user(NoticeKind::PasswordChanged, &account, &user, "", event.id);
        let change = self.database.transaction(move |tx| {
            Box::pin(async move {
                // Guarded, so that of two who know the same password one changes it.
                if !passwords::replace(tx, account.id, user.id, &former, &hash, now).await? {
                    return Err(Error::PasswordWrong);
                }
                password_resets::end_all(tx, user.id, now).await?;
                let ended = sessions::end_others(tx, user.id, person.session, now).await?;
                notify(tx, &[notice], now).await?;
                audit_events::append(tx, &[event]).await?;
                Ok(ended)
            })
        });
        let ended = change.await?;
        self.relay.wake();
        self.tell_ended(&ended).await;
        Ok(())
    }
}
