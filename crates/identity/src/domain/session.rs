//! Sessions: log-ins and the refresh tokens that follow from them.

use types::{AccountId, SessionId, Timestamp, UserId};

/// A log-in.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Who logged in.
    pub user_id: UserId,
    /// Their account at that time.
    pub account_id: AccountId,
    /// SHA-256 of the refresh token that works now, in hexadecimal.
    pub refresh_hash: String,
    /// When that token stops working.
    pub expire_time: Timestamp,
}

/// The two tokens of a session, as they are answered.
#[derive(Clone)]
pub struct Tokens {
    /// The signed access token.
    pub access_token: String,
    /// When it stops working.
    pub access_expire_time: Timestamp,
    /// The opaque refresh token.
    pub refresh_token: String,
    /// When it stops working.
    pub refresh_expire_time: Timestamp,
    /// Who is logged in.
    pub user_id: UserId,
    /// Their account.
    pub account_id: AccountId,
}
