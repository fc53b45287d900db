//! Why licensing cannot start.

use storage::StorageError;

/// Licensing cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Its database cannot be reached.
    #[error("the database of licensing cannot be used")]
    Database(#[from] StorageError),
    /// Its keys, or those it trusts, cannot be used.
    #[error(transparent)]
    Key(#[from] chassis::KeyError),
    /// The key it shares with identity cannot be used.
    #[error("grant_key cannot be used")]
    GrantKey(#[from] types::InvalidMac),
    /// Identity's address cannot be used.
    #[error("identity: {0}")]
    Identity(#[from] chassis::PeerError),
    /// The rules of access cannot be read.
    #[error("the rules of access cannot be read: {0}")]
    Policy(String),
    /// The server cannot start.
    #[error(transparent)]
    Server(#[from] chassis::ServeError),
}
