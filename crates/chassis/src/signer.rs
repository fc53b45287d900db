//! Signs the caller tokens of the calls that go out.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use tonic::{Request, Status};
use types::{Clock, Timestamp};

use crate::caller::{Actor, CALLER_KEY};
use crate::keys::{CallerConfig, KeyError};
use crate::refusal::internal;

/// Tokens kept for the next call of the same actor.
const CAPACITY: u64 = 10_000;

/// What a caller token says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// Who signs.
    pub iss: String,
    /// For whom it is meant.
    pub aud: String,
    /// Until when it is good, in seconds since the epoch.
    pub exp: i64,
    /// For whom the signer calls.
    pub actor: Actor,
}

/// Signs for one process; cheap to clone. A token is made once for an actor and an audience, and sent until half its life
/// is over, so that it never expires on the way, nor by a small difference of the clocks.
#[derive(Clone)]
pub struct Signer(Arc<Inner>);

struct Inner {
    issuer: String,
    header: Header,
    key: EncodingKey,
    ttl: Duration,
    clock: Clock,
    tokens: Cache<(Actor, String), Token>,
}

#[derive(Clone)]
struct Token {
    value: HeaderValue,
    renew: Timestamp,
}

impl Signer {
    /// A signer for the process called `name`.
    ///
    /// # Errors
    /// When its key or the life of its tokens cannot be used.
    pub fn new(name: &str, config: &CallerConfig, clock: Clock) -> Result<Self, KeyError> {
        // The key id is the issuer: the verifier picks the key by it before it believes anything else.
        let header = Header {
            kid: Some(name.to_owned()),
            ..Header::new(Algorithm::EdDSA)
        };
        let tokens = Cache::builder().max_capacity(CAPACITY).time_to_live(config.ttl).build();
        let key = config.encoding_key()?;
        Ok(Self(Arc::new(Inner {
            issuer: name.to_owned(),
            header,
            key,
            ttl: config.ttl,
            clock,
            tokens,
        })))
    }

    /// A token for calls to `audience` on behalf of `actor`, as the value of [`CALLER_KEY`].
    ///
    /// # Errors
    /// `INTERNAL` when it cannot be signed.
    pub fn token(&self, actor: &Actor, audience: &str) -> Result<HeaderValue, Status> {
        let now = self.0.clock.now();
        let slot = (*actor, audience.to_owned());
        if let Some(token) = self.0.tokens.get(&slot).filter(|token| now < token.renew) {
            return Ok(token.value);
        }
        let exp = (now + self.0.ttl).seconds();
        let claims = Claims {
            iss: self.0.issuer.clone(),
            aud: audience.to_owned(),
            exp,
            actor: *actor,
        };
        let text = encode(&self.0.header, &claims, &self.0.key).map_err(|error| internal(&error))?;
        // Not sensitive, which would send all of it each time: whoever can put guesses beside it, in what is compressed, has to
        // guess the whole of it, and that is 64 octets of a signature (RFC 7541 §7.1).
        let value = HeaderValue::try_from(text).map_err(|error| internal(&error))?;
        self.0.tokens.insert(
            slot,
            Token {
                value: value.clone(),
                renew: now + self.0.ttl / 2,
            },
        );
        Ok(value)
    }

    /// Signs a request that goes to `audience` on behalf of `actor`.
    ///
    /// # Errors
    /// As [`Self::token`].
    pub fn attach<T>(&self, request: &mut Request<T>, actor: &Actor, audience: &str) -> Result<(), Status> {
        let headers: &mut HeaderMap = request.metadata_mut().as_mut();
        headers.insert(CALLER_KEY, self.token(actor, audience)?);
        Ok(())
    }

    /// A signed request with this message.
    ///
    /// # Errors
    /// As [`Self::token`].
    pub fn request<T>(&self, message: T, actor: &Actor, audience: &str) -> Result<Request<T>, Status> {
        let mut request = Request::new(message);
        self.attach(&mut request, actor, audience)?;
        Ok(request)
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer")
            .field("issuer", &self.0.issuer)
            .finish_non_exhaustive()
    }
}
