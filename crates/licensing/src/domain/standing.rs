//! How seats and reservations stand over all accounts: what those who run the service look at.

use std::collections::BTreeMap;
use std::time::Duration;

/// Reservations that are neither confirmed nor released yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// How many.
    pub reservations: u64,
    /// How long the oldest has been one.
    pub oldest: Duration,
}

/// The whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What is reserved.
    pub pending: Pending,
    /// The seats that are free, by product.
    pub free: BTreeMap<String, u64>,
}
