//! Trading a refresh token for the next pair of tokens.

use chassis::Caller;
use serde_json::json;

use super::{App, origin};
use crate::domain::audit::Event;
use crate::domain::error::Error;
use crate::domain::session::{Session, Tokens};
use crate::domain::token;
use crate::store::{audit_events, sessions, users};

impl App {
    /// Rotates a session's refresh token.
    ///
    /// # Errors
    /// [`Error::RefreshTokenInvalid`]. When the token was used before, its whole session ends: two hold it, and one of
    /// them is not its owner.
    pub async fn refresh_session(&self, caller: &Caller, refresh_token: &str) -> Result<Tokens, Error> {
        let id = token::session_of(&self.refresh_key, refresh_token).ok_or(Error::RefreshTokenInvalid)?;
        let session = sessions::find(self.database.reader(), id)
            .await?
            .ok_or(Error::RefreshTokenInvalid)?;
        let now = self.clock.now();
        let used = token::hash(refresh_token);
        let next = token::refresh(&self.refresh_key, id, rand::random());
        let expire_time = now + self.refresh_lifetime;
        if used != session.refresh_hash {
            return self.end_compromised(caller, &session).await;
        }
        if now >= session.expire_time
            || users::standing(self.database.reader(), session.user_id, id)
                .await?
                .is_none()
        {
            return Err(Error::RefreshTokenInvalid);
        }
        let rotated = sessions::rotate(self.database.writer(), id, &used, &token::hash(&next), expire_time).await?;
        if !rotated {
            return self.end_compromised(caller, &session).await;
        }
        self.tokens(&Session { expire_time, ..session }, next, now)
    }

    async fn end_compromised(&self, caller: &Caller, session: &Session) -> Result<Tokens, Error> {
        tracing::warn!(session.id = %session.id, "a refresh token was used twice; its session ends");
        let Session {
            id,
            user_id,
            account_id,
            ..
        } = *session;
        let now = self.clock.now();
        let event = Event::new(account_id, &origin(caller, ""), "session.compromised", id, now)
            .after(&json!({ "user_id": user_id }));
        let end = self.database.transaction(move |tx| {
            Box::pin(async move {
                if sessions::end(tx, user_id, id, now).await? {
                    audit_events::append(tx, &[event]).await?;
                }
                Ok::<_, Error>(())
            })
        });
        end.await?;
        self.tell_ended(&[session.id]).await;
        Err(Error::RefreshTokenInvalid)
    }
}
