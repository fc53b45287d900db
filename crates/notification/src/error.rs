//! Everything that a use case can refuse or fail with.

use chassis::{Barred, KeyError, PeerError, SharedError, TooManyWatchers};
use storage::{InvalidPageToken, StorageError};

use crate::clients::InvalidMailConfig;
use crate::domain::Violation;

/// Why a use case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The method is for people, and no person called.
    #[error("nobody is logged in")]
    CallerRequired,
    /// Some of the mails that were ordered are not as they must be.
    #[error("a mail is malformed")]
    MailMalformed(Vec<Violation>),
    /// An address is not one.
    #[error("an address is malformed")]
    AddressMalformed(Violation),
    /// An address is not on the list of those that take no mail.
    #[error("there is no such entry")]
    SuppressionNotFound,
    /// There is no such mail in the account.
    #[error("there is no such mail")]
    DeliveryNotFound,
    /// Mails are for people here, and are shown to nobody.
    #[error("this is no sandbox")]
    SandboxRequired,
    /// Nobody else may watch at the moment.
    #[error(transparent)]
    TooManyWatchers(#[from] TooManyWatchers),
    /// Whoever watches may not any longer.
    #[error(transparent)]
    Barred(#[from] Barred),
    /// An account's own words are not as they must be.
    #[error("an account's own words are malformed")]
    WordingMalformed(Violation),
    /// A mail cannot be written, which is our fault.
    #[error("a mail cannot be written")]
    Render(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An id is not one.
    #[error("an id is malformed")]
    IdMalformed(Vec<Violation>),
    /// The filter or the size of a list is not as it must be.
    #[error("the list that was asked for is malformed")]
    ListMalformed(Violation),
    /// The page token is not of this list.
    #[error(transparent)]
    PageTokenInvalid(#[from] InvalidPageToken),
    /// The database refused or failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Mail cannot go out as it is configured.
    #[error(transparent)]
    Mail(#[from] InvalidMailConfig),
    /// A template cannot be read.
    #[error("a template cannot be read")]
    Template(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database cannot be opened.
    #[error("the database cannot be opened")]
    Database(#[from] StorageError),
    /// The keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The access rules cannot be read.
    #[error("the access rules cannot be read")]
    Policy(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Identity cannot be called.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// The shared store cannot be used.
    #[error(transparent)]
    Shared(#[from] SharedError),
    /// The server cannot start.
    #[error(transparent)]
    Server(#[from] chassis::ServeError),
}
