//! Who is calling: the token says who, identity says what they are right now.

use std::sync::Arc;
use std::time::Duration;

use chassis::{Event, Lookups, Person, Refusal, Shared, Shutdown};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use moka::future::Cache;
use tonic::{Code, Status};
use types::{SessionId, UserId};

use crate::NAME;
use crate::clients::Identity;
use crate::token::AccessTokens;

/// The channel on which identity tells of ended sessions.
const ENDED: &str = "sessions.ended";
const CAPACITY: u64 = 100_000;
/// What an old token may go on working for after its user has lost it.
const MAX_AGE: Duration = Duration::from_secs(5);

/// Authenticates callers; cheap to clone.
#[derive(Clone)]
pub struct Authentication {
    tokens: Arc<AccessTokens>,
    identity: Identity,
    present: Cache<SessionId, Person>,
    lookups: Lookups,
}

impl Authentication {
    /// Authenticates by `tokens` and `identity`, whose answers are believed for `max_age`, 5 s at most.
    pub fn new(tokens: AccessTokens, identity: Identity, max_age: Duration) -> Self {
        let present = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(max_age.min(MAX_AGE))
            .build();
        Self {
            tokens: Arc::new(tokens),
            identity,
            present,
            lookups: Lookups::new(NAME, "sessions"),
        }
    }

    /// The person behind these headers.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` with `ACCESS_TOKEN_REQUIRED`, `ACCESS_TOKEN_INVALID` or `SESSION_ENDED`.
    pub async fn person(&self, headers: &HeaderMap) -> Result<Person, Status> {
        let Some(header) = headers.get(AUTHORIZATION) else {
            return Err(refuse(
                "ACCESS_TOKEN_REQUIRED",
                "Log in and send `authorization: Bearer <access token>`.",
            ));
        };
        let bearer = header
            .to_str()
            .ok()
            .and_then(bearer_token)
            .and_then(|token| self.tokens.verify(token));
        let Some(bearer) = bearer else {
            return Err(refuse(
                "ACCESS_TOKEN_INVALID",
                "The access token is not good, or has expired; refresh the session.",
            ));
        };
        self.present(bearer.user, bearer.session).await
    }

    /// What somebody who came in earlier is by now: for calls that go on after their access token has expired.
    ///
    /// # Errors
    /// `UNAUTHENTICATED/SESSION_ENDED`.
    pub async fn again(&self, person: &Person) -> Result<Person, Status> {
        self.present(person.user, person.session).await
    }

    async fn present(&self, user: UserId, session: SessionId) -> Result<Person, Status> {
        let person = match self.present.get(&session).await {
            Some(person) => {
                self.lookups.count(true);
                person
            }
            None => {
                let entry = self.present.entry(session);
                let found = entry.or_try_insert_with(self.identity.person(user, session)).await;
                let found = found.map_err(|status| Status::clone(&status))?;
                self.lookups.count(!found.is_fresh());
                found.into_value()
            }
        };
        // A session id is unique, but a token that pairs it with somebody else must not borrow what is known of it.
        if person.user == user {
            Ok(person)
        } else {
            Err(refuse("ACCESS_TOKEN_INVALID", "The access token is not good."))
        }
    }

    /// Forgets sessions that have ended, until `shutdown`.
    pub async fn forget_ended(self, shared: Shared, shutdown: Shutdown) {
        let mut ended = shared.subscribe(ENDED).await;
        loop {
            let event = tokio::select! {
                () = shutdown.cancelled() => return,
                event = ended.next() => event,
            };
            match event {
                Some(Event::Message(session)) => {
                    if let Ok(session) = session.parse::<SessionId>() {
                        self.present.invalidate(&session).await;
                    }
                }
                Some(Event::Gap) => self.present.invalidate_all(),
                None => return,
            }
        }
    }
}

/// RFC 6750 §2.1; the scheme's name in any case (RFC 9110 §11.1).
fn bearer_token(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn refuse(reason: &'static str, sentence: &str) -> Status {
    Refusal::new(Code::Unauthenticated, reason, sentence).into()
}
