//! Completing a sign-up: the account, its one user and their session in one transaction.

use chassis::Caller;
use types::{UserId, failpoint};

use super::{App, origin};
use crate::domain::audit::Origin;
use crate::domain::error::Error;
use crate::domain::password::Password;
use crate::domain::session::Tokens;
use crate::domain::token;
use crate::store::{audit_events, sessions, sign_ups, users};

impl App {
    /// Makes the account that was signed up for, and logs its one user in. The account's id is derived from the sign-up's,
    /// and the link is used in the same transaction: however often it is tried, one account is made.
    ///
    /// # Errors
    /// [`Error::SignUpNotFound`], [`Error::SignUpExpired`], [`Error::SignUpCompleted`]; [`Error::EmailTaken`] when the
    /// address has come to belong to a user meanwhile.
    pub async fn complete_sign_up(&self, caller: &Caller, token: &str, password: Password) -> Result<Tokens, Error> {
        let sign_up = sign_ups::by_token_hash(self.database.reader(), &token::hash(token))
            .await?
            .ok_or(Error::SignUpNotFound)?;
        let now = self.clock.now();
        sign_up.check(now)?;
        let id = sign_up.id;
        let email = [sign_up.wish.email.canonical().to_owned()];
        let account = sign_up.account(&self.sign_ups.plan, password);
        let (account_id, user_id) = (account.id, UserId::from_uuid(account.id.uuid()));
        // Nobody is logged in: the token says who it is.
        let origin = Origin {
            actor_id: user_id.to_string(),
            ..origin(caller, "")
        };
        let foundation = self.lay_foundation(account, &origin).await?;
        let (session, refresh_token) = self.new_session(user_id, account_id, now);
        let begun = session.clone();
        let complete = self.database.transaction(move |tx| {
            Box::pin(async move {
                // Guarded, so that of any number of parallel completions one wins.
                if !sign_ups::complete(tx, id, now).await? {
                    return Err(Error::SignUpCompleted);
                }
                if !users::by_addresses(tx, &email).await?.is_empty() {
                    return Err(Error::EmailTaken);
                }
                foundation.write(tx).await?;
                sessions::insert(tx, &begun, now).await?;
                audit_events::append(tx, &[foundation.event]).await
            })
        });
        complete.await?;
        failpoint("identity::complete_sign_up::committed");
        self.relay.wake();
        self.tokens(&session, refresh_token, now)
    }
}
