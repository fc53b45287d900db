//! Whom bills go to: what an account owns of money, and the days it counts in.

use types::{AccountId, Currency, Money, TimeZone, Timestamp};

use super::{BillingInformation, Calendar};

/// An account as billing knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    /// The zone whose days are counted; it stays what it was when the account was subscribed, so that no period shifts.
    pub(crate) time_zone: TimeZone,
    /// Credits, used before anything is to be paid; never below zero.
    pub(crate) balance: Money,
    /// The number of the invoice that was issued last; 0 for none.
    pub(crate) last_invoice: i64,
    /// The present of an account whose time stands still until somebody moves it; none where time goes by.
    pub(crate) test_time: Option<Timestamp>,
    pub(crate) information: BillingInformation,
    /// Rises with each change of the information.
    pub(crate) revision: i64,
}

impl Account {
    /// An account that owns nothing and was never told anything.
    pub(crate) fn new(id: AccountId, currency: Currency, time_zone: TimeZone) -> Self {
        Self {
            id,
            time_zone,
            balance: Money::zero(currency),
            last_invoice: 0,
            test_time: None,
            information: BillingInformation::default(),
            revision: 1,
        }
    }

    /// The account's days.
    pub(crate) fn calendar(&self) -> Calendar {
        Calendar::new(&self.time_zone)
    }

    /// The account's present, which is `now` unless it has a clock of its own.
    pub(crate) fn now(&self, now: Timestamp) -> Timestamp {
        self.test_time.unwrap_or(now)
    }
}
