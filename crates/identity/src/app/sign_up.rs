//! Signing up: an e-mail with a link to whoever is new, and one that says so to whoever is not.

use chassis::Caller;
use types::{RequestId, SignUpId, failpoint};

use super::App;
use super::notices::notify;
use crate::domain::error::Error;
use crate::domain::message::Notice;
use crate::domain::sign_up::{SignUp, SignUpWish};
use crate::domain::token::{self, OneTime};
use crate::store::{addressees, sign_ups};

impl App {
    /// Sends the e-mail. For every address the same is read and written, so that neither the answer nor the time it takes
    /// tells who is a user.
    ///
    /// # Errors
    /// [`Error::RateLimited`].
    pub async fn sign_up(&self, caller: &Caller, request_id: RequestId, wish: SignUpWish) -> Result<(), Error> {
        self.limit_mails("sign_up", caller, &wish.email).await?;
        let known = addressees::find(self.database.reader(), wish.email.canonical()).await?;
        // The same request for another address is another one: it must not tell that there was the first.
        let request_key = token::hash(&format!("{request_id} {}", wish.email.canonical()));
        let now = self.clock.now();
        let sign_up = SignUp {
            id: SignUpId::new(),
            wish,
            create_time: now,
            expire_time: now + self.sign_ups.lifetime,
            complete_time: None,
        };
        let link = OneTime::SignUp(sign_up.id);
        let token_hash = token::hash(&self.links.one_time_token(link, sign_up.expire_time));
        let send_key = sign_up.id.to_string();
        let notice = match known {
            Some(known) => known.signed_up(send_key),
            None => Notice::of_sign_up(&sign_up, send_key),
        };
        let insert = self.database.transaction(move |tx| {
            Box::pin(async move {
                if sign_ups::insert(tx, &sign_up, &request_key, &token_hash).await? {
                    notify(tx, &[notice], now).await?;
                }
                Ok::<_, Error>(())
            })
        });
        insert.await?;
        failpoint("identity::sign_up::committed");
        self.relay.wake();
        Ok(())
    }
}
