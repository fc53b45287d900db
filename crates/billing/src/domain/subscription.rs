//! What an account pays for, and the seats that follow from it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use types::{AccountId, SubscriptionId, Timestamp};

use super::Plan;

/// How long a day of a trial is.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
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
    /// When it ends by itself, or has ended.
    pub(crate) end_time: Option<Timestamp>,
}

/// Where a subscription is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Active,
    Ended,
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
            end_time: plan.trial_days.map(|days| now + DAY * days),
        }
    }

    /// The subscription of an account that was closed before it had one: it keeps any other from beginning.
    pub(crate) fn never(account: AccountId, now: Timestamp) -> Self {
        Self {
            id: SubscriptionId::new(),
            account,
            plan: String::new(),
            seats: BTreeMap::new(),
            version: FIRST_VERSION,
            state: State::Ended,
            create_time: now,
            end_time: Some(now),
        }
    }

    /// The same, ended: it gives no seats.
    pub(crate) fn end(&self, now: Timestamp) -> Self {
        Self {
            seats: BTreeMap::new(),
            version: self.version.saturating_add(1),
            state: State::Ended,
            end_time: Some(now),
            ..self.clone()
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
            Self::Ended => "ENDED",
        }
    }

    /// The state that is called this in the database.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Ended]
            .into_iter()
            .find(|state| state.as_str() == name)
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
    fn a_trial_ends_by_itself_and_gives_no_seats_then() {
        let catalogue = Catalogue::load().unwrap();
        let now = Timestamp::from_micros(1);
        let trial = Subscription::start(AccountId::new(), catalogue.plan("trial").unwrap(), now);
        assert_eq!(trial.end_time, Some(now + Duration::from_secs(30 * 24 * 60 * 60)));
        let ended = trial.end(now);
        assert_eq!(
            (ended.version, ended.state, ended.end_time),
            (2, State::Ended, Some(now))
        );
        assert!(ended.seat_totals().seats.is_empty());
        let paid = Subscription::start(AccountId::new(), catalogue.plan("team-monthly").unwrap(), now);
        assert_eq!(paid.end_time, None);
    }

    #[test]
    fn a_state_reads_back_as_it_was_written() {
        for state in [State::Active, State::Ended] {
            assert_eq!(State::from_name(state.as_str()), Some(state));
        }
        assert_eq!(State::from_name("active"), None);
    }
}
