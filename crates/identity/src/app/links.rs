//! The links in e-mails: made from a key, found again by their hash.

use std::time::Duration;

use chassis::Shared;
use types::{InvitationId, Mac, Timestamp};

use crate::domain::token::{self, OneTime};

/// How long a look-up is remembered; the database knows it all the time.
const REMEMBERED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Makes and finds links; cheap to clone.
#[derive(Clone)]
pub struct Links {
    key: Mac,
    base: String,
    shared: Shared,
}

impl Links {
    /// Links that begin with `base`.
    pub fn new(key: Mac, base: &str, shared: Shared) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        Self { key, base, shared }
    }

    /// The token of one generation of an invitation.
    pub fn token(&self, id: InvitationId, generation: u32, expire_time: Timestamp) -> String {
        token::invitation(&self.key, id, generation, expire_time)
    }

    /// The token of a link that works once.
    pub fn one_time_token(&self, subject: OneTime, expire_time: Timestamp) -> String {
        token::one_time(&self.key, subject, expire_time)
    }

    /// The link by which an invitation with this token is accepted.
    pub fn accept(&self, token: &str) -> String {
        self.page("accept", token)
    }

    /// The link that works once, with its token.
    pub fn one_time(&self, subject: OneTime, expire_time: Timestamp) -> String {
        let page = match subject {
            OneTime::SignUp(_) => "sign-up",
            OneTime::PasswordReset(_) => "reset-password",
        };
        self.page(page, &self.one_time_token(subject, expire_time))
    }

    fn page(&self, page: &str, token: &str) -> String {
        format!("{}/{page}?token={token}", self.base)
    }

    /// Lets the shared store answer the next look-up of this token.
    pub async fn remember(&self, token: &str, id: InvitationId) {
        self.shared
            .put(&slot(&token::hash(token)), &id.to_string(), REMEMBERED)
            .await;
    }

    /// The invitation that a token's hash was last known to belong to, as far as the shared store knows.
    pub async fn recall(&self, hash: &str) -> Option<InvitationId> {
        self.shared.get(&slot(hash)).await?.parse().ok()
    }
}

fn slot(hash: &str) -> String {
    format!("invitation:{hash}")
}
