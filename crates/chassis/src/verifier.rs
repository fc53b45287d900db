//! Verifies the caller tokens of the calls that come in, and remembers the verified ones.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use types::{Clock, Timestamp};

use crate::caller::{Actor, Caller};
use crate::keys::{CallerConfig, KeyError, MAX_TTL};
use crate::lookups::Lookups;
use crate::signer::Claims;

/// Verified tokens kept.
const CAPACITY: u64 = 10_000;
/// The longest token that is looked at.
const MAX_LENGTH: usize = 4_096;
/// How far a signer's clock may be ahead before its tokens count as too long-lived.
const SKEW: Duration = Duration::from_secs(30);

/// Verifies for one process; cheap to clone. A token seen before costs one SHA-256 and one look-up until it expires.
#[derive(Clone)]
pub struct Verifier(Arc<Inner>);

struct Inner {
    audience: String,
    trusted: BTreeMap<String, Trusted>,
    clock: Clock,
    verified: Cache<[u8; 32], Verified>,
    lookups: Lookups,
}

struct Trusted {
    key: DecodingKey,
    validation: Validation,
}

#[derive(Clone)]
struct Verified {
    issuer: Arc<str>,
    actor: Actor,
    expire: Timestamp,
}

/// A token that is not believed. For logs and tests: a caller is told only that it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidToken {
    /// It is not of the form of a token, or names no signer.
    #[error("the caller token is malformed")]
    Malformed,
    /// Its signer is none of those trusted here.
    #[error("the caller token's issuer is not trusted")]
    Untrusted,
    /// Its signature, audience or issuer is wrong.
    #[error("the caller token is not valid here")]
    Invalid,
    /// Its time is over, or it would live longer than tokens may.
    #[error("the caller token has expired or lives too long")]
    Expired,
}

impl Verifier {
    /// A verifier for the process called `name`, which is the audience it insists on.
    ///
    /// # Errors
    /// When a trusted key cannot be used.
    pub fn new(name: &str, config: &CallerConfig, clock: Clock) -> Result<Self, KeyError> {
        let trust = |(issuer, key): (String, DecodingKey)| {
            let validation = validation(name, &issuer);
            (issuer, Trusted { key, validation })
        };
        let trusted = config.decoding_keys()?.into_iter().map(trust).collect();
        let verified = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(MAX_TTL + SKEW)
            .build();
        Ok(Self(Arc::new(Inner {
            audience: name.to_owned(),
            trusted,
            clock,
            verified,
            lookups: Lookups::new(name, "caller_tokens"),
        })))
    }

    /// The caller a token stands for.
    ///
    /// # Errors
    /// When the token is not believed.
    pub fn verify(&self, token: &str) -> Result<Caller, InvalidToken> {
        if token.len() > MAX_LENGTH {
            return Err(InvalidToken::Malformed);
        }
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let now = self.0.clock.now();
        let known = self.0.verified.get(&hash);
        self.0.lookups.count(known.is_some());
        let verified = match known {
            Some(verified) => verified,
            None => {
                let verified = self.0.check(token, now)?;
                self.0.verified.insert(hash, verified.clone());
                verified
            }
        };
        if now >= verified.expire {
            return Err(InvalidToken::Expired);
        }
        Ok(Caller {
            issuer: verified.issuer.as_ref().to_owned(),
            actor: verified.actor,
            source: None,
        })
    }
}

impl Inner {
    fn check(&self, token: &str, now: Timestamp) -> Result<Verified, InvalidToken> {
        let header = decode_header(token).map_err(|_| InvalidToken::Malformed)?;
        let issuer = header.kid.ok_or(InvalidToken::Malformed)?;
        let trusted = self.trusted.get(&issuer).ok_or(InvalidToken::Untrusted)?;
        let claims = decode::<Claims>(token, &trusted.key, &trusted.validation)
            .map_err(|_| InvalidToken::Invalid)?
            .claims;
        let expire = Timestamp::from_micros(claims.exp.saturating_mul(1_000_000));
        if now >= expire || expire > now + MAX_TTL + SKEW {
            return Err(InvalidToken::Expired);
        }
        Ok(Verified {
            issuer: claims.iss.into(),
            actor: claims.actor,
            expire,
        })
    }
}

fn validation(audience: &str, issuer: &str) -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["exp", "aud", "iss"]);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[issuer]);
    // Expiry is checked against our own clock, also for tokens verified before.
    validation.validate_exp = false;
    validation
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier")
            .field("audience", &self.0.audience)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use types::{AccountId, Role, SessionId, UserId};

    use super::*;
    use crate::{Person, Signer};

    fn person() -> Actor {
        Actor::Person(Person {
            account: AccountId::new(),
            user: UserId::new(),
            role: Role::Admin,
            billing_contact: false,
            permissions: types::Permissions::of(Role::Admin, false),
            session: SessionId::new(),
        })
    }

    fn clock() -> Clock {
        Clock::manual(Timestamp::from_micros(1_700_000_000_000_000))
    }

    fn token(signer: &Signer, actor: &Actor, audience: &str) -> String {
        signer.token(actor, audience).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn a_token_says_who_signed_and_for_whom() {
        let clock = clock();
        let configs = CallerConfig::circle(["gateway", "identity"]);
        let signer = Signer::new("gateway", &configs["gateway"], clock.clone()).unwrap();
        let verifier = Verifier::new("identity", &configs["identity"], clock).unwrap();
        for actor in [Actor::Nobody, Actor::Service, person()] {
            let token = token(&signer, &actor, "identity");
            for _ in 0..2 {
                let caller = verifier.verify(&token).unwrap();
                assert_eq!((caller.issuer.as_str(), caller.actor), ("gateway", actor));
            }
        }
    }

    #[test]
    fn tokens_that_are_not_believed_are_refused() {
        let clock = clock();
        let configs = CallerConfig::circle(["gateway", "identity"]);
        let signer = Signer::new("gateway", &configs["gateway"], clock.clone()).unwrap();
        let stranger = CallerConfig::circle(["gateway", "mallory"]);
        let forger = Signer::new("gateway", &stranger["gateway"], clock.clone()).unwrap();
        let mallory = Signer::new("mallory", &stranger["mallory"], clock.clone()).unwrap();
        let verifier = Verifier::new("identity", &configs["identity"], clock).unwrap();
        let good = token(&signer, &Actor::Nobody, "identity");
        let parts: Vec<_> = good.split('.').collect();
        let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap())
            .unwrap()
            .replace("nobody", "service");
        let altered = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims), parts[2]);
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT","kid":"gateway"}"#);
        let hmac = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT","kid":"gateway"}"#);
        let table = [
            ("altered", altered, InvalidToken::Invalid),
            ("unsigned", format!("{}.{}.", parts[0], parts[1]), InvalidToken::Invalid),
            (
                "algorithm none",
                format!("{none}.{}.{}", parts[1], parts[2]),
                InvalidToken::Malformed,
            ),
            (
                "algorithm HS256",
                format!("{hmac}.{}.{}", parts[1], parts[2]),
                InvalidToken::Invalid,
            ),
            (
                "another audience",
                token(&signer, &Actor::Nobody, "billing"),
                InvalidToken::Invalid,
            ),
            (
                "another key",
                token(&forger, &Actor::Nobody, "identity"),
                InvalidToken::Invalid,
            ),
            (
                "an untrusted issuer",
                token(&mallory, &Actor::Nobody, "identity"),
                InvalidToken::Untrusted,
            ),
            ("empty", String::new(), InvalidToken::Malformed),
            ("junk", "a.b.c".to_owned(), InvalidToken::Malformed),
            ("too long", "a".repeat(MAX_LENGTH + 1), InvalidToken::Malformed),
        ];
        for (case, token, expected) in table {
            assert_eq!(verifier.verify(&token), Err(expected), "{case}");
        }
        assert!(verifier.verify(&good).is_ok());
    }

    #[test]
    fn a_token_dies_with_its_time_even_when_it_was_verified_before() {
        let clock = clock();
        let configs = CallerConfig::circle(["gateway", "identity"]);
        let signer = Signer::new("gateway", &configs["gateway"], clock.clone()).unwrap();
        let verifier = Verifier::new("identity", &configs["identity"], clock.clone()).unwrap();
        let token = token(&signer, &Actor::Nobody, "identity");
        clock.advance(Duration::from_secs(59));
        assert!(verifier.verify(&token).is_ok());
        clock.advance(Duration::from_secs(1));
        assert_eq!(verifier.verify(&token), Err(InvalidToken::Expired));
    }

    #[test]
    fn a_token_from_far_in_the_future_is_refused() {
        let clock = clock();
        let configs = CallerConfig::circle(["gateway", "identity"]);
        let ahead = Clock::manual(clock.now() + Duration::from_secs(120));
        let signer = Signer::new("gateway", &configs["gateway"], ahead).unwrap();
        let verifier = Verifier::new("identity", &configs["identity"], clock).unwrap();
        assert_eq!(
            verifier.verify(&token(&signer, &Actor::Nobody, "identity")),
            Err(InvalidToken::Expired)
        );
    }

    #[test]
    fn a_token_is_used_again_until_half_its_life_is_over() {
        let clock = clock();
        let configs = CallerConfig::circle(["gateway"]);
        let signer = Signer::new("gateway", &configs["gateway"], clock.clone()).unwrap();
        let first = token(&signer, &Actor::Service, "identity");
        clock.advance(Duration::from_secs(29));
        assert_eq!(token(&signer, &Actor::Service, "identity"), first);
        clock.advance(Duration::from_secs(1));
        assert_ne!(token(&signer, &Actor::Service, "identity"), first);
    }
}
