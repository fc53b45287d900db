//! Everything licensing can refuse.

use std::collections::BTreeMap;

use chassis::{Barred, TooManyWatchers};
use storage::StorageError;

use crate::domain::bad_input::BadInput;
use crate::domain::grant::Refused;

/// Why a use case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A message that is not of the form it should have; nothing of it was done.
    #[error("{input:?}: {} is bad: {}", .bad.field, .bad.problem)]
    Malformed {
        /// What kind of message.
        input: Input,
        /// Where, and what is expected.
        bad: BadInput,
    },
    /// The request holds a reservation that does not cover this one.
    #[error("the request holds another reservation")]
    RequestInProgress,
    /// The message came after its `not_after`.
    #[error("the request is stale")]
    RequestStale,
    /// More seats are held than there would be: of each product, how many.
    #[error("more seats are held")]
    SeatsInUse(BTreeMap<String, i64>),
    /// The catalogue has no such product.
    #[error("there is no such product")]
    ProductUnknown,
    /// The page token is altered or of another list.
    #[error("the page token is not of this list")]
    PageTokenInvalid,
    /// What is asked about is no entitlement's name.
    #[error("the entitlement's name is malformed")]
    EntitlementMalformed,
    /// An id is not one.
    #[error("{field} is not an id")]
    IdMalformed {
        /// Where.
        field: &'static str,
    },
    /// The size of a page is not one.
    #[error("the page size is negative")]
    PageSizeInvalid,
    /// The caller may not ask this, or may not go on with it.
    #[error(transparent)]
    Barred(#[from] Barred),
    /// As many watch as can.
    #[error(transparent)]
    TooManyWatchers(#[from] TooManyWatchers),
    /// Only a person has an account to see.
    #[error("no person is calling")]
    PersonRequired,
    /// The database refused or failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The kinds of messages that can be malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// What to reserve, or which reservations to abort.
    Reservation,
    /// Who takes reserved seats.
    Confirmation,
    /// Who gives up seats.
    Release,
    /// Who hands seats on to whom.
    Move,
    /// How many seats an account has.
    SeatTotals,
    /// Whose seats to look up.
    Subjects,
    /// Whose holders to list.
    Holders,
}

impl Input {
    /// The error for a bad value in such a message.
    #[must_use]
    pub const fn malformed(self, bad: BadInput) -> Error {
        Error::Malformed { input: self, bad }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::InProgress => Self::RequestInProgress,
            Refused::Stale => Self::RequestStale,
        }
    }
}
