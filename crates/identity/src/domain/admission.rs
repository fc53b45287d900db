//! A request to add users, what is promised for it, and what is answered.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use types::{AccountId, InvitationId, RequestId, Timestamp, UserId};

use super::fault::Violation;
use super::new_user::{NewUser, Options};

/// The most users one request adds.
pub const MAX_USERS: usize = 1_000;

/// A request to add users.
#[derive(Clone, Debug)]
pub struct AddUsers {
    /// The name under which it is remembered.
    pub request_id: RequestId,
    /// SHA-256 over everything that it asks for, in hexadecimal.
    pub fingerprint: String,
    /// Who is to be added.
    pub users: Vec<NewUser>,
    /// The same for all.
    pub options: Options,
    /// Whether good rows go in when others are bad.
    pub allow_partial: bool,
}

/// A number of seats of one product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatQuantity {
    /// The product.
    pub product: String,
    /// How many.
    pub quantity: i64,
}

/// How many seats of a product were asked for, and how many were free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatCount {
    /// The product.
    pub product: String,
    /// Asked for.
    pub requested: i64,
    /// Free before.
    pub available: i64,
}

/// Licensing's promise to hold seats for one attempt at a request; its proof has been checked.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The attempt.
    pub epoch: i64,
    /// What is held.
    pub seats: Vec<SeatQuantity>,
    /// Until when, by licensing's clock.
    pub deadline: Timestamp,
}

impl Grant {
    /// Whether a commit may still rely on it: the attempt was not aborted, and more than `margin` is left.
    pub fn is_good(&self, aborted_epoch: i64, now: Timestamp, margin: Duration) -> bool {
        aborted_epoch < self.epoch && now + margin < self.deadline
    }

    /// Whether it promises these seats.
    pub fn covers(&self, needed: &[SeatQuantity]) -> bool {
        let promised = |product: &str| {
            let seats = self.seats.iter().filter(|seat| seat.product == product);
            seats.map(|seat| seat.quantity).sum::<i64>()
        };
        needed.iter().all(|seat| seat.quantity <= promised(&seat.product))
    }
}

/// Counts the seats that are needed when each of `products` is needed once more; sorted.
pub fn count_seats<'a>(products: impl Iterator<Item = &'a String>) -> Vec<SeatQuantity> {
    let mut needed = BTreeMap::<&str, i64>::new();
    for product in products {
        *needed.entry(product).or_default() += 1;
    }
    let seat = |(product, quantity): (&str, i64)| SeatQuantity {
        product: product.to_owned(),
        quantity,
    };
    needed.into_iter().map(seat).collect()
}

/// One attempt at one request's reservation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReservationKey {
    /// The account whose seats they are.
    pub account_id: AccountId,
    /// The request they are for.
    pub request_id: String,
    /// The attempt.
    pub epoch: i64,
}

/// One who holds seats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// A user, or the invitation of one who has not moved yet.
    pub subject: String,
    /// Rises with each change of what this subject holds.
    pub version: i64,
    /// The products, sorted.
    pub products: Vec<String>,
    /// Those of them that the subject had before, whose seats are not the reservation's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<String>,
}

/// Who took the seats of a committed reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// Which reservation.
    pub key: ReservationKey,
    /// Exactly those who hold seats.
    pub holders: Vec<Holder>,
    /// Who gave them the seats; none in what was decided before it was written down.
    #[serde(default)]
    pub assigner_id: Option<UserId>,
    /// When it was decided; none as above.
    #[serde(default)]
    pub assign_time: Option<Timestamp>,
}

/// What became of a reservation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Its request was committed with it.
    Committed(Confirmation),
    /// It can never be committed any more.
    Aborted(ReservationKey),
    /// It is still to be committed, by an import.
    Undecided,
}

/// What became of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// A new user with a welcome e-mail.
    Invited,
    /// A new user without one.
    Created,
    /// A user of another account, invited to transfer.
    TransferInvited,
    /// Nothing was done.
    Failed,
}

/// What became of one row, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowResult {
    /// The address, as it was typed.
    pub email: String,
    /// What became of it.
    pub outcome: Outcome,
    /// The new user.
    pub user_id: Option<UserId>,
    /// The invitation.
    pub invitation_id: Option<InvitationId>,
    /// What is wrong with it, when it failed.
    pub violations: Vec<Violation>,
}

/// What a request is answered with, now and whenever it is repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// One for each row, in order.
    pub results: Vec<RowResult>,
    /// One for each product, sorted.
    pub seats: Vec<SeatCount>,
}
