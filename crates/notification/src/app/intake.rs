//! Where mails that are ordered meet what sends them. One for which there is a place, and before which nothing waits, goes at
//! once and is never looked for.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use storage::Counter;
use types::Timestamp;

use super::places::{Place, Places};
use crate::domain::{Claim, Order};

/// The way from those who order mails to what sends them in the same process; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Intake(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    places: Places,
    lease: Duration,
    /// With mails that go at once in hand; what is to be looked for lies in the queue.
    counter: Counter<Vec<(Claim, Place)>>,
}

impl Intake {
    /// To `workers` places, of each domain at most `per_domain`; a mail that goes at once is left to this process for `lease`.
    pub(crate) fn new(workers: usize, per_domain: usize, lease: Duration) -> Self {
        Self(Arc::new(Shared {
            places: Places::new(workers, per_domain),
            lease,
            counter: Counter::default(),
        }))
    }

    /// The places of the mails under way.
    pub(crate) fn places(&self) -> &Places {
        &self.0.places
    }

    /// Until when a mail that goes at once is left to this process.
    pub(super) fn lease_until(&self, now: Timestamp) -> Timestamp {
        now + self.0.lease
    }

    /// A place for each of `orders` that may go at once: of those to one reader the first only.
    pub(super) fn take_places(&self, orders: &[Order], now: Timestamp) -> Vec<Option<Place>> {
        let mut readers = HashSet::new();
        let place = |order: &Order| {
            let is_first = readers.insert(order.to.canonical().to_owned());
            is_first.then(|| self.0.places.admit(&order.lane(), now)).flatten()
        };
        orders.iter().map(place).collect()
    }

    /// Has these sent.
    pub(super) fn hand_over(&self, mails: impl IntoIterator<Item = (Claim, Place)>) {
        self.0.counter.hand_over(|hand| hand.extend(mails));
    }

    /// Has the queue looked at; a ring while it is looked at is not lost.
    pub(super) fn ring(&self) {
        self.0.counter.ring();
    }

    /// Waits for a ring; answers whether the queue is to be looked at, and not only the hand.
    pub(crate) async fn rung(&self) -> bool {
        self.0.counter.rung().await
    }

    /// Takes up what was handed over.
    pub(crate) fn take(&self) -> Vec<(Claim, Place)> {
        self.0.counter.take(std::mem::take)
    }
}
