//! Access tokens: whose they are, if identity signed them and they have not expired.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chassis::Lookups;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use moka::sync::Cache;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use types::{Clock, SessionId, Timestamp, UserId};

use crate::NAME;

/// Tokens remembered as verified.
const CAPACITY: u64 = 100_000;
/// Longer than any token of ours.
const MAX_OCTETS: usize = 4_096;

/// Verifies access tokens.
pub struct AccessTokens {
    key: DecodingKey,
    validation: Validation,
    verified: Cache<[u8; 32], Bearer>,
    lookups: Lookups,
    clock: Clock,
}

/// Whose a token is.
#[derive(Clone, Copy, Debug)]
pub struct Bearer {
    /// The user.
    pub user: UserId,
    /// Their session.
    pub session: SessionId,
    expire_time: Timestamp,
}

/// A key that is none.
#[derive(Debug, thiserror::Error)]
#[error("access.public_key: an Ed25519 public key, 32 octets in base64, is expected")]
pub struct InvalidKey;

#[derive(Deserialize)]
struct Claims {
    sub: UserId,
    sid: SessionId,
    exp: i64,
}

impl AccessTokens {
    /// Believes tokens signed with the key that `public_key` belongs to.
    ///
    /// # Errors
    /// [`InvalidKey`].
    pub fn new(public_key: &str, clock: Clock) -> Result<Self, InvalidKey> {
        let octets = STANDARD.decode(public_key.trim()).map_err(|_| InvalidKey)?;
        let octets: [u8; 32] = octets.try_into().map_err(|_| InvalidKey)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&["identity"]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.leeway = 0;
        // By our own clock, below, so that a remembered token is judged like a new one.
        validation.validate_exp = false;
        let verified = Cache::builder().max_capacity(CAPACITY).build();
        Ok(Self {
            key: DecodingKey::from_ed_der(&octets),
            validation,
            verified,
            lookups: Lookups::new(NAME, "access_tokens"),
            clock,
        })
    }

    /// Whose this token is; none when it is forged, of another form or expired.
    pub fn verify(&self, token: &str) -> Option<Bearer> {
        if token.len() > MAX_OCTETS {
            return None;
        }
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let known = self.verified.get(&digest);
        self.lookups.count(known.is_some());
        let bearer = match known {
            Some(bearer) => bearer,
            None => {
                let bearer = self.decode(token)?;
                self.verified.insert(digest, bearer);
                bearer
            }
        };
        if self.clock.now() >= bearer.expire_time {
            self.verified.invalidate(&digest);
            return None;
        }
        Some(bearer)
    }

    fn decode(&self, token: &str) -> Option<Bearer> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.key, &self.validation)
            .ok()?
            .claims;
        let expire_time = Timestamp::from_micros(claims.exp.checked_mul(1_000_000)?);
        Some(Bearer {
            user: claims.sub,
            session: claims.sid,
            expire_time,
        })
    }
}
