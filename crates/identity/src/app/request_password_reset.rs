//! Asking for a link to a new password.

use chassis::Caller;
use types::{Email, PasswordResetId, RequestId};

use super::App;
use super::notices::notify;
use crate::domain::addressee::Addressee;
use crate::domain::error::Error;
use crate::domain::password_reset::PasswordReset;
use crate::domain::token::{self, OneTime};
use crate::store::{addressees, password_resets};

impl App {
    /// Sends an active user the link; nobody else gets anything. A row is written for every address, so that the time it
    /// takes does not tell who is a user.
    ///
    /// # Errors
    /// [`Error::RateLimited`].
    pub async fn request_password_reset(
        &self,
        caller: &Caller,
        request_id: RequestId,
        email: Email,
    ) -> Result<(), Error> {
        self.limit_mails("password_reset", caller, &email).await?;
        let known = addressees::find(self.database.reader(), email.canonical()).await?;
        let known = known.filter(Addressee::is_active);
        let request_key = token::hash(&format!("{request_id} {}", email.canonical()));
        let now = self.clock.now();
        let reset = PasswordReset {
            id: PasswordResetId::new(),
            user_id: known.as_ref().map(|known| known.user_id),
            create_time: now,
            expire_time: now + self.password_resets.lifetime,
            end_time: None,
        };
        let link = OneTime::PasswordReset(reset.id);
        let token_hash = token::hash(&self.links.one_time_token(link, reset.expire_time));
        let notice = known.map(|known| known.password_reset(reset.id.to_string(), link, reset.expire_time));
        let insert = self.database.transaction(move |tx| {
            Box::pin(async move {
                if password_resets::insert(tx, &reset, &request_key, &token_hash).await? {
                    notify(tx, notice.as_slice(), now).await?;
                }
                Ok::<_, Error>(())
            })
        });
        insert.await?;
        self.relay.wake();
        Ok(())
    }
}
