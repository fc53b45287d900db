//! The places of the mails under way: each is free again as soon as its mail is handed over, and however the attempt ends.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use types::Timestamp;

use crate::domain::{Lane, Traffic};

/// All places of this process; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Places(Arc<Board>);

#[derive(Debug)]
struct Board {
    traffic: Mutex<Traffic>,
    freed: Notify,
}

/// One place, free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Places,
    domain: String,
    since: Instant,
}

impl Places {
    /// `workers` of them, of each domain at most `per_domain`.
    pub(super) fn new(workers: usize, per_domain: usize) -> Self {
        Self(Arc::new(Board {
            traffic: Mutex::new(Traffic::new(workers, per_domain)),
            freed: Notify::new(),
        }))
    }

    /// How many are free.
    pub(crate) fn free(&self) -> usize {
        self.traffic().free_places()
    }

    /// How many are taken.
    pub(crate) fn taken(&self) -> usize {
        self.traffic().under_way()
    }

    /// Waits until some place has become free since this was last waited for.
    pub(crate) async fn freed(&self) {
        self.0.freed.notified().await;
    }

    /// Says whether mails that come from now on may go at once: only if nothing waits.
    pub(crate) fn set_open(&self, is_open: bool) {
        self.traffic().set_open(is_open);
    }

    /// Takes a place for a mail that has just come, if it may go at once.
    pub(super) fn admit(&self, lane: &Lane, now: Timestamp) -> Option<Place> {
        let admitted = self.traffic().admit(lane, now);
        admitted.then(|| self.place(&lane.domain))
    }

    /// Takes a place for a mail to `domain`.
    pub(super) fn take(&self, domain: &str) -> Place {
        self.traffic().begin(domain);
        self.place(domain)
    }

    fn place(&self, domain: &str) -> Place {
        Place {
            places: self.clone(),
            domain: domain.to_owned(),
            since: Instant::now(),
        }
    }

    /// What is under way.
    pub(super) fn traffic(&self) -> MutexGuard<'_, Traffic> {
        // Counters are whole whatever happened while they were locked.
        self.0.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.traffic().end(&self.domain, self.since.elapsed());
        self.places.0.freed.notify_one();
    }
}
