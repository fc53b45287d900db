//! Pools: an account's seats of one product, and what has become of them.

use types::AccountId;

/// Which pool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PoolKey {
    /// Whose seats they are.
    pub account: AccountId,
    /// Of what.
    pub product: String,
}

impl PoolKey {
    /// The pool of `product` of `account`.
    pub fn new(account: AccountId, product: impl Into<String>) -> Self {
        Self {
            account,
            product: product.into(),
        }
    }
}

/// How a pool stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// How many seats the subscription gives.
    pub seats: i64,
    /// How many are held by users and invitations.
    pub assigned: i64,
    /// How many are held by pending reservations.
    pub reserved: i64,
}

impl Pool {
    /// How many are free; none when a smaller subscription has left more held than there are.
    #[must_use]
    pub fn available(self) -> i64 {
        (self.seats - self.assigned - self.reserved).max(0)
    }
}

/// How a pool changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolChange {
    /// To add to the seats held by users and invitations.
    pub assigned: i64,
    /// To add to the seats held by pending reservations.
    pub reserved: i64,
}
