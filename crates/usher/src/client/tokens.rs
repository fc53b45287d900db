//! The tokens of a session.

use std::time::Duration;

use proto::identity::v1::SessionTokens;
use serde::{Deserialize, Serialize};
use tonic::Request;
use types::{Clock, Timestamp};

/// How much of its life an access token must have left to be used.
const MARGIN: Duration = Duration::from_secs(30);

/// What proves who is calling.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    /// When the access token stops working, in microseconds since the Unix epoch.
    pub(crate) expire_time: Timestamp,
}

impl Tokens {
    pub(super) fn read(tokens: Option<SessionTokens>) -> Option<Self> {
        let tokens = tokens?;
        let expire = tokens.access_token_expire_time?;
        let micros = expire.seconds.saturating_mul(1_000_000);
        Some(Self {
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            expire_time: Timestamp::from_micros(micros.saturating_add(i64::from(expire.nanos) / 1_000)),
        })
    }

    /// Whether the access token works for a while.
    pub(super) fn are_fresh(&self, clock: &Clock) -> bool {
        self.expire_time.since(clock.now()) > MARGIN
    }

    /// A request in the name of whoever has logged in.
    pub(crate) fn request<M>(&self, message: M) -> anyhow::Result<Request<M>> {
        let mut request = Request::new(message);
        let bearer = format!("Bearer {}", self.access_token).parse()?;
        request.metadata_mut().insert("authorization", bearer);
        Ok(request)
    }
}

/// Without the tokens: they are secrets.
impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens")
            .field("expire_time", &self.expire_time)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_renewed_before_they_expire_and_stand_in_no_log() {
        let clock = Clock::manual(Timestamp::from_micros(1_000_000));
        let tokens = Tokens {
            access_token: "secret-a".into(),
            refresh_token: "secret-r".into(),
            expire_time: clock.now() + MARGIN + Duration::from_secs(1),
        };
        assert!(tokens.are_fresh(&clock));
        clock.advance(Duration::from_secs(1));
        assert!(!tokens.are_fresh(&clock));
        clock.advance(MARGIN * 2);
        assert!(!tokens.are_fresh(&clock));
        assert!(!format!("{tokens:?}").contains("secret"));
    }
}
