//! Where mails that are ordered meet what sends them. One for which there is a place, and before which nothing waits, goes at
//! once and is never looked for.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use types::Timestamp;

use super::places::{Place, Places};
use crate::domain::{Claim, Order};

/// The way from those who order mails to what sends them in the same process; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Intake(Arc<Counter>);

#[derive(Debug)]
struct Counter {
    places: Places,
    lease: Duration,
    bell: Notify,
    /// Whether the queue is to be looked at.
    look: AtomicBool,
    hand: Mutex<Vec<(Claim, Place)>>,
}

impl Intake {
    /// To `workers` places, of each domain at most `per_domain`; a mail that goes at once is left to this process for `lease`.
    pub(crate) fn new(workers: usize, per_domain: usize, lease: Duration) -> Self {
        Self(Arc::new(Counter {
            places: Places::new(workers, per_domain),
            lease,
            bell: Notify::new(),
            look: AtomicBool::new(false),
            hand: Mutex::default(),
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
        self.hand().extend(mails);
        self.0.bell.notify_one();
    }

    /// Has the queue looked at; a ring while it is looked at is not lost.
    pub(super) fn ring(&self) {
        self.0.look.store(true, Ordering::Release);
        self.0.bell.notify_one();
    }

    /// Waits for a ring; answers whether the queue is to be looked at, and not only the hand.
    pub(crate) async fn rung(&self) -> bool {
        self.0.bell.notified().await;
        self.0.look.swap(false, Ordering::AcqRel)
    }

    /// Takes up what was handed over.
    pub(crate) fn take(&self) -> Vec<(Claim, Place)> {
        std::mem::take(&mut *self.hand())
    }

    fn hand(&self) -> std::sync::MutexGuard<'_, Vec<(Claim, Place)>> {
        self.0.hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
