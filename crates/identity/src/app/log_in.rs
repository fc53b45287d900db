//! Logging in with e-mail and password, and beginning a session.

use std::time::Duration;

use chassis::{Caller, Hit};
use types::{AccountId, Email, SessionId, Timestamp, UserId};

use super::App;
use crate::domain::error::Error;
use crate::domain::session::{Session, Tokens};
use crate::domain::token;
use crate::store::{sessions, users};

const MINUTE: Duration = Duration::from_secs(60);

impl App {
    /// Logs a user in.
    ///
    /// # Errors
    /// [`Error::CredentialsInvalid`], whatever of the two is wrong; [`Error::RateLimited`].
    pub async fn log_in(&self, caller: &Caller, email: &str, password: String) -> Result<Tokens, Error> {
        let email = Email::parse(email).map_err(|_| Error::CredentialsInvalid)?;
        self.limit(
            &format!("log_in:{}", token::hash(email.canonical())),
            self.attempts_per_minute,
        )
        .await?;
        if let Some(source) = caller.source {
            // An office behind one address has many users; a guesser has many addresses to try.
            self.limit(&format!("log_in:{source}"), self.attempts_per_minute.saturating_mul(20))
                .await?;
        }
        let credentials = users::credentials(self.database.reader(), email.canonical()).await?;
        let hash = credentials
            .as_ref()
            .map(|credentials| credentials.password_hash.as_str());
        if !self.passwords.verify(password, hash).await? {
            return Err(Error::CredentialsInvalid);
        }
        let credentials = credentials.ok_or(Error::CredentialsInvalid)?;
        let now = self.clock.now();
        let (session, refresh_token) = self.new_session(credentials.user_id, credentials.account_id, now);
        sessions::insert(self.database.writer(), &session, now).await?;
        self.tokens(&session, refresh_token, now)
    }

    /// A session for a user, to be inserted, and its first refresh token.
    pub(super) fn new_session(&self, user_id: UserId, account_id: AccountId, now: Timestamp) -> (Session, String) {
        let id = SessionId::new();
        let refresh_token = token::refresh(&self.refresh_key, id, rand::random());
        let refresh_hash = token::hash(&refresh_token);
        let expire_time = now + self.refresh_lifetime;
        (
            Session {
                id,
                user_id,
                account_id,
                refresh_hash,
                expire_time,
            },
            refresh_token,
        )
    }

    /// What a session's holder is answered.
    pub(super) fn tokens(&self, session: &Session, refresh_token: String, now: Timestamp) -> Result<Tokens, Error> {
        let (access_token, access_expire_time) = self.access_tokens.sign(session.user_id, session.id, now)?;
        Ok(Tokens {
            access_token,
            access_expire_time,
            refresh_token,
            refresh_expire_time: session.expire_time,
            user_id: session.user_id,
            account_id: session.account_id,
        })
    }

    async fn limit(&self, key: &str, attempts: u32) -> Result<(), Error> {
        match self.shared.hit(key, MINUTE, attempts.into()).await {
            Hit::Allowed => Ok(()),
            Hit::RetryAfter(retry_after) => Err(Error::RateLimited { retry_after }),
        }
    }
}
