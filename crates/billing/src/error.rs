//! Everything that a use case can refuse or fail with.

use std::collections::BTreeMap;

use chassis::{KeyError, PeerError};
use storage::StorageError;
use types::{InvalidId, InvalidMac, InvalidTimeZone, Money, MoneyError};

use crate::domain::{ChangeRefused, Fault, InvoiceState};

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
    /// The time zone is none.
    #[error("the time zone is unknown")]
    TimeZoneUnknown(#[from] InvalidTimeZone),
    /// The request's id is no UUID.
    #[error("the request id is malformed")]
    RequestIdMalformed,
    /// Another request had this id.
    #[error("the request id was used for another request")]
    RequestIdReused,
    /// The request is too old to be known any more.
    #[error("the request id is too old")]
    RequestIdExpired,
    /// What is asked for cannot be had.
    #[error(transparent)]
    Change(#[from] ChangeRefused),
    /// An amount cannot be counted.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The token was not made here, or for another account.
    #[error("the preview token is invalid")]
    PreviewInvalid,
    /// The token is too old.
    #[error("the preview has expired")]
    PreviewExpired,
    /// The change would not be what was shown.
    #[error("the preview is outdated")]
    PreviewOutdated(Box<Difference>),
    /// What was paid for is over.
    #[error("the period is over")]
    PeriodOver,
    /// Of these products more seats are held than there would be: by how many.
    #[error("the seats are in use")]
    SeatsInUse(BTreeMap<String, i64>),
    /// The account has no such invoice.
    #[error("there is no such invoice")]
    InvoiceNotFound,
    /// The invoice's state does not allow it.
    #[error("the invoice's state does not allow this")]
    InvoiceState(InvoiceState),
    /// An id in this field is not one.
    #[error("an id is malformed")]
    IdMalformed(&'static str),
    /// The size of a page is below zero.
    #[error("the page size is negative")]
    PageSizeInvalid,
    /// The page token was altered, or belongs to another list.
    #[error("the page token is invalid")]
    PageTokenInvalid,
    /// The billing information is not allowed.
    #[error("the billing information is invalid")]
    InformationInvalid(Vec<Fault>),
    /// Somebody else changed it meanwhile.
    #[error("it was changed meanwhile")]
    EtagMismatch,
    /// A payment event is not the provider's, or not of now.
    #[error("the signature is invalid")]
    SignatureInvalid,
    /// A payment event cannot be read.
    #[error("the payment event cannot be read")]
    PaymentEventMalformed,
    /// Clocks can be moved in a sandbox only.
    #[error("this is no sandbox")]
    SandboxOff,
    /// The time is not ahead, or too far.
    #[error("the time is not ahead")]
    TimeNotAhead,
    /// A page cannot be made.
    #[error("an invoice cannot be rendered")]
    Rendering(#[from] minijinja::Error),
    /// Another change is being made.
    #[error("another change is being made")]
    ChangeInProgress,
    /// Licensing does not answer; the text names code and reason.
    #[error("licensing is not available: {0}")]
    LicensingUnavailable(String),
    /// Licensing refuses what no account can be blamed for; the text names code and reason.
    #[error("licensing refuses what it is told: {0}")]
    LicensingRefused(String),
    /// The database refused or failed.
    #[error("the database failed")]
    Storage(#[from] StorageError),
}

/// How a change would differ from what was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) shown_total: Money,
    pub(crate) total: Money,
    pub(crate) shown_due: Money,
    pub(crate) due: Money,
}

impl Error {
    /// Whether the same may succeed at another time.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::LicensingUnavailable(_) | Self::ChangeInProgress)
            || matches!(self, Self::Storage(error) if error.is_transient())
    }
}

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The price list cannot be read, or makes no sense.
    #[error("the price list {file} is refused: {reason}")]
    Catalogue {
        /// Which file; empty for the one that the program is built with.
        file: String,
        /// Why.
        reason: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database cannot be opened.
    #[error("the database cannot be opened")]
    Database(#[from] StorageError),
    /// The keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// A subscription is for a plan that the price list does not have any more.
    #[error("the price list lacks plan {plan}, version {version}, which an account has: it has to stay")]
    PlanMissing {
        /// The plan's id.
        plan: String,
        /// Its version.
        version: i64,
    },
    /// A key is refused.
    #[error("changes.preview_key or payments.event_key cannot be used")]
    Mac(#[from] InvalidMac),
    /// The simulator signs its events.
    #[error("payments.provider is the simulator, and payments.event_key is missing")]
    EventKeyMissing,
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
