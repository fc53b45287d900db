//! Setting a new password by the link in an e-mail.

use chassis::Caller;
use types::failpoint;

use super::notices::notify;
use super::{App, origin};
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::message::{Notice, NoticeKind};
use crate::domain::password::Password;
use crate::domain::token;
use crate::store::{accounts, audit_events, password_resets, passwords, sessions, users};

impl App {
    /// Sets the password, ends every session of the user and every other such link.
    ///
    /// # Errors
    /// [`Error::PasswordResetNotFound`], [`Error::PasswordResetExpired`], [`Error::PasswordResetEnded`].
    pub async fn reset_password(&self, caller: &Caller, token: &str, password: Password) -> Result<(), Error> {
        let reader = self.database.reader();
        let reset = password_resets::by_token_hash(reader, &token::hash(token))
            .await?
            .ok_or(Error::PasswordResetNotFound)?;
        let now = self.clock.now();
        let user_id = reset.check(now)?;
        // Wherever they are now: they may have moved since they asked.
        let user = users::by_ids(reader, &[user_id]).await?.pop();
        let user = user.ok_or(Error::PasswordResetEnded)?;
        let account = self.account(user.account_id).await?;
        let hash = self.passwords.hash(&password).await?;
        // Nobody is logged in: the token says who it is.
        let origin = Origin {
            actor_id: user.id.to_string(),
            ..origin(caller, "")
        };
        let notice = Notice::to_user(NoticeKind::PasswordChanged, &account, &user, "", reset.id);
        let event = Event::new(account.id, &origin, "user.reset_password", user.id, now);
        let set = self.database.transaction(move |tx| {
            Box::pin(async move {
                // Guarded, so that of any number of parallel uses one wins.
                let taken = password_resets::take(tx, reset.id, now).await?
                    && accounts::is_active(tx, account.id).await?
                    && passwords::set(tx, account.id, user.id, &hash, now).await?;
                if !taken {
                    return Err(Error::PasswordResetEnded);
                }
                password_resets::end_all(tx, user.id, now).await?;
                let ended = sessions::end_all(tx, &[user.id], now).await?;
                notify(tx, &[notice], now).await?;
                audit_events::append(tx, &[event]).await?;
                Ok(ended)
            })
        });
        let ended = set.await?;
        failpoint("identity::reset_password::committed");
        self.relay.wake();
        self.tell_ended(&ended).await;
        Ok(())
    }
}
