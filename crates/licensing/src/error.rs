//! Why licensing cannot start.

use std::path::PathBuf;

use storage::StorageError;

use crate::domain::product::InvalidCatalogue;

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
    /// The products there are cannot be told.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The rules of access cannot be read.
    #[error("the rules of access cannot be read: {0}")]
    Policy(String),
    /// The server cannot start.
    #[error(transparent)]
    Server(#[from] chassis::ServeError),
}

/// The catalogue cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// The file cannot be read.
    #[error("catalogue: {path:?} cannot be read: {error}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// What is in the file is refused.
    #[error("catalogue: {path:?}: {error}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: InvalidCatalogue,
    },
    /// What Usher comes with is refused.
    #[error("catalogue: {0}")]
    BuiltIn(#[from] InvalidCatalogue),
}
