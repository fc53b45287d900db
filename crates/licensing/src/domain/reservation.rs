//! Reservations: seats held for a request until identity has decided.

use types::{AccountId, RequestId, Timestamp};

use super::bad_input::BadInput;
use super::seats::Seats;

/// Which request, of which account. It has one reservation, in one epoch after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestKey {
    /// Whose seats they are.
    pub account: AccountId,
    /// What they are for.
    pub request: RequestId,
}

impl RequestKey {
    /// Reads the ids.
    ///
    /// # Errors
    /// Names the bad one.
    pub fn read(account: &str, request: &str) -> Result<Self, BadInput> {
        Ok(Self {
            account: read_account(account)?,
            request: request
                .parse()
                .map_err(|_| BadInput::new("request_id", "a UUID is expected"))?,
        })
    }
}

/// Reads the id of an account.
///
/// # Errors
/// Names the field `account_id`.
pub fn read_account(account: &str) -> Result<AccountId, BadInput> {
    account
        .parse()
        .map_err(|_| BadInput::new("account_id", "an account's id is expected"))
}

/// Which attempt of a request to hold seats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReservationKey {
    /// The request.
    pub request: RequestKey,
    /// The attempt, from 1.
    pub epoch: i64,
}

impl ReservationKey {
    /// Reads the parts.
    ///
    /// # Errors
    /// Names the bad one.
    pub fn read(account: &str, request: &str, epoch: i64) -> Result<Self, BadInput> {
        if epoch < 1 {
            return Err(BadInput::new("epoch", "a number from 1 is expected"));
        }
        Ok(Self {
            request: RequestKey::read(account, request)?,
            epoch,
        })
    }
}

/// How far a reservation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its seats are reserved; identity may commit, or has, or never will.
    Pending,
    /// Identity has committed; its seats are assigned or free again.
    Confirmed,
    /// Identity will never commit this epoch; its seats are free again.
    Released,
}

/// A request's reservation, in its present epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// The attempt, from 1.
    pub epoch: i64,
    /// How far it is.
    pub state: State,
    /// What it holds, or held.
    pub seats: Seats,
    /// Until when identity may commit, by the database's clock.
    pub deadline: Timestamp,
}
