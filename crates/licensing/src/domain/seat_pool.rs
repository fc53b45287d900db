//! Pools: an account's seats of one product, and what has become of them.

use types::{AccountId, Timestamp};

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
    /// How many the subscription will give, when another number is scheduled.
    pub next: Option<Scheduled>,
}

/// How many seats there will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// The number.
    pub seats: i64,
    /// From when on.
    pub time: Timestamp,
}

impl Pool {
    /// How many are free; none when more are held than there are, or will be.
    #[must_use]
    pub fn available(self) -> i64 {
        let limit = self.next.map_or(self.seats, |next| next.seats.min(self.seats));
        (limit - self.held()).max(0)
    }

    /// How many are held, for good or for now.
    #[must_use]
    pub const fn held(self) -> i64 {
        self.assigned + self.reserved
    }

    /// How many are held beyond `seats`.
    #[must_use]
    pub fn beyond(self, seats: i64) -> i64 {
        (self.held() - seats).max(0)
    }

    /// How many more are held than there are.
    #[must_use]
    pub fn over_limit(self) -> i64 {
        self.beyond(self.seats)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_keeps_within_the_lower_of_the_present_and_the_scheduled_number() {
        // Seats, assigned, reserved, scheduled; available, over limit.
        let cases = [
            ([5, 2, 1], None, [2, 0]),
            ([5, 5, 0], None, [0, 0]),
            ([3, 4, 1], None, [0, 2]),
            ([5, 2, 1], Some(4), [1, 0]),
            ([5, 2, 1], Some(3), [0, 0]),
            ([5, 2, 1], Some(0), [0, 0]),
            ([5, 2, 1], Some(9), [2, 0]),
            ([2, 3, 0], Some(9), [0, 1]),
        ];
        for ([seats, assigned, reserved], next, expected) in cases {
            let pool = Pool {
                seats,
                assigned,
                reserved,
                next: next.map(|seats| Scheduled {
                    seats,
                    time: Timestamp::default(),
                }),
            };
            assert_eq!([pool.available(), pool.over_limit()], expected, "{pool:?}");
        }
    }
}
