//! The key a process signs its calls with, and the keys of the processes it trusts.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use ed25519_dalek::{SigningKey, VerifyingKey};
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde::Deserialize;

use crate::Secret;
use crate::config::period;

/// The longest a caller token may live.
pub(crate) const MAX_TTL: Duration = Duration::from_secs(60);

/// How this process vouches for its calls, and whom it believes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallerConfig {
    /// This process's Ed25519 seed: 32 bytes in base64.
    pub key: Secret,
    /// The public keys (32 bytes in base64) of the processes that may call this one, by name.
    #[serde(default)]
    pub trusted: BTreeMap<String, String>,
    /// How long a token lives; at most 60 s.
    #[serde(default = "max_ttl", deserialize_with = "period")]
    pub ttl: Duration,
}

/// Keys that cannot be used. Names the key, never shows it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The seed is not one.
    #[error("callers.key: 32 bytes in base64 are expected")]
    Seed,
    /// A trusted process's public key is not one.
    #[error("callers.trusted.{0}: an Ed25519 public key, 32 bytes in base64, is expected")]
    Trusted(String),
    /// The tokens would live too long, or not at all.
    #[error("callers.ttl: more than 0 and at most 60s is expected")]
    Ttl,
}

const fn max_ttl() -> Duration {
    MAX_TTL
}

impl CallerConfig {
    /// New keys for processes that all trust each other, by name: for one process that runs them all, and for tests.
    #[must_use]
    pub fn circle<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, Self> {
        let seeds: BTreeMap<String, [u8; 32]> = names
            .into_iter()
            .map(|name| (name.to_owned(), rand::random()))
            .collect();
        let public = |seed| STANDARD.encode(SigningKey::from_bytes(seed).verifying_key().as_bytes());
        let trusted: BTreeMap<String, String> = seeds.iter().map(|(name, seed)| (name.clone(), public(seed))).collect();
        let config = |seed| {
            Some(Self {
                key: Secret::new(STANDARD.encode(seed)).ok()?,
                trusted: trusted.clone(),
                ttl: MAX_TTL,
            })
        };
        seeds
            .iter()
            .filter_map(|(name, seed)| Some((name.clone(), config(seed)?)))
            .collect()
    }

    /// The public key that belongs to this process's own, in base64: what others put under `trusted`.
    ///
    /// # Errors
    /// When the key is not one.
    pub fn public_key(&self) -> Result<String, KeyError> {
        Ok(STANDARD.encode(self.signing_key()?.verifying_key().as_bytes()))
    }

    /// The key to sign with.
    pub(crate) fn encoding_key(&self) -> Result<EncodingKey, KeyError> {
        if self.ttl.is_zero() || self.ttl > MAX_TTL {
            return Err(KeyError::Ttl);
        }
        let document = self.signing_key()?.to_pkcs8_der().map_err(|_| KeyError::Seed)?;
        Ok(EncodingKey::from_ed_der(document.as_bytes()))
    }

    /// The keys to verify with, by name.
    pub(crate) fn decoding_keys(&self) -> Result<BTreeMap<String, DecodingKey>, KeyError> {
        let read = |(name, text): (&String, &String)| {
            let bytes = bytes(text).filter(|bytes| VerifyingKey::from_bytes(bytes).is_ok());
            let bytes = bytes.ok_or_else(|| KeyError::Trusted(name.clone()))?;
            // jsonwebtoken calls the bare 32 bytes of a public key its DER.
            Ok((name.clone(), DecodingKey::from_ed_der(&bytes)))
        };
        self.trusted.iter().map(read).collect()
    }

    fn signing_key(&self) -> Result<SigningKey, KeyError> {
        let seed = bytes(self.key.expose()).ok_or(KeyError::Seed)?;
        Ok(SigningKey::from_bytes(&seed))
    }
}

fn bytes(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text.trim()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_the_wrong_form_are_refused_by_name() {
        let good = CallerConfig::circle(["identity"]).remove("identity").unwrap();
        assert_eq!(good.public_key().unwrap(), good.trusted["identity"]);
        for text in ["x", "AAAA", "not base64!"] {
            let mut seed = good.clone();
            seed.key = Secret::new(text).unwrap();
            assert!(matches!(seed.encoding_key(), Err(KeyError::Seed)), "{text}");
            let mut trusted = good.clone();
            trusted.trusted.insert("gateway".into(), text.into());
            assert!(
                matches!(trusted.decoding_keys(), Err(KeyError::Trusted(name)) if name == "gateway"),
                "{text}"
            );
        }
    }

    #[test]
    fn tokens_live_a_minute_at_most() {
        let mut config = CallerConfig::circle(["identity"]).remove("identity").unwrap();
        for (ttl, good) in [(0, false), (1, true), (60, true), (61, false)] {
            config.ttl = Duration::from_secs(ttl);
            assert_eq!(config.encoding_key().is_ok(), good, "{ttl}");
        }
    }
}
