//! Logging in with e-mail and password, and beginning a session.

use std::time::Duration;

use chassis::Caller;
use types::{AccountId, Email, SessionId, Timestamp, UserId};

use super::{App, origin};
use crate::domain::audit::{Event, Origin};
use crate::domain::error::Error;
use crate::domain::session::{Session, Tokens};
use crate::domain::token;
use crate::store::{accounts, audit_events, sessions, users};

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
            MINUTE,
            self.attempts_per_minute,
        )
        .await?;
        if let Some(source) = caller.source {
            // An office behind one address has many users; a guesser has many addresses to try.
            self.limit(
                &format!("log_in:{source}"),
                MINUTE,
                self.attempts_per_minute.saturating_mul(20),
            )
            .await?;
        }
        let credentials = users::credentials(self.database.reader(), email.canonical()).await?;
        let hash = credentials
            .as_ref()
            .map(|credentials| credentials.password_hash.as_str());
        if !self.passwords.verify(password, hash).await? {
            self.tell_refused(caller, email);
            return Err(Error::CredentialsInvalid);
        }
        let credentials = credentials.ok_or(Error::CredentialsInvalid)?;
        if !accounts::is_active(self.database.reader(), credentials.account_id).await? {
            return Err(Error::CredentialsInvalid);
        }
        let now = self.clock.now();
        let (session, refresh_token) = self.new_session(credentials.user_id, credentials.account_id, now);
        let origin = Origin {
            actor_id: session.user_id.to_string(),
            ..origin(caller, "")
        };
        let event = Event::new(session.account_id, &origin, "session.begin", session.id, now);
        let begun = session.clone();
        let begin = self.database.transaction(move |tx| {
            Box::pin(async move {
                sessions::insert(tx, &begun, now).await?;
                audit_events::append(tx, &[event]).await
            })
        });
        begin.await?;
        self.tokens(&session, refresh_token, now)
    }

    /// Has the audit log told of an attempt on a user's password, as often as attempts are let through. Not waited for: how
    /// long the answer takes must not tell whether there is such a user.
    fn tell_refused(&self, caller: &Caller, email: Email) {
        let (app, origin) = (self.clone(), origin(caller, ""));
        tokio::spawn(async move {
            if let Err(error) = app.append_refused(origin, &email).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a failed log-in is missing in the audit log"
                );
            }
        });
    }

    async fn append_refused(&self, origin: Origin, email: &Email) -> Result<(), Error> {
        let known = users::by_addresses(self.database.reader(), &[email.canonical().to_owned()]).await?;
        let now = self.clock.now();
        let refused =
            |(_, user, account)| Event::new(account, &origin, "session.begin", user, now).denied("CREDENTIALS_INVALID");
        let events: Vec<Event> = known.into_iter().map(refused).collect();
        let append = self
            .database
            .transaction(move |tx| Box::pin(async move { audit_events::append(tx, &events).await }));
        append.await
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
}
