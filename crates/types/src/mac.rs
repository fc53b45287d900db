//! Proof that a text was made by somebody who holds the key: HMAC-SHA-256 (RFC 2104).

use std::fmt;

use hmac::{Hmac, KeyInit, Mac as _};
use sha2::Sha256;

/// A key for making and checking proofs.
#[derive(Clone)]
pub struct Mac(Hmac<Sha256>);

/// A proof that is not this key's for this text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the proof does not fit")]
pub struct InvalidMac;

impl Mac {
    /// Keeps a key of any length; 32 random octets are right.
    ///
    /// # Errors
    /// [`InvalidMac`] when the key is refused, which HMAC never does.
    pub fn new(key: &[u8]) -> Result<Self, InvalidMac> {
        Hmac::new_from_slice(key).map(Self).map_err(|_| InvalidMac)
    }

    /// The proof for `text`: 32 octets.
    #[must_use]
    pub fn sign(&self, text: &[u8]) -> Vec<u8> {
        let mut mac = self.0.clone();
        mac.update(text);
        mac.finalize().into_bytes().to_vec()
    }

    /// Compares in constant time.
    ///
    /// # Errors
    /// [`InvalidMac`] when `proof` is not this key's for `text`.
    pub fn verify(&self, text: &[u8], proof: &[u8]) -> Result<(), InvalidMac> {
        let mut mac = self.0.clone();
        mac.update(text);
        mac.verify_slice(proof).map_err(|_| InvalidMac)
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mac(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_fits_its_own_key_and_text_only() {
        let mac = Mac::new(b"key").unwrap();
        let proof = mac.sign(b"text");
        assert_eq!(mac.verify(b"text", &proof), Ok(()));
        assert_eq!(mac.verify(b"texT", &proof), Err(InvalidMac));
        assert_eq!(mac.verify(b"text", &proof[..31]), Err(InvalidMac));
        assert_eq!(Mac::new(b"kez").unwrap().verify(b"text", &proof), Err(InvalidMac));
    }

    /// RFC 4231, test case 2.
    #[test]
    fn the_published_example_holds() {
        let proof = Mac::new(b"Jefe").unwrap().sign(b"what do ya want for nothing?");
        let hex: String = proof.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
