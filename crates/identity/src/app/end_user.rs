//! Suspending and deleting one user.

use chassis::Person;
use storage::outbox;
use types::{UserId, failpoint};

use super::App;
use super::end_users::end_users;
use super::lock_user::lock_user;
use crate::domain::audit::Origin;
use crate::domain::error::Error;
use crate::domain::life::End;
use crate::domain::user::User;
use crate::store::{audit_events, posts};

impl App {
    /// Ends a user, for a time or for good.
    ///
    /// # Errors
    /// Those of [`lock_user`] and [`End::check`]; [`Error::LastSuperAdmin`] and [`Error::BillingContact`].
    pub async fn end_user(
        &self,
        person: &Person,
        origin: Origin,
        id: UserId,
        end: End,
        etag: String,
    ) -> Result<User, Error> {
        let (person, now) = (*person, self.clock.now());
        let end = self.database.transaction(move |tx| {
            Box::pin(async move {
                let (account, user) = lock_user(tx, &person, id, &etag).await?;
                end.check(&user)?;
                let ended = end_users(tx, &account, &[user], end, &origin, now).await?;
                posts::verify(tx, account.id).await?;
                outbox::append(tx, now, &ended.messages).await?;
                audit_events::append(tx, &ended.events).await?;
                Ok::<_, Error>(ended.sessions)
            })
        });
        let sessions = end.await?;
        failpoint("identity::end_user::committed");
        self.tell_ended(&sessions).await;
        self.relay.wake();
        self.get_user(&person, id).await
    }
}
