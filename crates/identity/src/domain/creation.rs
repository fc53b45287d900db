//! Requests that make one thing, however often they are sent.

use std::time::Duration;

use serde::Serialize;
use sha2::{Digest, Sha256};
use types::{RequestId, Timestamp};

use super::error::Error;
use super::token::hex;

/// What a request to make something is remembered by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creation {
    /// The name under which it is remembered.
    pub request_id: RequestId,
    /// SHA-256 over everything that it asks for, in hexadecimal.
    pub fingerprint: String,
}

impl Creation {
    /// The memory of a request for `content`, which says also what is to be made.
    ///
    /// # Errors
    /// When the content cannot be written.
    pub fn new(request_id: RequestId, content: &impl Serialize) -> Result<Self, Error> {
        let content = serde_json::to_vec(content).map_err(|error| Error::Broken(error.to_string()))?;
        Ok(Self {
            request_id,
            fingerprint: hex(&Sha256::digest(content)),
        })
    }

    /// Whether it is not older than requests are remembered.
    ///
    /// # Errors
    /// [`Error::RequestIdExpired`].
    pub fn check_age(&self, now: Timestamp, memory: Duration) -> Result<(), Error> {
        match RequestId::issued_at(self.request_id) {
            Some(issued_at) if issued_at < now - memory => Err(Error::RequestIdExpired),
            Some(_) | None => Ok(()),
        }
    }
}
