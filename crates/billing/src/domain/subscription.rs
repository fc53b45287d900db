//! What an account pays for, and the seats that follow from it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use types::{AccountId, SubscriptionId, Timestamp};

use super::Plan;

/// The version a subscription begins with; each change of its seats raises it.
const FIRST_VERSION: i64 = 1;

/// An account's subscription; an account has at most one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub(crate) id: SubscriptionId,
    pub(crate) account: AccountId,
    pub(crate) plan: String,
    /// How many seats of each product.
    pub(crate) seats: BTreeMap<String, i64>,
    pub(crate) version: i64,
    pub(crate) state: State,
    pub(crate) create_time: Timestamp,
}

/// Where a subscription is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Active,
}

/// How many seats an account has from some version of its subscription on: what licensing is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SeatTotals {
    pub(crate) account_id: AccountId,
    pub(crate) version: i64,
    pub(crate) seats: BTreeMap<String, i64>,
}

impl Subscription {
    /// A new subscription of `account`, with the seats that `plan` begins with.
    pub(crate) fn start(account: AccountId, plan: &Plan, now: Timestamp) -> Self {
        let seats = plan.products.iter().map(|row| (row.product.to_owned(), row.seats));
        Self {
            id: SubscriptionId::new(),
            account,
            plan: plan.id.to_owned(),
            seats: seats.collect(),
            version: FIRST_VERSION,
            state: State::Active,
            create_time: now,
        }
    }

    /// The seats this gives its account.
    pub(crate) fn seat_totals(&self) -> SeatTotals {
        SeatTotals {
            account_id: self.account,
            version: self.version,
            seats: self.seats.clone(),
        }
    }
}

impl State {
    /// The word for it in the database.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
        }
    }

    /// The state that is called this in the database.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Active].into_iter().find(|state| state.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Catalogue;

    #[test]
    fn a_new_subscription_gives_the_seats_of_its_plan() {
        let catalogue = Catalogue::load().unwrap();
        let plan = catalogue.plan("starter-monthly").unwrap();
        let subscription = Subscription::start(AccountId::new(), plan, Timestamp::from_micros(1));
        let totals = subscription.seat_totals();
        assert_eq!(totals.version, 1);
        assert_eq!(totals.seats.len(), plan.products.len());
        for row in &plan.products {
            assert_eq!(totals.seats.get(row.product), Some(&row.seats));
        }
    }

    #[test]
    fn a_state_reads_back_as_it_was_written() {
        assert_eq!(State::from_name(State::Active.as_str()), Some(State::Active));
        assert_eq!(State::from_name("active"), None);
    }
}
