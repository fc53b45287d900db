//! Access tokens: who is calling, signed; never what they may do.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use types::{SessionId, Timestamp, UserId};

use crate::domain::error::Error;

/// Signs access tokens; cheap to clone.
#[derive(Clone)]
pub struct AccessTokens {
    key: Arc<EncodingKey>,
    lifetime: Duration,
}

#[derive(Serialize)]
struct Claims {
    iss: &'static str,
    sub: UserId,
    sid: SessionId,
    iat: i64,
    exp: i64,
}

/// Longer than this a token must not work, since it cannot be taken back.
const MAX_LIFETIME: Duration = Duration::from_secs(5 * 60);

impl AccessTokens {
    /// Signs with an Ed25519 seed, 32 octets in base64.
    ///
    /// # Errors
    /// When the seed is none, or the lifetime is more than 5 minutes.
    pub fn new(seed: &str, lifetime: Duration) -> Result<Self, Error> {
        if lifetime.is_zero() || lifetime > MAX_LIFETIME {
            return Err(Error::Broken(
                "sessions.access_lifetime: more than 0 and at most 5m is expected".into(),
            ));
        }
        let octets = STANDARD
            .decode(seed.trim())
            .ok()
            .and_then(|octets| <[u8; 32]>::try_from(octets).ok());
        let octets =
            octets.ok_or_else(|| Error::Broken("sessions.access_key: 32 octets in base64 are expected".into()))?;
        let document = SigningKey::from_bytes(&octets).to_pkcs8_der().map_err(broken)?;
        Ok(Self {
            key: Arc::new(EncodingKey::from_ed_der(document.as_bytes())),
            lifetime,
        })
    }

    /// A token for a user's session, and when it stops working.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn sign(&self, user: UserId, session: SessionId, now: Timestamp) -> Result<(String, Timestamp), Error> {
        let expire_time = now + self.lifetime;
        let claims = Claims {
            iss: "identity",
            sub: user,
            sid: session,
            iat: now.seconds(),
            exp: expire_time.seconds(),
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &self.key).map_err(broken)?;
        Ok((token, expire_time))
    }
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Broken(format!("an access token cannot be signed: {error}"))
}
