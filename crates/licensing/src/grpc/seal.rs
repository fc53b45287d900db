//! Proves that a grant is licensing's.

use chassis::Secret;
use prost::Message;
use proto::licensing::internal::v1::Grant;
use types::{InvalidMac, Mac};

/// Signs grants with the key that licensing and identity share.
#[derive(Clone, Debug)]
pub struct Seal(Mac);

impl Seal {
    /// Keeps the key: the octets of its text.
    ///
    /// # Errors
    /// When the key is refused.
    pub fn new(key: &Secret) -> Result<Self, InvalidMac> {
        Mac::new(key.expose().as_bytes()).map(Self)
    }

    /// The grant with its proof: over its encoding without one.
    pub fn sign(&self, grant: Grant) -> Grant {
        let grant = Grant {
            mac: Vec::new(),
            ..grant
        };
        let mac = self.0.sign(&grant.encode_to_vec());
        Grant { mac, ..grant }
    }
}
