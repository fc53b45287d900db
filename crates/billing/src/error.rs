//! Everything that a use case can refuse or fail with.

use chassis::{KeyError, PeerError};
use storage::StorageError;
use types::{InvalidCurrency, InvalidId};

/// Why a use case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The method is for people, and no person called.
    #[error("nobody is logged in")]
    CallerRequired,
    /// The account's id is not one.
    #[error("the account's id is malformed")]
    AccountIdMalformed(#[from] InvalidId),
    /// There is no such plan.
    #[error("there is no such plan")]
    PlanNotFound,
    /// The account has no subscription.
    #[error("the account has no subscription")]
    SubscriptionNotFound,
    /// The account has a subscription already.
    #[error("the account has a subscription already")]
    SubscriptionExists,
    /// The database refused or failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The price list names a currency that is none.
    #[error("the price list is refused: {0}")]
    Catalogue(#[from] InvalidCurrency),
    /// The database cannot be opened.
    #[error("the database cannot be opened")]
    Database(#[from] StorageError),
    /// The keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The access rules cannot be read.
    #[error("the access rules cannot be read")]
    Policy(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A peer cannot be called.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// The server cannot start.
    #[error(transparent)]
    Server(#[from] chassis::ServeError),
}
